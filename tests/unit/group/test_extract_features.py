"""Features of a small study: clusters in map, table, features and seeds."""

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from group_study import IDS, SHAPE, two_touching


def test_map_table_features_and_seeds_carry_the_same_clusters(study):
    found = study.compare("alff", [two_touching()])

    assert found.table["cluster_id"].tolist() == ["ALFF1", "ALFF2"]
    assert sorted(np.sign(found.table["t"])) == [-1, 1]
    assert (found.table["t"].abs().diff()[1:] <= 0).all()
    for number, row in enumerate(found.table.itertuples(), start=1):
        cluster = found.labels == number
        assert cluster.sum() == row.n_voxels
        assert np.abs(found.t[cluster]).max() == pytest.approx(abs(row.t))
        means = found.maps[:, cluster].mean(axis=1)
        np.testing.assert_allclose(found.features[row.cluster_id], means, rtol=1e-5)
    assert found.features["participant_id"].tolist() == IDS
    assert found.table["survives"].str.startswith("grf").all()

    seeds, table = study.seeds("clusters", ["alff"])
    assert table["seed"].tolist() == ["ALFF1", "ALFF2"]
    np.testing.assert_array_equal(seeds[..., 1] > 0, found.labels == 2)
    union, table = study.seeds("union", ["alff"])
    np.testing.assert_array_equal(union[..., 0] > 0, found.labels > 0)
    assert table["n_voxels"].tolist() == [(found.labels > 0).sum()]


def test_everything_significant_is_one_cluster(study):
    found = study.compare("alff", [np.full(SHAPE, 50.0)])
    seeds, _ = study.seeds("clusters", ["alff"])
    connectivity = study.compare("fc", [np.full(SHAPE, -50.0)], seed_distance_mm=None)

    mask = study.in_mask()
    np.testing.assert_array_equal(seeds[..., 0] > 0, mask)
    np.testing.assert_array_equal(connectivity.labels[..., 0] == 1, mask)
    assert connectivity.table.loc[0, ["cluster_id", "seed"]].tolist() == ["FC1", "ALFF1"]
    assert connectivity.table["t"][0] < 0
    assert found.table["survives"].tolist() == ["grf,permutation,tfce,fdr"]
    assert found.table["p_permutation"].tolist() == [1 / 61]
    assert "no label" in found.table["composition"][0]
    assert study.associations(["alff", "fc"])["cluster_id"].tolist() == ["ALFF1", "FC1"]
    assert len(study.normality(["alff", "fc"])) == 4

    assert found.table["n_voxels"].tolist() == [study.in_mask().sum()]
    assert found.table["volume_mm3"].tolist() == [27.0 * found.table["n_voxels"][0]]


def test_two_touching_clusters_of_opposite_sign_stay_two_in_every_table(study):
    study.write_scores()
    found = study.compare("alff", [two_touching()])
    seeds, _ = study.seeds("clusters", ["alff"])

    touching = ndimage.binary_dilation(found.labels == 1, np.ones((3, 3, 3)))
    assert (touching & (found.labels == 2)).any()
    lower = found.table["t"] < 0
    assert sorted(lower) == [False, True]
    assert (found.table["hedges_g"] < 0).tolist() == lower.tolist()
    assert not (seeds[..., 0] * seeds[..., 1]).any()
    t = study.normality(["alff"]).drop_duplicates("cluster_id")["t"]
    assert (t < 0).tolist() == lower.tolist()
    assert study.associations(["alff"])["cluster_id"].tolist() == ["ALFF1", "ALFF2"]


def test_a_cluster_of_one_voxel_goes_through_to_every_table(study):
    study.write_scores()
    effect = np.zeros(SHAPE)
    effect[4, 8, 5] = 200.0
    lone = {"voxel_p": 1e-9, "cluster_p": 0.05, "tails": 2, "connectivity": 26}

    found = study.compare("alff", [effect], correction=lone)
    seeds, table = study.seeds("clusters", ["alff"])
    (row,) = found.table.itertuples()

    assert found.correction["volumes"][0]["cluster_size_threshold"] == 1
    assert (row.n_voxels, row.volume_mm3) == (1, 27.0)
    assert [row.x_mm, row.y_mm, row.z_mm] == [-8, 0, 15]
    assert np.argwhere(found.labels).tolist() == [[4, 8, 5]]
    assert pd.isna(row.subpeaks)
    assert row.composition.endswith("100 %")
    np.testing.assert_allclose(found.features["ALFF1"], found.maps[:, 4, 8, 5], rtol=1e-6)
    assert np.argwhere(seeds[..., 0]).tolist() == [[4, 8, 5]]
    assert table["n_voxels"].tolist() == [1]
    assert len(study.associations(["alff"])) == 1
    assert len(study.normality(["alff"])) == 2


def test_nothing_significant_goes_through_to_empty_tables(study):
    local = study.compare("alff", [np.zeros(SHAPE)])
    seeds, table = study.seeds("clusters", ["alff"])
    union, _ = study.seeds("union", ["alff"])
    connectivity = study.compare("fc", [])
    association = study.associations(["alff", "fc"])
    normality = study.normality(["alff", "fc"])

    assert len(normality) == 0
    assert "jarque_bera" in normality
    assert connectivity.normality.shape == (*SHAPE, 0)
    assert len(local.table) == len(table) == len(connectivity.table) == len(association) == 0
    assert "hedges_g" in connectivity.table
    assert "rho" in association
    assert seeds.shape == union.shape == connectivity.t.shape == (*SHAPE, 0)
    assert connectivity.model["volumes"] == connectivity.correction["volumes"] == []
    assert list(connectivity.features) == ["participant_id"]
    assert connectivity.features["participant_id"].tolist() == IDS
