"""Checks of participants on tables as people save them."""

import pandas as pd
import pytest

from restpain.cohort.participants import (
    Comparison,
    is_pilot,
    of_analysed,
    participant_of,
    participants_table,
    patients_first,
    read_participants,
    with_site,
)
from restpain.io.tables import write_json

COMPARISON = Comparison("patient", "control")


def read(folder, content, **columns):
    path = folder / "participants.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_participants(path, COMPARISON, columns)


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
        "sub-0 4\tKontrolle\tno\n"
        "sub-05\tControl\t\n",
    )

    assert len(found) == 5
    assert "participant_id '../x' in line 4" in found[0]
    assert "participant_id '0 4' in line 5" in found[1]
    assert found[2] == (
        "participants.tsv has sub-01 more than once; expected one row per participant"
    )
    assert "'no' in the column exclude" in found[3]
    assert "the group 'Control', but config.yaml expects 'control' and 'patient'" in found[4]


def test_a_group_outside_the_study_needs_a_reason_only(tmp_path):
    table = read(tmp_path, "participant_id\tgroup\texclude\n1\tpatient\t\n2\tother\tthird group\n")

    assert table["exclude"].tolist() == ["", "third group"]


def test_participants_of_a_third_group_are_left_out_with_that_reason(tmp_path):
    table = read(
        tmp_path,
        "participant_id\tgroup\texclude\n1\tpatient\t\n2\tcontrol\t\n3\tADHD\t\n4\tADHD\tmoved\n",
    )

    assert table["exclude"].tolist() == ["", "", "not part of this comparison", "moved"]


@pytest.mark.parametrize("label", ["Patient", " pa tient"])
def test_a_label_that_differs_by_case_or_blanks_is_no_third_group(tmp_path, label):
    (problem,) = problems(tmp_path, f"participant_id\tgroup\n1\tpatient\n2\tcontrol\n3\t{label}\n")

    assert "but config.yaml expects 'control' and 'patient'" in problem


def test_columns_of_other_names_get_those_of_the_workflow(tmp_path):
    table = read(
        tmp_path,
        "Subject ID\tdiagnosis\tgroup\tage\n7\tpatient\tA\t30\n8\tcontrol\tB\t40\n",
        participant="Subject ID",
        group="diagnosis",
    )

    assert list(table.columns) == ["participant_id", "group", "age", "exclude"]
    assert table["participant_id"].tolist() == ["sub-7", "sub-8"]
    assert table["group"].tolist() == ["patient", "control"]


def test_an_empty_id_is_named_with_its_line(tmp_path):
    (problem,) = problems(tmp_path, "participant_id\tgroup\n\tpatient\n")

    assert "has the participant_id '' in line 2" in problem


def test_a_missing_file_is_named_with_the_key_that_gives_it(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere.tsv does not exist.*cohort.participants"):
        read_participants(tmp_path / "nowhere.tsv", COMPARISON)


IDS = [f"sub-{number:02d}" for number in range(1, 9)]


@pytest.fixture
def participants(tmp_path):
    """Eight participants, controls and patients by turns, the seventh excluded."""
    lines = ["participant_id\tgroup\texclude\n"]
    for number, label in enumerate(IDS):
        reason = "motion" if label == "sub-07" else "n/a"
        lines.append(f"{label}\t{('control', 'patient')[number % 2]}\t{reason}\n")
    (tmp_path / "participants.tsv").write_text("".join(lines))
    return str(tmp_path / "participants.tsv")


def test_a_participant_is_read_off_the_name_of_a_file():
    assert participant_of("results/sub-01/func/sub-01_task-rest_desc-x.json") == "sub-01"


def test_files_of_the_analysed_are_selected_by_their_names_and_keep_their_order(participants):
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


def test_motion_is_added_to_the_analysed_only_if_it_is_a_covariate(participants, tmp_path):
    paths = [tmp_path / f"{label}_desc-qc_metrics.json" for label in reversed(IDS)]
    for path in paths:
        write_json(path, {"mean_fd_jenkinson_mm": 0.1 * int(path.name[4:6])})

    table, plain = (
        participants_table(participants, paths, Comparison("patient", "control", names))
        for names in (["mean_fd"], [])
    )

    assert table["participant_id"].tolist() == [label for label in IDS if label != "sub-07"]
    assert table["mean_fd"].tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8])
    assert "mean_fd" not in plain


