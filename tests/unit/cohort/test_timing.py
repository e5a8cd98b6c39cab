"""Repetition time, slice times and multiband factor of a run: one rule for all sources."""

import pytest

from restpain.cohort.timing import (
    bids_timing,
    decided_sidecar,
    decided_time,
    dicom_timing,
    excitations,
    fitting_slice_times,
    slice_times_source,
)

MATRIX = [64, 60, 8]
EIGHT = [0.0, 1.0, 0.25, 1.25, 0.5, 1.5, 0.75, 1.75]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({}, (None, None, True)),
        ({"image's header": 2.0}, (2.0, "image's header", True)),
        ({"sidecar": 2.0, "image's header": 2.005}, (2.0, "sidecar", True)),
        ({"sidecar": 2.0, "image's header": 1.0}, (2.0, "sidecar", True)),  # not known
        ({"sidecar": 2.0, "image's header": 2000.0}, (2.0, "sidecar", True)),  # ms
        ({"sidecar": 2.0, "image's header": 0.002}, (2.0, "sidecar", True)),
        ({"sidecar": 2.0, "image's header": 2.5}, (2.0, "sidecar", False)),
        ({"RepetitionTime": 1.259229, "dcm2niix": 1.25923}, (1.25923, "RepetitionTime", True)),
        ({"RepetitionTime": 2.0, "dcm2niix": 1.79}, (2.0, "RepetitionTime", False)),
        ({"TriggerTime": 3.0, "AcquisitionTime": 3.0}, (3.0, "TriggerTime", True)),
        ({"TriggerTime": 3.0, "AcquisitionTime": 2.0}, (3.0, "TriggerTime", False)),
    ],
)
def test_a_stated_time_is_used_and_others_are_compared_with_it(times, expected):
    assert decided_time(times) == expected


def test_a_clock_that_jumps_loses_against_the_header_and_the_triggers():
    """Philips, as in a public example: AcquisitionTime of the last volumes is of another clock."""
    times = {"RepetitionTime": 2.0000006, "TriggerTime": 2.0, "AcquisitionTime": 1.79355}

    facts = dicom_timing(
        times, {"RepetitionTime": 1.79355, "RepetitionTimeExcitation": 2.0}, matrix=MATRIX
    )

    assert facts["repetition_time_s"] == 2.0000006
    assert decided_time(facts["repetition_times_s"])[2]


def test_a_delay_between_volumes_that_all_clocks_see_makes_the_header_uncertain():
    """GE: RepetitionTime without the group delay."""
    times = {"RepetitionTime": 2.0, "TriggerTime": 3.0, "AcquisitionTime": 3.0}

    facts = dicom_timing(times, {"RepetitionTime": 2.0}, matrix=MATRIX)

    assert not decided_time(facts["repetition_times_s"])[2]


def test_times_that_headers_do_not_give_are_no_sources():
    facts = dicom_timing({"RepetitionTime": 2.0, "TriggerTime": 0.0, "x": None}, {}, matrix=MATRIX)

    assert facts["repetition_times_s"] == {"RepetitionTime": 2.0}


@pytest.mark.parametrize(
    ("direction", "axis", "first", "source"),
    [
        (None, 2, 0.0, "SliceTiming of the sidecar"),
        ("k", 2, 0.0, "SliceTiming of the sidecar"),
        ("k-", 2, 1.75, "SliceTiming of the sidecar"),
        ("j", 1, 0.0, "SliceTiming of the sidecar, slices along j"),
        ("j-", 1, 1.75, "SliceTiming of the sidecar, slices along j"),
        ("i", 0, 0.0, "SliceTiming of the sidecar, slices along i"),
        ("i-", 0, 1.75, "SliceTiming of the sidecar, slices along i"),
    ],
)
def test_slice_times_are_in_the_order_of_the_image_along_their_axis(
    direction, axis, first, source
):
    matrix = [20, 20, 20]
    matrix[axis] = 8
    sidecar = {"SliceTiming": EIGHT, "SliceEncodingDirection": direction, "RepetitionTime": 2.0}

    facts = bids_timing(sidecar, matrix=matrix)

    assert (facts["slice_axis"], facts["slice_times_s"][0]) == (axis, first)
    assert facts["slice_times_source"] == source
    assert fitting_slice_times(facts | {"matrix": matrix}) == facts["slice_times_s"]
    # what is written says the same again
    written = decided_sidecar({}, facts | {"matrix": matrix})
    again = bids_timing(written, matrix=matrix)
    assert again["slice_times_s"] == facts["slice_times_s"]
    assert again["slice_axis"] == axis


