"""Checks of the cohort: a sentence for each fault, none without one."""

import pytest

from cohort_inputs import SETTINGS, changed, cohort, found, participant
from restpain.cohort.checks import cohort_problems, left_out, problem_table, unmatched_folders


def test_a_good_cohort_has_no_problem():
    assert found(cohort()) == []


@pytest.mark.parametrize(
    ("facts", "severity", "text"),
    [
        (
            {"matrix": [80, 80, 32]},
            "warning",
            "80x80x32 voxels; expected 64x64x32 voxels, as in 2",
        ),
        ({"voxel_mm": [3.0, 3.44, 4.6]}, "warning", "3x3.44x4.6 mm voxels; expected 3.44x3.44x4."),
        ({"n_volumes": 200}, "warning", "200 volumes; expected 240 volumes, as in 2 of 3"),
        ({"vendor": "GE"}, "warning", "GE; expected Philips, as in 2 of 3 participants"),
        ({"sides": "contradictory"}, "error", "an sform and a qform that exchange left and right"),
        ({"readable": False, "damage": "ends early"}, "error", "series 5 ends early; expected"),
    ],
)
def test_one_odd_run_among_three_is_named_with_value_and_expectation(facts, severity, text):
    (sentence,) = found(changed(**facts), severity)

    assert sentence.startswith("sub-02, ")
    assert text in sentence


def test_repetition_times_that_differ_by_rounding_are_equal():
    assert found(changed(repetition_time_s=1.99987)) == []


@pytest.mark.parametrize(
    ("facts", "severity", "text"),
    [
        (
            {"found": False, "series": []},
            "error",
            "no such folder in cohort.data; expected sub-01 or",
        ),
        ({"n_other_files": 2, "n_files": 9}, "info", "2 files beside the DICOM images of MR"),
    ],
)
def test_problems_of_the_folder_are_reported(facts, severity, text):
    (sentence,) = found([participant(1) | facts], severity)

    assert text in sentence


def test_folders_outside_the_table_are_named_only_if_their_name_is_an_id():
    rows = unmatched_folders(
        ["sub-01", "02", "sub-03", "Smithson", "sub-a b"], ["sub-01", "sub-02"]
    )

    assert [(row["participant_id"], row["severity"]) for row in rows] == [
        ("sub-03", "warning"),
        ("n/a", "info"),
    ]
    assert rows[1]["found"].startswith("2 folders")
    assert "Smithson" not in str(rows)


def test_errors_come_first_in_the_table():
    rows = cohort_problems(changed(n_volumes=200), **(SETTINGS | {"slice_order": None}))

    assert problem_table(rows)["severity"].tolist() == ["error"] * 3 + ["warning"]


def test_unknown_slice_times_stop_with_what_to_set():
    (sentence,) = found(cohort(7), "error", slice_order=None)

    assert sentence == (
        "sub-01, sub-02, sub-03, sub-04, sub-05 and 2 more, series 5: no slice times in the data; "
        "expected the order of the slices, which is never guessed; ask who ran the scanner and "
        "set preprocessing.slice_order in config.yaml to off (no correction), sequential, "
        "reverse, interleaved, interleaved_even or a list of times"
    )


def test_preprocessed_data_need_no_t1_and_no_slice_times():
    index = participant(1) | {"source": "derivatives"}
    none = {"confounds": None, "confounds_path": None}
    index["series"] = [index["series"][1] | none]

    assert found([index], slice_order=None) == []
    (sentence,) = found([index], "error", slice_order=None, nuisance=["csf"])
    assert "no table of confounds; expected one for csf of preprocessing.nuisance" in sentence


def test_participants_without_a_usable_run_are_left_out_unless_nobody_is_left():
    lengths = {"drop_volumes": 10, "min_volumes": 30}

    assert left_out(changed(n_volumes=39), **lengths) == {
        "sub-02": "resting-state run with too few volumes"
    }
    assert left_out(changed()[:1], **lengths) == {}
    assert left_out(changed(n_volumes=39)[1:2], **lengths) == {}
