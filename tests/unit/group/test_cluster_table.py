"""Cluster_table: numbers, names and corrections of constructed clusters."""

import numpy as np
import pandas as pd
import pytest

from restpain.cohort.design import Design
from restpain.group.cluster_table import (
    COLUMNS,
    cluster_rows,
    described_cluster,
    numbered,
    survived,
)
from restpain.group.inference import Correction, corrected_clusters, voxel_fdr
from restpain.group.permutation_null import PermutationNull

SHAPE = (61, 73, 61)
AFFINE = np.array([[3.0, 0, 0, -90], [0, 3, 0, -126], [0, 0, 3, -72], [0, 0, 0, 1]])
CORRECTION = Correction(voxel_p=0.001, cluster_p=0.05, tails=2, connectivity=26)


def voxel(x_mm, y_mm, z_mm):
    return (x_mm + 90) // 3, (y_mm + 126) // 3, (z_mm + 72) // 3


def test_a_cluster_is_named_by_its_peak_and_by_all_its_voxels():
    cluster, t = np.zeros(SHAPE, bool), np.zeros(SHAPE)
    for x_mm, value in ((33, 4.0), (36, 5.0), (39, 6.0), (66, 4.5)):  # the last lies outside AAL
        cluster[voxel(x_mm, -54, -15)] = True
        t[voxel(x_mm, -54, -15)] = value

    found = described_cluster(t, cluster, AFFINE, peak_mm=(39, -54, -15))

    assert found == {
        "region": "Fusiform_R",
        "region_distance_mm": 0.0,
        "hemisphere": "right",
        "brodmann_area": "37",
        "volume_mm3": pytest.approx(4 * 27),
        "composition": "Fusiform_R 75 %; no label 25 %",
        "subpeaks": "66,-54,-15 (4.50)",
    }


def test_hemisphere_follows_x_and_not_the_name():
    cluster = np.zeros(SHAPE, bool)
    cluster[voxel(0, 42, 18)] = True

    found = described_cluster(cluster * 5.0, cluster, AFFINE, peak_mm=(0, 42, 18))

    assert found["hemisphere"] == "midline"


def test_ids_are_numbered_over_all_seeds_by_decreasing_t_and_map_and_table_agree():
    labels = np.array([[1, 0], [0, 2], [2, 1], [0, 0]], np.int16)
    tables = [
        pd.DataFrame({"label": [1, 2], "t": t}).reindex(columns=["label", *COLUMNS])
        for t in ([-6.0, 4.0], [7.0, -5.0])
    ]

    table, renumbered = numbered(tables, labels, measure="fc", seeds=["ALFF1", "ReHo1"])

    assert table["cluster_id"].tolist() == ["FC1", "FC2", "FC3", "FC4"]
    assert table["seed"].tolist() == ["ReHo1", "ALFF1", "ReHo1", "ALFF1"]
    assert table["t"].tolist() == [7, -6, -5, 4]
    np.testing.assert_array_equal(renumbered, [[2, 0], [0, 3], [4, 1], [0, 0]])


def test_no_cluster_is_a_table_with_all_columns():
    tables = [pd.DataFrame(columns=["label", "t"])]

    table, labels = numbered(tables, np.zeros((5, 1), np.int16), measure="alff", seeds=[None])

    assert list(table) == list(COLUMNS)
    assert len(table) == 0
    assert not labels.any()


def test_rows_have_p_and_effect_of_each_cluster():
    mask = np.zeros(SHAPE, bool)
    mask[20:40, 20:40, 30:40] = True
    t = np.zeros(SHAPE)
    t[24:28, 24:28, 32:36] = 9.0
    t[28:32, 24:28, 32:36] = -8.0  # touches the other
    maps = np.random.default_rng(0).normal(0, 0.1, (10, mask.sum()))
    sign = np.repeat([1.0, -1.0], 5)
    maps += 0.5 * sign[:, None] * np.sign(t[mask])
    design = Design(np.column_stack([sign, np.ones(10)]), ("group", "intercept"), ("",) * 10)
    labels, clusters, _ = corrected_clusters(
        t[mask], t[mask] / 2, mask, AFFINE, dlh=0.3, correction=CORRECTION
    )

    rows = cluster_rows(
        *(clusters, labels, mask, AFFINE),
        maps=maps,
        design=design,
        t=t[mask],
        q=voxel_fdr(t[mask], 8),
        null=PermutationNull(np.tile([[63, 65]], (99, 1)), np.full((99, 2), 100.0)),
        correction=CORRECTION,
    )

    assert rows["n_voxels"].tolist() == [64, 64]
    assert rows["p_permutation"].tolist() == [1, 1]  # two tails: 65 counts for both
    # 64 voxels of t = 9 have a score of sqrt(64) 9^3 / 3, far above 100
    assert rows["p_tfce"].tolist() == [0.01, 0.01]
    assert rows["survives"].tolist() == ["grf,tfce,fdr", "grf,tfce,fdr"]
    for row, expected in zip(rows.itertuples(), (1, -1), strict=True):
        inside = labels[mask] == row.label
        means = maps[:, inside].mean(axis=1)
        assert np.sign(row.hedges_g) == expected
        assert row.hedges_g_low < row.hedges_g < row.hedges_g_high
        spread = np.sqrt((means[:5].var(ddof=1) + means[5:].var(ddof=1)) / 2)
        assert row.hedges_g / ((means[:5].mean() - means[5:].mean()) / spread) == pytest.approx(
            1 - 3 / 31, rel=2e-3
        )  # the usual approximation of the correction for 8 degrees of freedom


def test_what_a_cluster_survives_is_listed():
    p = {"grf": 0.02, "permutation": 0.01, "fdr": 0.001}
    assert survived(p, level=0.05) == "grf,permutation,fdr"
    assert survived(p | {"permutation": 0.05}, level=0.05) == "grf,fdr"
    assert survived(p | {"grf": 0.06, "fdr": 0.2}, level=0.05) == "permutation"
    assert survived({"grf": 0.02, "permutation": np.nan}, level=0.05) == "grf"
