"""Elements common to classic and enhanced DICOM files of the simulated scanner.

Identity, equipment, identifiers, pixels, and the scale of stored numbers. Every identifying
element is filled, with fiction, so that de-identification has something to remove.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from restpain.preprocessing.template import voxel_sizes

GREATEST_STORED = 4095  # 12 bits
TIME_FORMAT = "%H%M%S.%f"
DECIMAL_WIDTH = 16  # characters of a decimal number, the most that DICOM allows
DISPLAY_SLOPE = 0.7  # rescale slope: displayed value = stored value x rescale slope
MAKER_BLOCKS = tuple(f"Philips MR Imaging DD 00{number}" for number in range(1, 6))


@dataclass(frozen=True)
class Person:
    """Fictitious person in front of the scanner.

    Attributes
    ----------
    label : str
        Label of the participant.
    age : int
        Age in years.
    sex : str
        M or F.
    """

    label: str
    age: int
    sex: str


@dataclass(frozen=True)
class Sequence:
    """Protocol of a series.

    Attributes
    ----------
    description : str
        Name of the protocol.
    series : int
        Number of the series in the session.
    start : datetime
        Start of the acquisition.
    repetition_ms, echo_ms, flip_deg : float
        Repetition and echo time in ms, flip angle in degrees.
    volume_s : float
        Seconds between two volumes.
    dimensions : str
        2D or 3D.
    variant : str
        Sequence variant: MP (magnetisation prepared) or SK (segmented k-space).
    technique : str
        Maker's name of the technique: T1TFE or FEEPI.
    """

    description: str
    series: int
    start: datetime
    repetition_ms: float
    echo_ms: float
    flip_deg: float
    volume_s: float
    dimensions: str
    variant: str
    technique: str


def stored_values(image: np.ndarray) -> tuple[np.ndarray, float]:
    """Integers of 12 bits and the scale slope: signal is stored value divided by slope."""
    if not (np.isfinite(image).all() and (image >= 0).all()):
        raise ValueError("the image to be written as DICOM has negative or non-finite values")
    slope = float(np.float32(GREATEST_STORED / max(float(image.max()), 1e-6)))  # FL in the file
    return np.minimum(np.rint(image * slope), GREATEST_STORED).astype("<u2"), slope


def decimals(values) -> str:
    """Decimal strings of DICOM, of the same width whatever the value: sign and zeros in front."""
    return "\\".join(f"{value:+0{DECIMAL_WIDTH}.9f}" for value in values)


def add_identity(dataset: Dataset, person: Person, sequence: Sequence) -> None:
    """Add all that would identify a person, a place or a day; all of it fictitious."""
    day = sequence.start.strftime("%Y%m%d")
    dataset.PatientName = f"Simulated^Person {person.label}"
    dataset.PatientID = f"SIM-{person.label}"
    dataset.PatientBirthDate = f"{sequence.start.year - person.age}0101"
    dataset.PatientSex = person.sex
    dataset.PatientAge = f"{person.age:03d}Y"
    dataset.PatientWeight = "70"
    dataset.PatientAddress = f"{person.label} Simulated Street"
    dataset.OtherPatientIDs = f"SIM-{person.label}-B"
    dataset.AccessionNumber = f"ACC-{person.label}"
    dataset.StudyID = f"STUDY-{person.label}"
    dataset.InstitutionName = "Simulated Hospital"
    dataset.InstitutionAddress = "1 Simulated Street"
    dataset.InstitutionalDepartmentName = "Simulated Department"
    dataset.ReferringPhysicianName = "Simulated^Referrer"
    dataset.PerformingPhysicianName = "Simulated^Physician"
    dataset.OperatorsName = "Simulated^Operator"
    dataset.StationName = "SIMSTATION"
    dataset.DeviceSerialNumber = "00000"
    dataset.ImageComments = f"Simulated^Person {person.label}"
    dataset.PatientBirthTime = "000000"
    dataset.PatientSize = "1.70"
    dataset.PatientTelephoneNumbers = f"000-{person.label}"
    dataset.PatientBirthName = dataset.PatientMotherBirthName = "Simulated^Name"
    dataset.EthnicGroup = dataset.Occupation = "SIMULATED"
    dataset.MedicalAlerts = dataset.Allergies = "Simulated"
    dataset.AdditionalPatientHistory = f"Simulated history of {person.label}"
    dataset.PatientComments = f"Simulated comment on {person.label}"
    dataset.RequestingPhysician = "Simulated^Requester"
    dataset.PerformedStationName = "SIMSTATION"
    dataset.PerformedLocation = "SIMROOM"
    dataset.PerformedProcedureStepID = f"STEP-{person.label}"
    dataset.PerformedProcedureStepStartDate = dataset.InstanceCreationDate = day
    dataset.RequestedProcedureID = f"REQUEST-{person.label}"
    for name in ("Study", "Series", "Acquisition", "Content"):
        setattr(dataset, f"{name}Date", day)
    dataset.StudyTime = sequence.start.strftime("%H0000")
    dataset.SeriesTime = sequence.start.strftime(TIME_FORMAT)[:-3]
    dataset.AcquisitionTime = dataset.ContentTime = dataset.SeriesTime
    dataset.PerformedProcedureStepStartTime = dataset.InstanceCreationTime = dataset.SeriesTime
    private = dataset.private_block(0x2005, MAKER_BLOCKS[3])
    private.add_new(0x91, "PN", f"Simulated^Person {person.label}")


def add_equipment(dataset: Dataset, sequence: Sequence) -> None:
    """Add maker, field strength and names of the series."""
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.Modality = "MR"
    dataset.Manufacturer = "Philips Medical Systems"
    dataset.ManufacturerModelName = "Simulated 3T"
    dataset.SoftwareVersions = ["5.7.1", "5.7.1.1"]
    dataset.MagneticFieldStrength = "3"
    dataset.ImagingFrequency = "127.75"
    dataset.ImagedNucleus = "1H"
    dataset.ReceiveCoilName = "MULTI COIL"
    dataset.BodyPartExamined = "BRAIN"
    dataset.PatientPosition = "HFS"
    dataset.StudyDescription = "Simulated pain study"
    dataset.SeriesDescription = sequence.description
    dataset.ProtocolName = f"WIP {sequence.description}"


def add_identifiers(
    dataset: Dataset, sequence: Sequence, *, kind: str, uid: str, entropy: list[str]
) -> None:
    """Add file meta information and unique identifiers; ``kind`` is the SOP class."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = kind
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = uid
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.ImplementationClassUID = generate_uid(entropy_srcs=["simulated scanner"])
    dataset.file_meta.ImplementationVersionName = "SIMULATED 1"
    series = [*entropy, "series", str(sequence.series)]
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=[*entropy, "study"])
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=series)
    dataset.FrameOfReferenceUID = generate_uid(entropy_srcs=[*entropy, "frame of reference"])


def add_pixels(dataset: Dataset, shape, sequence: Sequence) -> None:
    """Add numbers of the series and the format of its pixels."""
    dataset.MRAcquisitionType = sequence.dimensions
    dataset.SeriesNumber = str(sequence.series)
    dataset.AcquisitionNumber = str(sequence.series // 100)
    dataset.Columns, dataset.Rows = shape[:2]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0


def add_geometry(measures: Dataset, orientation: Dataset, affine: np.ndarray) -> None:
    """Add sizes of voxels to one item and the directions of rows and columns to another."""
    voxel_mm = voxel_sizes(affine)
    cosines = (affine[:3, :2] / voxel_mm[:2]) * np.array([[-1], [-1], [1]])
    measures.SliceThickness = measures.SpacingBetweenSlices = f"{voxel_mm[2]:.10g}"
    measures.PixelSpacing = [f"{voxel_mm[1]:.10g}", f"{voxel_mm[0]:.10g}"]  # rows first
    orientation.ImageOrientationPatient = decimals(cosines.T.ravel()).split("\\")
