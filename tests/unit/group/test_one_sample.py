"""Clusters of a one-sample t map, against numbers computed independently."""

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from scipy import ndimage, stats

from restpain.group.inference import Correction
from restpain.group.one_sample import COLUMNS, one_sample_clusters

SHAPE, N = (16, 16, 16), 12
AFFINE = np.array([[3.0, 0, 0, -24], [0, 3, 0, -24], [0, 0, 3, -20], [0, 0, 0, 1]])
CORRECTION = Correction(voxel_p=0.001, cluster_p=0.05, tails=2, connectivity=26)
MASK = np.pad(np.ones((14, 14, 14), bool), 1)


def maps(base=1.0):
    """Smooth noise around ``base``, higher in one block and lower in another."""
    rng = np.random.default_rng(7)
    noise = [ndimage.gaussian_filter(rng.normal(size=SHAPE), 1.2) for _ in range(N)]
    values = base + np.array(noise)
    values[:, 3:7, 3:7, 3:7] += 1
    values[:, 9:13, 9:13, 9:13] -= 1
    return values[:, MASK].astype(np.float32)


def found(values, **changes):
    options = {"searched": np.ones(MASK.sum(), bool), "base": 1.0, "correction": CORRECTION}
    return one_sample_clusters(
        values, MASK, AFFINE, **options | {"smoothness": "residuals"} | changes
    )


def test_the_peak_is_the_largest_t_of_scipy_and_clusters_are_those_of_its_map():
    values = maps()
    t, p = stats.ttest_1samp(values.astype(float), 1.0, axis=0)

    labels, rows, summary = found(values)

    assert rows["t"].abs().max() == pytest.approx(np.abs(t).max())
    assert sorted(np.sign(rows["t"])) == [-1, 1]
    volume = np.zeros(SHAPE)
    volume[MASK] = np.where(p / 2 < 0.0005, np.sign(t), 0)
    sizes, smallest = [], summary["cluster_size_threshold"]
    for sign in (1, -1):
        parts, _ = ndimage.label(volume == sign, np.ones((3, 3, 3)))
        sizes += [size for size in np.bincount(parts.ravel())[1:] if size >= smallest]
    assert sorted(rows["n_voxels"]) == sorted(sizes)
    assert sorted(np.bincount(labels)[1:]) == sorted(sizes)


def test_smoothness_is_that_of_the_residuals_of_the_mean():
    values = maps()
    residuals = values - values.mean(axis=0)
    scaled = np.zeros((N, *SHAPE))
    scaled[:, MASK] = residuals / np.sqrt((residuals**2).sum(axis=0))
    inner = MASK & np.roll(MASK, -1, axis=0)
    neighbours = (scaled * np.roll(scaled, -1, axis=1))[:, inner].sum() / inner.sum()
    # of a Gaussian field with standard deviation s neighbours correlate by exp(-1 / (4 s^2))
    fwhm_mm = 3 * np.sqrt(8 * np.log(2)) * np.sqrt(-1 / (4 * np.log(neighbours)))

    _, _, summary = found(values)

    assert summary["fwhm_mm"][0] == pytest.approx(fwhm_mm, rel=0.05)


def test_the_value_tested_against_moves_the_result_and_noise_has_none():
    values = maps()
    values[:, found(values)[0] > 0] = 1.0  # no variation: no test there

    assert len(found(values)[1]) == 0
    labels, rows, _ = found(values, base=0.0)
    assert (rows["t"] > 0).all()
    assert (labels > 0).mean() > 0.5


def test_a_voxel_that_is_not_searched_is_in_no_cluster():
    values = maps()
    first = found(values)[0] == 1

    labels, rows, summary = found(values, searched=~first)

    assert not labels[first].any()
    assert len(rows) == 1
    assert summary["n_voxels"] == (~first).sum()


def test_a_participant_without_data_is_missing_in_the_test_of_a_voxel():
    values = maps()
    values[0] = np.nan

    assert_frame_equal(found(values)[1], found(values[1:])[1])


def test_maps_corrected_together_share_one_level():
    alone, pooled = found(maps()), found(maps(), correction=CORRECTION.of_maps(4))

    assert pooled[2]["cluster_size_threshold"] > alone[2]["cluster_size_threshold"]
    assert (pooled[1]["p_grf"] >= alone[1]["p_grf"]).all()


def test_no_cluster_is_a_table_with_its_columns():
    values = maps()
    values[:, found(values)[0] > 0] = 1.0

    _, rows, summary = found(values)

    assert list(rows) == ["label", *COLUMNS]
    assert (len(rows), summary["n_clusters"]) == (0, 0)
