"""T1 and rest run are recognised by the numbers of their headers."""

import pytest

from restpain.cohort.dicom_series import folder_series
from small_dicom import REST, T1, write_series

SMALL = (10, 10, 8)


def kinds(folder):
    series, _ = folder_series(folder)
    return {one.facts["number"]: one.facts["kind"] for one in series}


def test_t1_and_rest_are_found_in_nested_folders_whatever_their_names(tmp_path):
    write_series(tmp_path / "x" / "y", (44, 44, 44), **(T1 | {"SeriesDescription": "a"}))
    write_series(tmp_path / "z", SMALL, n_volumes=40, **(REST | {"SeriesDescription": "b"}))
    (tmp_path / "notes.txt").write_text("not DICOM")
    (tmp_path / ".hidden").write_text("not looked at")

    series, counts = folder_series(tmp_path)

    assert [one.facts["kind"] for one in series] == ["t1", "rest"]
    assert counts["n_other_files"] == 1


@pytest.mark.parametrize(
    "elements",
    [
        {"ImageType": ["ORIGINAL", "PRIMARY", "PHASE MAP", "P", "FFE"]},
        {"ImageType": ["DERIVED", "PRIMARY", "M_FFE", "M", "FFE"]},
        {"DiffusionBValue": 1000.0},
        {"EchoTime": 90},
    ],
)
def test_phase_derived_and_diffusion_series_are_no_rest_runs(tmp_path, elements):
    write_series(tmp_path, SMALL, n_volumes=25, **(REST | elements))

    assert kinds(tmp_path) == {5: "other"}


def test_names_decide_only_between_runs_that_are_equal_otherwise(tmp_path):
    task = REST | {"SeriesNumber": 6, "SeriesDescription": "task faces"}
    write_series(tmp_path, SMALL, n_volumes=25, **task)
    assert kinds(tmp_path) == {6: "rest"}

    write_series(tmp_path, SMALL, n_volumes=25, **REST)
    assert kinds(tmp_path) == {5: "rest", 6: "other"}


def test_two_equal_runs_remain_both(tmp_path):
    for number in (5, 6):
        write_series(tmp_path, SMALL, n_volumes=25, **(REST | {"SeriesNumber": number}))

    assert kinds(tmp_path) == {5: "rest", 6: "rest"}
