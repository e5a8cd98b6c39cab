"""Checks of slice_timing with sines, whose value is known at any time."""

import numpy as np
import pytest

from restpain.cohort.timing import bids_timing
from restpain.preprocessing.slice_timing import (
    correct_slice_timing,
    middle_time,
    ordered_times,
    shifted_in_time,
    slice_times,
    timing_corrected,
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


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("sequential", [0, 1, 2, 0, 1, 2]),
        ("reverse", [2, 1, 0, 2, 1, 0]),
        ("interleaved", [0, 2, 1, 0, 2, 1]),
        ("interleaved_even", [1, 0, 2, 1, 0, 2]),
    ],
)
def test_the_order_of_slices_acquired_together_is_that_of_their_groups(order, expected):
    times = ordered_times(order, n_slices=6, repetition_time=3.0, multiband_factor=2)

    np.testing.assert_allclose(times, expected)


def test_slices_that_make_no_groups_of_one_size_are_refused():
    for factor in (4, 1.5):
        with pytest.raises(ValueError, match=rf"6 slices make no groups of {factor:g} "):
            ordered_times("reverse", n_slices=6, repetition_time=3.0, multiband_factor=factor)


def test_a_named_order_ends_before_the_delay_of_sparse_sampling():
    facts = bids_timing({"RepetitionTime": 8.0, "DelayTime": 6.0}, matrix=[4, 4, 4])

    times = slice_times("sequential", facts=facts, n_slices=4, name="x")

    np.testing.assert_allclose(times, [0, 0.5, 1.0, 1.5])


def test_an_unknown_order_is_named():
    with pytest.raises(ValueError, match="slice order 'spiral' is not one of sequential, reverse"):
        ordered_times("spiral", n_slices=5, repetition_time=TR)


def timing(sidecar=None, n_slices=4):
    return bids_timing({"RepetitionTime": TR} | (sidecar or {}), matrix=[9, 9, n_slices])


def in_force(order, sidecar=None, n_slices=4):
    facts = timing(sidecar, n_slices)
    return slice_times(order, facts=facts, n_slices=n_slices, name="bold.nii.gz")


def test_the_reference_is_the_slice_in_the_middle_of_the_acquisition():
    assert middle_time(np.array([0.0, 1.0, 0.5, 1.5])) == 0.5  # second of four
    assert middle_time(np.array([0.0, 1.2, 0.4, 1.6, 0.8])) == 0.8  # third of five
    assert middle_time(np.array([0.0, 0.7, 1.4, 0.0, 0.7, 1.4])) == 0.7  # two at a time


def test_times_come_from_the_configuration_before_the_sidecar():
    sidecar = {"SliceTiming": [0.0, 1.0, 0.5, 1.5]}

    np.testing.assert_array_equal(in_force(None, sidecar), [0.0, 1.0, 0.5, 1.5])
    np.testing.assert_array_equal(in_force("reverse", sidecar), [1.5, 1.0, 0.5, 0.0])
    np.testing.assert_array_equal(in_force([0, 0.1, 0.2, 0.3], sidecar), [0, 0.1, 0.2, 0.3])
    assert in_force("off", sidecar) is None


def test_a_reversed_slice_encoding_reverses_the_times_of_the_sidecar():
    sidecar = {"SliceTiming": [0.0, 0.5, 1.0, 1.5], "SliceEncodingDirection": "k-"}

    np.testing.assert_array_equal(in_force(None, sidecar), [1.5, 1.0, 0.5, 0.0])


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


def philips_default(n_slices):
    """Order of a Philips scanner in its mode "default": odd and even slices of a single package.

    Slices counted from one: 1, 3, 5, ..., then 2, 4, ...; written out here by hand.
    """
    return [*range(0, n_slices, 2), *range(1, n_slices, 2)]


def multiband(n_slices, factor):
    """Times of slices acquired ``factor`` at a time, interleaved, as a BIDS sidecar has them."""
    n_shots = n_slices // factor
    shots = np.array([*range(0, n_shots, 2), *range(1, n_shots, 2)])
    times = np.empty(n_shots)
    times[shots] = np.arange(n_shots) * TR / n_shots
    return [round(float(t), 4) for t in np.tile(times, factor)]


ORDERS = {
    "sequential": lambda n: ("sequential", {}),
    "reverse": lambda n: ("reverse", {}),
    "interleaved": lambda n: ("interleaved", {}),
    "interleaved_even": lambda n: ("interleaved_even", {}),
    "Philips default, as a list": lambda n: (
        [philips_default(n).index(k) * TR / n for k in range(n)],
        {},
    ),
    "multiband, from the sidecar": lambda n: (None, {"SliceTiming": multiband(n, 3)}),
    "multiband, by name": lambda n: ("interleaved", {"MultibandAccelerationFactor": 3.0}),
    "multiband, reversed encoding": lambda n: (
        None,
        {"SliceTiming": multiband(n, 3), "SliceEncodingDirection": "k-"},
    ),
}


@pytest.mark.parametrize("n_slices", [30, 33])
@pytest.mark.parametrize("order", ORDERS)
def test_a_sine_of_a_tenth_hertz_is_right_to_half_a_percent_at_every_slice(order, n_slices):
    n_volumes = 120
    configured, sidecar = ORDERS[order](n_slices)
    times = in_force(configured, sidecar, n_slices)
    phase = np.linspace(0, 6, 8).reshape(1, 8, 1, 1)

    def wave(at):
        return np.sin(2 * np.pi * 0.1 * at + phase)

    start = np.arange(n_volumes).reshape(-1, 1, 1, 1) * TR
    corrected = correct_slice_timing(wave(start + times), times=times, repetition_time=TR)

    error = corrected - wave(start + middle_time(times))
    of_slices = np.sqrt((error[5:-5] ** 2).mean(axis=(0, 1, 2)) / 0.5)
    assert of_slices.max() < 0.005, of_slices
    uncorrected = wave(start + times) - wave(start + middle_time(times))
    assert np.abs(uncorrected).max() > 0.3
    assert np.abs(error).max() < 0.5  # the ends are extrapolated


def test_the_default_of_philips_is_the_order_called_interleaved():
    for n_slices in (30, 33):
        by_name = in_force("interleaved", n_slices=n_slices)
        acquired = np.argsort(by_name, kind="stable")

        np.testing.assert_array_equal(acquired, philips_default(n_slices))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_along_each_axis_are_corrected_alike(axis):
    volumes = np.random.default_rng(2).normal(size=(40, 3, 4, 5))
    times = [0.0, 0.8, 0.4, 1.6, 1.2]
    expected = correct_slice_timing(volumes, times=np.array(times), repetition_time=TR)
    turned = np.moveaxis(volumes, 3, axis + 1)
    sidecar = {
        "RepetitionTime": TR,
        "SliceTiming": times[::-1],
        "SliceEncodingDirection": "ijk"[axis] + "-",
    }
    facts = bids_timing(sidecar, matrix=turned.shape[1:])

    corrected, source = timing_corrected(turned, None, facts=facts, name="bold.nii.gz")

    np.testing.assert_array_equal(np.moveaxis(corrected, axis + 1, 3), expected)
    assert source.startswith("SliceTiming of the sidecar")


def test_a_run_whose_sidecar_has_no_repetition_time_is_refused():
    with pytest.raises(ValueError, match=r"bold.nii.gz has no repetition time: RepetitionTime is"):
        timing_corrected(
            np.zeros((9, 2, 2, 2)), "off", facts=bids_timing({}, matrix=[2, 2, 2]),
            name="bold.nii.gz",
        )  # fmt: skip


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
