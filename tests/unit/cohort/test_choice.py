"""Choice of the T1 and the rest run: sentences, lines to paste, and who has no usable image."""

import pytest
import yaml

from cohort_inputs import found, participant
from restpain.cohort.choice import missing_images, selection_lines, signature, wishes
from restpain.cohort.selection import fits_entities, mark_chosen


def bids_participant(number, *runs):
    """Index of a participant of a BIDS dataset with rest runs of the entities given."""
    index = participant(number) | {"source": "bids"}
    t1, rest = index["series"]
    who = f"{number:02d}"
    t1 |= {"label": f"sub-{who}_T1w.nii.gz", "entities": {"sub": who, "suffix": "T1w"}}
    series = [
        rest
        | {
            "label": f"sub-{who}_run-{n}_bold.nii.gz",
            "entities": {"sub": who} | entities | {"suffix": "bold"},
        }
        for n, entities in enumerate(runs)
    ]
    mark_chosen([t1, *series], {})
    return index | {"series": [t1, *series]}


RUNS = {"task": "rest", "run": "01"}, {"task": "rest", "run": "02"}


def test_the_name_of_a_series_leaves_out_the_participant():
    index = bids_participant(1, RUNS[0])

    assert [signature(one) for one in index["series"]] == ["T1w", "task-rest_run-01_bold"]
    assert signature(participant(1)["series"][1]) == "series 5"


def test_several_runs_are_listed_once_for_all_with_what_to_set():
    cohort = [bids_participant(number, *RUNS) for number in (1, 2, 3)]

    assert found(cohort, "error") == [
        "sub-01, sub-02, sub-03, participant's folder: 2 series that may be the resting-state "
        "run: task-rest_run-01_bold (240 volumes), task-rest_run-02_bold (240 volumes); expected "
        "one; name it in the configuration, cohort.select.rest: {run: 1} or {run: 2}"
    ]


def test_lines_to_paste_say_how_many_participants_each_serves():
    cohort = [bids_participant(1, *RUNS), bids_participant(2, RUNS[0])]

    assert selection_lines(cohort) == [
        "which resting-state run is meant; paste one of these lines below cohort: select:",
        "    rest: {run: 1} # one in 2 of 2 participants",
        "    rest: {run: 2} # one in 1 of 2 participants",
    ]
    assert selection_lines(cohort[1:]) == []


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([{"ses": "1"}, {"ses": "2"}], [{"session": 1}, {"session": 2}]),
        ([{"acq": "mprage"}, {}], [{"acquisition": "mprage"}, {"acquisition": None}]),
        (
            [{"run": "1", "dir": "AP"}, {"run": "1", "dir": "PA"}],
            [{"direction": "AP"}, {"direction": "PA"}],
        ),
    ],
)
def test_a_wish_names_the_entities_in_which_candidates_differ(labels, expected):
    assert wishes([{"entities": one | {"task": "rest"}} for one in labels]) == expected


def test_dicom_series_are_named_by_their_number():
    assert wishes([{"number": 5}, {"number": 7}]) == [{"series_number": 5}, {"series_number": 7}]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"n_volumes": 39}, "resting-state run with too few volumes"),
        ({"readable": False, "damage": "ends early"}, "resting-state run ends early"),
        ({"kind": "other", "chosen": False}, "no resting-state run"),
    ],
)
def test_the_reason_why_a_participant_has_no_usable_image(changes, reason):
    index = participant(1)
    index["series"][1] |= changes

    assert missing_images(index, min_volumes=40) == reason


def test_a_participant_without_a_folder_has_no_images():
    index = participant(1) | {"found": False, "series": []}

    assert missing_images(index, min_volumes=40) == "no folder in the data"


def test_several_candidates_are_no_missing_image():
    index = bids_participant(1, *RUNS)

    assert missing_images(index, min_volumes=40) is None


@pytest.mark.parametrize("labels", [("on", "off"), ("1e3", "0x1F"), ("No", "mprage"), ("7", None)])
def test_a_pasted_line_asks_for_the_label_as_it_is(labels):
    candidates = [{"acq": label} if label else {} for label in labels]
    index = bids_participant(1, *(one | {"task": "rest"} for one in candidates))

    pasted = [
        yaml.safe_load(line.partition("#")[0])["rest"] for line in selection_lines([index])[1:]
    ]

    for wish, runs in zip(pasted, index["series"][1:], strict=True):
        assert fits_entities(runs["entities"], wish)
