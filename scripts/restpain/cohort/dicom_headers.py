"""Reading DICOM headers fast.

A header is a dict of keyword to value: texts, floats, or lists of them. It holds identifiers,
stays in memory and is never written.
"""

import logging
import struct
import warnings
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.filereader import read_partial
from pydicom.tag import Tag
from pydicom.uid import AllTransferSyntaxes, ExplicitVRLittleEndian, ImplicitVRLittleEndian

# keyword: (tag, kind); text is as text or texts, number or numbers; binary is short or double
TAGS = {
    "ImageType": (0x00080008, "texts"),
    "SOPClassUID": (0x00080016, "text"),
    "SOPInstanceUID": (0x00080018, "text"),
    "Modality": (0x00080060, "text"),
    "Manufacturer": (0x00080070, "text"),
    "SeriesDescription": (0x0008103E, "text"),
    "PatientID": (0x00100020, "text"),
    "MRAcquisitionType": (0x00180023, "text"),
    "SequenceName": (0x00180024, "text"),
    "SliceThickness": (0x00180050, "number"),
    "RepetitionTime": (0x00180080, "number"),
    "EchoTime": (0x00180081, "number"),
    "ProtocolName": (0x00181030, "text"),
    "DiffusionBValue": (0x00189087, "double"),
    "SeriesInstanceUID": (0x0020000E, "text"),
    "SeriesNumber": (0x00200011, "number"),
    "InstanceNumber": (0x00200013, "number"),
    "ImagePositionPatient": (0x00200032, "numbers"),
    "ImageOrientationPatient": (0x00200037, "numbers"),
    "TemporalPositionIdentifier": (0x00200100, "number"),
    "NumberOfTemporalPositions": (0x00200105, "number"),
    "SamplesPerPixel": (0x00280002, "short"),
    "NumberOfFrames": (0x00280008, "number"),
    "Rows": (0x00280010, "short"),
    "Columns": (0x00280011, "short"),
    "PixelSpacing": (0x00280030, "numbers"),
    "BitsAllocated": (0x00280100, "short"),
    "RescaleSlope": (0x00281053, "number"),
    "LossyImageCompression": (0x00282110, "text"),
}
BINARY = {"short": "<H", "double": "<d"}
_PYDICOM_TAGS = [Tag(tag) for tag, _ in TAGS.values()]
LAST_TAG = 0x0028FFFF  # all of the above; the long private groups come later
FIRST_BYTES = 8192  # usually reaches LAST_TAG
LONG_VRS = frozenset((b"OB", b"OD", b"OF", b"OL", b"OW", b"SQ", b"UC", b"UN", b"UR", b"UT"))
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_SHORT_ELEMENT = struct.Struct("<HH2sH").unpack_from
_LENGTH = struct.Struct("<I").unpack_from
PIXEL_DATA = b"\xe0\x7f\x10\x00"
ENCAPSULATED = {str(uid) for uid in AllTransferSyntaxes if uid.is_encapsulated}
ENHANCED_CLASSES = ("1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4")
IMAGE_CLASSES = ("1.2.840.10008.5.1.4.1.1.4", *ENHANCED_CLASSES)  # MR Image Storage


class DamagedDicomError(ValueError):
    """A DICOM file that ends too early or lacks what every image has."""


def read_header(path: str | Path) -> dict | None:
    """Read the tags of ``TAGS`` from one file.

    Explicit little-endian headers, nearly all there are, are walked directly; pydicom reads
    the others.

    Returns
    -------
    dict or None
        None for a file that is no MR image: another format, a DICOMDIR, a report. Beside the
        keywords: transfer_syntax (UID) and size_bytes.

    Raises
    ------
    DamagedDicomError
        If the file is DICOM but ends before its pixels do.
    """
    with Path(path).open("rb") as file:
        content = file.read(FIRST_BYTES)
        if content[128:132] != b"DICM":
            return None
        header = _walked_header(content) or _pydicom_header(file)
        if header.get("SOPClassUID") not in IMAGE_CLASSES:
            return None
        if "Rows" not in header or "Columns" not in header:
            raise DamagedDicomError("the header ends before it describes the image")
        header["size_bytes"] = file.seek(0, 2)
        _check_pixels(file, header)
    return header


def _walked_header(content: bytes) -> dict | None:
    """Header from the first bytes of an explicit little-endian file, None if that fails."""
    meta, found = {}, {}
    try:
        end_of_meta = 144 + struct.unpack_from("<I", content, 140)[0]
        _walk(content, 132, end_of_meta, meta)
        syntax = _text(meta.get(0x00020010, b""))
        if syntax != ExplicitVRLittleEndian and syntax not in ENCAPSULATED:
            return None
        if _walk(content, end_of_meta, len(content), found) >= len(content):
            return None
        header = {"transfer_syntax": syntax}
        for keyword, (tag, kind) in TAGS.items():
            value = _decoded(found.get(tag, b""), kind)
            if value is not None:
                header[keyword] = value
    except (struct.error, ValueError):
        return None
    return header


def _walk(content: bytes, position: int, end: int, found: dict | None) -> int:
    """Collect raw values by tag; return the position where the walk ended.

    It ends before the first tag above ``LAST_TAG``; inside a sequence (``found`` is None)
    behind the end of the item. Raises ``struct.error`` where the content ends too early.
    """
    while position < end:
        group, element, kind, length = _SHORT_ELEMENT(content, position)
        tag = group << 16 | element
        if found is None:
            if tag == ITEM_END:
                return position + 8
        elif tag > LAST_TAG:
            return position
        position += 8
        if kind in LONG_VRS:
            length = _LENGTH(content, position)[0]
            position += 4
        elif not kind.isalpha():
            raise ValueError("no explicit value representation")
        if length == UNDEFINED:
            position = _behind_sequence(content, position)
            continue
        if found is not None:
            found[tag] = content[position : position + length]
        position += length
    return position


