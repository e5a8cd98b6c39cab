"""Clusters on clusters built voxel by voxel."""

import numpy as np
import pytest
from scipy import special, stats

from restpain.group.clusters import (
    cluster_means,
    cluster_name,
    cluster_number,
    hedges_g,
    neighbourhood,
    peaks_table,
    signed_clusters,
    subpeaks,
)

AFFINE = np.array([[3.0, 0, 0, -9], [0, 3, 0, -12], [0, 0, 3, -6], [0, 0, 0, 1]])


def clusters_of(z, connectivity=26, smallest=1, z_threshold=3.0):
    return signed_clusters(
        z, z_threshold=z_threshold, smallest=smallest, connectivity=connectivity
    )


@pytest.mark.parametrize(
    ("connectivity", "corner", "edge"), [(6, False, False), (18, False, True), (26, True, True)]
)
def test_voxels_that_share_an_edge_or_a_corner_join_by_connectivity(connectivity, corner, edge):
    by_corner, by_edge = np.zeros((4, 4, 4)), np.zeros((4, 4, 4))
    by_corner[1, 1, 1] = by_corner[2, 2, 2] = 4
    by_edge[1, 1, 1] = by_edge[1, 2, 2] = 4

    assert neighbourhood(connectivity).sum() == connectivity + 1
    assert clusters_of(by_corner, connectivity).max() == (1 if corner else 2)
    assert clusters_of(by_edge, connectivity).max() == (1 if edge else 2)


def test_touching_clusters_of_opposite_sign_stay_two():
    z = np.zeros((6, 4, 4))
    z[1:3, 1:3, 1:3] = 4
    z[3:5, 1:3, 1:3] = -5

    labels = clusters_of(z)

    assert labels.max() == 2
    assert (labels[3:5, 1:3, 1:3] == 1).all()  # the higher |peak| comes first
    assert (labels[1:3, 1:3, 1:3] == 2).all()


def test_the_threshold_itself_and_the_smallest_size_are_included():
    z = np.zeros((5, 5, 5))
    z[0, 0, :3] = 3
    z[4, 4, :2] = 3

    assert clusters_of(z).max() == 2
    assert np.argwhere(clusters_of(z, smallest=3)).tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 2]]
    assert clusters_of(z, smallest=4).max() == 0


def test_everything_significant_is_one_cluster_and_nothing_is_none():
    assert (clusters_of(np.full((3, 3, 3), 9.0)) == 1).all()
    assert (clusters_of(np.zeros((3, 3, 3))) == 0).all()


def test_an_unknown_connectivity_is_refused():
    with pytest.raises(ValueError, match="connectivity is 8, but must be 6, 18 or 26"):
        clusters_of(np.zeros((3, 3, 3)), connectivity=8)


@pytest.mark.parametrize(
    ("measure", "suffix", "name"),
    [("reho", "", "ReHo12"), ("falff", "", "fALFF12"), ("alff", "SCORE", "ALFFSCORE12")],
)
def test_an_id_has_the_name_of_the_measure_and_the_number_of_the_label(measure, suffix, name):
    assert cluster_name(measure, 12, suffix) == name
    assert cluster_number(name) == 12


def test_a_measure_that_ends_in_a_digit_is_set_apart_from_the_number():
    assert cluster_name("slow4", 1) == "slow4-1"
    assert cluster_number("slow4-1") == 1
    assert cluster_name("slow4", 1, "SCORE") == "slow4SCORE1"


def test_peaks_give_place_t_sign_and_size():
    t = np.zeros((6, 6, 6))
    t[1, 2, 3:5] = [-6, -7]
    t[4, 4, 4] = 5
    labels = clusters_of(t)

    table = peaks_table(t, t / 2, labels, AFFINE)

    assert table[["x_mm", "y_mm", "z_mm"]].to_numpy().tolist() == [[-6, -6, 6], [3, 0, 6]]
    assert table["t"].tolist() == [-7, 5]
    assert table["z"].tolist() == [-3.5, 2.5]
    assert table["sign"].tolist() == [-1, 1]
    assert table["n_voxels"].tolist() == [2, 1]


def test_no_cluster_gives_a_table_with_columns_and_no_rows():
    nothing = np.zeros((3, 3, 3))

    table = peaks_table(nothing, nothing, nothing.astype(np.int16), AFFINE)

    assert len(table) == 0
    assert "n_voxels" in table


def test_subpeaks_are_local_maxima_far_enough_from_all_peaks_before():
    t = np.zeros((13, 3, 3))
    t[:, 1, 1] = -np.array([9, 5, 4, 6, 4, 8, 4, 3, 4, 7, 6, 5, 1])
    cluster = t != 0

    found = subpeaks(t, cluster, AFFINE, distance_mm=8, at_most=3)

    # maxima at 0 (peak), 3, 5 and 9; the one at 3 is 9 mm from the peak but 6 mm from that at 5
    assert found == [((6, -9, -3), -8), ((18, -9, -3), -7)]
    assert subpeaks(t, cluster, AFFINE, distance_mm=8, at_most=1) == found[:1]


def test_hedges_g_is_cohens_d_with_the_exact_correction():
    patients, controls = np.array([3.0, 5, 7]), np.array([1.0, 2, 3, 2])
    d = (5 - 2) / np.sqrt((8 + 2) / 5)

    g, low, high = hedges_g(patients, controls, confidence=0.95)

    assert g == pytest.approx(d * special.gamma(2.5) / (np.sqrt(2.5) * special.gamma(2)))
    t = stats.ttest_ind(patients, controls).statistic
    for limit, p in ((low, 0.975), (high, 0.025)):
        noncentrality = limit / g * t
        assert stats.nct.cdf(t, 5, noncentrality) == pytest.approx(p, abs=1e-6)


def test_hedges_g_changes_its_sign_with_the_groups():
    patients, controls = np.array([1.0, 2, 4, 4]), np.array([3.0, 3, 5, 8])

    g, low, high = hedges_g(patients, controls, confidence=0.9)

    np.testing.assert_allclose(
        hedges_g(controls, patients, confidence=0.9), [-g, -high, -low], atol=1e-6
    )


def test_groups_without_variation_have_no_effect_size():
    assert np.isnan(hedges_g(np.ones(4), np.ones(3), confidence=0.95)).all()


def test_means_are_those_of_the_voxels_with_the_label():
    maps = np.array([[1, 2, 3, 9], [5, 5, 8, 0]], np.float32)

    np.testing.assert_array_equal(cluster_means(maps, np.array([2, 1, 2, 0]), 2), [2, 6.5])


def test_means_leave_out_voxels_in_which_somebody_has_no_data():
    maps = np.array([[1, np.nan, 3], [5, 5, 8]], np.float32)

    np.testing.assert_array_equal(cluster_means(maps, np.array([1, 1, 1]), 1), [2, 6.5])
    assert np.isnan(cluster_means(maps, np.array([0, 1, 0]), 1)).all()
