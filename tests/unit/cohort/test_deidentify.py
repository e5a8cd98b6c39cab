"""Nothing that identifies a person passes from raw data into an output."""

import gzip
import json
import logging
from io import StringIO

import nibabel as nib
import numpy as np
import pytest

from planted import FOUND, plant
from restpain.cohort.deidentify import (
    BOLD_SIDECAR_KEYS,
    SIDECAR_KEYS,
    allowed_sidecar,
    header_has_text,
    place_image,
    vendor,
    without_text,
)
from restpain.cohort.dicom_headers import read_header
from restpain.simulation.dicom_enhanced import write_enhanced_series
from restpain.simulation.protocol import FIRST_SESSION, rest_sequence, simulated_person
from scripts.cohort.convert_dicom import convert_dicom
from scripts.cohort.index_participants import index_participants
from small_dicom import REST, T1, dataset, write_participant, write_series

# every element of the header that names a person, a place, a machine or a moment
IDENTIFIERS = {
    "InstanceCreatorUID": "1.2.987654.1",
    "InstanceCreationDate": "20191231",
    "InstanceCreationTime": "235901",
    "StudyDate": "20190102",
    "SeriesDate": "20190103",
    "AcquisitionDate": "20190104",
    "ContentDate": "20190105",
    "StudyTime": "112233",
    "SeriesTime": "112244",
    "AcquisitionTime": "112255",
    "ContentTime": "112256",
    "AccessionNumber": "ACC4711",
    "InstitutionName": "Hospital Nowhere",
    "InstitutionAddress": "Nostreet 12",
    "InstitutionalDepartmentName": "DeptOfNothing",
    "ReferringPhysicianName": "Referrer^Rita",
    "StationName": "STATION77",
    "StudyDescription": "StudyOfNobody",
    "SeriesDescription": "fMRI of Smithson",
    "ProtocolName": "WIP Smithson rest",
    "SequenceName": "SeqSmithson",
    "PerformingPhysicianName": "Performer^Paul",
    "OperatorsName": "Operator^Olga",
    "ManufacturerModelName": "ModelXYZ",
    "PatientName": "Smithson^Wilhelmina",
    "PatientID": "PID0815",
    "IssuerOfPatientID": "IssuerQ",
    "PatientBirthDate": "19470611",
    "PatientSex": "O",
    "OtherPatientIDs": "OTHERID99",
    "OtherPatientNames": "Schmidt^Wilma",
    "PatientAge": "072Y",
    "PatientSize": "1.6789",
    "PatientWeight": "71.234",
    "PatientAddress": "Elmstreet 13",
    "PatientTelephoneNumbers": "555-0199",
    "EthnicGroup": "GroupE",
    "Occupation": "Lighthousekeeper",
    "AdditionalPatientHistory": "HistoryText",
    "PatientComments": "CommentPatient",
    "DeviceSerialNumber": "SERIAL31337",
    "SoftwareVersions": "SOFT9.8.7",
    "StudyID": "STUDY4242",
    "StudyInstanceUID": "1.2.987654.2",
    "FrameOfReferenceUID": "1.2.987654.3",
    "ImageComments": "CommentImage",
    "RequestingPhysician": "Requester^Rosa",
    "RequestedProcedureDescription": "ProcedureR",
    "RequestedProcedureID": "RPID55",
    "PerformedProcedureStepDescription": "ProcedureP",
    "PerformedProcedureStepStartDate": "20190106",
    "PerformedProcedureStepID": "PPSID66",
    "CommentsOnThePerformedProcedureStep": "CommentStep",
    "PerformedStationAETitle": "AETITLE1",
    "MilitaryRank": "Admiral",
    "PatientReligiousPreference": "ReligionZ",
}
SECRETS = sorted(
    {
        part
        for value in IDENTIFIERS.values()
        for part in value.replace("^", " ").split()
        if len(part) > 3 and part not in ("fMRI", "rest")
    }
)


@pytest.fixture(scope="module")
def records():
    """Records of the jobs, at every level."""
    return StringIO()


@pytest.fixture(scope="module")
def results(tmp_path_factory, records):
    handler = logging.StreamHandler(records)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel("DEBUG")
    yield converted(tmp_path_factory.mktemp("cohort"))
    root.removeHandler(handler)
    root.setLevel(level)


