"""Published regions and the universes that have them."""

import numpy as np
import pandas as pd

from restpain.multiverse.published_rows import (
    matches_of_rows,
    places_of_rows,
    published_table,
    readings_table,
    rows_of_measure,
    rows_reproduced,
)

TEMPLATE = np.ones((10, 10, 10), bool)
AFFINE = np.diag([3.0, 3, 3, 1])
PUBLISHED = pd.DataFrame(
    [
        ["ALFF", "Inferior temporal gyrus", "left", "18", "9", "9", "9", "-3.9"],
        ["ReHo", "Precuneus", "right", "7", "21", "21", "21", "4.5"],
        ["ALFF", "Precentral gyrus", "right", "4", "21", "9", "9", "5.0"],
        ["ALFF", "Insula", "right", "NA", "", "9", "9", "5.0"],
    ],
    columns=["measure", "region", "hemisphere", "brodmann_area", "x_mm", "y_mm", "z_mm", "t"],
)
UNIVERSES = pd.DataFrame({"universe": [0, 1, 2], "alff": [0, 1, 0], "reho": [0, 1, 2]})
CLUSTERS = pd.DataFrame(
    [
        (0, -1, -4.1, "Temporal_Inf_L"),
        (1, -1, -3.0, "Fusiform_L"),
        (1, 1, 6.0, "Precentral_R"),
        (1, -1, -9.0, "Precentral_R"),
        (1, 1, 5.5, "Precentral_R"),
    ],
    columns=["universe", "sign", "t", "region"],
)


def ball(*voxel):
    inside = np.zeros(TEMPLATE.shape, bool)
    inside[voxel] = True
    return np.flatnonzero(inside)


VOXELS = [ball(3, 3, 4), ball(3, 5, 3), ball(7, 3, 3), ball(7, 3, 3), ball(7, 4, 3)]


def found(measure="alff"):
    places = places_of_rows(PUBLISHED, measure, TEMPLATE, AFFINE, match_mm=6.0)
    return matches_of_rows(PUBLISHED, measure, CLUSTERS, VOXELS, places)


def test_rows_without_a_peak_are_left_out():
    assert rows_of_measure(PUBLISHED, "alff").index.tolist() == [0, 2]
    assert rows_of_measure(None, "alff").empty


def test_a_place_is_the_ball_about_the_peak_with_the_sign_of_t():
    (near, sign), (_, other) = places_of_rows(PUBLISHED, "alff", TEMPLATE, AFFINE, match_mm=6.0)

    assert (sign, other) == (-1, 1)
    assert near.sum() == 33  # voxels within two of the centre
    assert near[ball(3, 3, 5)].all()
    assert not near[ball(3, 3, 6)].any()


def test_a_universe_has_a_row_if_a_cluster_of_its_sign_is_near():
    matches = found()

    assert matches[["row", "universe"]].to_numpy().tolist() == [[0, 0], [0, 1], [2, 1]]
    assert matches["t"].tolist() == [-4.1, -3.0, 5.5]  # of two the one nearest to 5.0


def test_no_cluster_gives_no_match():
    places = places_of_rows(PUBLISHED, "alff", TEMPLATE, AFFINE, match_mm=6.0)

    assert matches_of_rows(PUBLISHED, "alff", CLUSTERS[:0], [], places).empty


def test_the_table_counts_universes_labels_and_the_closest_t():
    matches = {"alff": found(), "reho": found("reho")}
    audit = {"ALFF, Inferior temporal gyrus, left": 2, "ALFF, Precentral gyrus, right": 0}

    table = published_table(PUBLISHED, matches, UNIVERSES, audit)

    inferior, precentral, precuneus = (row for _, row in table.iterrows())
    assert (inferior["n_matching"], inferior["n_same_label"], inferior["in_main"]) == (3, 2, True)
    assert (inferior["closest_t"], inferior["closest_universe"]) == (-4.1, 0)
    assert (inferior["n_inconsistent"], precentral["n_inconsistent"]) == (2, 0)
    assert (precentral["n_matching"], precentral["in_main"]) == (1, False)
    assert precuneus["n_matching"] == 0
    assert pd.isna(precuneus["closest_universe"])


def test_the_best_reading_has_most_rows_and_then_the_nearest_t():
    table = readings_table(PUBLISHED, {"alff": found(), "reho": found("reho")}, UNIVERSES)

    assert table["universe"].tolist() == [1, 0, 2]
    assert table["n_rows"].tolist() == [2, 1, 1]
    np.testing.assert_allclose(table["mean_t_difference"], [(0.9 + 0.5) / 2, 0.2, 0.2])


def test_rows_of_all_measures_are_counted_in_the_universe_that_shares_their_results():
    alff = np.zeros((2, 3, 2), bool)
    alff[1, 0] = True
    reho = np.zeros((3, 3, 1), bool)
    reho[2, :2] = True

    counts = rows_reproduced(
        {"alff": (np.array([0, 1]), alff), "reho": (np.array([0, 1, 2]), reho)}, UNIVERSES
    )

    assert counts.tolist() == [[0, 0, 0], [2, 0, 0], [1, 1, 0]]
