"""Checks of dicom_classic with pydicom and, as an independent reader, dcm2niix."""

import subprocess
import warnings
from dataclasses import replace
from datetime import datetime

import dcm2niix
import nibabel as nib
import numpy as np
import pytest
from pydicom import config, dcmread

from restpain.cohort.dicom_conversion import ARGUMENTS
from restpain.io.tables import read_json
from restpain.simulation.dicom_classic import write_series
from restpain.simulation.dicom_elements import (
    DECIMAL_WIDTH,
    GREATEST_STORED,
    Person,
    Sequence,
    decimals,
    stored_values,
)
from restpain.simulation.dicom_enhanced import FILE_NAME, write_enhanced_series
from restpain.simulation.geometry import oblique_affine, rotation

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
T1 = replace(
    REST,
    description="Sag3D T1TFE",
    series=201,
    repetition_ms=7.6,
    echo_ms=3.5,
    flip_deg=8,
    volume_s=0,
    dimensions="3D",
    variant="MP",
    technique="T1TFE",
)
SHAPE = (12, 10, 6, 5)
TILT = rotation(np.deg2rad([-9, 3, 4]))[:3, :3]
AXIAL = TILT @ np.diag([-1.0, -1.0, 1.0])
SAGITTAL = TILT @ np.array([[0, 0, -1.0], [-1, 0, 0], [0, -1, 0]])


# elements of the DICOM de-identification profile (PS3.15, table E.1-1) that a scanner fills
IDENTIFYING = [
    "PatientName",
    "PatientID",
    "OtherPatientIDs",
    "PatientBirthDate",
    "PatientBirthTime",
    "PatientSex",
    "PatientAge",
    "PatientWeight",
    "PatientSize",
    "PatientAddress",
    "PatientTelephoneNumbers",
    "PatientBirthName",
    "PatientMotherBirthName",
    "EthnicGroup",
    "Occupation",
    "MedicalAlerts",
    "Allergies",
    "AdditionalPatientHistory",
    "PatientComments",
    "AccessionNumber",
    "StudyID",
    "InstitutionName",
    "InstitutionAddress",
    "InstitutionalDepartmentName",
    "ReferringPhysicianName",
    "PerformingPhysicianName",
    "OperatorsName",
    "StationName",
    "DeviceSerialNumber",
    "ImageComments",
    "RequestingPhysician",
    "PerformedStationName",
    "PerformedLocation",
    "PerformedProcedureStepID",
    "PerformedProcedureStepStartDate",
    "PerformedProcedureStepStartTime",
    "RequestedProcedureID",
    "StudyDate",
    "SeriesDate",
    "AcquisitionDate",
    "ContentDate",
    "StudyTime",
    "SeriesTime",
    "AcquisitionTime",
    "ContentTime",
    "InstanceCreationDate",
    "InstanceCreationTime",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPInstanceUID",
    "FrameOfReferenceUID",
]


def series(folder, *, axes=AXIAL, shape=SHAPE, seed=0, write=write_series, name="rest"):
    image = np.random.default_rng(seed).uniform(0, 900, size=shape)
    affine = oblique_affine(shape[:3], [4.6, 4.1, 5.0], axes=axes, centre_mm=[3.0, -20.0, 11.0])
    sequence = {"rest": REST, "T1": T1}[name]
    n_files = write(folder, image, affine, person=PERSON, sequence=sequence, seed=[7, 2])
    return image, affine, n_files


def converted(folder, target):
    """Image and sidecar that dcm2niix makes of a folder, and what it printed."""
    target.mkdir()
    command = [dcm2niix.bin, *ARGUMENTS, "-o", target, folder]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert sorted(path.name for path in target.iterdir()) == ["image.json", "image.nii"]
    return (
        nib.load(target / "image.nii"),
        read_json(target / "image.json"),
        run.stdout + run.stderr,
    )


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
        volume, index = divmod(number - 1, 6)
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

    found, sidecar, _ = converted(tmp_path / "dicom", tmp_path / "nifti")

    # storage order to the converted order: a signed permutation of the axes
    to_converted = np.linalg.inv(found.affine) @ affine
    whole = np.rint(to_converted)
    np.testing.assert_allclose(to_converted, whole, atol=1e-3)
    np.testing.assert_allclose(found.affine @ whole, affine, atol=1e-3)
    voxels = np.indices(shape[:3]).reshape(3, -1)
    there = np.rint(whole[:3, :3] @ voxels + whole[:3, 3:]).astype(int)
    np.testing.assert_allclose(
        found.get_fdata()[tuple(there)], image.reshape(-1, *shape[3:]), atol=0.12
    )
    assert sidecar["RepetitionTime"] == 2
    assert sidecar["EchoTime"] == 0.03
    assert "SliceTiming" not in sidecar


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


@pytest.mark.parametrize("write", [write_series, write_enhanced_series])
@pytest.mark.parametrize(
    ("name", "axes", "shape"), [("rest", AXIAL, SHAPE), ("T1", SAGITTAL, (12, 10, 6))]
)
def test_dcm2niix_and_pydicom_read_each_kind_of_series_without_a_warning(
    tmp_path, monkeypatch, write, name, axes, shape
):
    series(tmp_path / "dicom", axes=axes, shape=shape, write=write, name=name)

    _, _, printed = converted(tmp_path / "dicom", tmp_path / "nifti")
    monkeypatch.setattr(config.settings, "reading_validation_mode", config.RAISE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in (tmp_path / "dicom").iterdir():
            dataset = dcmread(path)
            assert dataset.pixel_array.shape[-2:] == (10, 12)
            str(dataset)

    # version, settings, number of files, scale, name of the image, time; and nothing else
    words = ["Chris", "Defaults", "Found", "Philips", "Convert", "Conversion"]
    assert [line.split()[0] for line in printed.splitlines() if line] == words


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


@pytest.mark.parametrize("write", [write_series, write_enhanced_series])
def test_every_element_that_can_identify_is_filled(tmp_path, write):
    series(tmp_path, write=write)
    dataset = dcmread(next(iter(sorted(tmp_path.iterdir()))), stop_before_pixels=True)

    for keyword in IDENTIFYING:
        assert str(dataset.get(keyword, "")).strip(), keyword
    person = dataset.private_block(0x2005, "Philips MR Imaging DD 004")
    assert str(person[0x91].value) == "Simulated^Person 03"


def test_the_same_seed_gives_the_same_enhanced_bytes(tmp_path):
    for name in ("first", "second"):
        series(tmp_path / name, write=write_enhanced_series)

    first, second = (tmp_path / name / FILE_NAME for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
