"""Trilinear interpolation against scipy, the affine objective against values computed by hand."""

import numpy as np
import pytest
from scipy import ndimage

from restpain.preprocessing.trilinear import affine_matrix, correlations, penalised_misfit, sampled


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


def test_an_affine_of_zeros_is_none_and_shears_zooms_and_turns_keep_the_centre():
    centre = np.array([1.0, 2.0, 3.0])
    parameters = np.array([0, 0, 0, 0, 0, np.pi / 2, np.log(2), 0, 0, 0, 0, 0])

    still = affine_matrix(np.zeros(12), np.zeros(3))
    turned = affine_matrix(parameters + [1, 2, 3, *[0] * 9], centre)

    np.testing.assert_array_equal(still, np.eye(4))
    np.testing.assert_allclose(turned @ [1, 2, 3, 1], [1, 2, 3, 1], atol=1e-12)
    # a point beside the centre along x goes twice as far, along y
    np.testing.assert_allclose(turned @ [2, 2, 3, 1], [1, 4, 3, 1], atol=1e-12)


def test_correlations_are_those_of_numpy_between_template_values_and_sampled_image():
    random = np.random.default_rng(3)
    volume = random.normal(size=(12, 11, 10)).astype(np.float32)
    points, values = random.uniform(2, 8, (300, 3)), random.normal(size=300).astype(np.float32)
    shifted = np.zeros(12)
    shifted[:3] = 0.3, -0.2, 0.4

    found = correlations(
        np.stack([np.zeros(12), shifted]), np.zeros(3), np.eye(4), volume, points, values, 0.0
    )

    expected = [
        np.corrcoef(sampled(volume, points + move), values)[0, 1] for move in (0, shifted[:3])
    ]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_misfit_is_half_the_weighted_squares_of_the_prior_less_the_correlation():
    volume = np.zeros((8, 8, 8), np.float32)
    volume[:] = np.arange(8)[:, None, None]
    points = np.random.default_rng(0).uniform(1, 3, (50, 3))
    prior = np.stack([np.zeros(6), np.full(6, 0.1), np.full(6, 0.5)])
    steps = np.eye(12)[9:10]  # one shear

    def misfit(shear):
        ranges = (prior, np.array([-1.0, 1.0]))
        fixed = (np.zeros(12), steps, *ranges, np.zeros(3), np.eye(4), volume, points)
        return penalised_misfit(np.array([shear]), *fixed, points[:, 0].astype(np.float32), 0.0)

    assert misfit(0.0) == pytest.approx(-1, abs=1e-6)
    sheared = points[:, 0] + 0.2 * points[:, 1]
    correlation = np.corrcoef(sheared, points[:, 0])[0, 1]
    assert misfit(0.2) == pytest.approx(0.5 * 0.5 * 2**2 - correlation, abs=1e-5)