def converted(folder):
    """Index and convert a participant whose folders and files bear names, too."""
    raw = folder / "Smithson_Wilhelmina" / "sub-01"
    write_series(raw / "Wilhelmina T1", (44, 44, 44), **(T1 | IDENTIFIERS))
    write_series(raw / "Wilhelmina rest", (10, 10, 8), n_volumes=40, **(REST | IDENTIFIERS))
    for path in list(raw.rglob("*_000_000")):
        path.rename(path.with_name(f"Smithson_{path.name}.dcm"))
    convert_all(raw, folder / "results")
    return folder / "results"


def convert_all(raw, results):
    """Index a participant's folder and convert what was found in it."""
    index_participants(
        folders_paths=[str(raw)],
        indices_paths=[str(results / "sub-01.json")],
        source="dicom",
        select={},
        repetition_time_s=None,
        maps=None,
    )
    paths = {
        "index_path": results / "sub-01.json",
        "t1w_path": results / "sub-01_T1w.nii.gz",
        "t1w_sidecar_path": results / "sub-01_T1w.json",
        "bold_path": results / "sub-01_task-rest_bold.nii.gz",
        "bold_sidecar_path": results / "sub-01_task-rest_bold.json",
    }
    convert_dicom(folder=str(raw), **paths)


def content(path):
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_no_identifier_of_the_headers_is_in_any_byte_of_the_outputs_or_records(results, records):
    outputs = {path.name: content(path) for path in results.iterdir()}
    outputs["log"] = records.getvalue().encode()
    assert len(outputs) == 6
    assert b"rest from series 5, 320 files" in outputs["log"]
    leaks = [
        (name, secret)
        for name, data in outputs.items()
        for secret in SECRETS
        if secret.lower().encode() in data.lower()
    ]
    assert not leaks


def test_a_number_that_is_text_is_told_without_the_text(tmp_path, caplog):
    image = dataset((4, 4, 1), slice_index=0, volume=0, n_volumes=1, implicit=True, **REST)
    image.save_as(tmp_path / "x", enforce_file_format=True)
    content = (tmp_path / "x").read_bytes()
    start = content.index(b"2000")  # the repetition time
    (tmp_path / "x").write_bytes(content[:start] + b"Smit" + content[start + 4 :])

    header = read_header(tmp_path / "x")

    assert header["malformed"] == {"RepetitionTime": "no number"}
    assert "Smit" not in caplog.text


def test_identifiers_would_be_found_in_the_raw_files(tmp_path):
    (path,) = write_series(tmp_path, (10, 10, 1), **(REST | IDENTIFIERS))

    assert [secret for secret in SECRETS if secret.encode() not in path.read_bytes()] == []


def test_conversion_keeps_every_voxel_in_its_place(results):
    bold = nib.load(results / "sub-01_task-rest_bold.nii.gz")
    values = np.asarray(bold.dataobj)
    column, row, number, volume = np.indices((10, 10, 8, 40))
    np.testing.assert_allclose(bold.header.get_zooms(), [3, 3, 4, 2], rtol=1e-6)
    # columns run to the patient's left in DICOM, to the right or left in the image: ask the affine
    x_of_first_column = bold.affine[0, 3]
    expected = 100 * number + 10 * volume
    expected = expected + (column if x_of_first_column > 0 else 9 - column)
    np.testing.assert_array_equal(values, expected)


def test_conversion_gives_the_same_bytes_again(results, tmp_path):
    again = converted(tmp_path)

    for path in results.iterdir():
        if path.name != "sub-01.json":  # which has the times of the files
            assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_sidecars_hold_physics_and_no_slice_times_that_the_data_lack(results):
    sidecar = json.loads((results / "sub-01_task-rest_bold.json").read_text())

    assert sidecar["RepetitionTime"] == 2
    assert sidecar["EchoTime"] == 0.03
    assert sidecar["TaskName"] == "rest"
    assert "SliceTiming" not in sidecar
    assert sidecar.keys() <= BOLD_SIDECAR_KEYS.keys() | {"TaskName"}


def test_a_key_allowed_does_not_let_a_text_pass_as_its_value():
    sidecar = {
        "Manufacturer": "Siemens Healthineers, Dr. Smithson",
        "EchoTime": "Smithson",
        "PhaseEncodingDirection": "Smithson",
        "SliceTiming": [0.0, "Smithson"],
        "RepetitionTime": 2.0,
        "MagneticFieldStrength": True,
    }

    assert allowed_sidecar(sidecar, BOLD_SIDECAR_KEYS) == {
        "Manufacturer": "Siemens",
        "RepetitionTime": 2.0,
    }


def test_slice_times_belong_to_runs_only():
    sidecar = {"SliceTiming": [0.0, 1.0], "EchoTime": 0.03}

    assert allowed_sidecar(sidecar, BOLD_SIDECAR_KEYS)["SliceTiming"] == [0.0, 1.0]
    assert allowed_sidecar(sidecar, SIDECAR_KEYS) == {"EchoTime": 0.03}


