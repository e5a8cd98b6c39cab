"""Clusters of a small study: identifiers, volumes and corrections across seeds."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from group_study import SETTINGS, SHAPE, two_touching
from restpain.io.tables import read_table

BY_PERMUTATION = SETTINGS["correction"] | {"inference": "permutation"}


def test_smoothness_of_the_z_map_and_no_permutation_are_said_so(study):
    found = study.compare("alff", [two_touching()], smoothness="zmap", parts=())

    (volume,) = found.correction["volumes"]
    assert volume["smoothness"] == "zmap"
    assert volume["dlh"] != found.model["volumes"][0]["dlh"]
    assert volume["cluster_size_permutation"] is None
    assert found.table["p_permutation"].isna().all()
    assert not found.table["survives"].str.contains("permutation").any()


def test_connectivity_has_a_volume_per_seed_and_one_numbering(study):
    study.two_spheres()

    found = study.compare("fc", [np.zeros(SHAPE), two_touching()])

    assert found.t.shape == (*SHAPE, 2)
    assert found.model["seeds"] == ["SPHERE1", "SPHERE2"]
    assert found.table["cluster_id"].tolist() == ["FC1", "FC2"]
    assert found.table["seed"].tolist() == ["SPHERE2", "SPHERE2"]
    assert not found.labels[..., 0].any()
    assert set(np.unique(found.labels[..., 1])) == {0, 1, 2}
    np.testing.assert_allclose(
        found.features["FC2"],
        found.maps[found.labels[None].repeat(16, 0) == 2].reshape(16, -1).mean(1),
        rtol=1e-5,
    )


def test_seeds_corrected_together_share_one_level(study):
    study.two_spheres()
    effects = [two_touching(1.8), two_touching()]

    alone = study.compare("fc", effects)
    pooled = study.compare("fc", effects, across_seeds=True)

    seeds = zip(alone.correction["volumes"], pooled.correction["volumes"], strict=True)
    for one, both in seeds:
        assert (one["n_maps"], both["n_maps"]) == (1, 2)
        assert both["cluster_size_threshold"] > one["cluster_size_threshold"]
    largest = pd.concat(read_table(path) for path in study.largest)
    sizes = largest.groupby("permutation")[["size_positive", "size_negative"]].max().max(axis=1)
    pairs = alone.table.merge(pooled.table, on=["x_mm", "y_mm", "z_mm", "seed"])
    assert len(pairs) >= 2
    for row in pairs.itertuples():
        assert row.p_grf_y == pytest.approx(min(1, 2 * row.p_grf_x))
        assert row.p_permutation_y == (1 + np.sum(sizes >= row.n_voxels_y)) / 61
        assert row.p_tfce_y >= row.p_tfce_x
    t = pooled.t.transpose(3, 0, 1, 2)[:, study.in_mask()]
    p = 2 * stats.t.sf(np.abs(t), 13)
    q = stats.false_discovery_control(p.ravel()).reshape(t.shape)
    assert pooled.table["q_fdr_peak"].min() == pytest.approx(q.min(), rel=1e-3)


def test_inference_by_permutation_lists_what_is_as_large_as_few_permuted_clusters(study):
    """One effect is small: GRF correction refuses it, and the permutations are as it decides."""
    grf = study.compare("alff", [two_touching()])
    permuted = study.compare("alff", [two_touching()], correction=BY_PERMUTATION)

    (by_grf,), (volume,) = grf.correction["volumes"], permuted.correction["volumes"]
    assert (by_grf["inference"], volume["inference"]) == ("grf", "permutation")
    counts = [f"n_clusters{name}" for name in ("_grf", "_permutation", "_both")]
    assert [by_grf[name] for name in counts] == [volume[name] for name in counts]
    assert len(grf.table) == by_grf["n_clusters"] == by_grf["n_clusters_grf"]
    assert len(permuted.table) == volume["n_clusters"] == volume["n_clusters_permutation"]
    assert (permuted.table["n_voxels"] >= volume["cluster_size_permutation"]).all()
    assert (permuted.table["p_permutation"] < 0.05).all()
    assert permuted.table["survives"].str.contains("permutation").all()
    for found in (grf, permuted):
        by_p = found.table["p_grf"] < 0.05
        np.testing.assert_array_equal(found.table["survives"].str.contains("grf"), by_p)
    # voxels of the features are those of the clusters listed
    assert set(np.unique(permuted.labels)) == {0, *range(1, len(permuted.table) + 1)}
