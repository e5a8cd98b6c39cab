"""Checks of restpain.dicom_writer with pydicom and, as an independent reader, dcm2niix."""

import subprocess
from datetime import datetime

import dcm2niix
import nibabel as nib
import numpy as np
import pytest
from pydicom import dcmread

from restpain.dicom_writer import (
    DECIMAL_WIDTH,
    GREATEST_STORED,
    Person,
    Sequence,
    decimals,
    stored_values,
    write_series,
)
from restpain.geometry import oblique_affine, rotation
from restpain.tables import read_json

PERSON = Person(label="03", age=61, sex="F")
REST = Sequence(
    description="rest FE-EPI",
    series=301,
    start=datetime(2020, 1, 6, 9, 59, 59),
    repetition_ms=2000,
    echo_ms=30,
    flip_deg=77,
    volume_s=2.0,
    dimensions="2D",
    variant="SK",
    technique="FEEPI",
)
SHAPE = (12, 10, 6, 5)
TILT = rotation(np.deg2rad([-9, 3, 4]))[:3, :3]
AXIAL = TILT @ np.diag([-1.0, -1.0, 1.0])
SAGITTAL = TILT @ np.array([[0, 0, -1.0], [-1, 0, 0], [0, -1, 0]])


def series(folder, *, axes=AXIAL, shape=SHAPE, seed=0):
    image = np.random.default_rng(seed).uniform(0, 900, size=shape)
    affine = oblique_affine(shape[:3], [4.6, 4.1, 5.0], axes=axes, centre_mm=[3.0, -20.0, 11.0])
    n_files = write_series(folder, image, affine, person=PERSON, sequence=REST, seed=[7, 2])
    return image, affine, n_files


def test_decimals_have_one_width_whatever_the_value():
    text = decimals([-1234.5, 0.0, 1e-9])

    assert text == "-01234.500000000\\+00000.000000000\\+00000.000000001"
    assert {len(part) for part in text.split("\\")} == {DECIMAL_WIDTH}


def test_stored_values_use_all_bits_and_the_slope_gives_the_signal_back():
    image = np.array([0.0, 10.0, 20.0])

    stored, slope = stored_values(image)

    assert stored.tolist() == [0, 2048, GREATEST_STORED]
    np.testing.assert_allclose(stored / slope, image, atol=0.5 / slope)


@pytest.mark.parametrize("value", [-1.0, np.nan])
def test_values_that_dicom_cannot_hold_are_refused(value):
    with pytest.raises(ValueError, match="negative or non-finite"):
        stored_values(np.array([1.0, value]))


def test_every_file_says_which_slice_and_volume_it_holds(tmp_path):
    image, affine, n_files = series(tmp_path)

    assert n_files == len(list(tmp_path.iterdir())) == 30
    for number in (1, 8, 30):
        index, volume = divmod(number - 1, 5)
        dataset = dcmread(tmp_path / f"IM_{number:05d}")
        assert dataset.InstanceNumber == number
        assert dataset.TemporalPositionIdentifier == volume + 1
        assert dataset[0x2001, 0x100A].value == index + 1
        position = affine @ [0, 0, index, 1] * [-1, -1, 1, 1]
        np.testing.assert_allclose(dataset.ImagePositionPatient, position[:3], atol=1e-8)
        # the volumes start 2 s apart, the first a second before ten
        expected = f"{['095959', '100001', '100003', '100005', '100007'][volume]}.000"
        assert dataset.AcquisitionTime == dataset.ContentTime == expected
        signal = dataset.pixel_array.T / dataset[0x2005, 0x100E].value
        np.testing.assert_allclose(signal, image[:, :, index, volume], atol=0.12)


def test_the_file_is_named_alike_inside_and_outside_of_the_data_set(tmp_path):
    series(tmp_path)
    datasets = [dcmread(path) for path in sorted(tmp_path.iterdir())]

    assert len({dataset.SOPInstanceUID for dataset in datasets}) == 30
    assert len({dataset.SeriesInstanceUID for dataset in datasets}) == 1
    for dataset in datasets:
        assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
        assert dataset.SOPInstanceUID.is_valid


def test_nothing_tells_the_order_of_the_slices(tmp_path):
    series(tmp_path)
    datasets = [dcmread(path) for path in tmp_path.iterdir()]

    times = {(d.TemporalPositionIdentifier, d.AcquisitionTime) for d in datasets}
    assert len(times) == 5  # one time per volume
    assert all("TriggerTime" not in dataset for dataset in datasets)


def test_identifying_elements_are_filled_with_fiction(tmp_path):
    series(tmp_path)
    dataset = dcmread(tmp_path / "IM_00001")

    assert dataset.PatientName == "Simulated^Person 03"
    assert dataset.PatientBirthDate == "19590101"
    assert dataset.PatientAge == "061Y"
    assert dataset.PatientSex == "F"
    assert dataset.InstitutionName == "Simulated Hospital"
    assert dataset[0x2005, 0x1391].value == "Simulated^Person 03"


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        series(tmp_path / name)

    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes()


@pytest.mark.parametrize(
    ("axes", "shape"), [(AXIAL, SHAPE), (SAGITTAL, (12, 10, 6))], ids=["axial", "sagittal"]
)
def test_dcm2niix_reads_one_image_in_the_right_place_with_the_right_values(tmp_path, axes, shape):
    image, affine, _ = series(tmp_path / "dicom", axes=axes, shape=shape)
    (tmp_path / "nifti").mkdir()

    command = [dcm2niix.bin, "-b", "y", "-z", "n", "-f", "image", "-o", tmp_path / "nifti"]
    run = subprocess.run(
        [*command, tmp_path / "dicom"], capture_output=True, text=True, check=True
    )

    written = sorted(path.name for path in (tmp_path / "nifti").iterdir())
    assert written == ["image.json", "image.nii"], run.stdout
    converted = nib.load(tmp_path / "nifti" / "image.nii")
    # storage order to the converted order: a signed permutation of the axes
    to_converted = np.linalg.inv(converted.affine) @ affine
    whole = np.rint(to_converted)
    np.testing.assert_allclose(to_converted, whole, atol=1e-3)
    np.testing.assert_allclose(converted.affine @ whole, affine, atol=1e-3)
    voxels = np.indices(shape[:3]).reshape(3, -1)
    there = np.rint(whole[:3, :3] @ voxels + whole[:3, 3:]).astype(int)
    np.testing.assert_allclose(
        converted.get_fdata()[tuple(there)], image.reshape(-1, *shape[3:]), atol=0.12
    )
    sidecar = read_json(tmp_path / "nifti" / "image.json")
    assert sidecar["RepetitionTime"] == 2
    assert sidecar["EchoTime"] == 0.03
    assert "SliceTiming" not in sidecar
