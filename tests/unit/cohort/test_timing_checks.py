"""The exact sentence about each fault of repetition time, slice times and multiband factor."""

import json

import numpy as np
import pytest

from cohort_inputs import AFFINE, cohort, found, said_of_folders, write_image
from restpain.cohort.index import participant_index
from restpain.cohort.timing import bids_timing, dicom_timing

FILE = "sub-01, sub-01_task-rest_bold.nii.gz: "
ORDER = (
    "set preprocessing.slice_order in config.yaml to off (no correction), sequential, reverse, "
    "interleaved, interleaved_even or a list of times"
)
KEY = "set preprocessing.repetition_time_s in config.yaml"
EIGHT = [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75]


@pytest.fixture
def said(tmp_path):
    """Sentences about a BIDS run with a sidecar and a header."""
    root = tmp_path / "data" / "sub-01"
    write_image(root / "anat" / "sub-01_T1w.nii.gz", (44, 44, 44), affine=np.diag([3.0, 3, 3, 1]))
    bold = root / "func" / "sub-01_task-rest_bold.nii.gz"

    def of(sidecar, *, tr=2.0, shape=(10, 10, 8, 40), configured=None, **settings):
        write_image(bold, shape, tr=tr, affine=AFFINE)
        bold.with_name("sub-01_task-rest_bold.json").write_text(json.dumps(sidecar))
        if configured is None:
            return said_of_folders(tmp_path / "data", "bids", **settings)
        index = participant_index(
            root,
            participant_id="sub-01",
            source="bids",
            select={},
            repetition_time_s=configured,
        )
        return found([index], drop_volumes=5, **settings)

    return of


def test_two_plausible_repetition_times_stop_until_the_key_settles_them(said):
    (sentence,) = said({"RepetitionTime": 2.5})
    assert sentence == (
        FILE + "a repetition time of 2.5 s (sidecar) and 2 s (image's header); expected one; find "
        "out the time from one volume to the next, with any delay between them, and set "
        "preprocessing.repetition_time_s in config.yaml to it"
    )
    assert said({"RepetitionTime": 2.5}, configured=2.0) == []
    assert said({"RepetitionTime": "2 s"}, tr=0, configured=2.0) == []
    assert said({"RepetitionTime": 2000}, tr=0, configured=2.0) == [
        FILE + "a repetition time of 2000 s (sidecar); expected 2 s, as in "
        "preprocessing.repetition_time_s; make sure that preprocessing.repetition_time_s is right "
        "for all participants; it is the one used"
    ]


@pytest.mark.parametrize("tr", [0.0, 1.0, 2000.0, 0.002])
def test_a_header_that_says_nothing_does_not_stop_the_sidecar(said, tr):
    warned = [
        FILE + f"a repetition time of 2 s (sidecar) and {tr:g} s (image's header); expected one; "
        f"make sure that 2 s is right, which is used, or {KEY}"
    ]
    assert said({"RepetitionTime": 2.0}, tr=tr) == (warned if tr else [])


def test_a_header_of_one_second_alone_is_doubted(said):
    assert said({}, tr=1.0) == [
        FILE + "a repetition time of 1 s in the image's header, and none in a sidecar; expected "
        "one in the sidecar; make sure that it is right, since some programs write 1 s for one "
        f"that they do not know, or {KEY}"
    ]
    assert said({}, tr=2.0) == said({}, tr=1.0, configured=1.0) == []


def test_an_impossible_repetition_time_is_told_with_its_source(said):
    assert said({}, tr=0.002) == [
        FILE + "a repetition time of 0.002 s (image's header); expected 0.05 to 30 s; give "
        f"RepetitionTime in seconds, not in milliseconds, or {KEY}"
    ]


def dicom(times, sidecar=None, **settings):
    indices = cohort(1)
    run = indices[0]["series"][1]
    run |= dicom_timing(times, sidecar or {}, matrix=run["matrix"])
    return found(indices, **settings)


