"""Checks of intervals against textbook values."""

import numpy as np
import pytest

from restpain.intervals import auc_interval, wilson_interval


def test_wilson_interval_of_a_textbook_proportion():
    # 15 of 20: (0.531, 0.888), Brown, Cai and DasGupta's formula by hand with z = 1.959964
    assert wilson_interval(15, 20) == pytest.approx((0.53130, 0.88814), abs=1e-5)


def test_wilson_interval_ends_at_0_and_1_and_never_has_no_width():
    assert wilson_interval(0, 10) == (0.0, pytest.approx(0.27753, abs=1e-5))
    assert wilson_interval(10, 10) == (pytest.approx(0.72247, abs=1e-5), 1.0)
    assert np.isnan(wilson_interval(0, 0)).all()


@pytest.mark.parametrize(("auc", "m", "n"), [(0.76, 10, 12), (0.5, 21, 25), (0.98, 8, 30)])
def test_the_ends_of_an_auc_are_as_far_as_its_variance_there_allows(auc, m, n):
    grid = np.linspace(0, 1, 2_000_001)
    q1, q2 = grid / (2 - grid), 2 * grid**2 / (1 + grid)  # Hanley and McNeil (1982)
    weight = (m + n) / 2 - 1
    variance = grid * (1 - grid) + weight * ((q1 - grid**2) + (q2 - grid**2))
    inside = grid[(auc - grid) ** 2 <= 1.959964**2 * variance / (m * n)]

    assert auc_interval(auc, m, n) == pytest.approx((inside[0], inside[-1]), abs=2e-6)


def test_the_interval_of_a_perfect_auc_has_a_width():
    low, high = auc_interval(1.0, 10, 10)

    assert high == 1.0
    assert low == pytest.approx(0.8002, abs=1e-4)  # by hand
    mirrored = auc_interval(0.0, 10, 10)
    assert mirrored == (0.0, pytest.approx(1 - low))
    assert np.isnan(auc_interval(float("nan"), 10, 10)).all()
