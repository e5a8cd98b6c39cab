"""Checks of the cohort: a sentence for each fault, none without one."""

import copy

import pytest

from cohort_inputs import cohort, participant
from restpain.cohort.checks import cohort_problems, problem_table, sentences, unmatched_folders

SETTINGS = {"drop_volumes": 10, "slice_order": "off", "band_hz": (0.01, 0.1)}


def changed(kind="rest", **facts):
    """Three participants, of whom the second has other facts."""
    indices = cohort()
    indices[1]["series"][0 if kind == "t1" else 1] |= facts
    return indices


def found(indices, severity=None, **settings):
    rows = cohort_problems(indices, **(SETTINGS | settings))
    table = problem_table(rows)
    if severity:
        assert set(table["severity"]) == {severity}, table.to_string()
    return sentences(table)


def test_a_good_cohort_has_no_problem():
    assert found(cohort()) == []


@pytest.mark.parametrize(
    ("facts", "severity", "text"),
    [
        ({"repetition_time_s": 2.5}, "error", "2.5 s repetition time; expected 2 s repetition"),
        (
            {"matrix": [80, 80, 32]},
            "warning",
            "80x80x32 voxels; expected 64x64x32 voxels, as in 2",
        ),
        ({"voxel_mm": [3.0, 3.44, 4.6]}, "warning", "3x3.44x4.6 mm voxels; expected 3.44x3.44x4."),
        ({"n_volumes": 200}, "warning", "200 volumes; expected 240 volumes, as in 2 of 3"),
        ({"vendor": "GE"}, "warning", "GE; expected Philips, as in 2 of 3 participants"),
        ({"n_volumes_announced": 250}, "warning", "240 volumes; expected 250, as its headers"),
        ({"scale_slopes": [1.0, 2.5]}, "warning", "scale slopes from 1 to 2.5 within the series"),
        ({"compression": "lossy"}, "error", "lossy compression; expected lossless images"),
        ({"compression": "lossless"}, "info", "lossless compression"),
        ({"layout": "mosaic"}, "info", "mosaic DICOM of 64x64x32 voxels"),
        ({"n_duplicates": 4}, "error", "4 duplicate images; expected each image once"),
        ({"n_missing_slices": 2}, "error", "2 missing slices; expected slices at"),
        (
            {"n_images": 7679, "n_missing_images": 1},
            "error",
            "7679 images, 32 slices, 240 volumes; expected 7680 images",
        ),
        ({"repetition_time_s": None}, "error", "no repetition time"),
        ({"header_repetition_time_s": 1.0}, "warning", "a repetition time of 1 s in the image's"),
        ({"digest": "rest-1"}, "error", "the same resting-state run as sub-01"),
        ({"sidecar_readable": False}, "error", "a sidecar that is no JSON object"),
        ({"sides": "unknown"}, "error", "no orientation in the header"),
        ({"sides": "contradictory"}, "error", "an sform and a qform that exchange left and right"),
        ({"readable": False}, "error", "series 5 cannot be read; expected"),
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
    ("position", "name"), [(0, "T1-weighted image"), (1, "resting-state run")]
)
def test_a_series_missing_and_a_series_too_many_are_errors(position, name):
    fewer, more = cohort(2), cohort(2)
    del fewer[1]["series"][position]
    more[1]["series"].append(copy.deepcopy(more[1]["series"][position]) | {"label": "series 9"})

    (missing,) = found(fewer, "error")
    (several,) = found(more, "error")

    assert missing.startswith(f"sub-02, participant's folder: no {name} among 1 series")
    assert f"2 series that may be the {name}: series " in several
    assert "series 9 (" in several


@pytest.mark.parametrize(
    ("facts", "severity", "text"),
    [
        (
            {"found": False, "series": []},
            "error",
            "no such folder in cohort.data; expected sub-01 or",
        ),
        ({"n_damaged_files": 2, "n_files": 9}, "error", "2 damaged DICOM files"),
        ({"n_other_files": 2, "n_files": 9}, "info", "2 files beside the DICOM images of MR"),
        ({"n_patients": 2}, "warning", "2 different PatientID in the T1 and the rest series"),
    ],
)
def test_problems_of_the_folder_are_reported(facts, severity, text):
    (sentence,) = found([participant(1) | facts], severity)

    assert text in sentence


def test_an_empty_folder_lacks_both_images():
    texts = found([participant(1) | {"series": [], "n_files": 0}], "error")

    assert [text.split(";")[0].split(": ")[1] for text in texts] == [
        "no T1-weighted image among its files",
        "no resting-state run among its files",
    ]


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