def test_sources_of_dicom_are_told_together_with_what_is_used():
    times = {"RepetitionTime": 2.0, "TriggerTime": 2.0, "AcquisitionTime": 1.79355}
    assert dicom(times, {"RepetitionTime": 1.79355}, severity="warning") == [
        "sub-01, series 5: a repetition time of 2 s (RepetitionTime, TriggerTime) and 1.79355 s "
        "(AcquisitionTime, dcm2niix); expected one; make sure that 2 s is right, which is used, "
        f"or {KEY}"
    ]
    times = {"RepetitionTime": 2.0, "TriggerTime": 3.0, "AcquisitionTime": 3.0}
    assert dicom(times, {"RepetitionTime": 2.0}, severity="error") == [
        "sub-01, series 5: a repetition time of 2 s (RepetitionTime, dcm2niix) and 3 s "
        "(TriggerTime, AcquisitionTime); expected one; find out the time from one volume to the "
        f"next, with any delay between them, and {KEY} to it"
    ]


@pytest.mark.parametrize("direction", ["i", "i-", "j", "j-", "k", "k-"])
def test_slices_along_each_axis_are_right_if_one_time_belongs_to_each(said, direction):
    shape = [12, 12, 12, 40]
    shape["ijk".index(direction[0])] = 8
    sidecar = {"RepetitionTime": 2, "SliceTiming": EIGHT, "SliceEncodingDirection": direction}
    assert said(sidecar, shape=shape, slice_order=None) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"SliceEncodingDirection": "j"},
            f"8 slice times in the data; expected 10, one per slice along j; correct the list, or "
            f"{ORDER}",
        ),
        (
            {"SliceTiming": [*EIGHT[:7], 2.0]},
            "slice times up to 2 in the data; expected seconds below the repetition time of 2 s; "
            f"correct the times, or {ORDER}",
        ),
        (
            {"SliceTiming": [1000 * time for time in EIGHT]},
            "slice times up to 1750 in the data; expected seconds below the repetition time of 2 "
            f"s; give the times in seconds, or {ORDER}",
        ),
        (
            {"SliceTiming": [*EIGHT[:7], float("nan")]},
            "a list with 1 entry that is no number as SliceTiming in sub-01_task-rest_bold.json; "
            "expected a list "
            "of seconds from 0, one number per slice; correct SliceTiming in the sidecar, or "
            f"{ORDER}",
        ),
        (
            {"SliceEncodingDirection": "z"},
            "text as SliceEncodingDirection in sub-01_task-rest_bold.json; expected i, i-, j, "
            "j-, k or k-; "
            f"correct SliceEncodingDirection in the sidecar, or {ORDER}",
        ),
        (
            {"SliceTiming": [0.0] * 8},
            "the same time for all slices in the data; expected times that differ, since slices "
            "are acquired one after the other; make sure that whole volumes were acquired at once "
            f"(3D), or {ORDER}",
        ),
        (
            {"MultibandAccelerationFactor": 2},
            "8 slices at 8 different times in the data and a multiband factor of 2; expected 4 "
            "different times; find out which of them is right, and give the times of the slices "
            "as a list in preprocessing.slice_order",
        ),
    ],
)
def test_the_sentence_about_slice_times_of_the_data(said, changes, sentence):
    sidecar = {"RepetitionTime": 2.0, "SliceTiming": EIGHT} | changes

    assert said(sidecar, slice_order=None) == [FILE + sentence]
    assert said(sidecar, slice_order="off") == []
    # times in the configuration settle it; a factor beside them is a warning
    settled = said(sidecar | {"SliceEncodingDirection": "k"}, slice_order=EIGHT)
    assert all("multiband factor of 2" in text for text in settled)


