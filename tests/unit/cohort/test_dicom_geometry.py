"""Checks of dicom_geometry on headers made up."""

import pytest

from restpain.cohort.dicom_geometry import frame_positions, series_geometry, slice_positions

SAGITTAL = [0.0, 1.0, 0.0, 0.0, 0.0, -1.0]  # normal along x


def headers(*positions, **elements):
    image = {"Rows": 6.0, "Columns": 5.0, "PixelSpacing": [2.0, 3.0]}
    return [image | {"ImagePositionPatient": list(one)} | elements for one in positions]


def test_slices_are_placed_along_their_normal():
    places, counts = slice_positions(
        headers((4, 0, 9), (-2, 0, 8), (1, 5, 7), (1, 0, 7), ImageOrientationPatient=SAGITTAL)
    )

    assert sorted(abs(places)) == [1, 2, 4]
    assert sorted(counts) == [1, 1, 2]


def test_a_missing_slice_and_a_missing_image_are_counted():
    found = series_geometry(headers(*[(0, 0, z) for z in (0, 3, 6, 9, 15)] * 2)[:-1])

    assert found["matrix"] == [5, 6, 5]
    assert found["voxel_mm"] == [3.0, 2.0, 3.0]
    assert (found["n_volumes"], found["n_missing_images"], found["n_missing_slices"]) == (2, 1, 1)


@pytest.mark.parametrize("content", [b"", b"text"])
def test_files_without_descriptions_of_frames_give_none(tmp_path, content):
    (tmp_path / "x").write_bytes(content)

    assert frame_positions([tmp_path / "x"]) == []
