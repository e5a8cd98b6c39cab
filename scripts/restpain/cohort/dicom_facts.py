"""Facts of one DICOM series by its headers: numbers and words from fixed lists only."""

import hashlib
import re

import numpy as np
from pydicom.uid import (
    AllTransferSyntaxes,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSNearLossless,
)

from restpain.cohort.deidentify import vendor
from restpain.cohort.dicom_geometry import n_coinciding, series_geometry
from restpain.cohort.dicom_headers import ENHANCED_CLASSES, pixel_bytes

COMPRESSED_SYNTAXES = {str(uid) for uid in AllTransferSyntaxes if uid.is_compressed}
LOSSY_SYNTAXES = {JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless}

# words of ImageType
DERIVED = frozenset(["DERIVED", "SECONDARY", "MOCO"])
PROCESSED = frozenset(  # never the image that was acquired
    ["LOCALIZER", "MPR", "MIP", "ADC", "FA", "TRACEW", "SUBTRACTION"]
    + ["PROJECTION IMAGE", "T1 MAP", "T2 MAP", "SCREEN SAVE"]
)
UNIFORM = "UNI"  # the T1 of MP2RAGE, which is computed of two images and therefore derived
PREPARED = frozenset(["DIFFUSION", "ASL", "PERFUSION"])  # series of volumes that are not BOLD
PARTS = {
    "P": "phase",
    "PHASE": "phase",
    "PHASE MAP": "phase",
    "R": "real",
    "REAL": "real",
    "I": "imaginary",
    "IMAGINARY": "imaginary",
}
DIFFUSION_SEQUENCE = re.compile(r"ep_b\d", re.IGNORECASE)  # of Siemens: *ep_b0, *ep_b1000#1
DIFFUSION_ENCODING = ("DIRECTIONAL", "BMATRIX", "ISOTROPIC")


def image_words(header: dict) -> list[str]:
    """Words of ImageType in capitals."""
    return [word.upper() for word in header.get("ImageType", ())]


def image_part(header: dict) -> str:
    """Magnitude, phase, real or imaginary."""
    return next((PARTS[word] for word in image_words(header) if word in PARTS), "magnitude")


def series_facts(headers: list[dict], kept: list[dict]) -> dict:
    """Facts of a series.

    Parameters
    ----------
    headers : list of dict
        Headers of all its files.
    kept : list of dict
        Those of its images without duplicates, in the order of time.
    """
    first = kept[0]
    words = set().union(*(image_words(header) for header in kept))
    sequence = {word.upper() for word in first.get("ScanningSequence", ())}
    joined_by_rank = kept[-1].get("rank", 0) > 0
    facts = {
        "number": int(first["SeriesNumber"]) if "SeriesNumber" in first else None,
        "kind": "other",
        "layout": _layout(first),
        "part": image_part(first),
        "echo": None,
        "derived": bool(words & (DERIVED | PROCESSED)) and UNIFORM not in words,
        "processed": bool(words & PROCESSED),
        "prepared": bool(words & PREPARED) or any(_is_prepared(header) for header in kept),
        "spin_echo": "SE" in sequence and "GR" not in sequence,
        "vendor": vendor(first.get("Manufacturer")),
        "acquisition": one_of(first.get("MRAcquisitionType"), ("2D", "3D")),
        "n_parts": first.get("n_parts", 1),
        "n_images": len(kept),
        "n_duplicates": len(headers) - len(kept),
        "n_coinciding": 0 if joined_by_rank else n_coinciding(kept),
        **series_geometry(kept),
        "repetition_time_s": _milliseconds(kept, "RepetitionTime", 1e-3),
        "echo_time_ms": _milliseconds(kept, "EchoTime", 1.0),
        "scale_slopes": sorted({header.get("RescaleSlope", 1.0) for header in kept})[:5],
        "compression": _compression(kept),
        "digest": _pixel_digest(kept[len(kept) // 2]),
        "n_files": len(headers),
        "files_digest": _files_digest(headers),
    }
    numbers = {header.get("SeriesNumber") for header in kept} - {None}
    if not joined_by_rank and facts["layout"] == "mosaic":
        numbers = {header.get("InstanceNumber") for header in kept} - {None}
    if joined_by_rank or facts["layout"] == "mosaic":
        span = int(max(numbers) - min(numbers)) + 1 if numbers else 0
        n_expected = len(numbers) if joined_by_rank else len(kept)
        facts["n_numbers_missing"] = max(span - n_expected, 0)
    return facts


def _layout(header: dict) -> str:
    if header.get("SOPClassUID") in ENHANCED_CLASSES:
        return "enhanced"
    return "mosaic" if "MOSAIC" in image_words(header) else "classic"


def _is_prepared(header: dict) -> bool:
    """Check the marks of diffusion and perfusion, which images without a b-value have, too."""
    siemens = vendor(header.get("Manufacturer")) == "Siemens"
    return (
        header.get("DiffusionBValue", 0.0) > 0
        or header.get("DiffusionDirectionality") in DIFFUSION_ENCODING
        or header.get("AcquisitionContrast") in PREPARED
        or (siemens and header.get("SiemensBValue", "0") not in ("0", "0.0"))
        or DIFFUSION_SEQUENCE.search(header.get("SequenceName", "")) is not None
    )


def one_of(value, allowed: tuple):
    """Value if it is one of those allowed, else None."""
    return value if value in allowed else None


def _milliseconds(headers: list[dict], keyword: str, factor: float) -> float | None:
    values = [header[keyword] for header in headers if keyword in header]
    return round(float(np.median(values)) * factor, 6) if values else None


def _compression(headers: list[dict]) -> str:
    syntaxes = {header["transfer_syntax"] for header in headers}
    marked = any(header.get("LossyImageCompression") == "01" for header in headers)
    if marked or syntaxes & LOSSY_SYNTAXES:
        return "lossy"
    return "lossless" if syntaxes & COMPRESSED_SYNTAXES else "none"


def _pixel_digest(header: dict) -> str:
    """Digest of the pixels of one image, of the middle since slices at the edge may be empty."""
    with header["path"].open("rb") as file:
        file.seek(max(0, header["size_bytes"] - pixel_bytes(header)))
        return hashlib.sha256(file.read()).hexdigest()[:16]


def _files_digest(headers: list[dict]) -> str:
    """Digest of sizes and times of the files, by which a later job sees that one was replaced."""
    states = sorted((str(one["path"]), one["size_bytes"], one["time"]) for one in headers)
    return hashlib.sha256(repr([state[1:] for state in states]).encode()).hexdigest()[:16]
