"""Checks of trilinear against scipy and points one can check by hand."""

import numpy as np
from scipy import ndimage

from restpain.preprocessing.trilinear import applied, sampled, voxel_points


def test_values_between_voxels_are_those_of_scipy():
    random = np.random.default_rng(0)
    volume = random.normal(size=(5, 6, 7)).astype(np.float32)
    points = random.uniform(0, 1, (200, 3)) * [4, 5, 6]

    expected = ndimage.map_coordinates(volume, points.T, order=1)

    np.testing.assert_allclose(sampled(volume, points), expected, atol=1e-5)


def test_the_outermost_voxels_count_and_nothing_beyond_them():
    volume = np.full((3, 3, 3), 5.0)

    values = sampled(volume, np.array([[2, 2, 2], [0, 0, 0], [2.01, 1, 1], [1, -0.01, 1]]))

    np.testing.assert_array_equal(values, [5, 5, 0, 0])


def test_points_that_are_no_numbers_give_zero():
    assert sampled(np.ones((3, 3, 3)), np.array([[np.nan, 1, 1]]))[0] == 0


def test_points_keep_the_shape_of_their_array_and_their_precision():
    points = voxel_points((2, 3, 4))
    affine = np.diag([2.0, 3.0, 4.0, 1.0])
    affine[:3, 3] = 1

    moved = applied(affine, points)

    assert moved.dtype == np.float32
    np.testing.assert_array_equal(moved[1, 2, 3], [3, 7, 13])
