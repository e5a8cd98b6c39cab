"""Index of DICOM series, without a word that identifies anybody."""

import json
import shutil

import pytest

from restpain.cohort.dicom_index import dicom_index
from small_dicom import (
    REST,
    T1,
    as_siemens_export,
    rewrite,
    setting,
    write_grids,
    write_participant,
    write_series,
)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return write_participant(tmp_path_factory.mktemp("good") / "Smithson")


@pytest.fixture
def folder(good, tmp_path):
    return shutil.copytree(good, tmp_path / "sub-01")


def indexed(folder, select=None):
    """Index of a folder that can be written, and its rows as sentences."""
    index = dicom_index(folder, select=select or {})
    json.dumps(index, allow_nan=False)
    rows = [
        f"{row['severity']}: {row['file']}: {row['found']}; expected {row['expected']}; "
        f"{row['action']}"
        for row in index["problems"]
    ]
    return index, rows


def rest_of(index):
    (run,) = [one for one in index["series"] if one["kind"] == "rest"]
    return run


def test_dicom_files_give_series_with_kinds_and_a_count_of_persons(good):
    found, rows = indexed(good)

    assert [one["kind"] for one in found["series"]] == ["t1", "rest"]
    assert [one["why"] for one in found["series"]] == ["the only one"] * 2
    assert found["series"][1]["slice_times_s"] is None
    assert (found["n_files"], found["n_patients"]) == (44 + 8 * 40, 1)
    assert rows == []
    assert "Smithson" not in json.dumps(found)


def test_the_index_has_the_repetition_time_by_all_tags_and_the_bands(folder):
    def change(image, volume, number):
        image.AcquisitionTime = f"10{2 * volume // 60:02d}{2 * volume % 60:02d}.000000"
        image.TriggerTime = 2000.0 * volume
        image.ParallelReductionFactorOutOfPlane = 2.0

    rewrite(list((folder / "b" / "c").iterdir()), change)

    run = rest_of(indexed(folder)[0])

    assert run["repetition_times_s"] == {
        "RepetitionTime": 2.0,
        "TriggerTime": 2.0,
        "AcquisitionTime": 2.0,
        "dcm2niix": 2,
    }
    assert run["multiband_factor"] == 2


def test_slices_at_one_moment_make_no_multiband_factor(folder):
    rewrite(list((folder / "b" / "c").iterdir()), as_siemens_export)

    assert rest_of(indexed(folder)[0])["multiband_factor"] is None


def test_grids_are_volumes(folder):
    shutil.rmtree(folder / "b")
    write_grids(folder / "b", n_volumes=40)

    run = rest_of(indexed(folder)[0])

    assert (run["layout"], run["matrix"], run["n_volumes"]) == ("grid", [16, 16, 8], 40)


def test_what_is_joined_is_told(folder):
    rewrite(list((folder / "b" / "c").iterdir()), as_siemens_export)

    assert indexed(folder)[1] == [
        "info: series 5001: joined from 40 series of one acquisition; expected n/a; n/a"
    ]


def test_a_run_taken_in_spite_of_its_name_is_warned_of(folder):
    rewrite(list((folder / "b" / "c").iterdir()), setting(SeriesDescription="n-back Smithson"))

    assert indexed(folder)[1] == [
        "warning: series 5: taken as the resting-state run in spite of a name that speaks against "
        "rest; expected a run at rest; make sure that it is one, or name another in "
        "cohort.select.rest (series_number)"
    ]


def test_a_derived_t1_is_warned_of(folder):
    rewrite(list((folder / "a").iterdir()), setting(ImageType=["DERIVED", "SECONDARY"]))

    assert indexed(folder)[1] == [
        "warning: series 3: derived images (defaced, or computed from others) as the T1-weighted "
        "image; expected images as acquired; make sure that it is the T1 of the whole head, and "
        "no map or section of it"
    ]


def test_the_choice_among_exports_of_a_t1_is_the_reason_given(folder):
    rewrite(list((folder / "a").iterdir()), setting(AcquisitionTime="101010.25"))
    even = {"ImageType": ["ORIGINAL", "PRIMARY", "M", "NORM"], "AcquisitionTime": "101010.25"}
    write_series(folder / "even", (44, 44, 44), **(T1 | {"SeriesNumber": 13} | even))

    index, _ = indexed(folder)

    (chosen,) = [one for one in index["series"] if one["kind"] == "t1"]
    assert chosen["chosen"]
    assert chosen["why"] == (
        "of 2 exports of one acquisition the one not corrected for distortion, of even intensity, "
        "without filter"
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            b"2000.0",
            b"2000,0",
            'warning: series 5: RepetitionTime is "2000,0"; expected a number with a decimal '
            "point; correct the headers, or export the series again; it is taken as missing",
        ),
        (
            b"-60.0\\-60.0",
            b"-60,0\\-60,0",
            'warning: series 5: ImagePositionPatient is "-60,0\\-60,0\\0.0"; expected a number '
            "with a decimal point; correct the headers, or export the series again; it is taken "
            "as missing",
        ),
        (
            b"3.0\\3.0 ",
            b"Smithson",
            "error: series 5: PixelSpacing is no number; expected a number with a decimal point; "
            "correct the headers, or export the series again; it is taken as missing",
        ),
    ],
)
def test_a_malformed_number_is_told_by_tag_and_value(folder, old, new, sentence):
    for path in (folder / "b" / "c").iterdir():
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new))

    index, rows = indexed(folder)

    assert rows == [sentence]
    assert index["n_damaged_files"] == 0


def test_a_wish_that_nothing_fits_is_told_with_the_numbers_there_are(folder):
    _, rows = indexed(folder, {"t1": {}, "rest": {"series_number": 7}})

    assert rows == [
        "error: participant's folder: no series that fits cohort.select.rest (series_number: 7); "
        "expected one of the series 3 and 5; correct cohort.select.rest"
    ]


def test_a_wish_is_the_reason_given(folder):
    write_series(folder / "again", (10, 10, 8), n_volumes=40, **(REST | {"SeriesNumber": 15}))

    index, _ = indexed(folder, {"t1": {}, "rest": {"series_number": 15}})

    assert [(one["number"], one.get("why")) for one in index["series"] if one["chosen"]] == [
        (3, "the only one"),
        (15, "named in cohort.select"),
    ]


def test_two_runs_of_one_number_are_told(folder):
    paths = write_series(
        folder / "again", (10, 10, 8), n_volumes=40, **(REST | {"SeriesNumber": 15})
    )
    rewrite(paths, setting(SeriesNumber=5))

    assert indexed(folder)[1] == [
        "error: series 5: 2 series of one number (40 volumes and 40 volumes), whose images do not "
        "continue each other; expected a number for each series; export them again with numbers "
        "of their own, or, if they are copies, one of them"
    ]
