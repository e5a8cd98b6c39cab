"""Checks of restpain.normality against scipy."""

import numpy as np
import pytest
from scipy import stats

from restpain.normality import jarque_bera, share_not_normal

RNG = np.random.default_rng(3)


def test_statistic_and_p_are_scipys_in_every_voxel():
    values = RNG.gamma(2, size=(15, 5000)).astype(np.float32)  # more than one block

    statistic, p = jarque_bera(values)

    expected = stats.jarque_bera(values.astype(float), axis=0)
    np.testing.assert_allclose(statistic, expected.statistic, rtol=1e-9)
    np.testing.assert_allclose(p, expected.pvalue, rtol=1e-9)


def test_a_constant_voxel_has_no_statistic():
    statistic, p = jarque_bera(np.full((8, 2), [0.0, 1.1]))

    assert np.isnan(statistic).all()
    assert np.isnan(p).all()


def test_the_share_counts_voxels_in_which_either_group_is_skewed():
    normal = stats.norm.ppf((np.arange(30) + 0.5) / 30)
    skewed = np.exp(2 * normal)
    constant = np.zeros(30)
    patients = np.column_stack([normal, skewed, normal, normal, constant])
    controls = np.column_stack([normal, normal, skewed, normal, constant])

    # two of the four voxels that vary
    assert share_not_normal([patients, controls], level=0.05) == pytest.approx(0.5)
    assert np.isnan(share_not_normal([patients[:, 4:]], level=0.05))
