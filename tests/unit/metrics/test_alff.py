"""Checks of alff against sums of sines, whose spectrum is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from restpain import temporal_filter
from restpain.metrics.alff import alff_and_falff, standardised
from restpain.temporal_filter import detrend, ideal_filter

TR = 2.0  # s
N_VOLUMES = 256  # a power of two: no padding, a grid of 1/512 Hz
STEP_HZ = 1 / (N_VOLUMES * TR)
BAND = {"repetition_time": TR, "band_hz": (20 * STEP_HZ, 29 * STEP_HZ)}  # ten bins
TIME = np.arange(N_VOLUMES) * TR


def symmetric_cosine(k, amplitude):
    """Return a cosine on bin ``k`` about the middle of the series: exactly without a trend."""
    return amplitude * np.cos(2 * np.pi * k * STEP_HZ * (TIME - TIME.mean()))


def noise(n_voxels, n_volumes, seed=1):
    return np.random.default_rng(seed).normal(size=(n_voxels, n_volumes))


def test_falff_is_the_share_of_the_amplitudes_in_the_band():
    series = (symmetric_cosine(24, 3.0) + symmetric_cosine(100, 1.0))[None]

    np.testing.assert_allclose(alff_and_falff(series, **BAND)[1], 3 / 4)


def test_the_nyquist_bin_counts_once_in_falff_with_twice_its_amplitude():
    series = symmetric_cosine(24, 3.0) + 0.5 * (-1.0) ** np.arange(N_VOLUMES)

    # an alternating series has a slight trend, hence the tolerance
    _, values = alff_and_falff(series[None], **BAND)
    np.testing.assert_allclose(values, 3 / (3 + 2 * 0.5), rtol=1e-2)


def test_a_constant_a_zero_and_a_linear_voxel_have_neither_alff_nor_falff():
    series = np.stack([np.full(N_VOLUMES, 1000.1), np.zeros(N_VOLUMES), 5.0 - 0.1 * TIME])

    values, fractions = alff_and_falff(series, **BAND)

    np.testing.assert_array_equal(values, 0.0)
    np.testing.assert_array_equal(fractions, 0.0)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    n_volumes=st.integers(40, 150),
    gain=st.floats(0.01, 100),
    offset=st.floats(-1e4, 1e4),
    slope=st.floats(-10, 10),
    seed=st.integers(0, 1000),
)
def test_a_line_does_not_change_alff_and_a_factor_multiplies_it(
    n_volumes, gain, offset, slope, seed
):
    series = noise(2, n_volumes, seed)
    band = {"repetition_time": 2.0, "band_hz": (0.02, 0.1)}
    values, fractions = alff_and_falff(series, **band)

    changed, changed_fractions = alff_and_falff(
        gain * series + offset + slope * np.arange(n_volumes), **band
    )

    np.testing.assert_allclose(changed, gain * values, rtol=1e-7)
    np.testing.assert_allclose(changed_fractions, fractions, rtol=1e-7)
    assert (fractions <= 1).all()


@settings(derandomize=True, deadline=None, max_examples=20)
@given(n_voxels=st.integers(1, 60), block_values=st.integers(1, 4000), seed=st.integers(0, 99))
def test_the_size_of_the_blocks_does_not_change_a_bit(n_voxels, block_values, seed):
    series = noise(n_voxels, 50, seed)
    band = {"repetition_time": 2.0, "band_hz": (0.01, 0.1)}
    expected = [*alff_and_falff(series, **band), ideal_filter(series, **band), detrend(series)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(temporal_filter, "BLOCK_VALUES", block_values)
        results = [*alff_and_falff(series, **band), ideal_filter(series, **band), detrend(series)]

    for result, value in zip(results, expected, strict=True):
        np.testing.assert_array_equal(result, value)


def test_a_standardised_map_has_mean_one():
    values = np.array([1.0, 2.0, 3.0, 6.0])

    np.testing.assert_allclose(standardised(values), [1 / 3, 2 / 3, 1, 2])


@pytest.mark.parametrize("values", [np.zeros(4), np.empty(0)], ids=["zeros", "empty mask"])
def test_a_map_without_signal_cannot_be_standardised(values):
    with pytest.raises(ValueError, match=rf"the {values.size} voxels.*there is no signal"):
        standardised(values)


def test_alff_is_the_amplitude_of_a_sine_shared_among_the_ten_bins_of_the_band():
    series = np.stack([symmetric_cosine(24, 3.0), symmetric_cosine(24, 6.0)])

    np.testing.assert_allclose(alff_and_falff(series, **BAND)[0], [0.3, 0.6])


def test_alff_divides_by_the_number_of_volumes_and_not_by_the_padded_length():
    n_volumes, first, last = 200, 6, 51
    series = noise(3, n_volumes)
    waves = np.exp(-2j * np.pi * np.outer(np.arange(n_volumes), np.arange(1, 129)) / 256)
    amplitude = 2 * np.abs(signal.detrend(series) @ waves) / n_volumes

    values, fractions = alff_and_falff(series, repetition_time=2.0, band_hz=(0.01, 0.1))

    in_band = amplitude[:, first - 1 : last]
    np.testing.assert_allclose(values, in_band.mean(axis=1))
    np.testing.assert_allclose(fractions, in_band.sum(axis=1) / amplitude.sum(axis=1))
