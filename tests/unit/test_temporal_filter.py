"""Detrending, the band and the ideal filter, checked by closed form and against scipy."""

import numpy as np
import pytest
from scipy import signal

from restpain.temporal_filter import (
    band_bins,
    checked_series,
    detrend,
    detrended_and_filtered,
    ideal_filter,
    padded_length,
)

TR = 2.0  # s
N_VOLUMES = 256  # a power of two: no padding, a grid of 1/512 Hz
STEP_HZ = 1 / (N_VOLUMES * TR)
BAND = {"repetition_time": TR, "band_hz": (20 * STEP_HZ, 29 * STEP_HZ)}  # ten bins
TIME = np.arange(N_VOLUMES) * TR


def cosine(k, amplitude, phase=0.0):
    """Return a cosine on bin ``k``; with phase 0 it is symmetric, so that its trend is small."""
    return amplitude * np.cos(2 * np.pi * k * STEP_HZ * TIME + phase)


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


# the dialects of other tools, each in closed form


# maps on a common scale, and series that cannot be analysed


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
