"""Points, affine matrices and sampling against values worked out by hand."""

import numpy as np

from restpain.preprocessing.points import applied
from restpain.simulation.geometry import (
    grid_points,
    nearest,
    oblique_affine,
    rotation,
    translation,
)


def test_a_quarter_turn_about_z_takes_x_to_y():
    points = applied(rotation([0, 0, np.pi / 2]), np.array([[1.0, 0.0, 0.0]]))

    np.testing.assert_allclose(points, [[0, 1, 0]], atol=1e-12)


def test_grid_points_are_the_millimetres_of_the_voxels_in_c_order():
    affine = translation([10, 20, 30]) @ np.diag([2.0, 1.0, 1.0, 1.0])

    points = grid_points((2, 1, 2), affine)

    assert points.tolist() == [[10, 20, 30], [10, 20, 31], [12, 20, 30], [12, 20, 31]]


def test_the_nearest_voxel_is_taken_and_zero_beyond_the_grid():
    image = np.arange(8, dtype=np.float32).reshape(2, 2, 2)  # 4 x + 2 y + z
    points = np.array([[0.6, 0.4, 0.6], [1, 0.25, 0], [-2, 0, 0]], np.float32)

    assert nearest(image, np.eye(4), points).tolist() == [5.0, 4.0, 0.0]


def test_the_centre_of_an_oblique_grid_is_where_it_was_put():
    affine = oblique_affine(
        (11, 21, 5), [2, 3, 4], axes=rotation([0.1, 0.2, 0.3])[:3, :3], centre_mm=[1.0, 2.0, 3.0]
    )

    np.testing.assert_allclose(affine @ [5, 10, 2, 1], [1, 2, 3, 1])
    np.testing.assert_allclose(np.linalg.norm(affine[:3, :3], axis=0), [2, 3, 4])
