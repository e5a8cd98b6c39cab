"""Places of the images of a DICOM series, by their headers."""

from pathlib import Path

import numpy as np
from pydicom import dcmread

from restpain.cohort.dicom_headers import quiet_pydicom

POSITION_TOLERANCE_MM = 0.1  # slices closer than this are one slice


def series_geometry(headers: list[dict]) -> dict:
    """Matrix, voxel size, volumes and gaps of a series of single slices."""
    first = headers[0]
    row_spacing, column_spacing = vector(first, "PixelSpacing", [0.0, 0.0])
    slices, counts = slice_positions(headers)
    distance = _distance(slices) or first.get("SliceThickness", 0.0)
    n_volumes = int(counts.max())
    announced = first.get("NumberOfTemporalPositions")
    return {
        "matrix": [int(first["Columns"]), int(first["Rows"]), len(slices)],
        "voxel_mm": [round(size, 4) for size in (column_spacing, row_spacing, distance)],
        "n_volumes": n_volumes,
        "n_volumes_announced": int(announced) if announced else None,
        **gaps(slices, counts),
    }


def _distance(slices: np.ndarray) -> float:
    """Usual distance of two slices; 0 if there is one slice only."""
    return float(np.median(np.diff(slices))) if len(slices) > 1 else 0.0


def gaps(slices: np.ndarray, counts: np.ndarray) -> dict:
    """Images and slices that are missing, from the positions and the images at each."""
    steps = np.diff(slices)
    n_steps = int(np.rint(steps / _distance(slices)).sum()) if len(steps) else 0
    return {
        "n_missing_images": int(counts.max() * len(slices) - counts.sum()),
        "n_missing_slices": n_steps - len(steps),
    }


def n_coinciding(headers: list[dict]) -> int:
    """Images of the slice and volume of another, where the headers count the volumes."""
    if any("TemporalPositionIdentifier" not in header for header in headers):
        return 0
    places = {
        (header["TemporalPositionIdentifier"], *header.get("ImagePositionPatient", ()))
        for header in headers
    }
    counted = len({header["TemporalPositionIdentifier"] for header in headers}) > 1
    return len(headers) - len(places) if counted else 0


def slice_positions(headers: list[dict]) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the slices along their normal, in mm, and the images at each."""
    orientation = vector(headers[0], "ImageOrientationPatient", [1, 0, 0, 0, 1, 0])
    normal = np.cross(orientation[:3], orientation[3:])
    corners = np.array([vector(one, "ImagePositionPatient", [0, 0, 0]) for one in headers])
    along = np.sort(corners @ normal)
    starts = np.flatnonzero(np.diff(along, prepend=-np.inf) > POSITION_TOLERANCE_MM)
    return along[starts], np.diff(starts, append=len(along))


def vector(header: dict, keyword: str, default: list) -> list:
    """Value of a tag if it has as many numbers as the default, else the default."""
    value = header.get(keyword, default)
    return value if len(value) == len(default) else default


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
