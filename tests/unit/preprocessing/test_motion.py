"""Realignment and framewise displacement of a phantom that was moved by known amounts."""

import numpy as np
import pytest
from scipy import ndimage

from restpain.preprocessing.motion import (
    displacement_jenkinson,
    displacement_power,
    motion_parameters,
    realigned,
    rigid_matrix,
    rigid_parameters,
)

SHAPE, VOXEL_MM = (30, 34, 24), np.array([4.0, 4.0, 5.0])
AFFINE = np.diag([-VOXEL_MM[0], VOXEL_MM[1], VOXEL_MM[2], 1.0])
AFFINE[:3, 3] = [58, -66, -57]


def head(points):
    """Brightness of a smooth head with dark and bright blobs at points in mm."""
    value = 1 / (1 + np.exp((np.linalg.norm(points / [45, 55, 42], axis=-1) - 1) * 12))
    blobs = np.random.default_rng(3)
    for centre, size in zip(
        blobs.uniform(-30, 30, (25, 3)), blobs.uniform(8, 14, 25), strict=True
    ):
        distance = ((points - centre) ** 2).sum(axis=-1)
        value = value + blobs.choice([-0.35, 0.35]) * np.exp(-distance / (2 * size**2)) * value
    return 1000 * value


def series(poses, *, noise=0.0, seed=0, affine=AFFINE):
    """Volumes of the head at poses, six parameters each: where the head went."""
    voxels = np.indices(SHAPE).reshape(3, -1).T @ affine[:3, :3].T + affine[:3, 3]
    rng = np.random.default_rng(seed)
    volumes = []
    for pose in poses:
        back = np.linalg.inv(rigid_matrix(pose))
        volumes.append(head(voxels @ back[:3, :3].T + back[:3, 3]).reshape(SHAPE))
    return np.array(volumes, np.float32) + rng.normal(0, noise, (len(poses), *SHAPE))


def test_parameters_and_matrix_are_inverse_to_each_other():
    parameters = np.array([1.0, -2.0, 3.0, 0.1, -0.2, 0.3])

    np.testing.assert_allclose(rigid_parameters(rigid_matrix(parameters)), parameters)


def test_pitch_of_ninety_degrees_turns_up_into_front():
    matrix = rigid_matrix(np.array([0, 0, 0, np.pi / 2, 0, 0]))

    np.testing.assert_allclose(matrix @ [0, 0, 1, 1], [0, 1, 0, 1], atol=1e-12)


def error_mm(transforms, poses):
    """Root mean square displacement error over the head, in a frame common to all volumes."""
    truth = np.array([rigid_matrix(pose) for pose in poses])
    common = (np.linalg.inv(truth) @ transforms).mean(axis=0)
    points = np.random.default_rng(0).uniform(-40, 40, (300, 3))
    error = ((transforms - truth @ common) @ np.c_[points, np.ones(300)].T)[:, :3]
    return np.sqrt((error**2).sum(axis=1).mean())


def walked(n_volumes, largest, seed):
    """Random walk whose translations and rotations reach ``largest`` mm and degrees."""
    walk = np.random.default_rng(seed).normal(size=(n_volumes, 6)).cumsum(axis=0)
    walk = (walk - walk[0]) / np.abs(walk - walk[0]).max(axis=0)
    return walk * largest * [1, 1, 1, *np.radians([1, 1, 1])]


def test_simulated_motion_up_to_one_millimetre_is_recovered_to_three_hundredths():
    poses = walked(12, 1, seed=5)

    transforms, _, converged = realigned(series(poses, noise=10), affine=AFFINE)

    assert converged.all()
    assert error_mm(transforms, poses) < 0.03


def test_a_head_cut_off_by_the_edge_of_the_image_is_not_held_in_place_by_the_cut():
    # the lowest slices lie in the head; counting them made the error 0.037 mm
    affine = AFFINE.copy()
    affine[2, 3] = -20
    poses = walked(10, 4, seed=3)

    transforms, _, converged = realigned(series(poses, noise=3, affine=affine), affine=affine)

    assert converged.all()
    assert error_mm(transforms, poses) < 0.02


def test_a_head_that_went_right_and_nodded_has_the_parameters_of_the_way_back():
    poses = np.zeros((3, 6))
    poses[2] = [3.0, 0, 0, np.radians(4), 0, 0]

    transforms, mean, _ = realigned(series(poses), affine=AFFINE)
    parameters = motion_parameters(transforms)

    np.testing.assert_allclose(parameters[0], 0, atol=1e-12)
    np.testing.assert_allclose(parameters[1], 0, atol=2e-3)
    expected = rigid_parameters(np.linalg.inv(rigid_matrix(poses[2])))
    np.testing.assert_allclose(parameters[2, :3], expected[:3], atol=0.05)
    np.testing.assert_allclose(parameters[2, 3:], expected[3:], atol=np.radians(0.05))
    sharp = ndimage.laplace(series(poses[:1])[0])
    assert np.corrcoef(ndimage.laplace(mean).ravel(), sharp.ravel())[0, 1] > 0.98


def test_a_change_of_brightness_is_no_motion():
    volumes = series(np.zeros((3, 6))) * np.array([1.0, 1.3, 0.8]).reshape(-1, 1, 1, 1)

    transforms, _, _ = realigned(volumes, affine=AFFINE)

    np.testing.assert_allclose(motion_parameters(transforms), 0, atol=1e-3)


def test_jenkinson_of_a_translation_is_its_length_and_of_a_rotation_two_fifths_of_the_square():
    angle = 0.01
    transforms = np.array(
        [np.eye(4), rigid_matrix([0.3, 0, 0.4, 0, 0, 0]), rigid_matrix([0.3, 0, 0.4, 0, 0, angle])]
    )

    values = displacement_jenkinson(transforms, centre_mm=np.zeros(3))

    assert np.isnan(values[0])
    assert values[1] == pytest.approx(0.5)
    turned = rigid_matrix([0, 0, 0, 0, 0, angle])[:3, :3]
    shift = np.array([0.3, 0, 0.4]) - turned @ [0.3, 0, 0.4]
    square = 80**2 / 5 * 2 * (2 - 2 * np.cos(angle)) + shift @ shift
    assert values[2] == pytest.approx(np.sqrt(square))


def test_jenkinson_is_the_root_mean_square_over_the_sphere():
    rng = np.random.default_rng(0)
    move = rigid_matrix([0.5, -0.2, 0.1, 0.02, -0.01, 0.015])
    centre = np.array([3.0, -20.0, 10.0])
    ball = rng.normal(size=(200_000, 3))
    ball *= (
        80 * (rng.uniform(size=(200_000, 1)) ** (1 / 3)) / np.linalg.norm(ball, axis=1)[:, None]
    )
    points = np.c_[ball + centre, np.ones(len(ball))]
    moved = (points @ (move - np.eye(4)).T)[:, :3]

    value = displacement_jenkinson(np.array([np.eye(4), move]), centre_mm=centre)[1]

    assert value == pytest.approx(np.sqrt((moved**2).sum(axis=1).mean()), rel=5e-3)


def test_power_is_the_sum_of_changes_with_rotations_as_arcs_of_fifty_millimetres():
    parameters = np.array([[0, 0, 0, 0, 0, 0], [0.1, -0.2, 0, 0.002, 0, -0.004]])

    np.testing.assert_allclose(displacement_power(parameters), [np.nan, 0.3 + 0.1 + 0.2])
