"""Regions of clusters in atlases of the user, on another grid than the maps."""

import numpy as np
import pandas as pd

from restpain.atlas import Atlas
from restpain.tables import atlas_columns

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
# 2 mm voxels from right to left: A for x of 0 to 9 mm, B for 11 to 19 mm, nothing beyond
ATLAS = Atlas(
    labels=np.repeat([2, 2, 2, 2, 2, 1, 1, 1, 1, 1], 400).reshape(10, 20, 20),
    affine=np.array([[-2.0, 0, 0, 19], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1]]),
    names={1: "Region_A_L", 2: "B"},
)


def rows(**changes):
    clusters = {"cluster_id": ["FC1", "FC2"], "x_mm": [6.0, 27.0], "y_mm": 9.0, "z_mm": 9.0}
    return pd.DataFrame(clusters | changes)


def test_peak_and_voxels_of_a_cluster_are_named_in_each_atlas():
    labels = np.zeros((12, 12, 12, 2))
    labels[2:5, 3, 3, 0] = 1  # x of 6, 9 and 12 mm, so two voxels in A and one in B
    labels[5:10, 3, 3, 1] = 2  # 15 and 18 mm in B, three beyond

    table = atlas_columns.regions_in_atlases(rows(), labels, AFFINE, {"Own": ATLAS})

    assert list(table) == list(atlas_columns.atlas_columns(["Own"]))
    assert table["Own_region"].tolist() == ["Region_A_L", "B"]
    assert table["Own_distance_mm"].tolist() == [0, np.sqrt(8**2 + 1 + 1)]
    assert table["Own_composition"].tolist() == [
        "Region_A_L 67 %; B 33 %",
        "B 40 %; no label 60 %",
    ]
    assert atlas_columns.atlases_of(["region", "region_distance_mm", *table]) == ["Own"]
    assert [atlas_columns.region_in_words(row, "Own") for _, row in table.iterrows()] == [
        "Region A L",
        "near B, 8 mm",
    ]


def test_no_cluster_has_the_columns_and_no_row():
    table = atlas_columns.regions_in_atlases(
        rows().iloc[:0], np.zeros((12, 12, 12)), AFFINE, {"Own": ATLAS, "Second": ATLAS}
    )

    assert (len(table), table.shape[1]) == (0, 6)
    assert atlas_columns.atlases_of(table) == ["Own", "Second"]
