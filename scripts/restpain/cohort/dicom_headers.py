"""Reading DICOM headers fast.

A header is a dict of keyword to value: texts, floats, or lists of them. It holds identifiers,
stays in memory and is never written.
"""

import io
import logging
import re
import struct
import warnings
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from pydicom import dcmread
from pydicom.filereader import read_partial
from pydicom.tag import Tag
from pydicom.uid import AllTransferSyntaxes, ExplicitVRLittleEndian, ImplicitVRLittleEndian

# keyword: (tag, kind); text is as text or texts, number or numbers; binary is short or double
TAGS = {
    "ImageType": (0x00080008, "texts"),
    "SOPClassUID": (0x00080016, "text"),
    "SOPInstanceUID": (0x00080018, "text"),
    "AcquisitionTime": (0x00080032, "text"),
    "Modality": (0x00080060, "text"),
    "Manufacturer": (0x00080070, "text"),
    "SeriesDescription": (0x0008103E, "text"),
    "AcquisitionContrast": (0x00089209, "text"),
    "PatientID": (0x00100020, "text"),
    "ScanningSequence": (0x00180020, "texts"),
    "MRAcquisitionType": (0x00180023, "text"),
    "SequenceName": (0x00180024, "text"),
    "SliceThickness": (0x00180050, "number"),
    "RepetitionTime": (0x00180080, "number"),
    "EchoTime": (0x00180081, "number"),
    "ProtocolName": (0x00181030, "text"),
    "TriggerTime": (0x00181060, "number"),
    "DiffusionDirectionality": (0x00189075, "text"),
    "DiffusionBValue": (0x00189087, "double"),
    "SiemensBValue": (0x0019100C, "text"),
    "StudyInstanceUID": (0x0020000D, "text"),
    "SeriesInstanceUID": (0x0020000E, "text"),
    "SeriesNumber": (0x00200011, "number"),
    "AcquisitionNumber": (0x00200012, "number"),
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
BINARY = {"short": "H", "double": "d"}
_PYDICOM_TAGS = [Tag(tag) for tag, _ in TAGS.values()]
LAST_TAG = 0x0028FFFF  # all of the above; the long private groups come later
LAST_OF_META = 0x0002FFFF
FIRST_BYTES = 8192  # usually reaches LAST_TAG
MORE_BYTES = 1 << 18
PREAMBLE, PREFIX = bytes(128), b"DICM"
FARTHEST_PREFIX = 1024  # a preamble of another length than 128 bytes ends before
LONG_VRS = frozenset((b"OB", b"OD", b"OF", b"OL", b"OW", b"SQ", b"UC", b"UN", b"UR", b"UT"))
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_SHORT_ELEMENT = struct.Struct("<HH2sH").unpack_from
_LENGTH = struct.Struct("<I").unpack_from
LARGEST = 1e12
PIXEL_DATA = b"\xe0\x7f\x10\x00"
ENCAPSULATED = {str(uid) for uid in AllTransferSyntaxes if uid.is_encapsulated}
ENHANCED_CLASSES = ("1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4")
IMAGE_CLASSES = ("1.2.840.10008.5.1.4.1.1.4", *ENHANCED_CLASSES)  # MR Image Storage
NUMERIC_TEXT = re.compile(r"[\d.,+\-eE \\]{1,40}")  # which names nobody


class DamagedDicomError(ValueError):
    """A DICOM file that ends too early or lacks what every image has."""


def read_header(path: str | Path) -> dict | None:
    """Read the tags of ``TAGS`` from one file.

    Little-endian headers, nearly all there are, are walked directly; pydicom reads the others.
    Files without the prefix DICM are read as dcm2niix does.

    Returns
    -------
    dict or None
        None for a file that is no MR image: another format, a DICOMDIR, a report. Beside the
        keywords: transfer_syntax (UID), size_bytes, and, if there are any, malformed: the value
        of each numeric tag that is no number, as it may be shown.

    Raises
    ------
    DamagedDicomError
        If the file is DICOM but ends before its pixels do.
    """
    with Path(path).open("rb") as file:
        content = file.read(FIRST_BYTES)
        start = start_of_elements(content)
        if start is None:
            return None
        walked = _walked(content, start)
        if walked is None and len(content) == FIRST_BYTES:
            content += file.read(MORE_BYTES)
            walked = _walked(content, start)
        try:
            header = _header(*(walked or _by_pydicom(file, start)))
            if not _is_mr_image(header):
                return None
            if "Rows" not in header or "Columns" not in header:
                raise DamagedDicomError("the header ends before it describes the image")
            header["size_bytes"] = file.seek(0, 2)
            _check_pixels(file, header, start)
        except DamagedDicomError:
            if content[128:132] != PREFIX and IMAGE_CLASSES[0].encode() not in content:
                return None  # another format whose first bytes look like DICOM
            raise
    return header


def start_of_elements(content: bytes) -> int | None:
    """Place of the first element in the first bytes of a file; None if it is no DICOM."""
    if content[128:132] == PREFIX:
        return 132
    if len(content) >= 256 and content[0] in (2, 8) and content[1] == content[3] == 0:
        return 0  # no prefix: the group of the meta header, or of the identification
    place = content.find(PREFIX + b"\2\0", 0, FARTHEST_PREFIX)
    if place < 0 or len(set(content[:place])) > 1:  # in an archive there are names before
        return None
    return place + len(PREFIX)


def with_usual_start(content: bytes) -> bytes | None:
    """Bytes of a file with the preamble of 128 bytes, None for one that dcm2niix reads as it is.

    dcm2niix reads files with the usual preamble and those that begin with the identification.
    """
    start = start_of_elements(content)
    if start in (None, 132) or (start == 0 and content[0] == 8):
        return None
    return PREAMBLE + PREFIX + content[start:]


def _is_mr_image(header: dict) -> bool:
    if "SOPClassUID" in header:
        return header["SOPClassUID"] in IMAGE_CLASSES
    return header.get("Modality") == "MR" and "Rows" in header


def _walked(content: bytes, start: int) -> tuple[str, dict, bool] | None:
    """Syntax and raw values by the first bytes of a little-endian file, None if that fails."""
    meta, found = {}, {}
    try:
        if content[start : start + 2] == b"\2\0":
            start = _walk(content, start, len(content), meta, last=LAST_OF_META)
        syntax = _text(meta.get(0x00020010, b""))
        if not syntax:
            explicit = content[start + 4 : start + 6].isupper()
            syntax = str(ExplicitVRLittleEndian if explicit else ImplicitVRLittleEndian)
        implicit = syntax == ImplicitVRLittleEndian
        if not implicit and syntax != ExplicitVRLittleEndian and syntax not in ENCAPSULATED:
            return None
        if _walk(content, start, len(content), found, implicit=implicit) >= len(content):
            return None
    except (struct.error, ValueError, RecursionError):
        return None
    return syntax, found, False


def _walk(
    content: bytes,
    position: int,
    end: int,
    found: dict | None,
    *,
    last: int = LAST_TAG,
    implicit: bool = False,
) -> int:
    """Collect raw values by tag; return the position where the walk ended.

    It ends before the first tag above ``last``; inside a sequence (``found`` is None)
    behind the end of the item. Raises ``struct.error`` where the content ends too early.
    """
    while position < end:
        group, element, kind, length = _SHORT_ELEMENT(content, position)
        tag = group << 16 | element
        if found is None:
            if tag == ITEM_END:
                return position + 8
        elif tag > last:
            return position
        position += 8
        if implicit:
            length = _LENGTH(content, position - 4)[0]
        elif kind in LONG_VRS:
            length = _LENGTH(content, position)[0]
            position += 4
        elif not kind.isalpha():
            raise ValueError("no explicit value representation")
        if length == UNDEFINED:
            position = _behind_sequence(content, position, implicit)
            continue
        if found is not None:
            found[tag] = content[position : position + length]
        position += length
    return position


def _behind_sequence(content: bytes, position: int, implicit: bool) -> int:
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
            position = _walk(content, position, len(content), None, implicit=implicit)
        else:
            position += length


def _header(syntax: str, found: dict[int, bytes], big_endian: bool) -> dict:
    header, malformed = {"transfer_syntax": syntax}, {}
    for keyword, (tag, kind) in TAGS.items():
        if not (raw := found.get(tag)):
            continue
        try:
            value = _decoded(raw, kind, ">" if big_endian else "<")
        except (struct.error, ValueError):
            text = _text(raw)
            shown = kind not in BINARY and NUMERIC_TEXT.fullmatch(text)
            malformed[keyword] = f'"{text}"' if shown else "no number"
            continue
        if value is not None:
            header[keyword] = list(value) if isinstance(value, tuple) else value
    return header | {"malformed": malformed} if malformed else header


def _text(value: bytes) -> str:
    return value.decode("latin-1").strip(" \0")


@lru_cache(maxsize=4096)  # most values of a series are the same in its thousands of files
def _decoded(value: bytes, kind: str, endian: str) -> str | float | tuple | None:
    if kind in BINARY:
        return _number(*struct.unpack_from(endian + BINARY[kind], value))
    text = _text(value)
    if not text:
        return None
    if kind == "text":
        return text
    parts = tuple(part.strip() for part in text.split("\\"))
    if kind == "texts":
        return parts
    numbers = tuple(_number(part) for part in parts)
    return numbers if kind == "numbers" else numbers[0]


def _number(value: str | float) -> float:
    number = float(value)
    if not abs(number) < LARGEST:  # of NaN it is not
        raise ValueError("no number that a header can hold")
    return number


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


def _by_pydicom(file, start: int) -> tuple[str, dict, bool]:
    """Syntax and raw values as pydicom finds them, and whether they are big-endian."""
    try:
        with quiet_pydicom():
            dataset = read_partial(
                _as_pydicom_reads(file, start),
                lambda tag, vr, length: tag > LAST_TAG,
                specific_tags=_PYDICOM_TAGS,
                force=True,
            )
            items = {int(tag): dataset.get_item(tag) for tag in _PYDICOM_TAGS if tag in dataset}
            implicit, little_endian = dataset.original_encoding
            meta = getattr(dataset, "file_meta", {})
            usual = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
            syntax = str(meta.get("TransferSyntaxUID", usual))
    except Exception as error:  # whatever pydicom says about bytes that are no DICOM
        raise DamagedDicomError(f"the header cannot be read: {type(error).__name__}") from None
    found = {tag: item.value for tag, item in items.items() if isinstance(item.value, bytes)}
    return syntax, found, little_endian is False


def _as_pydicom_reads(file, start: int):
    file.seek(0)
    if start in (0, 132):
        return file
    return io.BytesIO(with_usual_start(file.read()))


def _check_pixels(file, header: dict, start: int) -> None:
    """Raise if a file that is not compressed is shorter than its pixels."""
    if header["transfer_syntax"] not in (ExplicitVRLittleEndian, ImplicitVRLittleEndian):
        return
    n_bytes = pixel_bytes(header)
    size = header["size_bytes"]
    if size > n_bytes + 12:  # the usual end of a file: pixel tag, length, pixels
        file.seek(size - n_bytes - 12)
        end = file.read(12)
        if end.startswith(PIXEL_DATA) or end[4:].startswith(PIXEL_DATA):
            return
    source = _as_pydicom_reads(file, start)
    try:
        with quiet_pydicom():
            dcmread(source, stop_before_pixels=True, specific_tags=[Tag(0x00280010)], force=True)
            behind_header = source.tell()
    except Exception as error:
        raise DamagedDicomError(f"the header cannot be read: {type(error).__name__}") from None
    n_tag = 12 if header["transfer_syntax"] == ExplicitVRLittleEndian else 8
    if source.seek(0, 2) - behind_header - n_tag < n_bytes:
        raise DamagedDicomError("the file ends before its pixels do")


def pixel_bytes(header: dict) -> int:
    """Bytes of the uncompressed pixels of one file."""
    samples = header.get("SamplesPerPixel", 1) * header.get("NumberOfFrames", 1)
    return int(header["Rows"] * header["Columns"] * samples * header.get("BitsAllocated", 16)) // 8
