"""Checks of participants on tables as people save them."""

import pandas as pd
import pytest

from restpain.cohort.participants import (
    Comparison,
    of_analysed,
    participant_of,
    patients_first,
    read_participants,
)
from restpain.io.tables import write_table

COMPARISON = Comparison("patient", "control")
IDS = [f"sub-{number:02d}" for number in range(1, 9)]


def read(folder, content, **labels):
    path = folder / "participants.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_participants(
        path, Comparison(**({"patients": "patient", "controls": "control"} | labels))
    )


def problems(folder, content):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the lines are compared)
        read(folder, content)
    return str(caught.value).splitlines()


def test_rows_keep_their_order_and_cells_their_text(tmp_path):
    table = read(
        tmp_path, "participant_id\tgroup\tage\nsub-02\tcontrol\t40.50\nsub-01\tpatient\tn/a\n"
    )

    assert table["participant_id"].tolist() == ["sub-02", "sub-01"]
    assert table["age"].tolist() == ["40.50", None]
    assert table["exclude"].tolist() == ["", ""]


def test_ids_without_prefix_get_it_and_keep_their_zeros(tmp_path):
    table = read(tmp_path, "participant_id\tgroup\n007\tpatient\nsub-8\tcontrol\n")

    assert table["participant_id"].tolist() == ["sub-007", "sub-8"]


def test_a_file_saved_by_a_spreadsheet_reads_the_same(tmp_path):
    plain = "participant_id\tgroup\texclude\nsub-01\tpatient\tmoved\nsub-02\tcontrol\tn/a\n"
    saved = b"\xef\xbb\xbf" + plain.replace("\n", " \r\n").encode() + b"\t\t\r\n"

    assert read(tmp_path, saved).equals(read(tmp_path, plain))


def test_all_problems_are_reported_at_once(tmp_path):
    found = problems(
        tmp_path,
        "participant_id\tgroup\texclude\n"
        "sub-01\tpatient\t\n"
        "01\tcontrol\t\n"
        "../x\tpatient\t\n"
        "sub-0_4\tKontrolle\tno\n"
        "sub-05\thealthy\t\n",
    )

    assert len(found) == 5
    assert "participant_id '../x' in line 4" in found[0]
    assert "participant_id '0_4' in line 5" in found[1]
    assert found[2] == (
        "participants.tsv has sub-01 more than once; expected one row per participant"
    )
    assert "the group 'healthy', but config.yaml expects 'control' and 'patient'" in found[3]
    assert "'no' in the column exclude" in found[4]


def test_a_group_outside_the_study_needs_a_reason_only(tmp_path):
    table = read(tmp_path, "participant_id\tgroup\texclude\n1\tpatient\t\n2\tother\tthird group\n")

    assert table["exclude"].tolist() == ["", "third group"]


@pytest.mark.parametrize(("separator", "word"), [(",", "commas"), (";", "semicolons")])
def test_another_separator_is_named(tmp_path, separator, word):
    content = f"participant_id{separator}group\nsub-01{separator}patient\n"

    assert problems(tmp_path, content) == [
        f"participants.tsv is separated by {word}; separate it by tabs"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "participants.tsv is empty"),
        ("id\tgroup\n1\tpatient\n", "has no column participant_id; its columns are id, group"),
        ("participant_id\tage\n1\t3\n", "has no column group"),
        ("participant_id\tgroup\tgroup\n1\tpatient\tx\n", "has the column group more than once"),
        ("participant_id\tgroup\n1\tpatient\tx\n", "has 3 cells in line 2, but 2 columns"),
        ("participant_id\tgroup\n", "leaves no participant to analyse"),
        ("participant_id\tgroup\n\tpatient\n", "has the participant_id '' in line 2"),
        (b"participant_id\tgroup\n1\tpati\xebnt\n", "is not UTF-8 text (byte 27); save it as"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path, content, message):
    assert message in problems(tmp_path, content)[0]


def test_a_missing_file_is_named_with_the_key_that_gives_it(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere.tsv does not exist.*cohort.participants"):
        read_participants(tmp_path / "nowhere.tsv", COMPARISON)


@pytest.fixture
def participants(tmp_path):
    table = pd.DataFrame(
        {
            "participant_id": IDS,
            "group": ["control", "patient"] * 4,
            "exclude": ["n/a"] * 6 + ["motion", "n/a"],
        }
    )
    write_table(tmp_path / "participants.tsv", table)
    return str(tmp_path / "participants.tsv")


def test_a_participant_is_read_off_the_name_of_a_file():
    assert participant_of("results/sub-01/func/sub-01_task-rest_desc-x.json") == "sub-01"


def test_files_of_the_analysed_are_told_by_their_names_and_keep_their_order(participants):
    paths = [f"{label}_{measure}.nii.gz" for measure in "ba" for label in reversed(IDS)]

    kept = of_analysed(paths, participants)

    assert kept == [path for path in paths if not path.startswith("sub-07")]
    assert of_analysed([], participants) == []
    patients = [path for path in paths if int(path[4:6]) % 2 == 0]
    assert of_analysed(patients, participants, group="patient") == patients


def test_an_analysed_participant_without_files_is_no_smaller_group(participants):
    paths = [f"{label}_x.nii.gz" for label in IDS if label != "sub-03"]

    with pytest.raises(ValueError, match="sub-03 is analysed and has 0 of the files"):
        of_analysed(paths, participants)
    with pytest.raises(ValueError, match="sub-01 is analysed and has 0 of the files"):
        of_analysed(["sub-07_x.nii.gz"], participants)


def test_patients_come_first_and_the_order_is_kept_otherwise(participants):
    ordered = patients_first([f"{label}_x.nii.gz" for label in IDS], participants, COMPARISON)

    labels = [participant_of(path)[-2:] for path in ordered]
    assert labels == ["02", "04", "06", "08", "01", "03", "05", "07"]
