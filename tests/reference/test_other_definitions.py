"""ALFF as other tools define it, checked by sums of sines and scipy."""

import numpy as np
import pytest
from scipy import signal

from other_definitions import alff_and_falff_afni, alff_and_falff_sd, alff_xcpd, zscored

TR = 2.0  # s
N_VOLUMES = 256  # a power of two: no padding, a grid of 1/512 Hz
STEP_HZ = 1 / (N_VOLUMES * TR)
BAND = {"repetition_time": TR, "band_hz": (20 * STEP_HZ, 29 * STEP_HZ)}  # ten bins
TIME = np.arange(N_VOLUMES) * TR


def cosine(k, amplitude, phase=0.0):
    """Return a cosine on bin ``k``; with phase 0 it is symmetric, so that its trend is small."""
    return amplitude * np.cos(2 * np.pi * k * STEP_HZ * TIME + phase)


def symmetric_cosine(k, amplitude):
    """Return a cosine on bin ``k`` about the middle of the series: exactly without a trend."""
    return amplitude * np.cos(2 * np.pi * k * STEP_HZ * (TIME - TIME.mean()))


def noise(n_voxels, n_volumes, seed=1):
    return np.random.default_rng(seed).normal(size=(n_voxels, n_volumes))


# the length of the transform and the bins of the band


# detrending


# the ideal filter


# ALFF and fALFF


# the dialects of other tools, each in closed form


def test_afnis_alff_is_the_sum_of_amplitudes_times_the_root_of_the_number_of_volumes():
    series = (symmetric_cosine(24, 3.0) + symmetric_cosine(100, 1.0))[None]

    values, fractions = alff_and_falff_afni(series, **BAND)

    # the quadratic trend takes a little of the lowest frequencies only: 1e-4 here
    np.testing.assert_allclose(values, 3.0 * np.sqrt(N_VOLUMES), rtol=1e-3)
    np.testing.assert_allclose(fractions, 3 / 4, rtol=1e-2)


def test_afnis_alff_leaves_out_the_nyquist_bin():
    series = (-1.0) ** np.arange(N_VOLUMES)[None] + symmetric_cosine(126, 1.0)

    values, fractions = alff_and_falff_afni(series, repetition_time=TR, band_hz=(0.2, 0.25))

    np.testing.assert_allclose(values, np.sqrt(N_VOLUMES), rtol=1e-2)
    np.testing.assert_allclose(fractions, 1.0, rtol=5e-2)  # 1/3 with the Nyquist bin


def test_the_standard_deviation_of_a_sine_is_its_amplitude_over_the_root_of_two():
    series = (symmetric_cosine(24, 3.0) + symmetric_cosine(100, 4.0))[None]

    values, fractions = alff_and_falff_sd(series, **BAND)

    np.testing.assert_allclose(values, 3 / np.sqrt(2) * np.sqrt(N_VOLUMES / (N_VOLUMES - 1)))
    np.testing.assert_allclose(fractions, 3 / 5)


def test_xcpds_alff_of_a_sine_is_the_root_of_two_times_ours_with_the_upper_edge_outside():
    series = np.stack([symmetric_cosine(24, 3.0), symmetric_cosine(29, 3.0)])

    values = alff_xcpd(series, **BAND)

    np.testing.assert_allclose(values, [np.sqrt(2) * 3 / 9, 0.0], atol=1e-12)  # bins 20 to 28


@pytest.mark.parametrize("n_volumes", [100, 101])
@pytest.mark.parametrize("band_hz", [(0.01, 0.1), (0.0, 0.0)])
def test_xcpds_alff_equals_scipys_periodogram_of_the_standardised_series(n_volumes, band_hz):
    series = noise(3, n_volumes) * 4 + 100
    scale = series.std(axis=1)
    unit = (series - series.mean(axis=1, keepdims=True)) / scale[:, None]
    frequencies, power = signal.periodogram(unit, 1 / TR, scaling="spectrum", axis=1)
    high = band_hz[1] or frequencies[-1]
    first, last = (np.abs(frequencies - edge).argmin() for edge in (band_hz[0], high))
    expected = 2 * np.sqrt(power)[:, first:last].mean(axis=1) * scale

    values = alff_xcpd(series, repetition_time=TR, band_hz=band_hz)

    np.testing.assert_allclose(values, expected)


@pytest.mark.parametrize("dialect", [alff_and_falff_afni, alff_and_falff_sd, alff_xcpd])
def test_a_dialect_gives_a_constant_voxel_nothing(dialect):
    np.testing.assert_array_equal(dialect(np.full((1, N_VOLUMES), 1000.1), **BAND), 0.0)


@pytest.mark.parametrize("dialect", [alff_and_falff_afni, alff_and_falff_sd, alff_xcpd])
def test_a_dialect_names_the_band_that_the_series_cannot_resolve(dialect):
    with pytest.raises(ValueError, match=r"no frequency .*between 0\.3 and 0\.4"):
        dialect(noise(1, 20), repetition_time=2.0, band_hz=(0.3, 0.4))


# maps on a common scale, and series that cannot be analysed


def test_a_z_scored_map_has_mean_zero_and_deviation_one():
    values = np.array([1.0, 2.0, 6.0])

    np.testing.assert_allclose(zscored(values), (values - 3) / np.sqrt(14 / 2))


def test_afnis_alff_removes_a_parabola_and_takes_the_nearest_bins():
    parabola = (TIME**2)[None]
    series = cosine(24, 3.0)[None] + 1e-3 * parabola
    band = {"repetition_time": TR, "band_hz": (23.6 * STEP_HZ, 24.4 * STEP_HZ)}

    values, _ = alff_and_falff_afni(series, **band)

    np.testing.assert_allclose(values, 3.0 * np.sqrt(N_VOLUMES), rtol=1e-2)
    np.testing.assert_array_equal(alff_and_falff_afni(parabola, **BAND), 0.0)
