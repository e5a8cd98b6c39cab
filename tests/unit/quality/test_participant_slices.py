"""Slices of a participant: sides and washes."""

import numpy as np

from restpain.quality.participant_figure import pixels
from restpain.quality.participant_slices import (
    mosaic,
    slices_figure,
    snr_image,
    tissues_on_template,
)

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
AFFINE[:3, 3] = [-90, -126, -72]
SHAPE = (61, 73, 61)


def test_slices_have_the_front_up_and_the_left_on_the_left():
    image = np.zeros(SHAPE)
    image[10, 60, 34] = 1.0  # x -60, y 54, z 30 mm: in no slice
    image[10, 60, 35] = 2.0  # z 33 mm, the fourth axial slice

    picture = mosaic(image, AFFINE)

    row, column = np.argwhere(picture == 2.0)[0]
    width = 53 + 2  # -78 to 78 mm and a border
    assert column == 3 * width + 1 + 6
    assert row < picture.shape[0] / 3
    assert not (picture == 1.0).any()


def test_a_wash_colours_where_its_image_is_one_and_nothing_where_it_is_zero():
    wash = np.zeros(SHAPE)
    wash[:30] = 1  # the left half
    picture = {
        "image": np.ones(SHAPE),
        "affine": AFFINE,
        "title": "",
        "limits": (0, 1),
        "outlines": {},
    }

    plain, washed = (
        pixels(slices_figure([picture | more])).astype(int)
        for more in ({}, {"washes": {"#ff0000": wash}})
    )

    changed = (plain != washed).any(axis=2)
    assert changed.any()
    assert (washed[changed][:, 0] >= washed[changed][:, 1]).all()  # redder
    columns = np.flatnonzero(changed.any(axis=0))
    first_slice = columns[columns < 0.137 * plain.shape[1]]
    assert first_slice.max() < 0.075 * plain.shape[1]


def test_tissues_are_sampled_where_the_points_lie_in_the_image():
    ramp = np.broadcast_to(np.arange(5.0)[:, None, None], (5, 4, 3))
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    points = np.array([[[[3.0, 2, 2], [8.0, 0, 0]]]])  # voxels 1.5 and 4 along x

    (found, _, _) = tissues_on_template([(ramp, affine)] * 3, points)

    assert found.ravel().tolist() == [1.5, 4.0]


def test_a_voxel_that_does_not_vary_has_no_signal_to_noise():
    mask = np.zeros((2, 2, 1), bool)
    mask[0] = True
    series = np.array([[-1.0, 1.0, -1.0, 1.0], [0.0, 0.0, 0.0, 0.0]])
    mean = np.full(mask.shape, 50.0)

    np.testing.assert_array_equal(
        snr_image(series, mean, mask=mask)[..., 0], [[50.0, 0.0], [0.0, 0.0]]
    )