@pytest.mark.parametrize(
    ("name", "known"),
    [("SIEMENS", "Siemens"), ("GE MEDICAL SYSTEMS", "GE"), ("Dr. Smithson", None), (None, None)],
)
def test_vendors_are_those_of_a_list(name, known):
    assert vendor(name) == known


def image_with_text(kind=nib.Nifti1Image):
    values = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    image = kind(values, np.diag([2.0, 2, 2, 1]))
    image.header["descrip"] = b"Time=112255 Smithson"
    image.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"Smithson"))
    return image


@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
def test_text_and_extensions_of_an_image_go_and_its_voxels_stay(kind):
    image = image_with_text(kind)
    image.header["aux_file"] = b"Smithson"

    cleaned = without_text(image.to_bytes())

    assert b"Smithson" not in cleaned
    again = kind.from_bytes(cleaned)
    np.testing.assert_array_equal(again.dataobj, image.dataobj)
    np.testing.assert_array_equal(again.affine, image.affine)
    assert not header_has_text(again.header)


def test_a_clean_image_is_linked_and_one_with_text_is_copied_without_it(tmp_path):
    image = image_with_text()
    nib.save(image, tmp_path / "named.nii.gz")
    nib.save(nib.Nifti1Image(image.dataobj, image.affine), tmp_path / "clean.nii.gz")

    assert place_image(tmp_path / "clean.nii.gz", tmp_path / "out" / "a.nii.gz") == "linked"
    assert place_image(tmp_path / "named.nii.gz", tmp_path / "out" / "b.nii.gz") == "copied"

    assert (tmp_path / "out" / "a.nii.gz").resolve() == tmp_path / "clean.nii.gz"
    assert b"Smithson" not in gzip.decompress((tmp_path / "out" / "b.nii.gz").read_bytes())
    np.testing.assert_array_equal(
        nib.load(tmp_path / "out" / "b.nii.gz").dataobj, np.asarray(image.dataobj)
    )


def test_a_header_of_another_repetition_time_is_copied_with_the_one_decided(tmp_path):
    image = nib.Nifti1Image(np.ones((2, 2, 2, 3), np.int16), np.eye(4))
    image.header.set_xyzt_units("mm", "msec")
    image.header.set_zooms((1, 1, 1, 1))  # one millisecond: not known
    nib.save(image, tmp_path / "bold.nii.gz")
    source, target = tmp_path / "bold.nii.gz", tmp_path / "out" / "bold.nii.gz"

    assert place_image(source, target, repetition_time=2.5) == "copied"

    header = nib.load(target).header
    assert (header.get_zooms()[3], header.get_xyzt_units()) == (2.5, ("mm", "sec"))
    assert nib.load(source).header.get_zooms()[3] == 1
    assert place_image(target, tmp_path / "again.nii.gz", repetition_time=2.5) == "linked"


def write_both(folder):
    """A T1 in a classic series, a run in an enhanced file; folders and files bear names."""
    write_series(folder / "ZQ000001X T1", (44, 44, 44), **T1)
    write_enhanced_series(
        folder / "ZQ000002X",
        np.arange(10 * 10 * 8 * 40).reshape(10, 10, 8, 40) % 1000,
        np.diag([3.0, 3.0, 4.0, 1.0]),
        person=simulated_person("01", age=61, sex="F"),
        sequence=rest_sequence(FIRST_SESSION, repetition_time=2.0),
        seed=[1],
    )


def write_classic(folder):
    write_participant(folder / "ZQ000001X")


@pytest.mark.parametrize("write", [write_classic, write_both])
def test_no_text_of_any_element_at_any_depth_leaves_the_dicom(write, tmp_path, caplog):
    caplog.set_level("DEBUG")
    raw, results = tmp_path / "raw" / "sub-01", tmp_path / "results"
    write(raw)
    for path in [path for path in raw.rglob("*") if path.is_file()]:
        plant(path)
        path = path.rename(path.with_name(f"ZQ000003X {path.name}.dcm"))
    assert len(set(FOUND.findall(path.read_bytes()))) > 2000

    convert_all(raw, results)

    outputs = {str(path.relative_to(results)): content(path) for path in results.iterdir()}
    outputs["log"] = caplog.text.encode()
    assert len(outputs) == 6
    assert {
        name: FOUND.findall(data) for name, data in outputs.items() if FOUND.search(data)
    } == {}
    assert not FOUND.search(" ".join(outputs).encode())
