"""Random_maps against the theory of Gaussian fields."""

import numpy as np
import pytest

from restpain.group.smoothness import map_smoothness, residual_smoothness
from restpain.power.random_maps import smooth_noise

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
AFFINE[:3, 3] = -40, -60, -30


def ball(shape=(24, 26, 22)):
    """A ball cut off by one side of the image, so that some of its voxels lie on the border."""
    x, y, z = np.indices(shape)
    return (x - 8) ** 2 + (y - 13) ** 2 + (z - 11) ** 2 < 100


@pytest.mark.parametrize("fwhm_mm", [6.0, 9.0, (8.0, 10.0, 12.0)])
def test_the_estimated_smoothness_is_the_requested_one(fwhm_mm):
    mask = np.ones((24, 26, 22), bool)
    maps = smooth_noise(mask, AFFINE, fwhm_mm=fwhm_mm, n_maps=60, rng=np.random.default_rng(1))
    residuals = maps - maps.mean(axis=0)

    found = residual_smoothness(
        iter(residuals),
        sse=np.sum(residuals.astype(float) ** 2, axis=0),
        n_maps=60,
        df=59,
        mask=mask,
        voxel_mm=np.full(3, 3.0),
    )

    np.testing.assert_allclose(found.fwhm_mm, np.broadcast_to(fwhm_mm, 3), rtol=0.025)


def test_variance_and_smoothness_at_the_edge_are_those_of_the_middle():
    mask = ball()
    maps = smooth_noise(mask, AFFINE, fwhm_mm=8.0, n_maps=3000, rng=np.random.default_rng(2))
    x = np.argwhere(mask)[:, 0]

    # a voxel's variance over 3000 maps has a standard error of 2.6 %
    variance = maps.astype(float).var(axis=0)
    assert abs(variance.mean() - 1) < 0.01
    assert variance.min() > 1 - 5 * 0.026
    assert variance.max() < 1 + 5 * 0.026
    assert abs(maps.mean()) < 0.02

    number = np.full(mask.shape, -1)
    number[mask] = np.arange(mask.sum())
    here = number[mask & np.roll(mask, -1, axis=2)]
    there = number[np.roll(mask & np.roll(mask, -1, axis=2), 1, axis=2)]
    correlation = np.mean(maps[:, here] * maps[:, there], axis=0)
    expected = np.exp(-1 / (4 * (8.0 / 3 / np.sqrt(8 * np.log(2))) ** 2))
    border = x[here] == 0
    assert border.sum() > 20
    assert correlation[border].mean() == pytest.approx(expected, abs=0.02)
    assert correlation[~border].mean() == pytest.approx(expected, abs=0.01)


def test_maps_are_independent_of_each_other_and_come_from_the_generator_alone():
    mask = ball()
    maps = smooth_noise(mask, AFFINE, fwhm_mm=6.0, n_maps=40, rng=np.random.default_rng(3))
    again = smooth_noise(mask, AFFINE, fwhm_mm=6.0, n_maps=40, rng=np.random.default_rng(3))

    np.testing.assert_array_equal(maps, again)
    correlation = np.corrcoef(maps)[np.triu_indices(40, 1)]
    # about 4000 voxels in resels of 8 voxels: an SD of about 0.05
    assert np.sqrt(np.mean(correlation**2)) < 0.08


def test_a_map_is_smooth_in_itself_and_without_width_it_is_white():
    mask = np.ones((30, 30, 30), bool)
    rng = np.random.default_rng(4)

    smooth = smooth_noise(mask, AFFINE, fwhm_mm=9.0, n_maps=1, rng=rng)[0]
    found = map_smoothness(smooth, mask=mask, voxel_mm=np.full(3, 3.0))
    np.testing.assert_allclose(found.fwhm_mm, 9.0, rtol=0.08)

    white = smooth_noise(mask, AFFINE, fwhm_mm=0.0, n_maps=1, rng=rng)[0].reshape(mask.shape)
    assert abs(np.corrcoef(white[1:].ravel(), white[:-1].ravel())[0, 1]) < 0.02


def test_an_impossible_width_and_an_empty_mask_are_refused():
    with pytest.raises(ValueError, match="must not be negative"):
        smooth_noise(ball(), AFFINE, fwhm_mm=-1.0, n_maps=1, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="mask of the random maps is empty"):
        smooth_noise(ball() & False, AFFINE, fwhm_mm=6.0, n_maps=1, rng=np.random.default_rng(0))
