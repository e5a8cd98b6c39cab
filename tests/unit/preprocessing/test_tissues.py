"""Checks of tissues on three nested shells of known brightness under a known bias."""

import numpy as np
import pytest
from scipy import ndimage

from restpain.preprocessing.tissues import segment

SHAPE = (40, 42, 44)
LEVELS = np.array([30.0, 60.0, 90.0])  # CSF, GM, WM


def distance():
    axes = [np.arange(n) - (n - 1) / 2 for n in SHAPE]
    return np.sqrt(sum(axis**2 for axis in np.meshgrid(*axes, indexing="ij")))


def head(*, noise=3.0, bias=0.0, grey_radius=15.0, blur=0.0):
    """T1, mask, true class of each brain voxel, blurred priors and log bias field."""
    radius = distance()
    mask = radius < 18
    truth = np.where(radius < 11, 2, np.where(radius < grey_radius, 1, 0))
    random = np.random.default_rng(3)
    x, _, z = np.meshgrid(*[np.linspace(-1, 1, n) for n in SHAPE], indexing="ij")
    log_bias = bias * (x + 0.5 * z**2)
    t1 = ndimage.gaussian_filter(LEVELS[truth], blur) * np.exp(log_bias) + random.normal(
        0, noise, SHAPE
    )
    shifted = radius[mask] + 1.0  # priors out of place by a voxel
    priors = np.stack(
        [
            1 / (1 + np.exp(grey_radius - shifted)),
            1 / (1 + np.exp(shifted - grey_radius)) * 1 / (1 + np.exp(11 - shifted)),
            1 / (1 + np.exp(shifted - 11)),
        ],
        axis=1,
    )
    return np.clip(t1, 0, None), mask, truth[mask], priors, log_bias


def test_every_tissue_is_found_where_it_is_although_the_priors_are_displaced():
    t1, mask, truth, priors, _ = head()

    probabilities, _ = segment(t1, mask, priors)

    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (probabilities.argmax(axis=1) == truth).mean() > 0.99
    assert (priors.argmax(axis=1) == truth).mean() < 0.90


def test_thin_csf_does_not_take_the_grey_matter_that_shares_its_voxels():
    t1, mask, truth, priors, _ = head(grey_radius=16.5, blur=1.0)

    probabilities, _ = segment(t1, mask, priors)

    found = probabilities.argmax(axis=1) == 0
    assert found.sum() < 1.3 * (truth == 0).sum()
    assert found[truth == 0].mean() > 0.9


def test_a_smooth_bias_is_recovered_in_the_brain_and_bounded_beyond():
    t1, mask, truth, priors, log_bias = head(bias=0.25)

    probabilities, bias = segment(t1, mask, priors)

    assert (probabilities.argmax(axis=1) == truth).mean() > 0.98
    expected = log_bias - log_bias[mask].mean()
    assert np.abs(np.log(bias[mask]) - expected[mask]).max() < 0.04
    assert np.log(bias[mask]).mean() == pytest.approx(0, abs=1e-4)
    # the corner continues the corner of the brain's box
    assert bias[0, 0, 0] == bias[1, 1, 1]


def test_the_field_makes_a_lone_dissenting_voxel_follow_its_neighbours():
    t1, mask, _, priors, _ = head(noise=10.0)
    lone = tuple(n // 2 for n in SHAPE)  # amid white matter
    number = np.flatnonzero(np.ravel_multi_index(lone, SHAPE) == np.flatnonzero(mask))[0]
    priors[number] = 1 / 3
    t1[lone] = 72  # a little nearer to grey matter, 60, than to white, 90

    probabilities, _ = segment(t1, mask, priors)

    assert probabilities[number].argmax() == 2


def test_the_unit_of_the_image_does_not_matter():
    t1, mask, _, priors, _ = head()

    first, bias_first = segment(t1, mask, priors)
    second, bias_second = segment(1000 * t1, mask, priors)

    np.testing.assert_allclose(first, second, atol=1e-4)
    np.testing.assert_allclose(bias_first, bias_second, rtol=1e-4)


def test_a_brain_without_contrast_is_refused():
    _, mask, _, priors, _ = head()

    with pytest.raises(ValueError, match="no contrast in the brain mask"):
        segment(np.ones(SHAPE), mask, priors)


def test_priors_without_information_are_refused():
    t1, mask, _, priors, _ = head()

    with pytest.raises(ValueError, match="grey and white matter cannot be separated"):
        segment(t1, mask, np.ones_like(priors))
