"""Checks of dicom_conversion on small series, and on a real scanner's where at hand."""

import os
import subprocess
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from restpain.cohort.dicom_conversion import checked_conversion, chosen_image, converted_images
from restpain.cohort.dicom_series import folder_series, probed_sidecar
from restpain.cohort.timing import dicom_timing
from small_dicom import (
    REST,
    as_siemens_export,
    dataset,
    rewrite,
    write_grids,
    write_mosaics,
    write_series,
)


def rest_series(folder):
    (series,), _ = folder_series(folder)
    return series


def test_slices_of_different_scale_keep_their_signal(tmp_path):
    for volume in range(20):
        for number in range(8):
            image = dataset(
                (10, 10, 8),
                slice_index=number,
                volume=volume,
                n_volumes=20,
                **(REST | {"RescaleSlope": 1.0 + number}),
            )
            image.save_as(tmp_path / f"{volume}_{number}", enforce_file_format=True)
    series = rest_series(tmp_path)

    content, _ = checked_conversion(series.paths, series.facts, name="x")

    signal = nib.Nifti1Image.from_bytes(content).get_fdata()
    # pixels are 100 x slice + 10 x volume + column, and the slope is 1 + slice
    assert sorted({signal[0, 0, 3, 2], signal[9, 0, 3, 2]}) == [4 * 320, 4 * 329]


def test_the_tiles_of_a_mosaic_become_its_slices(tmp_path):
    write_mosaics(tmp_path, n_volumes=25)
    series = rest_series(tmp_path)
    assert (series.facts["matrix"], series.facts["n_volumes"]) == ([16, 16, 8], 25)

    content, sidecar = checked_conversion(series.paths, series.facts, name="x")

    image = nib.Nifti1Image.from_bytes(content)
    upwards = image.get_fdata()[:, :, :: int(np.sign(image.affine[2, 2]))]
    expected = 100 * np.arange(1, 9)[:, None]
    np.testing.assert_array_equal(upwards, np.broadcast_to(expected, (16, 16, 8, 25)))
    assert sidecar["RepetitionTime"] == 2.0


def test_magnitudes_that_wrapped_around_are_refused(tmp_path):
    row = np.array([100, 8000, 20000, 30000, 34000, 35000, 31000, 20000, 8000, 100])
    signed = {"PixelRepresentation": 1, "BitsStored": 16, "HighBit": 15}
    pixels = {"PixelData": np.tile(row, (10, 1)).astype("<u2").tobytes()}
    write_series(tmp_path, (10, 10, 8), n_volumes=20, **(REST | signed | pixels))
    series = rest_series(tmp_path)

    with pytest.raises(ValueError, match="^x: values from -31536 to 31000, the negative ones ne"):
        checked_conversion(series.paths, series.facts, name="x")


def converted(folder):
    series = rest_series(folder)
    content, _ = checked_conversion(series.paths, series.facts, name="x")
    return nib.Nifti1Image.from_bytes(content).get_fdata()


@pytest.mark.parametrize("split", [as_siemens_export, lambda image, *place: uid_of(image, *place)])
def test_a_split_series_is_converted_as_if_it_were_whole(tmp_path, split):
    paths = write_series(tmp_path, (10, 10, 8), n_volumes=25, **REST)
    whole = converted(tmp_path)

    rewrite(paths, split)

    np.testing.assert_array_equal(converted(tmp_path), whole)


def uid_of(image, volume, number):
    """Give each slice a UID of its own, as in classic exports of Canon."""
    image.SeriesInstanceUID = f"1.2.5.{number}"


@pytest.mark.parametrize("n_removed", [64, 128, 132])
def test_files_of_another_start_are_converted_as_if_they_had_the_usual_one(tmp_path, n_removed):
    paths = write_series(tmp_path, (10, 10, 8), n_volumes=25, **REST)
    whole = converted(tmp_path)
    for path in paths:
        path.write_bytes(path.read_bytes()[n_removed:])

    np.testing.assert_array_equal(converted(tmp_path), whole)


def test_the_tiles_of_a_grid_become_its_slices(tmp_path):
    write_grids(tmp_path, n_volumes=25)

    expected = np.arange(1, 9)[:, None] * (100 + np.arange(25))
    image = converted(tmp_path)
    np.testing.assert_array_equal(np.sort(image[3, 3], axis=0), expected)


def test_an_image_of_another_size_than_the_headers_say_is_refused(tmp_path):
    write_series(tmp_path, (10, 10, 8), n_volumes=25, **REST)
    series = rest_series(tmp_path)

    with pytest.raises(
        ValueError,
        match=r"x was converted to 1 image of 10x10x8x24 .* expected one of 10x10x8 voxels "
        r"and 25 volumes",
    ):
        checked_conversion(series.paths[:-8], series.facts, name="x")


def test_an_image_resampled_to_equal_distances_is_not_taken(tmp_path):
    for name in ("image", "image_Eq_1"):
        nib.save(
            nib.Nifti1Image(np.zeros((3, 5, 4), np.int16), np.eye(4)), tmp_path / f"{name}.nii"
        )
    images = [(path, {}) for path in sorted(tmp_path.iterdir())]

    path, _ = chosen_image(images, matrix=[5, 4, 3], n_volumes=1, name="x")

    assert path.name == "image.nii"


def test_files_that_are_no_images_are_refused(tmp_path):
    (tmp_path / "text").write_text("no image")

    with pytest.raises(ValueError, match="dcm2niix made no image of 1 DICOM file"):
        checked_conversion([tmp_path / "text"], {}, name="x")


def test_a_real_philips_session_is_understood_and_converted(real_dicom):
    series, counts = folder_series(real_dicom / "sub-01")
    t1, rest = ([one for one in series if one.facts["kind"] == kind] for kind in ("t1", "rest"))

    assert counts["n_damaged_files"] == 0
    assert [one.facts["matrix"] for one in t1] == [[256, 256, 170]]
    assert [one.facts["matrix"] for one in rest] == [[96, 96, 63]]
    assert rest[0].facts["n_volumes"] == 75
    timing = dicom_timing({}, probed_sidecar(rest[0]), matrix=[96, 96, 63])
    assert timing["slice_times_s"] is None  # Philips tells none
    assert timing["multiband_factor"] == 3

    content, sidecar = checked_conversion(rest[0].paths, rest[0].facts, name="rest")

    image = nib.Nifti1Image.from_bytes(content)
    assert image.shape == (96, 96, 63, 75)
    assert sidecar["RepetitionTime"] == pytest.approx(1.25923)
    np.testing.assert_allclose(image.header.get_zooms()[:3], [2.2604, 2.2604, 2.5], atol=1e-3)
    assert np.asarray(image.dataobj[..., 0]).max() > 1000  # scaled to signal, not empty


def test_links_to_files_are_short_and_lead_to_them_from_deep_folders(tmp_path, monkeypatch):
    folders = [tmp_path / ("deep" * 20) / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "IM_1").write_bytes(b"\0" * 128 + b"DICM" + folder.name.encode())
    found = []

    def convert(command, **_):
        found.extend((os.readlink(path), path.read_bytes()) for path in command[-1].iterdir())
        (Path(command[-2]) / "image.nii").touch()
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr("restpain.cohort.dicom_conversion.subprocess.run", convert)

    with converted_images([folder / "IM_1" for folder in folders]):
        pass

    links, contents = zip(*sorted(found), strict=True)
    assert all(len(link) < 60 for link in links)  # an inode of ext4 holds no longer one
    assert [content[132:] for content in contents] == [b"first", b"second"]
