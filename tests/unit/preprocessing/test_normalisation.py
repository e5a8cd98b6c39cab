"""Checks of normalisation against warps that are known in closed form."""

import numpy as np
import pytest
from scipy import ndimage

from restpain.preprocessing.normalisation import (
    brain_voxels,
    dice,
    inverse_displacement,
    jacobian_determinant,
    nonlinear_displacement,
    on_template,
    point_field,
)
from restpain.preprocessing.points import applied, voxel_points
from restpain.preprocessing.trilinear import sampled

SHAPE = (36, 40, 38)
VOXEL_MM = 3.0
GRID = np.diag([VOXEL_MM] * 3 + [1.0])
GRID[:3, 3] = [-52, -60, -57]
TO_T1 = np.array([[0.9, 0.1, 0, 5], [-0.1, 0.95, 0.05, -3], [0, -0.05, 0.85, 8], [0, 0, 0, 1.0]])


def ball(radius_mm):
    points = applied(GRID, voxel_points(SHAPE).astype(float))
    return np.linalg.norm(points, axis=-1) < radius_mm


def bump(amplitude_mm):
    """A smooth displacement along x, zero at the sides of the grid."""
    points = applied(GRID, voxel_points(SHAPE).astype(float))
    field = np.zeros((*SHAPE, 3), np.float32)
    field[..., 0] = amplitude_mm * np.exp(-(np.linalg.norm(points, axis=-1) ** 2) / 2 / 20**2)
    return field


def test_there_and_back_is_where_one_was():
    there = bump(8.0)

    back = inverse_displacement(there, voxel_mm=VOXEL_MM)

    moved = voxel_points(SHAPE) + back / VOXEL_MM
    again = np.stack([sampled(there[..., axis], moved) for axis in range(3)], axis=-1)
    assert np.abs(back[ball(45.0)]).max() > 5.0
    assert np.abs(again + back)[ball(45.0)].max() < 0.01  # mm


def test_the_inverse_is_that_of_all_steps_in_all_voxels_to_the_byte():
    random = np.random.default_rng(2)
    noise = random.normal(size=(*SHAPE, 3)).astype(np.float32)
    there = bump(6.0) + 3 * ndimage.gaussian_filter(noise, (3, 3, 3, 0)) * ball(30.0)[..., None]
    expected = -there
    for _ in range(12):
        voxels = voxel_points(SHAPE) + expected / VOXEL_MM
        expected = -np.stack([sampled(there[..., axis], voxels) for axis in range(3)], axis=-1)

    back = inverse_displacement(there, voxel_mm=VOXEL_MM)

    assert back.tobytes() == expected.tobytes()
    assert back.dtype == np.float32


def test_the_jacobian_of_a_linear_stretch_is_its_factor_and_of_a_fold_negative():
    x = voxel_points(SHAPE)[..., 0] * VOXEL_MM
    stretch, fold = (np.zeros((*SHAPE, 3)) for _ in range(2))
    stretch[..., 0] = 0.25 * x
    fold[..., 0] = -1.5 * x

    for mask in (np.ones(SHAPE, bool), ball(40.0)):
        stretched = jacobian_determinant(stretch, mask, voxel_mm=VOXEL_MM)
        folded = jacobian_determinant(fold, mask, voxel_mm=VOXEL_MM)
        np.testing.assert_allclose(stretched, np.full(mask.sum(), 1.25))
        np.testing.assert_allclose(folded, np.full(mask.sum(), -0.5))


def test_the_point_field_is_the_affine_after_the_warp():
    shape, affine = (5, 5, 5), np.diag([6.0, 6.0, 6.0, 1.0])
    affine[:3, 3] = -12

    field = point_field(bump(8.0), GRID, TO_T1, shape=shape, affine=affine)

    points = applied(affine, voxel_points(shape).astype(float))
    shift = 8 * np.exp(-(np.linalg.norm(points, axis=-1) ** 2) / 2 / 20**2)
    points[..., 0] += shift
    np.testing.assert_allclose(field, applied(TO_T1, points), atol=0.1)


