"""Simulated head motion against displacements that are known."""

import numpy as np

from restpain.simulation.anatomy import Anatomy
from restpain.simulation.geometry import translation
from restpain.simulation.motion import (
    dense_affine,
    head_motion,
    motion_matrix,
    moved_brightness,
    moved_since,
    rest_grid,
)


def displacement(motion):
    """Mean framewise displacement of Power in mm."""
    return np.abs(np.diff(motion * ([1] * 3 + [50] * 3), axis=0)).sum(axis=1).mean()


def test_motion_starts_at_rest_and_stays_below_some_millimetres():
    motions = [head_motion(240, np.random.default_rng(seed)) for seed in range(30)]

    for motion in motions:
        assert (motion[0] == 0).all()
        assert np.abs(motion[:, :3]).max() < 4
        assert np.abs(motion[:, 3:]).max() < np.deg2rad(4)
    assert 0.1 < np.mean([displacement(motion) for motion in motions]) < 0.2


def test_a_restless_group_moves_by_its_ratio():
    calm, restless = (
        head_motion(240, np.random.default_rng(1), ratio=ratio) for ratio in (1.0, 1.5)
    )

    np.testing.assert_allclose(restless, 1.5 * calm)


def test_motion_turns_about_its_centre_and_then_shifts():
    centre = np.array([10.0, 0.0, 0.0])
    matrix = motion_matrix(np.array([1, 2, 3, 0, 0, np.pi / 2]), centre)

    np.testing.assert_allclose(matrix @ [10, 0, 0, 1], [11, 2, 3, 1], atol=1e-12)
    np.testing.assert_allclose(matrix @ [11, 0, 0, 1], [11, 3, 3, 1], atol=1e-12)


def test_the_dense_grid_has_the_voxel_centres_at_every_third_point():
    affine = translation([5, 6, 7]) @ np.diag([3.0, 3.0, 6.0, 1.0])

    dense = dense_affine(affine)

    np.testing.assert_allclose(dense @ [1, 1, 1, 1], affine @ [0, 0, 0, 1])
    np.testing.assert_allclose(dense @ [4, 7, 1, 1], affine @ [1, 2, 0, 1])


def test_brightness_moves_with_the_head():
    affine = np.diag([3.0, 3.0, 3.0, 1.0])
    ramp = np.broadcast_to(np.arange(30.0)[:, None, None], (30, 30, 30)).astype(np.float32)
    grid = {"shape": (10, 10, 10), "affine": affine, "centre_mm": np.array([15.0, 15.0, 15.0])}

    rest = moved_brightness(ramp, motion=np.zeros(6), **grid)
    shifted = moved_brightness(ramp, motion=np.array([0.5, 0, 0, 0, 0, 0]), **grid)

    np.testing.assert_allclose(rest[:, 5, 5], 3 * np.arange(10) + 1, rtol=1e-6)
    # the head went 0.5 mm to the right, so a voxel sees what was 0.5 points further left
    np.testing.assert_allclose(shifted[2:8, 5, 5], rest[2:8, 5, 5] - 0.5, rtol=1e-5)


def test_the_rest_grid_is_axial_over_the_brain_and_tilted_with_the_head():
    nothing = np.zeros((3, 2, 2, 2), np.float32)
    pose = translation([0, 0, 30]) @ motion_matrix(np.array([0, 0, 0, 0.2, 0, 0]), np.zeros(3))
    anatomy = Anatomy(pose=pose, forward=nothing, backward=nothing, warp_affine=np.eye(4))

    shape, affine = rest_grid([48, 48, 30], [4.6, 4.6, 5.0], anatomy, np.random.default_rng(1))

    assert shape == (48, 48, 30)
    directions = affine[:3, :3] / [4.6, 4.6, 5.0]
    np.testing.assert_allclose(directions @ directions.T, np.eye(3), atol=1e-9)
    assert directions[0, 0] < -0.99  # columns to the left
    # slices along the head's own axis, 0.2 rad off the scanner's, within 2.5 degrees per axis
    assert directions[:, 2] @ pose[:3, 2] > np.cos(np.deg2rad(4))
    centre = affine @ [23.5, 23.5, 14.5, 1]
    np.testing.assert_allclose(centre[:3], (pose @ [0, -19, 5, 1])[:3], atol=2)


def test_between_series_the_head_moves_rigidly_and_little():
    nothing = np.zeros((3, 2, 2, 2), np.float32)
    anatomy = Anatomy(pose=np.eye(4), forward=nothing, backward=nothing, warp_affine=np.eye(4))

    settled, matrix = moved_since(anatomy, np.random.default_rng(4))

    np.testing.assert_allclose(settled.pose, matrix)
    np.testing.assert_allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-12)
    shift = np.linalg.norm((matrix @ [0, -19, 5, 1])[:3] - [0, -19, 5])
    assert 0 < shift < 3
