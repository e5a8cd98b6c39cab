"""Random_field against numbers that FSL and DPABI publish."""

import numpy as np
import pytest
from scipy import stats

from restpain.group.random_field import (
    cluster_probability,
    cluster_size_threshold,
    tail_thresholds,
)


@pytest.mark.parametrize(
    ("n_voxels", "p"), [(167, 1.69e-8), (99, 1.57e-5), (46, 0.011), (41, 0.0227), (40, 0.0263)]
)
def test_probabilities_are_those_of_fsls_cluster_example(n_voxels, p):
    found = cluster_probability(n_voxels, z_threshold=2.3, dlh=0.70114, volume=38352)

    assert found == pytest.approx(p, rel=5e-3)


@pytest.mark.parametrize(
    ("fwhm_mm", "voxel_p", "tails", "size"),
    [
        (6, 0.001, 2, 13),
        (8, 0.001, 2, 24),
        (10, 0.001, 2, 40),
        (12, 0.001, 2, 60),
        (6, 0.001, 1, 15),
        (8, 0.001, 1, 28),
        (10, 0.001, 1, 46),
        (12, 0.001, 1, 68),
        (8, 0.005, 2, 50),
        (12, 0.01, 2, 185),
    ],
)
def test_cluster_sizes_of_a_whole_brain_of_3_mm_voxels(fwhm_mm, voxel_p, tails, size):
    sigma = fwhm_mm / 3 / np.sqrt(8 * np.log(2))
    z_threshold, alpha = tail_thresholds(voxel_p=voxel_p, cluster_p=0.05, tails=tails)

    found = cluster_size_threshold(
        alpha=alpha, z_threshold=z_threshold, dlh=sigma**-3 / np.sqrt(8), volume=70831
    )

    assert found == size


def test_two_tails_halve_both_probabilities():
    z_threshold, alpha = tail_thresholds(voxel_p=0.001, cluster_p=0.05, tails=2)

    assert z_threshold == pytest.approx(3.2905, abs=1e-4)
    assert alpha == 0.025
    assert tail_thresholds(voxel_p=0.001, cluster_p=0.05, tails=1)[1] == 0.05


@pytest.mark.parametrize("alpha", [0.001, 0.025, 0.05, 0.5])
@pytest.mark.parametrize("dlh", [0.01, 0.2, 2.0])
def test_the_threshold_is_the_smallest_size_below_alpha(alpha, dlh):
    field = {"z_threshold": 2.6, "dlh": dlh, "volume": 5000}

    size = cluster_size_threshold(alpha=alpha, **field)

    below = cluster_probability(np.arange(1, size + 1), **field) < alpha
    np.testing.assert_array_equal(np.flatnonzero(below), [size - 1])


def test_where_even_one_voxel_is_improbable_the_threshold_is_1():
    assert cluster_size_threshold(alpha=0.05, z_threshold=6.0, dlh=0.1, volume=1000) == 1


def test_large_clusters_keep_their_tiny_probability():
    p = cluster_probability(400, z_threshold=2.3, dlh=0.70114, volume=38352)

    assert 0 < p < 1e-15


def test_a_threshold_the_theory_cannot_bear_is_refused():
    z = stats.norm.isf(0.2)

    with pytest.raises(ValueError, match=r"cluster-forming z of 0\.842 is too low.*voxel_p"):
        cluster_size_threshold(alpha=0.05, z_threshold=z, dlh=0.2, volume=1000)
