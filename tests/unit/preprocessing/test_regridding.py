"""Given images on the grid of the maps, against scipy and against the images themselves."""

import numpy as np
from scipy.ndimage import map_coordinates

from restpain.preprocessing.regridding import is_same_grid, regridded, regridded_series

TARGET = np.diag([3.0, 3, 3, 1])
TARGET[:3, 3] = [-12, -15, -9]
LIKE = np.ones((9, 10, 7), bool)
TURNED = np.array([[0, -3.0, 0, 12], [3, 0, 0, -15], [0, 0, 3, -9], [0, 0, 0, 1]])  # y, -x, z
OTHER = np.diag([2.5, 2.5, 4, 1])
OTHER[:3, 3] = [-13, -16, -11]


def test_the_same_grid_with_axes_in_another_order_gives_the_very_values():
    volumes = np.random.default_rng(0).normal(size=(4, 10, 9, 7)).astype(np.float32)
    within = np.random.default_rng(1).random(LIKE.shape) < 0.4

    data = np.ones(volumes.shape[1:], bool)
    series = regridded_series(volumes, TURNED, has_data=data, within=within, target=TARGET)
    image = regridded(volumes[2], TURNED, like=LIKE, target=TARGET)

    assert is_same_grid(volumes.shape[1:], TURNED, like=LIKE, target=TARGET)
    by_hand = np.moveaxis(volumes, 0, -1)[:, ::-1].swapaxes(0, 1)
    np.testing.assert_array_equal(series, by_hand[within])
    np.testing.assert_array_equal(image, by_hand[..., 2])


def test_another_grid_is_interpolated_between_its_voxels():
    volume = np.random.default_rng(0).normal(size=(10, 13, 8)).astype(np.float32)
    points = np.indices(LIKE.shape).reshape(3, -1)
    voxels = np.linalg.inv(OTHER) @ TARGET @ np.vstack([points, np.ones(points.shape[1])])

    image = regridded(volume, OTHER, like=LIKE, target=TARGET)

    assert not is_same_grid(volume.shape, OTHER, like=LIKE, target=TARGET)
    expected = map_coordinates(volume, voxels[:3], order=1).reshape(LIKE.shape)
    inside = (voxels[:3] <= np.array([[9], [12], [7]])).all(axis=0).reshape(LIKE.shape)
    assert 0 < inside.sum() < inside.size
    np.testing.assert_allclose(image[inside], expected[inside], atol=1e-5)
    assert not image[~inside].any()


def test_series_on_another_grid_are_those_of_scipys_cubic_splines():
    volumes = np.random.default_rng(0).normal(size=(3, 12, 13, 8)).astype(np.float32)
    within = np.zeros(LIKE.shape, bool)
    within[2:6, 3:7, 1:5] = True
    points = np.vstack([np.array(np.nonzero(within)), np.ones(within.sum())])
    voxels = (np.linalg.inv(OTHER) @ TARGET @ points)[:3]

    data = np.ones(volumes.shape[1:], bool)
    series = regridded_series(volumes, OTHER, has_data=data, within=within, target=TARGET)

    expected = [map_coordinates(one, voxels, order=3, mode="mirror") for one in volumes]
    np.testing.assert_allclose(series, np.transpose(expected), atol=2e-5)


def test_voxels_without_data_do_not_swing_into_the_brain():
    rng = np.random.default_rng(0)
    ball = np.linalg.norm(np.indices((12, 13, 8)).T - [6, 6, 4], axis=-1).T < 3.6
    volumes = (1000 + 10 * rng.normal(size=(3, 12, 13, 8))).astype(np.float32)
    outside = np.where(ball, volumes, 0)
    share = regridded(ball, OTHER, like=LIKE, target=TARGET)
    within = share >= 0.5

    series = regridded_series(outside, OTHER, has_data=ball, within=within, target=TARGET)

    whole = np.ones_like(ball)
    with_rim = regridded_series(outside, OTHER, has_data=whole, within=within, target=TARGET)
    assert within.sum() > 50
    assert np.ptp(with_rim) > 300  # the zeros beside the brain swing into it
    assert 940 < series.min() < series.max() < 1060
    np.testing.assert_array_equal(outside, np.where(ball, volumes, 0))  # not modified


def test_a_shift_beyond_the_tolerance_is_another_grid():
    shifted = TARGET.copy()
    shifted[1, 3] += 0.01

    assert not is_same_grid(LIKE.shape, shifted, like=LIKE, target=TARGET)
    assert not is_same_grid((9, 10, 8), TARGET, like=LIKE, target=TARGET)
