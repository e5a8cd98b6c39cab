"""Checks of t1_values: shifted or cut, scaled by a power of two, or left alone."""

import numpy as np
import pytest

from restpain.preprocessing.t1_values import from_zero


def head(noise=3.0):
    """A bright ball in air with noise, whole numbers from 0."""
    distance = np.linalg.norm(np.indices((30, 30, 30)) - 14.5, axis=0)
    air = np.abs(np.random.default_rng(1).normal(0, noise, distance.shape))
    return np.round(air + 900 * (distance < 9) - 300 * (distance < 5)).astype(np.float32)


def test_an_ordinary_t1_is_left_as_it_is():
    t1 = head()

    assert from_zero(t1) is t1
    assert from_zero(large := t1 * 100) is large  # 90000, as Philips images have times their scale
    assert from_zero(t1 + 1) is not t1  # below 1 % of the brightness nothing is shifted
    np.testing.assert_array_equal(from_zero(t1 + 1), t1 + 1)


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 0.04, 1, 30, 1e4, 1e8])
def test_the_scale_of_a_t1_changes_nothing_but_the_scale(scale):
    t1 = head()

    found = from_zero((t1.astype(float) * scale).astype(np.float32))

    np.testing.assert_allclose(found / found.max(), t1 / t1.max(), rtol=1e-6)
    assert 64 <= np.percentile(found[found > 0], 98) < 2**24


def test_scaling_by_a_power_of_two_rounds_nothing():
    t1 = head()

    scaled = t1 * np.float32(2.0**-30)

    np.testing.assert_array_equal(from_zero(scaled), t1)  # 512 to 1024 by itself


@pytest.mark.parametrize("offset", [-5000, -300, 300])
def test_an_offset_is_taken_away_and_not_cut(offset):
    t1 = head()

    np.testing.assert_allclose(from_zero(t1 + offset), t1, atol=1)


def test_a_uni_image_from_minus_to_plus_one_half_keeps_its_contrast():
    t1 = head()

    found = from_zero(t1 / t1.max() - np.float32(0.5))

    np.testing.assert_allclose(found / found.max(), t1 / t1.max(), atol=1e-3)


def test_a_few_negative_values_left_by_resampling_are_cut():
    t1 = head() - 2

    np.testing.assert_array_equal(from_zero(t1), np.maximum(t1, 0))


def test_what_fills_the_space_around_an_image_becomes_zero():
    t1, inside = head(), np.zeros((30, 30, 30), bool)
    inside[3:-3, 3:-3, 3:-3] = True

    filled = from_zero(np.where(inside, t1, -1000))
    stripped = from_zero(np.where(inside, t1 - 500, 0))

    np.testing.assert_array_equal(filled, t1 * inside)
    np.testing.assert_array_equal(stripped[~inside], 0)
    np.testing.assert_allclose(stripped[inside], t1[inside], atol=1)


def test_one_value_everywhere_is_refused():
    with pytest.raises(ValueError, match=r"^the T1 has the value 7 in every voxel; export it aga"):
        from_zero(np.full((30, 30, 30), 7, np.float32))


def test_voxels_that_are_no_numbers_are_counted_and_refused():
    t1 = head()
    t1[3, 4, 5:7] = np.nan

    with pytest.raises(ValueError, match="^the T1 has 2 voxels that are not finite numbers; set"):
        from_zero(t1)
