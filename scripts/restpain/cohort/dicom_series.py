"""Series of a DICOM folder with their facts.

``facts`` of a series hold numbers and words from fixed lists only, so that they can be written;
names, identifiers and paths stay beside them in memory.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pydicom.uid import (
    AllTransferSyntaxes,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSNearLossless,
)

from restpain.cohort.bids import image_facts
from restpain.cohort.deidentify import vendor
from restpain.cohort.dicom_conversion import converted_images
from restpain.cohort.dicom_headers import (
    ENHANCED_CLASSES,
    DamagedDicomError,
    frame_positions,
    pixel_bytes,
    read_header,
)
from restpain.cohort.dicom_kinds import mark_kinds

POSITION_TOLERANCE_MM = 0.1  # slices closer than this are one slice
COMPRESSED_SYNTAXES = {str(uid) for uid in AllTransferSyntaxes if uid.is_compressed}
LOSSY_SYNTAXES = {JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless}
N_PROBED_VOLUMES = 3

DERIVED = frozenset(
    ["DERIVED", "SECONDARY", "LOCALIZER", "MPR", "MIP", "ADC", "FA", "TRACEW", "SUBTRACTION"]
    + ["PROJECTION IMAGE", "T1 MAP", "T2 MAP", "SCREEN SAVE"]
)
PREPARED = frozenset(["DIFFUSION", "ASL", "PERFUSION"])  # series of volumes that are not BOLD
PARTS = {  # words of ImageType
    "P": "phase",
    "PHASE": "phase",
    "PHASE MAP": "phase",
    "R": "real",
    "REAL": "real",
    "I": "imaginary",
    "IMAGINARY": "imaginary",
}


@dataclass
class Series:
    """One series: writable facts, and what must stay in memory."""

    facts: dict
    paths: list[Path] = field(repr=False)
    names: str = field(repr=False)
    patient: str = field(repr=False)


def folder_series(folder: str | Path) -> tuple[list[Series], dict[str, int]]:
    """Read all DICOM headers below a folder and group them into series.

    Returns
    -------
    series : list of Series
        By series number. ``facts["kind"]`` is t1, rest or other; see `mark_kinds`.
        Slice times are not looked for; see `probed_sidecar`.
    counts : dict
        n_files, n_other_files (no MR images), n_damaged_files and size_bytes.
    """
    paths = sorted(
        path
        for path in Path(folder).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )
    counts = {"n_files": len(paths), "n_other_files": 0, "n_damaged_files": 0, "size_bytes": 0}
    groups = {}
    for path in paths:
        counts["size_bytes"] += path.stat().st_size
        try:
            header = read_header(path)
        except (DamagedDicomError, OSError):
            counts["n_damaged_files"] += 1
            continue
        if header is None:
            counts["n_other_files"] += 1
            continue
        header["path"] = path
        groups.setdefault(_series_key(header), []).append(header)
    series = [_series(headers) for headers in groups.values()]
    series.sort(key=lambda one: (one.facts["number"] or 0, one.facts["part"], one.paths[0]))
    mark_kinds(series)
    return series, counts


def _series_key(header: dict) -> tuple:
    # one series number may hold several echoes, magnitude and phase, or several planes
    return (
        header.get("SeriesInstanceUID"),
        header.get("SeriesNumber"),
        _part(header),
        round(header.get("EchoTime", 0.0), 1),
        header["Rows"],
        header["Columns"],
        tuple(round(cosine, 2) + 0.0 for cosine in header.get("ImageOrientationPatient", ())),
    )


def _part(header: dict) -> str:
    return next((PARTS[word] for word in _image_type(header) if word in PARTS), "magnitude")


def _image_type(header: dict) -> list[str]:
    return [word.upper() for word in header.get("ImageType", ())]


def _series(headers: list[dict]) -> Series:
    unique = {header.get("SOPInstanceUID", header["path"]): header for header in headers}
    kept = sorted(unique.values(), key=_time_order)
    first = kept[0]
    image_type = set().union(*(_image_type(header) for header in kept))
    syntaxes = {header["transfer_syntax"] for header in kept}
    facts = {
        "label": f"series {int(first['SeriesNumber'])}" if "SeriesNumber" in first else "series ?",
        "number": int(first["SeriesNumber"]) if "SeriesNumber" in first else None,
        "kind": "other",
        "layout": _layout(first),
        "part": _part(first),
        "derived": bool(image_type & DERIVED),
        "prepared": bool(image_type & PREPARED)
        or any(header.get("DiffusionBValue", 0.0) > 0 for header in kept),
        "vendor": vendor(first.get("Manufacturer")),
        "acquisition": _one_of(first.get("MRAcquisitionType"), ("2D", "3D")),
        "n_images": len(kept),
        "n_duplicates": len(headers) - len(kept),
        "n_coinciding": _coinciding(kept),
        **_geometry(kept),
        "repetition_time_s": _milliseconds(kept, "RepetitionTime", 1e-3),
        "echo_time_ms": _milliseconds(kept, "EchoTime", 1.0),
        "scale_slopes": sorted({header.get("RescaleSlope", 1.0) for header in kept})[:5],
        "compression": _compression(kept, syntaxes),
        "digest": _pixel_digest(first),
    }
    series = Series(
        facts=facts,
        paths=[header["path"] for header in kept],
        names=" ".join(
            first.get(key, "") for key in ("SeriesDescription", "ProtocolName", "SequenceName")
        ),
        patient=first.get("PatientID", ""),
    )
    if facts["layout"] == "mosaic":
        numbers = [header["InstanceNumber"] for header in kept if "InstanceNumber" in header]
        span = int(max(numbers) - min(numbers)) + 1 if numbers else 0
        facts["n_numbers_missing"] = max(span - len(numbers), 0)
    if facts["layout"] != "classic":
        _complete_from_conversion(series)
    return series


def _time_order(header: dict) -> tuple:
    return (
        header.get("TemporalPositionIdentifier", 0.0),
        header.get("InstanceNumber", 0.0),
        header["path"],
    )


def _layout(header: dict) -> str:
    if header["SOPClassUID"] in ENHANCED_CLASSES:
        return "enhanced"
    return "mosaic" if "MOSAIC" in _image_type(header) else "classic"


def _one_of(value, allowed: tuple):
    return value if value in allowed else None


def _milliseconds(headers: list[dict], keyword: str, factor: float) -> float | None:
    values = [header[keyword] for header in headers if keyword in header]
    return round(float(np.median(values)) * factor, 6) if values else None


def _compression(headers: list[dict], syntaxes: set[str]) -> str:
    marked = any(header.get("LossyImageCompression") == "01" for header in headers)
    if marked or syntaxes & LOSSY_SYNTAXES:
        return "lossy"
    return "lossless" if syntaxes & COMPRESSED_SYNTAXES else "none"


def _geometry(headers: list[dict]) -> dict:
    """Matrix, voxel size, volumes and gaps of a series of single slices."""
    first = headers[0]
    row_spacing, column_spacing = _vector(first, "PixelSpacing", [0.0, 0.0])
    slices, counts = _slice_positions(headers)
    distance = _distance(slices) or first.get("SliceThickness", 0.0)
    n_volumes = int(counts.max())
    announced = first.get("NumberOfTemporalPositions")
    return {
        "matrix": [int(first["Columns"]), int(first["Rows"]), len(slices)],
        "voxel_mm": [round(size, 4) for size in (column_spacing, row_spacing, distance)],
        "n_volumes": n_volumes,
        "n_volumes_announced": int(announced) if announced else None,
        **_gaps(slices, counts),
    }


def _distance(slices: np.ndarray) -> float:
    """Usual distance of two slices; 0 if there is one slice only."""
    return float(np.median(np.diff(slices))) if len(slices) > 1 else 0.0


def _gaps(slices: np.ndarray, counts: np.ndarray) -> dict:
    """Images and slices that are missing, from the positions and the images at each."""
    steps = np.diff(slices)
    n_steps = int(np.rint(steps / _distance(slices)).sum()) if len(steps) else 0
    return {
        "n_missing_images": int(counts.max() * len(slices) - counts.sum()),
        "n_missing_slices": n_steps - len(steps),
    }


def _coinciding(headers: list[dict]) -> int:
    """Images of the slice and volume of another, where the headers count the volumes."""
    if any("TemporalPositionIdentifier" not in header for header in headers):
        return 0
    places = {
        (header["TemporalPositionIdentifier"], *header.get("ImagePositionPatient", ()))
        for header in headers
    }
    counted = len({header["TemporalPositionIdentifier"] for header in headers}) > 1
    return len(headers) - len(places) if counted else 0


def _slice_positions(headers: list[dict]) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the slices along their normal, in mm, and the images at each."""
    orientation = _vector(headers[0], "ImageOrientationPatient", [1, 0, 0, 0, 1, 0])
    normal = np.cross(orientation[:3], orientation[3:])
    corners = np.array([_vector(one, "ImagePositionPatient", [0, 0, 0]) for one in headers])
    along = np.sort(corners @ normal)
    starts = np.flatnonzero(np.diff(along, prepend=-np.inf) > POSITION_TOLERANCE_MM)
    return along[starts], np.diff(starts, append=len(along))