@pytest.mark.parametrize(
    ("sidecar", "sentences"),
    [
        ({"MultibandAccelerationFactor": 4}, []),
        (
            {"MultibandAccelerationFactor": 3},
            [
                "8 slices and a multiband factor of 3; expected a whole number of slices at once, "
                "in groups of the same size; find out which of them is right, and give the times "
                "of the slices as a list in preprocessing.slice_order"
            ],
        ),
        (
            {"MultibandAccelerationFactor": 0},
            [
                "0 as MultibandAccelerationFactor in sub-01_task-rest_bold.json; expected a whole "
                "number from 1; "
                "correct MultibandAccelerationFactor in the sidecar, or give a list of times in "
                "preprocessing.slice_order"
            ],
        ),
        (
            {"SliceTiming": EIGHT},
            [
                "slice times in the data and preprocessing.slice_order: interleaved; expected one "
                "of them; set preprocessing.slice_order in config.yaml to null to use those of "
                "the data"
            ],
        ),
    ],
)
def test_a_named_order_needs_groups_of_one_size_and_no_times_beside_it(said, sidecar, sentences):
    sidecar = {"RepetitionTime": 2.0} | sidecar

    assert said(sidecar, slice_order="interleaved") == [FILE + text for text in sentences]


def test_known_slice_times_pass():
    indices = cohort(1)
    run = indices[0]["series"][1]
    times = np.linspace(0, 1.94, 32).tolist()
    run |= bids_timing({"RepetitionTime": 2.0, "SliceTiming": times}, matrix=run["matrix"])

    assert found(indices, slice_order=None) == []
    assert found(indices, slice_order="off") == []


FORTY = [2.0 * number for number in range(40)]


def test_volume_times_at_one_distance_give_the_repetition_time(said):
    assert said({"VolumeTiming": FORTY, "SliceTiming": EIGHT}, slice_order=None) == []
    # the header is compared as with RepetitionTime
    (sentence,) = said({"VolumeTiming": FORTY}, tr=2.5)
    assert "2.5 s (image's header) and 2 s (VolumeTiming); expected one" in sentence


@pytest.mark.parametrize("tr", [0, 2.0])
def test_volumes_at_unequal_distances_are_refused_unless_the_key_says_the_usual_one(said, tr):
    unequal = [*FORTY[:20], *(time + 7.5 for time in FORTY[20:])]
    sentence = (
        FILE + "volumes 2 to 9.5 s apart (VolumeTiming); expected one repetition time, which "
        "frequencies need; if the steps are equal but for the clock, set "
        "preprocessing.repetition_time_s in config.yaml to the usual one, or give the reason in "
        "the column exclude of participants.tsv"
    )
    assert said({"VolumeTiming": unequal}, tr=tr) == [sentence]
    assert said({"VolumeTiming": unequal}, tr=tr, configured=2.0) == [sentence]  # as a warning


@pytest.mark.parametrize(
    ("value", "found", "expected"),
    [
        (FORTY[:30], "30 times in VolumeTiming", "40, one per volume"),
        ([0, 4, 2], "a list that does not increase as VolumeTiming in sub-01", "a list of incr"),
        ("0 2 4", "text as VolumeTiming in sub-01_task-rest_bold.json", "a list of increasing"),
    ],
)
def test_volume_times_of_another_number_or_none_are_one_sentence(said, value, found, expected):
    (sentence,) = said({"VolumeTiming": value}, tr=0)

    assert sentence.startswith(FILE + found)
    assert f"expected {expected}" in sentence


def test_slices_after_the_start_of_a_delay_are_refused(said):
    sidecar = {"RepetitionTime": 2, "SliceTiming": EIGHT}
    assert said(sidecar | {"DelayTime": 0.2}, slice_order=None) == []
    assert said(sidecar | {"DelayTime": 0.5}, slice_order=None) == [
        FILE + "slice times up to 1.75 in the data; expected seconds below the repetition time of "
        f"2 s less the delay of 0.5 s; correct the times, or {ORDER}"
    ]


def test_a_delay_as_long_as_the_repetition_time_or_no_number_is_one_sentence(said):
    assert said({"RepetitionTime": 2, "DelayTime": 2.0}, slice_order="interleaved") == [
        FILE + "2 s without acquisition (DelayTime); expected less than the repetition time of "
        f"2 s, which holds it; correct DelayTime in the sidecar, or {KEY}"
    ]
    assert said({"RepetitionTime": 2, "DelayTime": -1}, slice_order="interleaved") == [
        FILE + "-1 as DelayTime in sub-01_task-rest_bold.json; expected a number of seconds from "
        f"0; correct DelayTime in the sidecar, or {ORDER}"
    ]
