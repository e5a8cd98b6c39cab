"""Inference on maps with simulated effects, from none to all voxels."""

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage, stats

from restpain.cohort.design import two_sample_design
from restpain.cohort.participants import Comparison
from restpain.group.inference import Correction, corrected_clusters, find_clusters, voxel_fdr
from restpain.group.random_field import cluster_probability

SHAPE = (20, 22, 18)
MASK = np.ones(SHAPE, bool)
AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
SETTINGS = {
    "voxel_p": 0.001,
    "cluster_p": 0.05,
    "tails": 2,
    "connectivity": 26,
    "smoothness": "residuals",
}


def cohort(effect, n=10, seed=0):
    rng = np.random.default_rng(seed)
    maps = [ndimage.gaussian_filter(rng.normal(size=SHAPE), 1.0) * 8 for _ in range(2 * n)]
    maps = np.array(maps)
    maps[:n] += effect
    table = pd.DataFrame(
        {
            "participant_id": [f"sub-{number:02d}" for number in range(2 * n)],
            "group": ["patient"] * n + ["control"] * n,
        }
    )
    design = two_sample_design(table, Comparison("patient", "control"))
    return maps.reshape(2 * n, -1).astype(np.float32), design


def test_simulated_differences_are_found_where_they_are_and_with_their_sign():
    effect = np.zeros(SHAPE)
    effect[4:8, 4:8, 4:8] = 8
    effect[8:12, 4:8, 4:8] = -9  # touches the other

    labels, clusters = find_clusters(*cohort(effect), MASK, AFFINE, **SETTINGS)

    assert sorted(clusters["sign"][:2]) == [-1, 1]
    for row in clusters[:2].itertuples():
        found = labels == row.label
        assert found.sum() == row.n_voxels
        simulated = np.sign(effect) == row.sign
        assert (found & simulated).sum() / found.sum() > 0.8
        x, y, z = (int(value / 3) for value in (row.x_mm, row.y_mm, row.z_mm))
        assert simulated[x, y, z]
        assert row.p_grf < 0.05


@pytest.mark.parametrize("smoothness", ["residuals", "zmap"])
def test_nothing_significant_gives_no_label_and_no_row(smoothness):
    maps, design = cohort(0.0, seed=2)

    labels, clusters = find_clusters(
        maps, design, MASK, AFFINE, **SETTINGS | {"smoothness": smoothness}
    )

    assert not labels.any()
    assert len(clusters) == 0
    assert {"label", "x_mm", "t", "n_voxels", "sign", "p_grf"} <= set(clusters)


def test_everything_significant_is_one_cluster_of_all_voxels():
    labels, clusters = find_clusters(*cohort(60.0), MASK, AFFINE, **SETTINGS)

    assert (labels == 1).all()
    assert clusters["n_voxels"].tolist() == [MASK.sum()]


def test_a_cluster_of_one_voxel_survives_where_the_field_allows_it():
    z = np.zeros(MASK.sum(), np.float32)
    z[100], z[3000] = 6.5, -7.0

    labels, clusters, size = corrected_clusters(
        z,
        z,
        MASK,
        AFFINE,
        dlh=1e-3,
        correction=Correction(voxel_p=1e-9, cluster_p=0.05, tails=2, connectivity=26),
    )

    assert size == 1
    assert clusters["n_voxels"].tolist() == [1, 1]
    assert clusters["t"].tolist() == [-7.0, 6.5]
    assert labels.ravel()[[100, 3000]].tolist() == [2, 1]


def test_two_tails_report_twice_the_probability_of_one_sign():
    z = np.zeros(SHAPE, np.float32)
    z[3:6, 3:6, 3:6] = 4.0
    field = {"dlh": 0.3}

    (_, two, _), (_, one, _) = (
        corrected_clusters(
            z[MASK],
            z[MASK],
            MASK,
            AFFINE,
            **field,
            correction=Correction(voxel_p=p, cluster_p=0.05, tails=tails, connectivity=26),
        )
        for tails, p in ((2, 0.002), (1, 0.001))
    )

    # the same threshold of z in both
    assert two["p_grf"][0] == pytest.approx(2 * one["p_grf"][0])


def test_maps_corrected_together_share_the_level_by_bonferroni():
    z = np.zeros(SHAPE, np.float32)
    z[3:6, 3:6, 3:6] = 4.0
    correction = Correction(voxel_p=0.001, cluster_p=0.05, tails=2, connectivity=26)

    (_, alone, size), (_, pooled, larger) = (
        corrected_clusters(
            z[MASK], z[MASK], MASK, AFFINE, dlh=0.3, correction=correction.of_maps(n_maps)
        )
        for n_maps in (1, 4)
    )

    assert pooled["p_grf"][0] == pytest.approx(4 * alone["p_grf"][0])
    field = {"z_threshold": correction.z_threshold, "dlh": 0.3, "volume": int(MASK.sum())}
    p = cluster_probability(np.array([larger - 1, larger, size - 1, size]), **field)
    assert p[0] >= 0.025 / 4 > p[1]
    assert p[2] >= 0.025 > p[3]


def test_clusters_of_a_training_set_can_share_the_level_with_other_seeds():
    effect = np.zeros(SHAPE)
    effect[4:8, 4:8, 4:8] = 8
    maps, design = cohort(effect)

    (_, alone), (_, pooled) = (
        find_clusters(maps, design, MASK, AFFINE, **SETTINGS, n_maps=n_maps) for n_maps in (1, 3)
    )

    assert alone["p_grf"][0] > 0
    assert pooled["p_grf"][0] == pytest.approx(3 * alone["p_grf"][0], rel=1e-9, abs=0)


def test_voxel_fdr_is_that_of_two_sided_p():
    t = np.array([-5.0, 2.0, 0.0])
    p = 2 * stats.t.sf(np.abs(t), 12)

    np.testing.assert_allclose(voxel_fdr(t, 12), [3 * p[0], 1.5 * p[1], 1.0])
