"""Lines of a passed cohort check."""

import pandas as pd
import pytest

from cohort_inputs import cohort
from restpain.cohort.check_summary import check_summary
from restpain.cohort.participants import Comparison

TABLE = pd.DataFrame(
    {
        "participant_id": ["sub-01", "sub-02", "sub-03", "sub-04"],
        "group": ["pain", "pain", "healthy", "healthy"],
        "exclude": ["", "", "", "no resting-state run"],
    }
)


def summary(indices, problems=(), slice_order=None):
    return check_summary(
        TABLE,
        Comparison("pain", "healthy"),
        indices,
        pd.DataFrame(problems, columns=["severity"]),
        [{"found": "about 3 hours"}],
        drop_volumes=10,
        slice_order=slice_order,
    )


def test_the_lines_say_who_and_what_was_chosen_and_what_a_run_takes():
    indices = cohort()
    for index in indices:
        index["series"][0] |= {"why": "the only one"}
        index["series"][1] |= {
            "why": "named in cohort.select",
            "repetition_time_source": "RepetitionTime of the headers",
            "slice_times_source": "SliceTiming of the sidecar",
        }

    assert summary(indices) == [
        "participants: 2 pain, 1 healthy; 1 participant left out: 1 no resting-state run",
        "T1-weighted image: series 3 (the only one)",
        "resting-state run: series 5 (named in cohort.select)",
        "repetition time: 2 s (RepetitionTime of the headers)",
        "slice times: SliceTiming of the sidecar",
        "volumes: 240; 7.7 minutes after dropping 10",
        "warnings of the images: none",
        "a run takes:",
        "  about 3 hours",
    ]


@pytest.mark.parametrize(
    ("source", "order", "line"),
    [
        ("bids", "off", "slice times: off, as configured"),
        ("dicom", "interleaved", "slice times: interleaved order, as configured"),
        ("derivatives", None, "slice times: as preprocessed before"),
    ],
)
def test_the_slice_times_in_force_are_named(source, order, line):
    indices = cohort()
    for index in indices:
        index["source"] = source
        index["series"] = [run | {"why": "the only one"} for run in index["series"]]

    assert line in summary(indices, slice_order=order)


def test_what_differs_is_counted_and_warnings_are_said():
    indices = cohort()
    for index, n_volumes in zip(indices, (240, 240, 200), strict=True):
        index["series"] = [run | {"why": "the only one"} for run in index["series"]]
        index["series"][1]["n_volumes"] = n_volumes

    lines = summary(indices, [["warning"], ["info"], ["warning"]])

    assert "volumes: 240 in 2, 200 in 1; 6.3 to 7.7 minutes after dropping 10" in lines
    assert "warnings of the images: 2, in results/cohort/check.tsv" in lines


def test_groups_that_are_numbers_are_named_as_groups():
    indices = cohort()
    for one in (run for index in indices for run in index["series"]):
        one["why"] = "the only one"

    (first, *_) = check_summary(
        TABLE.replace({"pain": "1", "healthy": "2"}),
        Comparison("1", "2"),
        indices,
        pd.DataFrame(columns=["severity"]),
        [],
        drop_volumes=10,
        slice_order="off",
    )

    assert first.startswith("participants: 2 of group 1, 1 of group 2; ")
