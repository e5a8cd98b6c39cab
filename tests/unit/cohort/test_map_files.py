"""Files of maps by patterns with columns of the table."""

import pandas as pd
import pytest

from restpain.cohort.map_files import (
    given_files,
    measure_problems,
    pattern_problems,
    table_values,
)

COLUMNS = ["participant_id", "group", "FILE_ID"]
ALONE = {"map_mask": None, "series": None}


def files_of(tmp_path, pattern, **cells):
    cohort = {"data": str(tmp_path), "maps": {"alff": pattern}} | ALONE
    return given_files(cells, cohort)["alff"]


@pytest.mark.parametrize("name", ["ALFF", "fc", "all", "mask", "series", "m-alff", ""])
def test_a_measure_is_named_in_lower_case_and_not_as_a_result(name):
    (sentence,) = measure_problems({"maps": {name: "{FILE_ID}.nii"}})

    assert f"has the measure {name!r}; expected lower-case letters and digits" in sentence


def test_maps_without_a_pattern_are_a_problem():
    assert "cohort.maps is empty" in measure_problems({"maps": {}})[0]
    assert measure_problems({"maps": {"slow4": "x"}}) == []


def test_columns_that_the_table_does_not_have_are_told_all_at_once():
    maps = {"alff": "{FILE}_{SITE}.nii", "reho": "reho.nii", "falff": "{FILE_ID}.nii}"}

    wanted = {"maps": maps, "map_mask": "{MASK}.nii", "series": "bold.nii"}
    found = pattern_problems(wanted, COLUMNS)

    assert [text.split(", but ")[0].split(";")[0] for text in found] == [
        "configuration: cohort.maps.alff is '{FILE}_{SITE}.nii'",
        "configuration: cohort.maps.alff is '{FILE}_{SITE}.nii'",
        "configuration: cohort.maps.reho is 'reho.nii'",
        "configuration: cohort.maps.falff is '{FILE_ID}.nii}'",
        "configuration: cohort.map_mask is '{MASK}.nii'",
        "configuration: cohort.series is 'bold.nii'",
    ]
    assert "no column 'SITE'; its columns are participant_id, group, FILE_ID" in found[1]
    for sentence in (found[2], found[5]):
        assert "expected a column of the table in braces" in sentence


def test_a_mask_may_be_one_file_for_all():
    wanted = {"maps": {"alff": "{FILE_ID}.nii"}, "series": None}
    wanted |= {"map_mask": "BrainMask_05_61x73x61.nii"}

    assert pattern_problems(wanted, COLUMNS) == []


def test_cells_are_those_of_the_users_table_by_its_names_and_by_ours():
    table = pd.DataFrame(
        {"participant_id": ["sub-Sub001"], "group": ["1"], "exclude": [""], "SITE_ID": ["NYU"]}
    )
    table.attrs["written"] = {"sub-Sub001": "Sub_001"}

    cells = table_values(table, {"participant": "SUB", "group": "DX_GROUP", "exclude": "exclude"})

    assert cells["sub-Sub001"] == {
        "participant_id": "Sub_001",
        "SUB": "Sub_001",
        "group": "1",
        "DX_GROUP": "1",
        "exclude": "",
        "SITE_ID": "NYU",
    }


def test_a_file_is_found_by_several_columns_and_a_star(tmp_path):
    path = tmp_path / "NYU" / "run1" / "alff_[7].nii"
    path.parent.mkdir(parents=True)
    path.touch()

    found = files_of(tmp_path, "{SITE}/*/alff_{ID}.nii", SITE="NYU", ID="[7]")

    assert found == {"name": "NYU/*/alff_[7].nii", "files": [str(path)], "fault": None}
    assert files_of(tmp_path, "{SITE}/*/alff_{ID}.nii", SITE="NYU", ID="7")["files"] == []


def test_masks_and_series_are_files_of_their_own_kind(tmp_path):
    for name in ("7_alff.nii", "7_mask.nii", "7_bold.nii"):
        (tmp_path / name).touch()
    cohort = {"data": str(tmp_path), "maps": {"alff": "{ID}_alff.nii"}}
    cohort |= {"map_mask": "{ID}_mask.nii", "series": "{ID}_bold.nii"}

    found = given_files({"ID": "7"}, cohort)

    assert {kind: one["name"] for kind, one in found.items()} == {
        "alff": "7_alff.nii",
        "mask": "7_mask.nii",
        "series": "7_bold.nii",
    }
    assert found["series"]["files"] == [str(tmp_path / "7_bold.nii")]


def test_a_star_in_a_cell_stands_for_itself(tmp_path):
    (tmp_path / "alff_1.nii").touch()

    assert files_of(tmp_path, "alff_{ID}.nii", ID="*")["files"] == []
    assert files_of(tmp_path, "alff_{ID}.ni?", ID="*")["files"] == []


@pytest.mark.parametrize("cell", ["../other", "a/b", "..", "a\\b"])
def test_a_cell_does_not_lead_out_of_the_folder(tmp_path, cell):
    (tmp_path / "other").mkdir()

    found = files_of(tmp_path / "data", "{ID}", ID=cell)

    assert found["files"] == []
    assert found["fault"][0] == f"{cell!r} in the column ID, which leads to another folder"


@pytest.mark.parametrize("cell", [None, float("nan")])
def test_a_cell_without_a_value_is_a_fault(tmp_path, cell):
    found = files_of(tmp_path, "{ID}.nii", ID=cell)

    assert found["name"] == "n/a.nii"
    assert found["fault"][0] == "no value in the column ID, by which its file is named"