def test_the_brain_of_the_t1_is_the_template_brain_carried_over():
    mask, inverse = ball(40.0), np.zeros((*SHAPE, 3), np.float32)
    affine = np.diag([-2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = [60, -55, -50]

    brain, coordinates = brain_voxels(
        (60, 60, 60), affine, mask=mask, grid=GRID, inverse=inverse, to_t1=TO_T1
    )

    volume = brain.sum() * 8.0
    expected = mask.sum() * VOXEL_MM**3 * np.linalg.det(TO_T1[:3, :3])
    assert volume == pytest.approx(expected, rel=0.01)
    points = applied(affine, np.argwhere(brain).astype(float))
    np.testing.assert_allclose(applied(TO_T1 @ GRID, coordinates.astype(float)), points, atol=1e-3)


def test_a_t1_of_small_voxels_is_averaged_over_each_template_voxel():
    checks = np.indices((60, 60, 60)).sum(axis=0) % 2 * 2.0
    affine, grid = np.eye(4), np.diag([4.0, 4.0, 4.0, 1.0])
    grid[:3, 3] = 4

    values = on_template(checks, affine, np.eye(4), shape=(12, 12, 12), grid=grid)

    np.testing.assert_allclose(values, 1.0, atol=1e-5)


@pytest.fixture(scope="module")
def pair():
    """A textured ball, the same ball warped by a known bump, its mask."""
    random = np.random.default_rng(4)
    texture = ndimage.gaussian_filter(random.normal(size=SHAPE), 1.5)
    mask = ball(45.0)
    template = (10 + 20 * texture / texture.std()).clip(1) * ball(42.0)
    truth = bump(5.0)
    back = inverse_displacement(truth, voxel_mm=VOXEL_MM)
    moving = sampled(template, voxel_points(SHAPE) + back / VOXEL_MM)
    return template.astype(np.float32), moving, mask, truth


def test_a_known_warp_is_recovered_without_folds_and_to_the_byte_again(pair):
    template, moving, mask, truth = pair

    first, second = (
        nonlinear_displacement(moving, template, mask, voxel_mm=VOXEL_MM) for _ in range(2)
    )

    inside = ball(35.0)
    error = np.linalg.norm(first - truth, axis=-1)[inside]
    assert np.linalg.norm(truth, axis=-1)[inside].mean() > 2.0
    assert error.mean() < 0.5  # mm
    assert (jacobian_determinant(first, np.ones(SHAPE, bool), voxel_mm=VOXEL_MM) > 0).all()
    assert first.tobytes() == second.tobytes()


def test_the_edge_of_a_brain_larger_than_the_affine_says_is_followed():
    random = np.random.default_rng(6)
    texture = ndimage.gaussian_filter(random.normal(size=SHAPE), 1.5)
    distance = np.linalg.norm(applied(GRID, voxel_points(SHAPE).astype(float)), axis=-1)
    template = (60 + 20 * texture / texture.std()).clip(1)
    brain = (template * (distance < 42)).astype(np.float32)
    growth = 1.06  # of the brain in the image over that of the template
    points = applied(GRID, voxel_points(SHAPE).astype(float)) / growth
    moving = sampled(brain, applied(np.linalg.inv(GRID), points))

    found = nonlinear_displacement(moving, brain, distance < 42, voxel_mm=VOXEL_MM)

    rim = (distance > 36) & (distance < 42)
    outward = (found * applied(GRID, voxel_points(SHAPE).astype(float))).sum(axis=-1) / distance
    expected = (growth - 1) * distance[rim].mean()
    assert outward[rim].mean() > 0.65 * expected  # half of it if the image ends at the mask


def test_dice_is_twice_the_common_part_over_both():
    first, second = np.array([1, 1, 1, 0], bool), np.array([0, 1, 1, 1], bool)

    assert dice(first, second) == pytest.approx(2 / 3)
    assert dice(np.zeros(4, bool), np.zeros(4, bool)) == 1
