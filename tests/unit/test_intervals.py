"""Checks of intervals against textbook values."""

import numpy as np
import pytest

from restpain.intervals import wilson_interval


def test_wilson_interval_of_a_textbook_proportion():
    # 15 of 20: (0.531, 0.888), Brown, Cai and DasGupta's formula by hand with z = 1.959964
    assert wilson_interval(15, 20) == pytest.approx((0.53130, 0.88814), abs=1e-5)


def test_wilson_interval_ends_at_0_and_1_and_never_has_no_width():
    assert wilson_interval(0, 10) == (0.0, pytest.approx(0.27753, abs=1e-5))
    assert wilson_interval(10, 10) == (pytest.approx(0.72247, abs=1e-5), 1.0)
    assert np.isnan(wilson_interval(0, 0)).all()
