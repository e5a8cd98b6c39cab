"""Classic single-frame DICOM as a Philips scanner exports it, for simulated images.

Every identifying element is filled, with fiction. As in real files of this maker, stored values
need a scale slope (private) to become signal, the rescale slope gives display values, all slices
of a volume share one acquisition time, and nothing tells the order of the slices.

Images are arrays ``[column, row, slice]`` or ``[column, row, slice, volume]``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

from restpain.files import write_bytes

GREATEST_STORED = 4095  # 12 bits
TIME_FORMAT = "%H%M%S.%f"
NUMBER_WIDTH = 8  # characters of an integer that differs between files
DECIMAL_WIDTH = 16  # characters of a decimal number, the most that DICOM allows
UID_ROOT_LENGTH = 55  # with a dot and the number of the file an even length below 64

MAKER_BLOCKS = tuple(f"Philips MR Imaging DD 00{number}" for number in range(1, 6))

# Elements that differ between the files of a series, patched into the bytes of a template.
PATCHED = {
    "media_uid": Tag("MediaStorageSOPInstanceUID"),
    "uid": Tag("SOPInstanceUID"),
    "acquisition_time": Tag("AcquisitionTime"),
    "content_time": Tag("ContentTime"),
    "instance": Tag("InstanceNumber"),
    "volume": Tag("TemporalPositionIdentifier"),
    "position": Tag("ImagePositionPatient"),
    "location": Tag("SliceLocation"),
    "slice": Tag(0x2001, 0x100A),
    "pixels": Tag("PixelData"),
}


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


def write_series(
    folder: str | Path,
    image: np.ndarray,
    affine: np.ndarray,
    *,
    person: Person,
    sequence: Sequence,
    seed: list[int],
) -> int:
    """Write an image as one file per slice and volume, IM_00001 onwards, slices first.

    Parameters
    ----------
    folder : path
        Folder of the series; made if need be.
    image : ndarray of shape (columns, rows, slices) or (columns, rows, slices, volumes)
        Signal, not negative.
    affine : ndarray of shape (4, 4)
        From indices of ``image`` to millimetres of RAS space.
    person : Person
        Fictitious person.
    sequence : Sequence
        Protocol.
    seed : list of int
        What the identifiers (UIDs) are derived from.

    Returns
    -------
    int
        Number of files.

    Raises
    ------
    ValueError
        If a value is negative or not finite.
    """
    image = image.reshape(*image.shape[:3], -1)
    stored, slope = stored_values(image)
    entropy = [str(part) for part in seed]
    root = generate_uid(entropy_srcs=[*entropy, str(sequence.series)])
    template = series_template(
        image.shape, affine, person=person, sequence=sequence, slope=slope, entropy=entropy
    )
    template_bytes, places = patchable(template)
    content = bytearray(template_bytes)

    folder = Path(folder)
    n_slices, n_volumes = image.shape[2:]
    positions = affine[:3, 2, None] * np.arange(n_slices) + affine[:3, 3, None]
    positions *= np.array([[-1], [-1], [1]])  # RAS to the patient's left, posterior, superior
    locations = np.linalg.norm(affine[:3, 2]) * (np.arange(n_slices) - (n_slices - 1) / 2)
    planes = np.ascontiguousarray(stored.transpose(2, 3, 1, 0))
    number = 0
    for index in range(n_slices):
        for volume in range(n_volumes):
            number += 1
            uid = f"{root[:UID_ROOT_LENGTH]}.{100_000 + number}".encode()
            moment = sequence.start + timedelta(seconds=volume * sequence.volume_s)
            time = moment.strftime(TIME_FORMAT)[:-3].encode()
            values = {
                "media_uid": uid,
                "uid": uid,
                "acquisition_time": time,
                "content_time": time,
                "instance": f"{number:0{NUMBER_WIDTH}d}".encode(),
                "volume": f"{volume + 1:0{NUMBER_WIDTH}d}".encode(),
                "position": decimals(positions[:, index]).encode(),
                "location": decimals([locations[index]]).encode(),
                "slice": f"{index + 1:0{NUMBER_WIDTH}d}".encode(),
                "pixels": planes[index, volume].tobytes(),
            }
            for name, value in values.items():
                start, length = places[name]
                assert len(value) == length, name
                content[start : start + length] = value
            write_bytes(folder / f"IM_{number:05d}", bytes(content))
    return number


def stored_values(image: np.ndarray) -> tuple[np.ndarray, float]:
    """Integers of 12 bits and the scale slope: signal is stored value divided by slope."""
    if not (np.isfinite(image).all() and (image >= 0).all()):
        raise ValueError("the image to be written as DICOM has negative or non-finite values")
    slope = float(np.float32(GREATEST_STORED / max(float(image.max()), 1e-6)))  # FL in the file
    return np.minimum(np.rint(image * slope), GREATEST_STORED).astype("<u2"), slope


def decimals(values) -> str:
    """Decimal strings of DICOM, of the same width whatever the value: sign and zeros in front."""
    return "\\".join(f"{value:+0{DECIMAL_WIDTH}.9f}" for value in values)


def patchable(template: Dataset) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """Bytes of a file, and place and length in it of the value of each patched element."""
    written = BytesIO()
    template.save_as(written, enforce_file_format=True)
    written.seek(0)
    parsed = dcmread(written)
    places = {}
    for name, tag in PATCHED.items():
        elements = parsed.file_meta if tag.group == 2 else parsed
        if tag.group == 2:
            value = str(elements[tag].value).encode()
            places[name] = (written.getvalue().index(value), len(value))
        else:
            raw = elements.get_item(tag)
            places[name] = (raw.value_tell, raw.length)
    return written.getvalue(), places


def series_template(
    shape, affine: np.ndarray, *, person: Person, sequence: Sequence, slope: float, entropy: list
) -> Dataset:
    """Header of a series; values that differ between files are placeholders of full width."""
    dataset = Dataset()
    for name in MAKER_BLOCKS:  # in this order, so that the elements get the numbers of real files
        dataset.private_block(0x2005, name, create=True)
    _identity(dataset, person, sequence)
    _equipment(dataset, sequence)
    _acquisition(dataset, sequence, n_slices=shape[2], n_volumes=shape[3])
    _geometry(dataset, shape, affine)
    _scaling(dataset, slope)

    dataset.SOPClassUID = MRImageStorage
    dataset.SOPInstanceUID = "1" * (UID_ROOT_LENGTH + 7)
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=[*entropy, "study"])
    dataset.SeriesInstanceUID = generate_uid(
        entropy_srcs=[*entropy, "series", str(sequence.series)]
    )
    dataset.FrameOfReferenceUID = generate_uid(entropy_srcs=[*entropy, "frame of reference"])
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = MRImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.ImplementationClassUID = generate_uid(entropy_srcs=["simulated scanner"])
    dataset.file_meta.ImplementationVersionName = "SIMULATED 1"
    return dataset


def _identity(dataset: Dataset, person: Person, sequence: Sequence) -> None:
    """Everything that would identify a person, a place or a day; all of it fictitious."""
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
    for name in ("Study", "Series", "Acquisition", "Content"):
        setattr(dataset, f"{name}Date", day)
    dataset.StudyTime = sequence.start.strftime("%H0000")
    dataset.SeriesTime = sequence.start.strftime(TIME_FORMAT)[:-3]
    dataset.AcquisitionTime = dataset.ContentTime = dataset.SeriesTime
    private = dataset.private_block(0x2005, MAKER_BLOCKS[3])
    private.add_new(0x91, "PN", f"Simulated^Person {person.label}")


def _equipment(dataset: Dataset, sequence: Sequence) -> None:
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


def _acquisition(dataset: Dataset, sequence: Sequence, *, n_slices: int, n_volumes: int) -> None:
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"]
    dataset.ScanningSequence = "GR"
    dataset.SequenceVariant = sequence.variant
    dataset.ScanOptions = "FS" if sequence.dimensions == "2D" else "OTHER"
    dataset.MRAcquisitionType = sequence.dimensions
    dataset.RepetitionTime = f"{sequence.repetition_ms:g}"
    dataset.EchoTime = f"{sequence.echo_ms:g}"
    dataset.EchoNumbers = "1"
    dataset.FlipAngle = f"{sequence.flip_deg:g}"
    dataset.NumberOfAverages = "1"
    dataset.InPlanePhaseEncodingDirection = "COL"
    dataset.SeriesNumber = str(sequence.series)
    dataset.AcquisitionNumber = str(sequence.series // 100)
    dataset.InstanceNumber = "1" * NUMBER_WIDTH
    dataset.TemporalPositionIdentifier = "1" * NUMBER_WIDTH
    dataset.NumberOfTemporalPositions = str(n_volumes)
    private = dataset.private_block(0x2001, "Philips Imaging DD 001", create=True)
    private.add_new(0x08, "IS", "1")  # phase
    private.add_new(0x0A, "IS", "1" * NUMBER_WIDTH)  # slice
    private.add_new(0x0B, "CS", "TRANSVERSAL" if sequence.dimensions == "2D" else "SAGITTAL")
    private.add_new(0x18, "SL", n_slices)
    private.add_new(0x20, "LO", sequence.technique)
    private.add_new(0x81, "IS", str(n_volumes))


def _geometry(dataset: Dataset, shape, affine: np.ndarray) -> None:
    voxel_mm = np.linalg.norm(affine[:3, :3], axis=0)
    cosines = (affine[:3, :2] / voxel_mm[:2]) * np.array([[-1], [-1], [1]])
    dataset.ImageOrientationPatient = decimals(cosines.T.ravel()).split("\\")
    dataset.ImagePositionPatient = decimals(np.full(3, 1.0)).split("\\")
    dataset.SliceLocation = decimals([1.0])
    dataset.PixelSpacing = [f"{voxel_mm[1]:.10g}", f"{voxel_mm[0]:.10g}"]  # rows first
    dataset.SliceThickness = f"{voxel_mm[2]:.10g}"
    dataset.SpacingBetweenSlices = f"{voxel_mm[2]:.10g}"
    dataset.Columns, dataset.Rows = shape[:2]
    dataset.AcquisitionMatrix = [shape[0], 0, 0, shape[1]]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.add_new("PixelData", "OW", bytes(2 * shape[0] * shape[1]))


def _scaling(dataset: Dataset, slope: float) -> None:
    """Signal = stored / scale slope; display = stored x rescale slope (as of Philips)."""
    display = 0.7
    dataset.RescaleIntercept = "0"
    dataset.RescaleSlope = f"{display:g}"
    dataset.RescaleType = "normalized"
    dataset.WindowCenter = f"{display * GREATEST_STORED / 4:.0f}"
    dataset.WindowWidth = f"{display * GREATEST_STORED / 2:.0f}"
    private = dataset.private_block(0x2005, MAKER_BLOCKS[0])
    private.add_new(0x0D, "FL", 0.0)
    private.add_new(0x0E, "FL", slope)
