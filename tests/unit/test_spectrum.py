"""Checks of restpain.spectrum against sums of sines, whose spectrum is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from restpain import spectrum
from restpain.spectrum import (
    alff,
    alff_and_falff,
    alff_and_falff_afni,
    alff_and_falff_sd,
    alff_xcpd,
    band_bins,
    checked_series,
    detrend,
    detrended_and_filtered,
    falff,
    ideal_filter,
    padded_length,
    standardised,
    zscored,
)

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


@pytest.mark.parametrize(("n_volumes", "length"), [(3, 4), (64, 64), (65, 128), (230, 256)])
def test_series_are_padded_to_the_next_power_of_two(n_volumes, length):
    assert padded_length(n_volumes) == length


def test_bins_of_dpabis_examples():
    assert band_bins(230, repetition_time=2.0, band_hz=(0.01, 0.08)) == (6, 40)
    assert band_bins(230, repetition_time=2.0, band_hz=(0.01, 0.1)) == (6, 51)
    assert band_bins(120, repetition_time=2.0, band_hz=(0.01, 0.1)) == (3, 25)


def test_both_edges_of_the_band_belong_to_it():
    assert band_bins(256, **BAND) == (20, 29)


@pytest.mark.parametrize("high", [0, 0.25, 0.4])
def test_no_upper_edge_and_one_beyond_nyquist_take_all_higher_bins(high):
    assert band_bins(256, repetition_time=2.0, band_hz=(0.01, high)) == (6, 128)


@pytest.mark.parametrize(
    ("n_volumes", "band_hz"),
    [(256, (0.3, 0.4)), (20, (0.01, 0.015)), (256, (0.0300, 0.0305))],
    ids=["beyond nyquist", "too few volumes", "between two bins"],
)
def test_a_band_that_the_series_cannot_resolve_is_an_error_with_the_grid(n_volumes, band_hz):
    with pytest.raises(ValueError, match=rf"no frequency between {band_hz[0]}.*{n_volumes} vol"):
        band_bins(n_volumes, repetition_time=2.0, band_hz=band_hz)


@pytest.mark.parametrize("band_hz", [(0.1, 0.01), (0.05, 0.05), (-0.1, 0.1)])
def test_a_band_without_width_is_an_error(band_hz):
    with pytest.raises(ValueError, match="has no width"):
        band_bins(256, repetition_time=2.0, band_hz=band_hz)


@pytest.mark.parametrize("repetition_time", [0.0, -2.0, float("nan")])
def test_a_repetition_time_that_is_not_positive_is_an_error(repetition_time):
    with pytest.raises(ValueError, match="must be positive"):
        band_bins(256, repetition_time=repetition_time, band_hz=(0.01, 0.1))


# detrending


def test_detrending_leaves_nothing_of_a_line_and_its_mean_only_if_asked():
    lines = np.array([3.0 + 0.5 * TIME, np.full(N_VOLUMES, 1000.1)])

    np.testing.assert_array_equal(detrend(lines), 0.0)
    np.testing.assert_allclose(
        detrend(lines, keep_mean=True), np.repeat(lines.mean(axis=1)[:, None], N_VOLUMES, 1)
    )


def test_detrending_equals_scipy_and_leaves_the_series_untouched():
    series = noise(5, 57) * 10 + 1000
    before = series.copy()

    np.testing.assert_allclose(detrend(series), signal.detrend(series), atol=1e-10)
    np.testing.assert_array_equal(series, before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_detrending_and_filtering_keep_the_precision_of_the_series(dtype):
    series = noise(3, 64).astype(dtype)

    assert detrend(series).dtype == dtype
    assert ideal_filter(series, repetition_time=2.0, band_hz=(0.01, 0.1)).dtype == dtype


def test_integers_are_detrended_as_float32():
    series = np.array([[1, 2, 3, 4, 9]], dtype=np.int16)

    detrended = detrend(series)

    assert detrended.dtype == np.float32
    np.testing.assert_allclose(detrended, signal.detrend(series.astype(float)), atol=1e-6)


# the ideal filter


def test_the_filter_keeps_what_is_in_the_band_and_removes_the_rest():
    inside = cosine(20, 2.0, 0.3) + cosine(29, 1.0, 1.0)
    series = (inside + cosine(19, 5.0) + cosine(30, 5.0) + 1000.0)[None]

    np.testing.assert_allclose(ideal_filter(series, **BAND)[0], inside, atol=1e-10)
    np.testing.assert_allclose(
        ideal_filter(series, **BAND, keep_mean=True)[0], inside + 1000.0, atol=1e-9
    )


def test_the_filter_of_a_padded_series_is_the_transform_written_out():
    series = noise(2, 100)
    length, first, last = 128, 3, 25
    centred = series - series.mean(axis=1, keepdims=True)
    time = np.arange(100)
    expected = np.zeros_like(series)
    for k in range(first, last + 1):
        wave = np.exp(-2j * np.pi * k * time / length)
        expected += 2 / length * ((centred @ wave)[:, None] * wave.conj()).real

    filtered = ideal_filter(series, repetition_time=2.0, band_hz=(0.01, 0.1))

    np.testing.assert_allclose(filtered, expected, atol=1e-12)


def test_the_filter_of_a_constant_voxel_is_exactly_zero():
    assert not ideal_filter(np.full((1, 100), 1000.1), repetition_time=2.0, band_hz=(0, 0.1)).any()


@pytest.mark.parametrize("keep_mean", [False, True])
def test_filtering_in_place_gives_the_same_values(keep_mean):
    series = np.random.default_rng(1).normal(100, size=(300, 230)).astype(np.float32)
    expected = ideal_filter(series, **BAND, keep_mean=keep_mean)

    assert ideal_filter(series, **BAND, keep_mean=keep_mean, out=series) is series
    np.testing.assert_array_equal(series, expected)


def test_blocks_of_the_detrended_and_filtered_series_are_the_two_steps():
    series = noise(700, 100)
    band = {"repetition_time": 2.0, "band_hz": (0.01, 0.1)}

    together = np.empty_like(series)
    for block, filtered in detrended_and_filtered(series, **band):
        together[block] = filtered

    np.testing.assert_allclose(together, ideal_filter(detrend(series), **band), atol=1e-12)


# ALFF and fALFF


def test_alff_is_the_amplitude_of_a_sine_shared_among_the_ten_bins_of_the_band():
    series = np.stack([symmetric_cosine(24, 3.0), symmetric_cosine(24, 6.0)])

    np.testing.assert_allclose(alff(series, **BAND), [0.3, 0.6])


def test_falff_is_the_share_of_the_amplitudes_in_the_band():
    series = (symmetric_cosine(24, 3.0) + symmetric_cosine(100, 1.0))[None]

    np.testing.assert_allclose(falff(series, **BAND), 3 / 4)


def test_the_nyquist_bin_counts_once_in_falff_with_twice_its_amplitude():
    series = symmetric_cosine(24, 3.0) + 0.5 * (-1.0) ** np.arange(N_VOLUMES)

    # an alternating series has a slight trend, hence the tolerance
    np.testing.assert_allclose(falff(series[None], **BAND), 3 / (3 + 2 * 0.5), rtol=1e-2)


def test_alff_divides_by_the_number_of_volumes_and_not_by_the_padded_length():
    n_volumes, first, last = 200, 6, 51
    series = noise(3, n_volumes)
    waves = np.exp(-2j * np.pi * np.outer(np.arange(n_volumes), np.arange(1, 129)) / 256)
    amplitude = 2 * np.abs(signal.detrend(series) @ waves) / n_volumes

    values, fractions = alff_and_falff(series, repetition_time=2.0, band_hz=(0.01, 0.1))

    in_band = amplitude[:, first - 1 : last]
    np.testing.assert_allclose(values, in_band.mean(axis=1))
    np.testing.assert_allclose(fractions, in_band.sum(axis=1) / amplitude.sum(axis=1))


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
        patch.setattr(spectrum, "BLOCK_VALUES", block_values)
        results = [*alff_and_falff(series, **band), ideal_filter(series, **band), detrend(series)]

    for result, value in zip(results, expected, strict=True):
        np.testing.assert_array_equal(result, value)


# the dialects of other tools, each in closed form


def test_afnis_alff_is_the_sum_of_amplitudes_times_the_root_of_the_number_of_volumes():
    series = (symmetric_cosine(24, 3.0) + symmetric_cosine(100, 1.0))[None]

    values, fractions = alff_and_falff_afni(series, **BAND)

    # the quadratic trend takes a little of the lowest frequencies only: 1e-4 here
    np.testing.assert_allclose(values, 3.0 * np.sqrt(N_VOLUMES), rtol=1e-3)
    np.testing.assert_allclose(fractions, 3 / 4, rtol=1e-2)


def test_afnis_alff_removes_a_parabola_and_takes_the_nearest_bins():
    parabola = (TIME**2)[None]
    series = cosine(24, 3.0)[None] + 1e-3 * parabola
    band = {"repetition_time": TR, "band_hz": (23.6 * STEP_HZ, 24.4 * STEP_HZ)}

    values, _ = alff_and_falff_afni(series, **band)

    np.testing.assert_allclose(values, 3.0 * np.sqrt(N_VOLUMES), rtol=1e-2)
    np.testing.assert_array_equal(alff_and_falff_afni(parabola, **BAND), 0.0)


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


def test_a_standardised_map_has_mean_one_and_a_z_scored_one_mean_zero_and_deviation_one():
    values = np.array([1.0, 2.0, 3.0, 6.0])

    np.testing.assert_allclose(standardised(values), [1 / 3, 2 / 3, 1, 2])
    np.testing.assert_allclose(zscored(values), (values - 3) / np.sqrt(14 / 3))


@pytest.mark.parametrize("values", [np.zeros(4), np.empty(0)], ids=["zeros", "empty mask"])
def test_a_map_without_signal_cannot_be_standardised(values):
    with pytest.raises(ValueError, match=rf"the {values.size} voxels.*there is no signal"):
        standardised(values)


def test_series_that_can_be_analysed_are_passed_on_as_they_are():
    series = noise(3, 50)

    assert checked_series(series, "bold") is series


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_an_error_that_says_where(bad):
    series = noise(2000, 50)
    series[[1500, 1700], 7] = bad

    with pytest.raises(
        ValueError, match=r"bold\.nii is NaN or infinite .* 2 of the 2000 .* 1500 "
    ):
        checked_series(series, "bold.nii")


def test_an_empty_mask_is_an_error():
    with pytest.raises(ValueError, match="the mask of bold is empty"):
        checked_series(np.empty((0, 50)), "bold")


@pytest.mark.parametrize(
    ("series", "found"),
    [(np.ones(5), "1 volume,"), (np.ones((5, 1)), "1 volume,"), (np.ones((5, 2)), "2 volumes,")],
    ids=["3D", "one volume", "two volumes"],
)
def test_fewer_than_three_volumes_are_an_error(series, found):
    with pytest.raises(ValueError, match=f"bold has {found} but a series needs at least 3"):
        checked_series(series, "bold")
