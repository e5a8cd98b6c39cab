"""Elements common to classic and enhanced DICOM files."""

import numpy as np
import pytest
from pydicom import dcmread

from restpain.simulation.dicom_classic import write_series
from restpain.simulation.dicom_elements import (
    DECIMAL_WIDTH,
    GREATEST_STORED,
    decimals,
    stored_values,
)
from restpain.simulation.dicom_enhanced import write_enhanced_series
from simulated_dicom import series

# elements of the DICOM de-identification profile (PS3.15, table E.1-1) that a scanner fills
IDENTIFYING = [
    *("PatientName", "PatientID", "OtherPatientIDs", "PatientBirthDate"),
    *("PatientBirthTime", "PatientSex", "PatientAge", "PatientWeight", "PatientSize"),
    *("PatientAddress", "PatientTelephoneNumbers", "PatientBirthName"),
    *("PatientMotherBirthName", "EthnicGroup", "Occupation", "MedicalAlerts", "Allergies"),
    *("AdditionalPatientHistory", "PatientComments", "AccessionNumber", "StudyID"),
    *("InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName"),
    *("ReferringPhysicianName", "PerformingPhysicianName", "OperatorsName", "StationName"),
    *("DeviceSerialNumber", "ImageComments", "RequestingPhysician", "PerformedStationName"),
    *("PerformedLocation", "PerformedProcedureStepID", "PerformedProcedureStepStartDate"),
    *("PerformedProcedureStepStartTime", "RequestedProcedureID", "StudyDate", "SeriesDate"),
    *("AcquisitionDate", "ContentDate", "StudyTime", "SeriesTime", "AcquisitionTime"),
    *("ContentTime", "InstanceCreationDate", "InstanceCreationTime", "StudyInstanceUID"),
    *("SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"),
]


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


@pytest.mark.parametrize("write", [write_series, write_enhanced_series])
def test_every_element_that_can_identify_is_filled(tmp_path, write):
    series(tmp_path, write=write)
    dataset = dcmread(next(iter(sorted(tmp_path.iterdir()))), stop_before_pixels=True)

    for keyword in IDENTIFYING:
        assert str(dataset.get(keyword, "")).strip(), keyword
    person = dataset.private_block(0x2005, "Philips MR Imaging DD 004")
    assert str(person[0x91].value) == "Simulated^Person 03"
