"""The maps of the comparison with their clusters."""

import numpy as np
import pandas as pd

from restpain.group import cluster_maps

SHAPE = (2, 2, 2)
SEEDS = pd.DataFrame({"seed": ["ALFF1", "ReHo1"]})


def maps():
    alff, fc = np.zeros(SHAPE), np.zeros((*SHAPE, 2))
    alff[0, 0, 0], fc[0, 0, 0, 0], fc[0, 0, 0, 1], fc[1, 1, 1, 1] = 4, 3, -5, 9
    alff_labels, fc_labels = np.zeros(SHAPE), np.zeros((*SHAPE, 2))
    alff_labels[0, 0, 0], fc_labels[0, 0, 0, 0], fc_labels[0, 0, 0, 1] = 1, 2, 1
    return cluster_maps.maps_of_measures(
        ["alff", "fc"],
        {"difference": [alff, fc], "labels": [alff_labels, fc_labels]},
        [
            pd.DataFrame({"cluster_id": ["ALFF1"], "seed": [None]}),
            pd.DataFrame({"cluster_id": ["FC1", "FC2"], "seed": ["ReHo1", "ALFF1"]}),
        ],
        SEEDS,
    )


def test_each_seed_is_a_map_of_its_own_with_its_own_clusters():
    shown = maps()

    assert [one["measure"] for one in shown] == ["alff", "fc", "fc"]
    assert shown[0]["seed"] is None
    assert [one["seed"]["seed"] for one in shown[1:]] == ["ALFF1", "ReHo1"]
    assert [one["clusters"]["cluster_id"].tolist() for one in shown] == [
        ["ALFF1"],
        ["FC2"],
        ["FC1"],
    ]
    assert [one["difference"][0, 0, 0] for one in shown] == [4, 3, -5]


def test_clusters_come_by_number_with_the_map_and_the_voxels_of_their_seed():
    found = cluster_maps.single_clusters(maps())

    assert [one["row"].cluster_id for one in found] == ["ALFF1", "FC1", "FC2"]
    assert [one["values"][0, 0, 0] for one in found] == [4, -5, 3]
    assert [one["labels"].sum() for one in found] == [1, 1, 1]


def test_maps_on_top_of_each_other_show_the_strongest_cluster_and_nothing_beside_it():
    values, labels = cluster_maps.strongest_of(maps()[1:])

    assert values[0, 0, 0] == -5
    assert labels.sum() == 1  # 9 at the other corner is in no cluster


def test_without_seeds_there_is_no_map_of_connectivity():
    empty = np.zeros((*SHAPE, 0))

    shown = cluster_maps.maps_of_measures(
        ["fc"],
        {"difference": [empty], "labels": [empty]},
        [pd.DataFrame({"cluster_id": [], "seed": []})],
        SEEDS.iloc[:0],
    )

    assert shown == []
    assert cluster_maps.single_clusters(shown) == []
