"""Enhanced multi-frame DICOM as a Philips scanner exports it: a whole series in one file.

Elements that classic files repeat in each header stand here once for all frames or, where frames
differ, in one item per frame. As in real files of this maker the scale slope that turns stored
values into signal is a private element of each frame.
"""

from datetime import timedelta
from pathlib import Path

import numpy as np
from pydicom import dcmwrite
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.tag import Tag
from pydicom.uid import EnhancedMRImageStorage, generate_uid

from restpain.io.files import write_bytes
from restpain.simulation.dicom_elements import (
    DISPLAY_SLOPE,
    MAKER_BLOCKS,
    Person,
    Sequence,
    add_equipment,
    add_geometry,
    add_identifiers,
    add_identity,
    add_pixels,
    decimals,
    stored_values,
)

FILE_NAME = "IM_00001"
STACK = "1"


def write_enhanced_series(
    folder: str | Path,
    image: np.ndarray,
    affine: np.ndarray,
    *,
    person: Person,
    sequence: Sequence,
    seed: list[int],
) -> int:
    """Write an image as one enhanced file, frames by slice and then by volume.

    Parameters and errors are those of `restpain.simulation.dicom_classic.write_series`.

    Returns
    -------
    int
        Number of files: 1.
    """
    image = image.reshape(*image.shape[:3], -1)
    stored, slope = stored_values(image)
    entropy = [str(part) for part in seed]
    uid = generate_uid(entropy_srcs=[*entropy, str(sequence.series), "enhanced"])
    dataset = Dataset()
    add_identifiers(dataset, sequence, kind=EnhancedMRImageStorage, uid=uid, entropy=entropy)
    for name in MAKER_BLOCKS:
        dataset.private_block(0x2005, name, create=True)
    add_identity(dataset, person, sequence)
    add_equipment(dataset, sequence)
    _add_image(dataset, image.shape, sequence)
    _add_dimensions(dataset, uid)
    dataset.SharedFunctionalGroupsSequence = [_shared(affine, sequence)]
    n_slices, n_volumes = image.shape[2:]
    dataset.PerFrameFunctionalGroupsSequence = [
        _frame(affine, index, volume, sequence=sequence, slope=slope)
        for index in range(n_slices)
        for volume in range(n_volumes)
    ]
    frames = stored.transpose(2, 3, 1, 0)
    dataset.add_new("PixelData", "OW", np.ascontiguousarray(frames).tobytes())
    content = DicomBytesIO()
    dcmwrite(content, dataset, enforce_file_format=True)
    write_bytes(Path(folder) / FILE_NAME, content.getvalue())
    return 1


def _moment(sequence: Sequence, volume: int) -> str:
    moment = sequence.start + timedelta(seconds=volume * sequence.volume_s)
    return moment.strftime("%Y%m%d%H%M%S.%f")[:-3]


def _add_image(dataset: Dataset, shape, sequence: Sequence) -> None:
    """Describe the image as a whole."""
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M", "NONE"]
    dataset.PixelPresentation = "MONOCHROME"
    dataset.VolumetricProperties = "VOLUME"
    dataset.VolumeBasedCalculationTechnique = "NONE"
    dataset.ComplexImageComponent = "MAGNITUDE"
    dataset.AcquisitionContrast = "T2_STAR" if sequence.dimensions == "2D" else "T1"
    dataset.AcquisitionDateTime = _moment(sequence, 0)
    dataset.AcquisitionDuration = float(sequence.volume_s * shape[3])
    dataset.PulseSequenceName = sequence.technique
    dataset.EchoPulseSequence = "GRADIENT"
    dataset.EchoPlanarPulseSequence = "YES" if sequence.dimensions == "2D" else "NO"
    add_pixels(dataset, shape, sequence)
    dataset.InstanceNumber = "1"
    dataset.NumberOfFrames = str(shape[2] * shape[3])
    dataset.LossyImageCompression = "00"
    dataset.PresentationLUTShape = "IDENTITY"
    private = dataset.private_block(0x2001, "Philips Imaging DD 001", create=True)
    private.add_new(0x18, "SL", shape[2])
    private.add_new(0x81, "IS", str(shape[3]))


def _add_dimensions(dataset: Dataset, uid: str) -> None:
    """Add the dimensions by which frames are numbered: stack, slice and volume."""
    organization = Dataset()
    organization.DimensionOrganizationUID = generate_uid(entropy_srcs=[uid, "dimensions"])
    dataset.DimensionOrganizationSequence = [organization]
    items = []
    for keyword in ("StackID", "InStackPositionNumber", "TemporalPositionIndex"):
        item = Dataset()
        item.DimensionOrganizationUID = organization.DimensionOrganizationUID
        item.DimensionIndexPointer = Tag(keyword)
        item.FunctionalGroupPointer = Tag("FrameContentSequence")
        items.append(item)
    dataset.DimensionIndexSequence = items


def _shared(affine: np.ndarray, sequence: Sequence) -> Dataset:
    """Functional groups that all frames share."""
    shared = Dataset()
    shared.PixelMeasuresSequence = [Dataset()]
    shared.PlaneOrientationSequence = [Dataset()]
    add_geometry(shared.PixelMeasuresSequence[0], shared.PlaneOrientationSequence[0], affine)
    shared.MRTimingAndRelatedParametersSequence = [Dataset()]
    timing = shared.MRTimingAndRelatedParametersSequence[0]
    timing.RepetitionTime = f"{sequence.repetition_ms:g}"
    timing.FlipAngle = f"{sequence.flip_deg:g}"
    shared.MREchoSequence = [Dataset()]
    shared.MREchoSequence[0].EffectiveEchoTime = float(sequence.echo_ms)
    shared.MRFOVGeometrySequence = [Dataset()]
    shared.MRFOVGeometrySequence[0].InPlanePhaseEncodingDirection = "COLUMN"
    return shared


def _frame(
    affine: np.ndarray, index: int, volume: int, *, sequence: Sequence, slope: float
) -> Dataset:
    """Functional groups of one frame: place, time and scale."""
    position = (affine[:3, 2] * index + affine[:3, 3]) * [-1, -1, 1]
    frame = Dataset()
    content = Dataset()
    content.FrameAcquisitionDateTime = content.FrameReferenceDateTime = _moment(sequence, volume)
    content.DimensionIndexValues = [1, index + 1, volume + 1]
    content.StackID = STACK
    content.InStackPositionNumber = index + 1
    content.TemporalPositionIndex = volume + 1
    frame.FrameContentSequence = [content]
    plane = Dataset()
    plane.ImagePositionPatient = decimals(position).split("\\")
    frame.PlanePositionSequence = [plane]
    values = Dataset()
    values.RescaleIntercept, values.RescaleSlope = "0", f"{DISPLAY_SLOPE:g}"
    values.RescaleType = "normalized"
    frame.PixelValueTransformationSequence = [values]
    maker = Dataset()
    block = maker.private_block(0x2005, MAKER_BLOCKS[0], create=True)
    block.add_new(0x0D, "FL", 0.0)
    block.add_new(0x0E, "FL", slope)
    frame.add_new(0x20050014, "LO", MAKER_BLOCKS[4])  # the number that real files give it
    frame.add_new(0x2005140F, "SQ", [maker])
    return frame