@pytest.mark.parametrize(
    "content",
    [
        "participant_id\tage\nsub-01\t40\n",
        "participant_id\tgroup\nsub-01\tn/a\n",
        "participant_id\tgroup\nsub-01\tpilot\n",
    ],
)
def test_groups_are_not_judged_before_the_group_level(tmp_path, content):
    (tmp_path / "participants.tsv").write_text(content)

    table = read_participants(tmp_path / "participants.tsv", COMPARISON, judge_groups=False)

    assert table["participant_id"].tolist() == ["sub-01"]
    assert table["group"].tolist() == ["pilot" if "pilot" in content else ""]
    with pytest.raises(ValueError, match=r"^participants.tsv has (no column group|no group|the)"):
        read_participants(tmp_path / "participants.tsv", COMPARISON)


def test_a_missing_group_is_counted(tmp_path):
    (problem,) = problems(tmp_path, "participant_id\tgroup\n1\tpatient\n2\tn/a\n3\t\n")

    assert problem == (
        "participants.tsv has no group for 2 of 3 participants; expected 'control' and 'patient' "
        "in the column group; fill it, name another one in cohort.columns.group, or give the "
        "reason in the column exclude"
    )


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ("a", True),
        ("aaaa", True),
        ("aaabb", True),
        ("aaabbb", False),
        ("aaabbbc", False),
        ("aaa...", True),
    ],
)
def test_a_pilot_has_fewer_than_two_groups_of_three(groups, expected):
    labels = [label.replace(".", "") for label in groups]

    assert is_pilot(pd.DataFrame({"group": labels, "exclude": ""})) == expected


def test_ids_lose_the_signs_that_bids_does_not_allow_and_are_kept_as_written(tmp_path):
    path = tmp_path / "participants.tsv"
    rows = ["Sub_001\tpatient", "01.2\tpatient", "sub-KK-07\tcontrol"]
    path.write_text("\n".join(["participant_id\tgroup", *rows]) + "\n")

    table = read_participants(path, Comparison("patient", "control"))

    assert table.attrs["written"] == {
        "sub-Sub001": "Sub_001",
        "sub-012": "01.2",
        "sub-KK07": "sub-KK-07",
    }
    assert table["participant_id"].tolist() == list(table.attrs["written"])


def test_two_ids_that_differ_by_signs_only_are_one_too_many(tmp_path):
    path = tmp_path / "participants.tsv"
    path.write_text("participant_id\tgroup\n01-2\tpatient\n012\tcontrol\n")

    with pytest.raises(ValueError, match="participants.tsv has sub-012 more than once"):
        read_participants(path, Comparison("patient", "control"))


def test_a_csv_is_separated_by_commas_and_its_column_without_a_name_is_dropped(tmp_path):
    path = tmp_path / "phenotypes.csv"
    path.write_text(',SUB_ID,DX_GROUP,NOTE\n0,50002,1,"none, really"\n1,50003,2,\n')
    columns = {"participant": "SUB_ID", "group": "DX_GROUP"}

    table = read_participants(path, Comparison("1", "2"), columns)

    assert table["participant_id"].tolist() == ["sub-50002", "sub-50003"]
    assert list(table) == ["participant_id", "group", "NOTE", "exclude"]
    assert table["NOTE"][0] == "none, really"


@pytest.mark.parametrize(
    ("covariates", "site", "expected"),
    [
        (["age"], "scanner", ["age", "scanner"]),
        (["scanner", "age"], "scanner", ["scanner", "age"]),
        ((), None, []),
    ],
)
def test_the_site_is_one_of_the_covariates(covariates, site, expected):
    assert with_site(covariates, site) == expected
