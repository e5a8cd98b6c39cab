"""Simulated T1-weighted images against the labels that they are made of."""

import numpy as np
import pytest

from restpain.io.images import read_volume
from restpain.simulation.anatomy import (
    Anatomy,
)
from restpain.simulation.geometry import (
    grid_points,
    nearest,
    translation,
)
from restpain.simulation.head import CSF, GM, WM, head_labels, template_path
from restpain.simulation.t1 import box_blurred, t1_grid, t1_image, tissue_volumes_ml


@pytest.fixture(scope="module")
def head():
    t1, affine = read_volume(template_path("t1"))
    gm, wm = (read_volume(template_path(tissue))[0] / 255 for tissue in ("gm", "wm"))
    labels, head_affine = head_labels(t1=t1, gm=gm, wm=wm, affine=affine)
    return labels, head_affine, t1, affine


def undeformed(pose):
    nothing = np.zeros((3, 4, 4, 4), np.float32)
    return Anatomy(pose=pose, forward=nothing, backward=nothing, warp_affine=np.eye(4))


def test_a_box_of_two_voxels_takes_half_of_each_neighbour():
    image = np.zeros((5, 1, 1), np.float32)
    image[2] = 1

    assert box_blurred(image, [2, 1, 1]).ravel().tolist() == [0, 0.25, 0.5, 0.25, 0]
    assert box_blurred(image, [1, 1, 1]).ravel().tolist() == [0, 0, 1, 0, 0]


def test_an_undeformed_t1_shows_the_labels_with_their_brightness(head):
    labels, head_affine, _, _ = head
    affine = translation([-20, -40, 0]) @ np.diag([2.0, 2.0, 2.0, 1.0])

    image, tissue = t1_image(
        labels,
        head_affine,
        undeformed(np.eye(4)),
        shape=(20, 24, 16),
        affine=affine,
        rng=np.random.default_rng(8),
    )

    points = grid_points(tissue.shape, affine)
    expected = nearest(labels, head_affine, points).reshape(tissue.shape)
    np.testing.assert_array_equal(tissue, expected)
    grey, white = np.median(image[tissue == GM]), np.median(image[tissue == WM])
    assert 0.6 < grey / white < 0.8  # 0.62 and 1, nearer to each other by partial volume
    assert 600 < white < 1500  # 1000 times the coil bias


def test_the_t1_grid_is_sagittal_and_covers_the_head():
    shape, affine = t1_grid(2.0, np.random.default_rng(9))

    assert shape == (120, 120, 96)
    # columns go to the back, rows down, slices from right to left
    directions = affine[:3, :3] / 2
    assert directions[1, 0] < -0.98
    assert directions[2, 1] < -0.98
    assert directions[0, 2] < -0.98


def test_volumes_count_voxels_in_millilitres():
    tissue = np.zeros((10, 10, 10), np.uint8)
    tissue[:5], tissue[5], tissue[6, :5] = GM, WM, CSF

    volumes = tissue_volumes_ml(tissue, np.diag([-2.0, 2.0, 2.5, 1.0]))

    assert volumes == {"gm_ml": 5.0, "wm_ml": 1.0, "csf_ml": 0.5, "intracranial_ml": 6.5}
