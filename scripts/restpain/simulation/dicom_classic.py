"""Classic single-frame DICOM as a Philips scanner exports it, for simulated images.

Every identifying element is filled, with fiction. As in real files of this maker, stored values
need a scale slope (private) to become signal, the rescale slope gives display values, all slices
of a volume share one acquisition time, and nothing tells the order of the slices.

Images are arrays ``[column, row, slice]`` or ``[column, row, slice, volume]``.
"""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import MRImageStorage, generate_uid

from restpain.io.files import write_bytes_of_folder
from restpain.simulation.dicom_elements import (
    DISPLAY_SLOPE,
    GREATEST_STORED,
    MAKER_BLOCKS,
    TIME_FORMAT,
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

NUMBER_WIDTH = 8  # characters of an integer that differs between files
UID_ROOT_LENGTH = 55  # with a dot and the number of the file an even length below 64

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


def write_series(
    folder: str | Path,
    image: np.ndarray,
    affine: np.ndarray,
    *,
    person: Person,
    sequence: Sequence,
    seed: list[int],
) -> int:
    """Write an image as one file per slice and volume, IM_00001 onwards, volume by volume.

    Some Philips exports number slice by slice; dcm2niix warns of that order.

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
    folder.mkdir(parents=True, exist_ok=True)
    n_slices, n_volumes = image.shape[2:]
    positions = affine[:3, 2, None] * np.arange(n_slices) + affine[:3, 3, None]
    positions *= np.array([[-1], [-1], [1]])  # RAS to the patient's left, posterior, superior
    locations = np.linalg.norm(affine[:3, 2]) * (np.arange(n_slices) - (n_slices - 1) / 2)
    planes = np.ascontiguousarray(stored.transpose(2, 3, 1, 0))
    number = 0
    for volume in range(n_volumes):
        for index in range(n_slices):
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
            write_bytes_of_folder(folder / f"IM_{number:05d}", content)
    return number


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
    add_identity(dataset, person, sequence)
    add_equipment(dataset, sequence)
    add_pixels(dataset, shape, sequence)
    add_geometry(dataset, dataset, affine)
    _acquisition(dataset, shape, sequence)
    _scaling(dataset, slope)

    uid = "1" * (UID_ROOT_LENGTH + 7)
    add_identifiers(dataset, sequence, kind=MRImageStorage, uid=uid, entropy=entropy)
    return dataset


def _acquisition(dataset: Dataset, shape, sequence: Sequence) -> None:
    n_slices, n_volumes = shape[2:]
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"]
    dataset.ScanningSequence = "GR"
    dataset.SequenceVariant = sequence.variant
    dataset.ScanOptions = "FS" if sequence.dimensions == "2D" else "OTHER"
    dataset.RepetitionTime = f"{sequence.repetition_ms:g}"
    dataset.EchoTime = f"{sequence.echo_ms:g}"
    dataset.EchoNumbers = "1"
    dataset.FlipAngle = f"{sequence.flip_deg:g}"
    dataset.NumberOfAverages = "1"
    dataset.InPlanePhaseEncodingDirection = "COL"
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
    dataset.ImagePositionPatient = decimals(np.full(3, 1.0)).split("\\")
    dataset.SliceLocation = decimals([1.0])
    dataset.AcquisitionMatrix = [shape[0], 0, 0, shape[1]]
    dataset.add_new("PixelData", "OW", bytes(2 * shape[0] * shape[1]))


def _scaling(dataset: Dataset, slope: float) -> None:
    """Signal = stored / scale slope; display = stored x rescale slope (as of Philips)."""
    dataset.RescaleIntercept = "0"
    dataset.RescaleSlope = f"{DISPLAY_SLOPE:g}"
    dataset.RescaleType = "normalized"
    dataset.WindowCenter = f"{DISPLAY_SLOPE * GREATEST_STORED / 4:.0f}"
    dataset.WindowWidth = f"{DISPLAY_SLOPE * GREATEST_STORED / 2:.0f}"
    private = dataset.private_block(0x2005, MAKER_BLOCKS[0])
    private.add_new(0x0D, "FL", 0.0)
    private.add_new(0x0E, "FL", slope)