def _behind_sequence(content: bytes, position: int) -> int:
    """Position behind a sequence of undefined length."""
    while True:
        group, element, length = struct.unpack_from("<HHI", content, position)
        tag = group << 16 | element
        position += 8
        if tag == SEQUENCE_END:
            return position
        if tag != ITEM:
            raise ValueError("no item of a sequence")
        if length == UNDEFINED:
            position = _walk(content, position, len(content), None)
        else:
            position += length


def _text(value: bytes) -> str:
    return value.decode("latin-1").strip(" \0")


def _decoded(value: bytes, kind: str):
    if kind in BINARY:
        return float(struct.unpack_from(BINARY[kind], value)[0]) if value else None
    text = _text(value)
    if not text:
        return None
    if kind == "text":
        return text
    parts = [part.strip() for part in text.split("\\")]
    if kind == "texts":
        return parts
    numbers = [float(part) for part in parts]
    return numbers if kind == "numbers" else numbers[0]


@contextmanager
def quiet_pydicom():
    """Silence pydicom, whose warnings and records quote values of the header."""
    logger = logging.getLogger("pydicom")
    disabled = logger.disabled
    logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = disabled


def _pydicom_header(file) -> dict:
    file.seek(0)
    try:
        with quiet_pydicom():  # values are decoded, and complained about, when they are asked for
            return _header_of_dataset(
                read_partial(
                    file, lambda tag, vr, length: tag > LAST_TAG, specific_tags=_PYDICOM_TAGS
                )
            )
    except Exception as error:  # whatever pydicom says about bytes that are no DICOM
        raise DamagedDicomError(f"the header cannot be read: {type(error).__name__}") from None


def _header_of_dataset(dataset) -> dict:
    header = {"transfer_syntax": str(dataset.file_meta.get("TransferSyntaxUID", ""))}
    for keyword, (_, kind) in TAGS.items():
        value = dataset.get(keyword)
        if value is None or value == "":
            continue
        if kind == "text":
            header[keyword] = str(value).strip()
        elif kind == "texts":
            values = [value] if isinstance(value, str) else value
            header[keyword] = [str(one).strip() for one in values]
        elif kind == "numbers":
            header[keyword] = [float(one) for one in np.atleast_1d(value)]
        else:
            header[keyword] = float(np.atleast_1d(value)[0])
    return header


def _check_pixels(file, header: dict) -> None:
    """Raise if a file that is not compressed is shorter than its pixels."""
    if header["transfer_syntax"] not in (ExplicitVRLittleEndian, ImplicitVRLittleEndian):
        return
    n_bytes = pixel_bytes(header)
    size = header["size_bytes"]
    if size > n_bytes + 12:  # the usual end of a file: pixel tag, length, pixels
        file.seek(size - n_bytes - 12)
        start = file.read(12)
        if start.startswith(PIXEL_DATA) or start[4:].startswith(PIXEL_DATA):
            return
    file.seek(0)
    try:
        with quiet_pydicom():
            dcmread(file, stop_before_pixels=True, specific_tags=[Tag(0x00280010)])
    except Exception as error:
        raise DamagedDicomError(f"the header cannot be read: {type(error).__name__}") from None
    n_tag = 12 if header["transfer_syntax"] == ExplicitVRLittleEndian else 8
    if size - file.tell() - n_tag < n_bytes:
        raise DamagedDicomError("the file ends before its pixels do")


def pixel_bytes(header: dict) -> int:
    """Bytes of the uncompressed pixels of one file."""
    samples = header.get("SamplesPerPixel", 1) * header.get("NumberOfFrames", 1)
    return int(header["Rows"] * header["Columns"] * samples * header.get("BitsAllocated", 16)) // 8


GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")


def frame_positions(paths: list[Path]) -> list[dict]:
    """Position and orientation of all frames of a series that its files describe.

    Returns
    -------
    list of dict
        ``ImagePositionPatient`` and ``ImageOrientationPatient`` of each frame, lists of floats;
        no frame if a description lacks either or the frames do not share one orientation.
    """
    try:
        with quiet_pydicom():
            frames = [frame for path in paths for frame in _frames(path)]
    except Exception:  # whatever pydicom says about descriptions that it cannot read
        return []
    orientations = {tuple(frame["ImageOrientationPatient"]) for frame in frames}
    return frames if len(orientations) == 1 else []


def _frames(path: Path) -> list[dict]:
    dataset = dcmread(path, stop_before_pixels=True, specific_tags=list(GROUPS))
    shared = dataset.get(GROUPS[0]) or [None]
    return [
        {
            "ImagePositionPatient": _numbers(
                frame, shared[0], "PlanePositionSequence", "ImagePositionPatient"
            ),
            "ImageOrientationPatient": _numbers(
                frame, shared[0], "PlaneOrientationSequence", "ImageOrientationPatient"
            ),
        }
        for frame in dataset.get(GROUPS[1], [])
    ]


def _numbers(frame, shared, sequence: str, keyword: str) -> list[float]:
    group = frame if sequence in frame else shared
    return [float(value) for value in group[sequence][0][keyword].value]
