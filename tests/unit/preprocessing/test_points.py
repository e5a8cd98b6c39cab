"""Points of a grid and an affine by hand."""

import numpy as np

from restpain.preprocessing.points import applied, voxel_points


def test_points_keep_the_shape_of_their_array_and_their_precision():
    points = voxel_points((2, 3, 4))
    affine = np.diag([2.0, 3.0, 4.0, 1.0])
    affine[:3, 3] = 1

    moved = applied(affine, points)

    assert moved.dtype == np.float32
    np.testing.assert_array_equal(moved[1, 2, 3], [3, 7, 13])
