"""Checks of restpain.slicetiming with sines, whose value is known at any time."""

import numpy as np
import pytest

from restpain.slicetiming import (
    correct_slice_timing,
    middle_time,
    ordered_times,
    shifted_in_time,
    slice_times,
)

TR = 2.0  # s


@pytest.mark.parametrize(
    ("order", "acquired"),
    [
        ("sequential", [1, 2, 3, 4, 5]),
        ("reverse", [5, 4, 3, 2, 1]),
        ("interleaved", [1, 3, 5, 2, 4]),
        ("interleaved_even", [2, 4, 1, 3, 5]),
    ],
)
def test_slices_counted_from_one_are_acquired_in_the_order_that_the_name_says(order, acquired):
    times = ordered_times(order, n_slices=5, repetition_time=5.0)

    np.testing.assert_allclose(times[np.array(acquired) - 1], [0, 1, 2, 3, 4])


def test_an_unknown_order_is_named():
    with pytest.raises(ValueError, match="slice order 'spiral' is not one of sequential, reverse"):
        ordered_times("spiral", n_slices=5, repetition_time=TR)


def in_force(order, sidecar=None, n_slices=4):
    return slice_times(
        order, sidecar=sidecar or {}, n_slices=n_slices, repetition_time=TR, name="bold.nii.gz"
    )


def test_the_reference_is_the_slice_in_the_middle_of_the_acquisition():
    assert middle_time(np.array([0.0, 1.0, 0.5, 1.5])) == 0.5  # second of four
    assert middle_time(np.array([0.0, 1.2, 0.4, 1.6, 0.8])) == 0.8  # third of five
    assert middle_time(np.array([0.0, 0.7, 1.4, 0.0, 0.7, 1.4])) == 0.7  # two at a time


def test_times_come_from_the_configuration_before_the_sidecar():
    sidecar = {"SliceTiming": [0.0, 1.0, 0.5, 1.5]}

    times, words = in_force(None, sidecar)
    np.testing.assert_array_equal(times, [0.0, 1.0, 0.5, 1.5])
    assert words == "SliceTiming of the sidecar"
    np.testing.assert_array_equal(in_force("reverse", sidecar)[0], [1.5, 1.0, 0.5, 0.0])
    np.testing.assert_array_equal(in_force([0, 0.1, 0.2, 0.3], sidecar)[0], [0, 0.1, 0.2, 0.3])
    assert in_force("off", sidecar) == (None, "off, as configured")


def test_a_reversed_slice_encoding_reverses_the_times_of_the_sidecar():
    sidecar = {"SliceTiming": [0.0, 0.5, 1.0, 1.5], "SliceEncodingDirection": "k-"}

    np.testing.assert_array_equal(in_force(None, sidecar)[0], [1.5, 1.0, 0.5, 0.0])


@pytest.mark.parametrize(
    ("order", "sidecar", "message"),
    [
        (None, {}, "bold.nii.gz has no SliceTiming .* set slice_order to the order of your"),
        (None, {"SliceTiming": [0.0, 1.0]}, "4 slices, but SliceTiming of the sidecar: 2 values"),
        ([0.0, 500.0, 1000.0, 1500.0], {}, "from 0 to 1500, lie outside .* 2 s; times are in sec"),
    ],
)
def test_times_that_are_unknown_or_do_not_fit_stop_with_the_reason(order, sidecar, message):
    with pytest.raises(ValueError, match=message):
        in_force(order, sidecar)


def test_a_sine_of_a_tenth_hertz_is_shifted_to_half_a_percent():
    n_volumes, n_slices = 120, 30
    times = ordered_times("interleaved", n_slices=n_slices, repetition_time=TR)
    phase = np.linspace(0, 6, 8).reshape(1, 8, 1, 1)

    def wave(at):
        return np.sin(2 * np.pi * 0.1 * at + phase)

    start = np.arange(n_volumes).reshape(-1, 1, 1, 1) * TR
    corrected = correct_slice_timing(wave(start + times), times=times, repetition_time=TR)

    error = corrected - wave(start + middle_time(times))
    inner = error[5:-5]
    assert np.sqrt(np.mean(inner**2)) < 0.005 * np.sqrt(0.5)
    assert np.abs(error).max() < 0.5  # the ends are extrapolated


def test_a_line_is_shifted_exactly_up_to_its_ends():
    series = np.arange(20.0)[None] * 3 + 7

    np.testing.assert_allclose(shifted_in_time(series, volumes=0.3), series + 0.9, atol=1e-9)


def test_no_shift_changes_nothing_and_the_input_stays_as_it_was():
    series = np.random.default_rng(0).normal(100, 5, (3, 37)).astype(np.float32)
    before = series.copy()

    shifted = shifted_in_time(series, volumes=0.0)

    assert shifted.dtype == np.float32
    np.testing.assert_allclose(shifted, series, rtol=1e-5)
    np.testing.assert_array_equal(series, before)


def test_slices_of_one_time_are_treated_alike():
    volumes = np.repeat(np.random.default_rng(1).normal(size=(30, 2, 2, 1)), 4, axis=3)

    corrected = correct_slice_timing(
        volumes, times=np.array([0.0, 1.0, 0.0, 1.0]), repetition_time=TR
    )

    np.testing.assert_array_equal(corrected[..., 0], corrected[..., 2])
    np.testing.assert_allclose(corrected[..., 0], volumes[..., 0], atol=1e-12)  # the reference
    assert np.abs(corrected[..., 1] - volumes[..., 1]).max() > 0.1
