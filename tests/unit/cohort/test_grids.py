"""Grids of images that are given."""

import numpy as np

from cohort_inputs import cohort
from given_maps import AFFINE
from restpain.cohort.grids import is_straight, native_grid_problems, usual_grid

GRID = np.diag([3.0, 3.0, 3.0, 1.0])
GRID[:3, 3] = -90, -126, -72


def series(*grids):
    """Indices of participants with a rest run on these grids, the affine each."""
    indices = cohort(len(grids))
    for index, affine in zip(indices, grids, strict=True):
        index["series"] = [index["series"][1] | {"matrix": [61, 73, 61], "grid": affine.tolist()}]
    return indices


def test_axes_may_be_turned_around_and_exchanged_not_rotated():
    turn = np.array([[0, -3.0, 0, 0], [3, 0, 0, 0], [0, 0, 3, 0], [0, 0, 0, 1]])
    tilted = AFFINE.copy()
    tilted[1, 2] = 0.1

    assert is_straight(AFFINE)
    assert is_straight(turn)
    assert not is_straight(tilted)


def test_one_grid_within_the_tolerance_is_no_problem_whatever_the_rounding():
    near = [GRID.copy() for _ in range(3)]
    for number, affine in enumerate(near):
        affine[0, 3] += 0.0004 * number  # -89.9996 and -89.9992 round to two thousandths

    assert native_grid_problems(series(*near)) == []
    assert usual_grid(series(*near)) == ([61, 73, 61], GRID.tolist())


def test_series_on_several_grids_are_one_sentence_with_each_grid_and_how_many_have_it():
    coarse = GRID @ np.diag([4 / 3, 4 / 3, 4 / 3, 1])

    (row,) = native_grid_problems(series(coarse, *[GRID] * 6))

    assert row["severity"] == "error"
    assert row["found"] == (
        "series on 2 grids: 61x73x61 voxels of 3 mm, the first at -90, -126, -72 mm "
        "(6 participants); 61x73x61 voxels of 4 mm, the first at -90, -126, -72 mm "
        "(1 participant: sub-01)"
    )
    assert row["expected"] == "one grid for all, since preprocessing.voxel_mm is native"
    assert row["action"].startswith("set it to a number of mm")


def test_a_rotated_grid_is_not_kept():
    tilted = GRID.copy()
    tilted[:3, :3] = GRID[:3, :3] @ [[1, 0, 0], [0, 0.96, -0.28], [0, 0.28, 0.96]]

    (row,) = native_grid_problems(series(tilted, tilted))

    assert row["found"].startswith("a rotated grid: [[3.0, 0.0, 0.0], [0.0, 2.88")


def test_a_series_without_a_grid_does_not_count():
    indices = series(GRID, GRID)
    del indices[0]["series"][0]["grid"]  # the affine is refused by another check

    assert native_grid_problems(indices) == []
