"""Marks in every text element of a DICOM data set, to be looked for in what comes out of it."""

import re
import struct
import warnings
from functools import cache

from pydicom import config, dcmread
from pydicom.datadict import DicomDictionary
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element
from pydicom.tag import Tag

from restpain.cohort.dicom_headers import LONG_VRS

# by value representation: what is planted, from a number that is unique
MARKS = {
    **dict.fromkeys(("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"), "ZQ{:06d}X"),
    "AS": "987Y",
    "DA": "1777{:04d}",
    "DT": "17760704{:06d}.776",
    "TM": "{:06d}.77617",
    "UI": "1.2.77617761.{}",
}
FOUND = re.compile(
    rb"zq\d{6}x|987y|(?<!\d)1777\d{4}(?!\d)|17760704\d{6}|\d\.77617|77617761", re.IGNORECASE
)
# texts by which the files are read and the series told apart
KEPT = {
    *("SpecificCharacterSet", "ImageType", "SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID"),
    *("StudyInstanceUID", "Modality", "Manufacturer", "PatientPosition", "PatientID"),
    *("MRAcquisitionType", "ScanningSequence", "PhotometricInterpretation", "StackID"),
    *("LossyImageCompression", "ComplexImageComponent", "AcquisitionContrast"),
    *("ConversionType", "FrameType", "VolumetricProperties", "PixelPresentation"),
    *("EchoPlanarPulseSequence", "EchoPulseSequence", "InPlanePhaseEncodingDirection"),
    *("RescaleType", "DimensionOrganizationUID", "PresentationLUTShape"),
}
STRUCTURE = re.compile("FunctionalGroups|Dimension|FrameContent|Pixel|Plane|Waveform|Palette")


def mark(vr, number):
    return MARKS[vr].format(number)


@cache
def planted():
    """Bytes by tag: each text of the dictionary, texts in each sequence, private elements."""
    texts = Dataset()
    for number, (tag, (vr, _, _, _, keyword)) in enumerate(sorted(DicomDictionary.items())):
        vr = vr.split(" ")[0]
        if Tag(tag).group < 8 or Tag(tag).group >= 0x5000 or keyword in KEPT:
            continue
        if vr in MARKS:
            texts[tag] = DataElement(tag, vr, mark(vr, number))
        elif vr == "SQ" and not STRUCTURE.search(keyword):
            texts[tag] = DataElement(tag, "SQ", [nested(number)])
    for group in (0x0009, 0x0019, 0x0029, 0x2001, 0x2005, 0x7053):
        add_private(texts, group)
    return {int(element.tag): encoded(element) for element in texts}


def encoded(element):
    """Bytes of an element in explicit little-endian."""
    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = True, False
    write_data_element(stream, element)
    return stream.getvalue()


def nested(number, depth=2):
    """An item with texts, and another item inside."""
    item = Dataset()
    for offset, keyword in enumerate(("PatientName", "InstitutionName", "PatientBirthDate")):
        vr = "DA" if keyword.endswith("Date") else "LO"
        item.add_new(keyword, {"PatientName": "PN"}.get(keyword, vr), mark(vr, number + offset))
    if depth:
        item.ReferencedStudySequence = [nested(number + 3, depth - 1)]
        add_private(item, 0x2005)
    return item


def add_private(dataset, group):
    block = dataset.private_block(group, f"ZQ{group:06d}X", create=True)
    for offset, vr in enumerate(("LO", "PN", "UT", "DA", "TM", "CS")):
        block.add_new(offset, vr, mark(vr, group + offset))
    block.add_new(6, "OB", f"ZQ{group:06d}X".encode() + b" ")
    block.add_new(7, "UN", f"ZQ{group:06d}X".encode() + b" ")
    inside = Dataset()
    inside.PatientName = f"ZQ{group:06d}X"
    block.add_new(8, "SQ", [inside])


def plant(path):
    """Put marks into the texts of a file, at every depth, but those that it is read by.

    It also gets all text elements that it does not have, thousands of them, byte by byte: pydicom
    would need a minute for the files of a participant.
    """
    with warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        dataset = dcmread(path)
        for item in items(dataset):
            for element in item:
                if element.VR in MARKS and element.tag.group >= 8 and element.keyword not in KEPT:
                    element.value = mark(element.VR, int(element.tag) % 10**6)
            item.PatientComments = mark("LT", 4)
        stream = DicomBytesIO()
        dataset.save_as(stream, enforce_file_format=True)
        start, own = top_level(stream.getvalue())
        parts = planted() | own
    path.write_bytes(start + b"".join(parts[tag] for tag in sorted(parts)))


def top_level(content):
    """What is before the data set, and the bytes of its elements by tag."""
    position = 144 + struct.unpack_from("<I", content, 140)[0]
    start, found = content[:position], {}
    while position < len(content):
        group, element, vr, length = struct.unpack_from("<HH2sH", content, position)
        end = position + 8 + length
        if vr in LONG_VRS:
            end = position + 12 + struct.unpack_from("<I", content, position + 8)[0]
        found[group << 16 | element] = content[position:end]
        position = end
    return start, found


def items(dataset):
    """A data set and all that are nested in it."""
    yield dataset
    for element in list(dataset):
        if element.VR == "SQ":
            for one in element.value:
                yield from items(one)
