"""Checks of template against grids and averages that are known."""

import numpy as np
import pytest

from restpain.preprocessing.template import (
    covering_grid,
    resampled,
    template_grid,
    template_images,
    voxel_sizes,
)


def test_three_millimetres_give_the_grid_of_dparsf():
    shape, affine = template_grid(3.0)

    assert shape == (61, 73, 61)
    np.testing.assert_array_equal(affine[:3, 3], [-90, -126, -72])
    last = affine @ [60, 72, 60, 1]
    np.testing.assert_array_equal(last[:3], [90, 90, 108])


@pytest.mark.parametrize(("voxel_mm", "n"), [(0.9, 201), (2.0, 91), (4.0, 46), (7.0, 26)])
def test_the_last_voxel_lies_on_the_corner_or_the_nearest_step_below(voxel_mm, n):
    shape, affine = template_grid(voxel_mm)

    assert shape[0] == n
    assert -1e-6 <= 90 - (affine @ [n - 1, 0, 0, 1])[0] < voxel_mm


def test_a_voxel_of_no_size_is_refused():
    with pytest.raises(ValueError, match="have 0 mm, not more than 0"):
        template_grid(0)


def test_a_covering_grid_spans_the_centres_of_a_flipped_image():
    flipped = np.diag([-1.0, 1.0, 1.0, 1.0])
    flipped[:3, 3] = [50, -20, 0]

    shape, affine = covering_grid((101, 41, 11), flipped, voxel_mm=2.0)

    assert shape == (51, 21, 6)
    np.testing.assert_array_equal(affine[:3, 3], [-50, -20, 0])


def test_resampling_keeps_a_linear_ramp_and_shifts_it_with_the_grid():
    image = np.broadcast_to(np.arange(40.0)[:, None, None], (40, 40, 40))
    target = np.diag([3.0, 3.0, 3.0, 1.0])
    target[:3, 3] = [7.5, 9, 9]

    values = resampled(image, np.eye(4), shape=(8, 8, 8), target=target)

    np.testing.assert_allclose(values[:, 4, 4], 7.5 + 3 * np.arange(8), atol=1e-4)


def test_resampling_to_the_same_grid_changes_nothing():
    image = np.random.default_rng(1).random((9, 8, 7)).astype(np.float32)

    np.testing.assert_allclose(
        resampled(image, np.eye(4), shape=image.shape, target=np.eye(4)), image
    )


def test_tissues_share_out_the_brain_and_are_nothing_beyond_it():
    mask = np.zeros((24, 24, 24))
    mask[6:18, 6:18, 6:18] = 1
    sources = {
        "T1w": mask,
        "mask": mask,
        "GM": np.full(mask.shape, 0.5),  # also where there is no brain
        "WM": np.full(mask.shape, 0.2),
    }
    target = np.diag([2.0, 2.0, 2.0, 1.0])

    images = template_images(sources, np.eye(4), shape=(12, 12, 12), target=target)

    inner = (slice(5, 7),) * 3
    np.testing.assert_allclose(images["GM"][inner], 0.5, atol=1e-4)
    np.testing.assert_allclose(images["WM"][inner], 0.2, atol=1e-4)
    np.testing.assert_allclose(images["CSF"][inner], 0.3, atol=1e-4)
    assert images["GM"][0, 0, 0] == images["CSF"][0, 0, 0] == 0
    assert images["mask"].sum() == 6**3 - 1  # one corner voxel is brain to 0.75 ** 3


def test_voxel_sizes_are_along_the_axes_of_the_grid_whatever_their_direction():
    affine = np.array([[0, 0, 2.0, 0], [3, 0, 0, 0], [0, 4, 0, 0], [0, 0, 0, 1]])

    np.testing.assert_array_equal(voxel_sizes(affine), [3, 4, 2])
