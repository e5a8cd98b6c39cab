"""Enhanced DICOM files against pydicom, classic files and dcm2niix."""

import numpy as np
import pytest
from pydicom import dcmread

from restpain.simulation.dicom_enhanced import FILE_NAME, write_enhanced_series
from simulated_dicom import AXIAL, SAGITTAL, SHAPE, converted, series


@pytest.mark.parametrize(
    ("axes", "shape"), [(AXIAL, SHAPE), (SAGITTAL, (12, 10, 6))], ids=["axial", "sagittal"]
)
def test_enhanced_and_classic_files_give_the_same_image(tmp_path, axes, shape):
    series(tmp_path / "classic", axes=axes, shape=shape)
    n_files = series(tmp_path / "enhanced", axes=axes, shape=shape, write=write_enhanced_series)[2]

    assert n_files == len(list((tmp_path / "enhanced").iterdir())) == 1
    classic, classic_sidecar, _ = converted(tmp_path / "classic", tmp_path / "one")
    enhanced, sidecar, _ = converted(tmp_path / "enhanced", tmp_path / "other")
    np.testing.assert_array_equal(classic.get_fdata(), enhanced.get_fdata())
    np.testing.assert_allclose(classic.affine, enhanced.affine, atol=1e-3)
    assert classic.header.get_zooms() == pytest.approx(enhanced.header.get_zooms())
    for key in ("RepetitionTime", "EchoTime", "FlipAngle", "PhilipsScaleSlope", "Manufacturer"):
        assert sidecar[key] == classic_sidecar[key], key
    assert "SliceTiming" not in sidecar


def test_the_frames_of_an_enhanced_file_say_which_slice_and_volume_they_hold(tmp_path):
    image, affine, _ = series(tmp_path, write=write_enhanced_series)

    dataset = dcmread(tmp_path / FILE_NAME)
    frames = dataset.pixel_array

    assert dataset.NumberOfFrames == 30
    for number in (0, 7, 29):
        index, volume = divmod(number, 5)
        frame = dataset.PerFrameFunctionalGroupsSequence[number]
        content = frame.FrameContentSequence[0]
        assert content.DimensionIndexValues == [1, index + 1, volume + 1]
        position = affine @ [0, 0, index, 1] * [-1, -1, 1, 1]
        placed = frame.PlanePositionSequence[0].ImagePositionPatient
        np.testing.assert_allclose(placed, position[:3], atol=1e-8)
        slope = frame[0x2005, 0x140F][0][0x2005, 0x100E].value
        np.testing.assert_allclose(frames[number].T / slope, image[:, :, index, volume], atol=0.12)


def test_the_same_seed_gives_the_same_enhanced_bytes(tmp_path):
    for name in ("first", "second"):
        series(tmp_path / name, write=write_enhanced_series)

    first, second = (tmp_path / name / FILE_NAME for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
