"""Voxels searched for clusters: not the seed, nor what has no test."""

import numpy as np
import pytest

from group_study import SHAPE
from restpain.group.models import Fit
from restpain.group.search import near_seeds, part_of_mask, reasons_left_out

AFFINE = np.diag([3.0, -3.0, 6.0, 1.0])


def test_a_seed_reaches_as_far_as_the_distance_in_millimetres():
    mask = np.ones((9, 9, 9), bool)
    mask[0] = False
    seed = np.zeros(mask.shape)
    seed[4, 4, 4] = 1

    near = near_seeds(seed[mask][:, None], mask, AFFINE, distance_mm=6.0)[:, 0]
    alone = near_seeds(seed[mask][:, None], mask, AFFINE, distance_mm=0.0)[:, 0]

    found = {tuple(place) for place in np.argwhere(part_of_mask(mask, near)) - 4}
    by_hand = {
        (x, y, z)
        for x in range(-2, 3)
        for y in range(-2, 3)
        for z in (-1, 0, 1)
        if 9 * x**2 + 9 * y**2 + 36 * z**2 <= 36
    }
    assert found == by_hand  # z: one voxel of 6 mm, x and y: two of 3 mm
    assert np.argwhere(part_of_mask(mask, alone)).tolist() == [[4, 4, 4]]
    assert not near_seeds(np.zeros((mask.sum(), 1)), mask, AFFINE, distance_mm=6.0).any()


def test_each_voxel_left_out_has_one_reason():
    sse, n = np.array([1.0, 0, 0, 1, 0]), np.array([9, 9, 0, 9, 9])
    fit = Fit(t=np.zeros(5), df=7, betas=np.zeros((2, 5)), sse=sse, n=n)

    reasons = reasons_left_out(fit, np.array([False, False, False, True, True]))

    assert reasons == {
        "near_the_seed": 2,
        "too_few_participants_with_data": 1,
        "no_variation": 1,
    }


def cubes():
    """Effect in the seed at (-8, -6, 12) mm, and another one further away."""
    effect = np.zeros(SHAPE)
    effect[3:6, 5:8, 3:6] = 6
    effect[9:12, 9:12, 7:10] = -6
    return effect


def test_a_seed_is_not_connected_with_itself(study):
    study.seeds("coordinates", coordinates=[[-8, -6, 12]], radius_mm=3.0)

    found = study.compare("fc", [cubes()])

    assert found.table["t"].lt(0).tolist() == [True]  # the one further away
    assert found.table["seed_share"].tolist() == [0]
    assert found.n[4, 6, 4, 0] == 0
    assert found.n.max() == 16
    left_out = int(np.sum((found.n[..., 0] == 0) & study.in_mask()))
    assert left_out == 25  # of the sphere of 7 voxels, all within 3 mm
    assert found.correction["volumes"][0]["n_voxels"] == study.in_mask().sum() - left_out
    assert np.abs(found.t[4, 6, 4, 0]) > 5  # the map shows it


def test_the_published_search_of_a_seed_is_marked(study):
    study.seeds("coordinates", coordinates=[[-8, -6, 12]], radius_mm=3.0)

    found = study.compare("fc", [cubes()], seed_distance_mm=None)

    rows = found.table.set_index(found.table["t"] > 0)
    assert 0.5 < rows.loc[True, "seed_share"] <= 1
    assert rows.loc[False, "seed_share"] == 0


def test_a_seed_that_fills_the_mask_leaves_a_null_result(study):
    study.compare("alff", [np.full(SHAPE, 50.0)])
    study.seeds("clusters", ["alff"])

    found = study.compare("fc", [np.full(SHAPE, -50.0)])

    (volume,) = found.correction["volumes"]
    assert len(found.table) == volume["n_voxels"] == 0
    assert volume["dlh"] is volume["cluster_size_threshold"] is None
    assert found.n.max() == 0


@pytest.mark.parametrize("distance_mm", [3.0, None])
def test_score_maps_leave_out_the_seed_too(study, distance_mm):
    study.write_scores()
    study.two_spheres()

    found = study.score_maps("fc", [np.zeros(SHAPE)] * 2, seed_distance_mm=distance_mm)

    sizes = [volume["n_voxels"] for volume in found.correction["volumes"]]
    whole = study.in_mask().sum()
    assert (max(sizes) < whole) if distance_mm else (sizes == [whole, whole])
