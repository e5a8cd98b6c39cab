"""Checks of splines against scipy's splines, which are computed apart."""

import numpy as np
import pytest
from scipy import ndimage

from restpain.preprocessing.splines import (
    mean_of_resampled,
    resampled_series,
    spline_coefficients,
    spline_values,
)

SHAPE = (17, 14, 11)


@pytest.fixture
def volume():
    noise = np.random.default_rng(0).normal(size=SHAPE)
    return (1000 + 300 * ndimage.gaussian_filter(noise, 1.2)).astype(np.float32)


def rigid(angle, shift):
    matrix = np.eye(4)
    c, s = np.cos(angle), np.sin(angle)
    matrix[:2, :2] = [[c, -s], [s, c]]
    matrix[:3, 3] = shift
    return matrix


def test_coefficients_are_those_of_scipy(volume):
    expected = ndimage.spline_filter(volume.astype(float), order=3, mode="mirror")

    np.testing.assert_allclose(spline_coefficients(volume), expected, atol=2e-3)


def test_values_at_the_voxels_are_the_voxels(volume):
    points = np.indices(SHAPE, dtype=np.float32).reshape(3, -1).T

    values, inside = spline_values(spline_coefficients(volume), points=points, to_voxels=np.eye(4))

    np.testing.assert_allclose(values, volume.ravel(), rtol=1e-5)
    assert inside.all()


def test_three_transforms_in_one_interpolation_equal_the_composed_reference(volume):
    rng = np.random.default_rng(1)
    points = rng.uniform(2, 9, (500, 3)).astype(np.float32)
    motion, coregistration = rigid(0.02, [0.3, -0.2, 0.4]), rigid(-0.05, [0.5, 1.0, -0.7])
    volumes = np.stack([volume, volume[::-1]])
    to_voxels = np.stack([coregistration, motion @ coregistration])

    series, inside = resampled_series(volumes, points=points, to_voxels=to_voxels)

    for k, matrix in enumerate(to_voxels):
        moved = points @ matrix[:3, :3].T + matrix[:3, 3]
        expected = ndimage.map_coordinates(volumes[k], moved.T, order=3, mode="mirror")
        assert np.abs(series[:, k] - expected).max() < 1e-4 * np.ptp(volume)
    assert inside.all()


def test_motion_coregistration_and_warp_in_one_equal_scipy_along_the_chain_of_points(volume):
    # as preprocess_func composes them, against points carried step by step in double precision
    rng = np.random.default_rng(5)
    epi = np.diag([-3.4, 3.4, 4.8, 1.0])
    epi[:3, 3] = [25, -20, -22]
    epi = rigid(0.1, [1, 2, -1]) @ epi
    to_epi = rigid(-0.08, [3.0, -1.5, 2.0])
    motion = np.array([rigid(0.03 * t, [0.9 * t, -0.4 * t, 0.6 * t]) for t in (-1, 0, 1)])
    volumes = np.stack([volume, np.roll(volume, 1, axis=0), volume[:, ::-1]])
    # a warp: for each voxel of the grid the point of the T1 it comes from
    grid = np.stack(np.meshgrid(*[np.arange(-12, 13, 3.0)] * 3, indexing="ij"), axis=-1)
    warped = (grid + 2 * np.sin(grid[..., ::-1] / 9)).reshape(-1, 3).astype(np.float32)
    warped = warped[rng.permutation(len(warped))]

    series, inside = resampled_series(
        volumes, points=warped, to_voxels=np.linalg.inv(epi) @ motion @ to_epi
    )

    assert inside.mean() > 0.5
    points = np.c_[warped.astype(float), np.ones(len(warped))].T
    for k, moved in enumerate(motion):
        in_epi = to_epi @ points
        in_volume = moved @ in_epi
        voxels = np.linalg.solve(epi, in_volume)[:3]
        expected = ndimage.map_coordinates(
            volumes[k].astype(float), voxels, order=3, mode="mirror"
        )
        error = np.abs(series[:, k] - expected)[inside]
        assert error.max() < 1e-3 * np.ptp(volume)
        twice = ndimage.map_coordinates(
            ndimage.affine_transform(
                volumes[k].astype(float), np.linalg.inv(epi) @ moved @ epi, order=3, mode="mirror"
            ),
            np.linalg.solve(epi, in_epi)[:3],
            order=3,
            mode="mirror",
        )
        assert np.abs(twice - expected)[inside].max() > (20 * error.max() if k != 1 else -1)


def test_points_more_than_half_a_voxel_outside_are_zero_and_flagged_in_any_volume(volume):
    points = np.array([[5, 5, 5], [-0.4, 5, 5], [-0.6, 5, 5], [16.3, 5, 5]], np.float32)
    shifted = np.eye(4)
    shifted[0, 3] = 0.3

    _, inside = spline_values(spline_coefficients(volume), points=points, to_voxels=np.eye(4))
    series, always = resampled_series(
        np.stack([volume, volume]), points=points, to_voxels=np.stack([np.eye(4), shifted])
    )

    np.testing.assert_array_equal(inside, [True, True, False, True])
    np.testing.assert_array_equal(always, [True, True, False, False])
    assert series[2, 0] == 0
    assert series[3, 1] == 0


def test_the_series_is_the_same_whatever_the_memory_order(volume):
    points = np.random.default_rng(2).uniform(1, 9, (50, 3)).astype(np.float32)
    volumes = np.stack([volume, 2 * volume])
    swapped = np.asfortranarray(volumes)
    to_voxels = np.stack([np.eye(4)] * 2)

    plain, _ = resampled_series(volumes, points=points, to_voxels=to_voxels)
    other, _ = resampled_series(swapped, points=points, to_voxels=to_voxels)

    np.testing.assert_array_equal(plain, other)
    np.testing.assert_allclose(plain[:, 1], 2 * plain[:, 0], rtol=1e-5)


def test_the_mean_counts_only_the_volumes_that_cover_a_voxel(volume):
    aside = np.eye(4)
    aside[0, 3] = 2.0  # the last two planes are not covered by the second volume
    volumes = np.stack([np.full(SHAPE, 10.0), np.full(SHAPE, 20.0)])

    mean = mean_of_resampled(volumes, to_voxels=np.stack([np.eye(4), aside]))

    np.testing.assert_allclose(mean[:-2], 15, rtol=1e-5)
    np.testing.assert_allclose(mean[-2:], 10, rtol=1e-5)
