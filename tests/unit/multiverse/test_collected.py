"""Results of the jobs of a measure, put together."""

import numpy as np
import pandas as pd
import pytest

from restpain.multiverse.collected import check_main, collected, region_rows
from restpain.multiverse.regions import matched_regions, region_names
from restpain.multiverse.specification import SPECIFICATION


def cluster(universe, t, grf, permutation, **changes):
    return {
        "universe": universe,
        "volume": 0,
        "sign": int(np.sign(t)),
        "region": "Insula_L",
        "hemisphere": "left",
        **dict.fromkeys(("x_mm", "y_mm", "z_mm"), 3.0),
        "t": t,
        "n_voxels": 40,
        "p_grf": 0.01,
        "p_permutation": 0.02,
        "hedges_g": 1.0,
        "survives_grf": grf,
        "survives_permutation": permutation,
    } | changes


UNIVERSES = [
    {"universe": number, "settings": {"group.inference": inference}}
    for number, inference in enumerate(["permutation", "grf", "permutation"])
]
TABLES = [
    pd.DataFrame([cluster(0, 5, False, True), cluster(0, -4, True, False), cluster(2, 3, 1, 0)]),
    pd.DataFrame([cluster(1, 4.5, True, False)]),
]
RESULTS = [
    {
        "universe": np.array([0, 2]),
        "significant": np.array([[1], [2]]),
        "hits": np.array([[10], [20]]),
        "voxels": np.arange(6),
        "ends": np.array([2, 5, 6]),
    },
    {
        "universe": np.array([1]),
        "significant": np.array([[3]]),
        "hits": np.array([[30]]),
        "voxels": np.array([0, 1]),
        "ends": np.array([2]),
    },
]


def test_clusters_count_by_the_inference_of_their_universe():
    found = collected(RESULTS, TABLES, UNIVERSES)

    assert found.clusters[["universe", "t"]].to_numpy().tolist() == [[0, 5], [1, 4.5]]
    assert [voxels.tolist() for voxels in found.voxels] == [[0, 1], [0, 1]]
    assert found.significant.ravel().tolist() == [1, 3, 2]
    assert found.hits.ravel().tolist() == [10, 30, 20]


def test_without_clusters_all_columns_are_there():
    empty = [
        {**arrays, "voxels": np.zeros(0, int), "ends": np.zeros(0, int)} for arrays in RESULTS
    ]

    found = collected(empty, [table[:0] for table in TABLES], UNIVERSES)

    assert found.clusters.empty
    assert "t" in found.clusters
    assert found.voxels == []


def test_universe_0_must_be_the_main_analysis():
    clusters = pd.DataFrame([cluster(0, 5, True, True), cluster(1, 9, True, True)])

    check_main(clusters, pd.DataFrame([cluster(0, 5, True, True)]), "table.tsv")
    with pytest.raises(ValueError, match="universe 0 has 1 clusters that are not those of table"):
        check_main(clusters, pd.DataFrame([cluster(0, 5.0001, True, True)]), "table.tsv")
    with pytest.raises(ValueError, match=r"table.tsv \(0\); expected the same"):
        check_main(clusters, clusters[:0], "table.tsv")


def test_a_region_is_described_by_its_first_cluster_and_its_curve():
    found = collected(RESULTS, TABLES, UNIVERSES)
    regions = matched_regions(found.clusters, found.voxels)
    names = region_names(regions, "alff")
    curve = pd.DataFrame(columns=list(SPECIFICATION)).assign(
        region_id=["ALFF1"] * 3, t=[5.0, 4.0, 1.0]
    )

    (row,) = region_rows(regions, names, found.clusters, curve, [None]).to_dict("records")

    assert (row["region_id"], row["region"], row["in_main"]) == ("ALFF1", "Insula_L", True)
    assert (row["n_surviving"], row["n_universes"]) == (2, 3)
    assert (row["t_low"], row["t_median"], row["t_high"]) == (1, 4, 5)