def _vector(header: dict, keyword: str, default: list) -> list:
    value = header.get(keyword, default)
    return value if len(value) == len(default) else default


def _pixel_digest(header: dict) -> str:
    """Digest of the pixels of the first image: equal digests are the same data twice."""
    with header["path"].open("rb") as file:
        file.seek(max(0, header["size_bytes"] - pixel_bytes(header)))
        return hashlib.sha256(file.read()).hexdigest()[:16]


def _complete_from_conversion(series: Series) -> None:
    """Size and times of mosaics and enhanced files, from dcm2niix."""
    facts = series.facts
    n_files = len(series.paths)
    paths = series.paths[:N_PROBED_VOLUMES] if facts["layout"] == "mosaic" else series.paths
    try:
        with converted_images(paths) as images:
            path, sidecar = images[0]
            found = image_facts(path)
    except ValueError:
        return
    facts["n_missing_images"] = facts["n_missing_slices"] = 0
    if facts["layout"] == "mosaic":
        found["n_volumes"] = n_files
    elif frames := frame_positions(series.paths):
        slices, counts = _slice_positions(frames)
        facts |= {"n_images": len(frames)} | _gaps(slices, counts)
        if len(slices) not in found["matrix"]:  # of which dcm2niix may have changed the order
            facts["n_missing_slices"] = abs(found["matrix"][2] - len(slices))
    for key in ("matrix", "voxel_mm", "n_volumes"):
        facts[key] = found[key]
    facts["repetition_time_s"] = sidecar.get("RepetitionTime", facts["repetition_time_s"])
    if "EchoTime" in sidecar:
        facts["echo_time_ms"] = round(sidecar["EchoTime"] * 1e3, 6)
    facts["acquisition"] = _one_of(sidecar.get("MRAcquisitionType"), ("2D", "3D"))
    facts["n_volumes_announced"] = None


def probed_sidecar(series: Series) -> dict:
    """Sidecar that dcm2niix writes for the first volumes; empty if it makes no image."""
    n_images = series.facts["n_images"]
    n_slices = series.facts["matrix"][2]
    if series.facts["layout"] != "classic":
        n_slices = 1
    paths = series.paths[: min(n_images, N_PROBED_VOLUMES * n_slices)]
    try:
        with converted_images(paths) as images:
            return images[0][1]
    except ValueError:
        return {}


def indexed_series(series: list[Series], index: dict, kind: str) -> Series:
    """Series that the index names as the T1 or the rest run.

    Raises
    ------
    ValueError
        If the folder holds other series than when it was indexed.
    """
    digests = [one["digest"] for one in index["series"] if one["kind"] == kind]
    found = [one for one in series if [one.facts["digest"]] == digests]
    if len(found) != 1:
        raise ValueError(
            f"{index['participant_id']} has {len(found)} series in its folder that are the {kind} "
            "series of its index; expected one; the folder has changed: delete "
            f"results/cohort/index/{index['participant_id']}.json and start again"
        )
    return found[0]
