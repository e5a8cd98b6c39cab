"""T1 and rest run are recognised by the numbers of their headers."""

import pytest

from restpain.cohort.dicom_series import folder_series
from small_dicom import REST, T1, rewrite, setting, write_series

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
        {"ScanningSequence": ["EP", "SE"]},
        {"SeriesDescription": "ep2d_DTI_64"},
        {"ProtocolName": "pCASL"},
        {"SeriesDescription": "fieldmap_AP"},
    ],
)
def test_series_of_other_kinds_are_no_rest_runs(tmp_path, elements):
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


@pytest.mark.parametrize(
    ("elements", "doubts"),
    [
        ({"SeriesDescription": "rsfMRI different angle"}, []),
        ({"SeriesDescription": "func_task-rest_run-1"}, []),
        ({"SeriesDescription": "func_task-oneback"}, ["a name that speaks against rest"]),
        ({"ProtocolName": "FingerTapping"}, ["a name that speaks against rest"]),
        ({"RepetitionTime": 6000}, ["a repetition time of 6 s"]),
    ],
)
def test_what_speaks_against_rest_is_a_doubt_about_the_only_run(tmp_path, elements, doubts):
    write_series(tmp_path, SMALL, n_volumes=25, **(REST | elements))

    (series,), _ = folder_series(tmp_path)

    assert (series.facts["kind"], series.facts["doubts"]) == ("rest", doubts)


DERIVED = {"ImageType": ["DERIVED", "SECONDARY"]}


def test_a_derived_t1_is_taken_if_there_is_no_other(tmp_path):
    write_series(tmp_path, (44, 44, 44), **(T1 | DERIVED))
    assert kinds(tmp_path) == {3: "t1"}

    write_series(tmp_path, (44, 44, 44), **(T1 | {"SeriesNumber": 4}))
    assert kinds(tmp_path) == {3: "other", 4: "t1"}


def test_a_reformatted_t1_is_never_taken(tmp_path):
    reformatted = {"ImageType": ["DERIVED", "SECONDARY", "MPR"]}
    write_series(tmp_path, (44, 44, 44), **(T1 | reformatted))

    assert kinds(tmp_path) == {3: "other"}


@pytest.mark.parametrize(
    ("exports", "best", "words"),
    [
        (["ND NORM", "DIS2D NORM", "DIS3D"], 5, "corrected in 3D for distortion, of uneven"),
        (["ND", "ND NORM"], 4, "not corrected for distortion, of even intensity, without filter"),
        (["DIS2D FIL", "DIS2D"], 4, "of uneven intensity, without filter"),
    ],
)
def test_of_the_exports_of_one_acquisition_the_most_corrected_is_taken(
    tmp_path, exports, best, words
):
    for number, export in enumerate(exports, start=3):
        image_type = ["ORIGINAL", "PRIMARY", "M", *export.split()]
        paths = write_series(tmp_path, (44, 44, 44), **(T1 | {"SeriesNumber": number}))
        rewrite(paths, setting(ImageType=image_type, AcquisitionTime="101010.25"))

    series, _ = folder_series(tmp_path)

    (chosen,) = [one for one in series if one.facts["kind"] == "t1"]
    assert chosen.facts["number"] == best
    assert words in chosen.facts["preferred"]


@pytest.mark.parametrize("times", [("101010", "101510"), (None, None)])
def test_two_acquisitions_of_a_t1_remain_both(tmp_path, times):
    for number, time in enumerate(times, start=3):
        word = {3: "ND", 4: "NORM"}[number]
        elements = {"SeriesNumber": number, "ImageType": ["ORIGINAL", "PRIMARY", word]}
        elements |= {"AcquisitionTime": time} if time else {}
        write_series(tmp_path, (44, 44, 44), **(T1 | elements))

    assert kinds(tmp_path) == {3: "t1", 4: "t1"}


def test_a_wish_takes_a_series_that_would_not_be_taken_without_it(tmp_path):
    derived = REST | DERIVED | {"SeriesNumber": 7, "SeriesDescription": "MoCoSeries"}
    write_series(tmp_path, SMALL, n_volumes=4, **REST)
    write_series(tmp_path, SMALL, n_volumes=25, **(REST | {"SeriesNumber": 6}))
    write_series(tmp_path, SMALL, n_volumes=25, **derived)
    write_series(tmp_path, SMALL, **(REST | {"SeriesNumber": 8}))

    def by(**wanted):
        series, _ = folder_series(tmp_path, {"t1": {}, "rest": wanted})
        return {one.facts["number"]: one.facts["kind"] for one in series}, series

    found, series = by(series_number=5)
    assert found == {5: "rest", 6: "other", 7: "other", 8: "other"}
    assert series[0].facts["doubts"] == ["4 volumes"]
    assert series[1].facts["not_rest"] == "not the one of cohort.select"
    assert by(series_description="moco*")[0][7] == "rest"
    assert by(series_number=8)[0][8] == "other"
    assert by(task="rest")[0] == {5: "other", 6: "rest", 7: "other", 8: "other"}
    assert by(series_number=8)[1][3].facts["not_rest"] == "1 volume"


def test_of_several_that_fit_a_wish_those_without_a_doubt_are_taken(tmp_path):
    for number, elements in ((5, {}), (6, {"ImageType": ["ORIGINAL", "PRIMARY", "P"]})):
        write_series(tmp_path, SMALL, n_volumes=25, **(REST | elements | {"SeriesNumber": number}))

    series, _ = folder_series(tmp_path, {"rest": {"series_description": "fmri"}})

    assert [one.facts["kind"] for one in series] == ["rest", "other"]


def test_an_echo_of_a_run_can_be_wished_for(tmp_path):
    for echo_ms in (28.0, 12.0, 44.0):
        paths = write_series(
            tmp_path / str(echo_ms), SMALL, n_volumes=20, **(REST | {"EchoTime": echo_ms})
        )

        def change(image, *place, echo_ms=echo_ms):
            image.SOPInstanceUID += f".{echo_ms:g}"

        rewrite(paths, change)

    series, _ = folder_series(tmp_path, {"rest": {"series_number": 5, "echo": 2}})

    assert {one.facts["label"]: one.facts["echo_time_ms"] for one in series} == {
        "series 5, echo 1": 12.0,
        "series 5, echo 2": 28.0,
        "series 5, echo 3": 44.0,
    }
    assert [one.facts["label"] for one in series if one.facts["kind"] == "rest"] == [
        "series 5, echo 2"
    ]
