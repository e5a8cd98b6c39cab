"""Checks of dicom_series on small series whose size and order are known."""

import pytest

from restpain.cohort.dicom_series import folder_series, indexed_series, probed_sidecar
from small_dicom import REST, T1, dataset, write_participant, write_series

SMALL = (10, 10, 8)


def only(folder):
    series, counts = folder_series(folder)
    assert len(series) == 1
    return series[0].facts, counts


def test_facts_of_a_run_are_its_size_and_times(tmp_path):
    write_series(tmp_path, SMALL, n_volumes=25, **REST)

    facts, counts = only(tmp_path)

    assert facts["matrix"] == [10, 10, 8]
    assert facts["voxel_mm"] == [3.0, 3.0, 4.0]
    assert facts["n_volumes"] == 25
    assert facts["repetition_time_s"] == 2.0
    assert facts["echo_time_ms"] == 30.0
    assert facts["scale_slopes"] == [1.0]
    assert counts["n_files"] == 200


def test_magnitude_and_phase_under_one_series_number_are_two_series(tmp_path):
    phase = {
        "ImageType": ["ORIGINAL", "PRIMARY", "PHASE MAP", "P", "FFE"],
        "SeriesInstanceUID": "1.2.5",
    }
    write_series(tmp_path / "m", SMALL, n_volumes=25, **REST)
    write_series(tmp_path / "p", SMALL, n_volumes=25, **(REST | phase))

    series, _ = folder_series(tmp_path)

    assert [(one.facts["part"], one.facts["kind"]) for one in series] == [
        ("magnitude", "rest"),
        ("phase", "other"),
    ]


def test_missing_and_repeated_images_are_counted(tmp_path):
    paths = write_series(tmp_path, SMALL, n_volumes=25, **REST)
    paths[-1].unlink()
    (tmp_path / "copy").write_bytes(paths[0].read_bytes())

    facts, _ = only(tmp_path)

    assert facts["n_missing_images"] == 1
    assert facts["n_duplicates"] == 1
    assert facts["n_images"] == 199


def test_a_slice_that_is_missing_everywhere_is_a_gap(tmp_path):
    for path in write_series(tmp_path, (44, 44, 44), **T1)[20:22]:
        path.unlink()

    facts, _ = only(tmp_path)

    assert facts["matrix"][2] == 42
    assert facts["n_missing_slices"] == 2


def test_a_truncated_file_is_counted_and_left_out(tmp_path):
    paths = write_series(tmp_path, SMALL, n_volumes=25, **REST)
    paths[3].write_bytes(paths[3].read_bytes()[:-50])

    facts, counts = only(tmp_path)

    assert counts["n_damaged_files"] == 1
    assert facts["n_missing_images"] == 1


def test_headers_without_geometry_are_described_as_far_as_they_go(tmp_path):
    image = dataset(SMALL, slice_index=0, volume=0, n_volumes=1, **REST)
    del image.ImagePositionPatient, image.ImageOrientationPatient, image.PixelSpacing
    image.save_as(tmp_path / "x", enforce_file_format=True)

    facts, _ = only(tmp_path)

    assert facts["kind"] == "other"
    assert facts["matrix"] == [10, 10, 1]


def test_an_empty_folder_has_no_series(tmp_path):
    series, counts = folder_series(tmp_path)

    assert series == []
    assert set(counts.values()) == {0}


def test_slice_times_that_the_headers_do_not_hold_are_not_invented(tmp_path):
    write_series(tmp_path, SMALL, n_volumes=25, **REST)
    series, _ = folder_series(tmp_path)

    assert "SliceTiming" not in probed_sidecar(series[0])


def test_a_folder_that_changed_since_it_was_indexed_is_refused(tmp_path):
    write_participant(tmp_path)
    series, _ = folder_series(tmp_path)
    facts = [one.facts | {"chosen": True} for one in series]
    index = {"participant_id": "sub-01", "series": facts}
    assert indexed_series(series, index, "rest").facts["number"] == 5

    rest_file = next((tmp_path / "b" / "c").iterdir())
    rest_file.write_bytes(rest_file.read_bytes() + bytes(2))
    with pytest.raises(
        ValueError,
        match=r"sub-01 has files of series 5 of another number, size or time than in its index "
        r"\(320; 320 before\); expected the same; the folder has changed: delete "
        r"results/cohort/index/sub-01.json and start again",
    ):
        indexed_series(folder_series(tmp_path)[0], index, "rest")

    changed = [one for one in series if one.facts["kind"] == "t1"]
    with pytest.raises(ValueError, match=r"sub-01 has 0 series .* rest series.*has changed"):
        indexed_series(changed, index, "rest")