@pytest.mark.parametrize(
    ("sidecar", "factor"),
    [
        ({}, None),
        ({"MultibandAccelerationFactor": 2}, 2),
        ({"ParallelReductionFactorOutOfPlane": 4, "MRAcquisitionType": "2D"}, 4),
        ({"ParallelReductionFactorOutOfPlane": 4, "MRAcquisitionType": "3D"}, None),
        ({"MultibandAccelerationFactor": 2, "ParallelReductionFactorOutOfPlane": 4}, 2),
        ({"SliceTiming": EIGHT}, 1),
        ({"SliceTiming": [0.0, 0.5, 1.0, 1.5] * 2}, 2),
        ({"SliceTiming": [0.0, 0.5, 1.0, 1.5, 0.0025, 0.5, 1.0, 1.5025]}, 2),  # rounded
        ({"SliceTiming": [0.0, 1.0, 1.0, 1.5, 0.5, 1.75, 0.25, 1.25]}, None),  # 7 of 8
        ({"SliceTiming": [0.0] * 8}, None),
        ({"SliceTiming": [0.0, 0.5]}, None),
    ],
)
def test_the_multiband_factor_is_stated_or_follows_from_equal_slice_times(sidecar, factor):
    assert bids_timing(sidecar, matrix=MATRIX)["multiband_factor"] == factor


def test_equal_times_are_one_excitation():
    assert excitations([0.0, 0.7, 1.4, 0.0, 0.7, 1.4]) == 3
    assert excitations([0.5]) == excitations([0.5, 0.5]) == 1


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("RepetitionTime", 0, "0"),
        ("RepetitionTime", "2 s", "text"),
        ("RepetitionTime", [2.0, 3.0], "a list with 2"),
        ("RepetitionTime", float("nan"), "no number"),
        ("RepetitionTime", 10**400, "no number"),
        ("SliceTiming", [], "no number"),
        ("SliceTiming", [0.0, float("nan"), "x"], "a list with 2 entries that are no numbers"),
        ("SliceTiming", [0.0, -0.5], "a list with -0.5"),
        ("SliceEncodingDirection", "head to foot of Smithson", "text"),
        ("MultibandAccelerationFactor", 0.5, "0.5"),
    ],
)
def test_values_that_cannot_be_used_are_facts_without_text(key, value, words):
    assert bids_timing({key: value}, matrix=MATRIX)["unusable_timing"] == {key: words}


def test_a_written_sidecar_is_left_as_it_is_where_nothing_was_wrong():
    sidecar = {"SliceTiming": EIGHT, "RepetitionTime": 2.0, "EchoTime": 0.03}
    facts = bids_timing(sidecar, header_time=2.0, matrix=MATRIX) | {"matrix": MATRIX}

    assert decided_sidecar(sidecar, facts) == sidecar
    assert list(decided_sidecar(sidecar, facts)) == list(sidecar)


def test_a_written_sidecar_holds_what_was_decided_and_no_times_that_do_not_fit():
    facts = dicom_timing({"RepetitionTime": 2.0}, {"SliceTiming": [0.0, 2.0]}, matrix=MATRIX)
    facts |= {"matrix": MATRIX, "multiband_factor": 4}

    assert decided_sidecar({"SliceTiming": [0.0, 2.0], "RepetitionTime": 1.79}, facts) == {
        "RepetitionTime": 2.0,
        "MultibandAccelerationFactor": 4,
    }


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (None, "SliceTiming of the sidecar"),
        ("off", "off, as configured"),
        ("interleaved", "interleaved order of groups of 2 slices (multiband), as configured"),
        ([0.0, 1.0], "times as configured"),
    ],
)
def test_the_source_of_the_slice_times_is_told_in_words(order, words):
    facts = bids_timing({"SliceTiming": [0.0, 0.5, 1.0, 1.5] * 2}, matrix=MATRIX)

    assert slice_times_source(facts, order) == words
    assert slice_times_source(bids_timing({}, matrix=MATRIX), None) is None


@pytest.mark.parametrize(
    ("sidecar", "delay"),
    [
        ({"RepetitionTime": 8.0, "DelayTime": 6.0}, 6.0),
        ({"RepetitionTime": 8.0, "AcquisitionDuration": 320.0}, 0.0),  # of the run, by dcm2niix
        ({"VolumeTiming": [0, 8, 16], "AcquisitionDuration": 2.0}, 6.0),
        ({"VolumeTiming": [0, 8, 16], "SliceTiming": EIGHT}, 0.0),
    ],
)
def test_a_delay_without_acquisition_is_part_of_the_repetition_time(sidecar, delay):
    """Sparse sampling, by the BIDS standard."""
    facts = bids_timing(sidecar, matrix=MATRIX)

    assert (facts["repetition_time_s"], facts["delay_s"]) == (8.0, delay)
    written = decided_sidecar({}, facts | {"matrix": MATRIX})
    assert written["RepetitionTime"] == 8.0
    assert written.get("DelayTime", 0.0) == delay
    assert bids_timing(written, matrix=MATRIX)["delay_s"] == delay


def test_the_source_of_an_order_names_the_delay():
    facts = bids_timing({"RepetitionTime": 8.0, "DelayTime": 6.0}, matrix=MATRIX)

    assert slice_times_source(facts, "interleaved") == (
        "interleaved order before a delay of 6 s, as configured"
    )
