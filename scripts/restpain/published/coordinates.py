"""Checks of a printed peak: in the brain, on the printed side, in the printed region."""

import numpy as np

from restpain.atlas import BRODMANN_PREFIX, Atlas, hemisphere
from restpain.presentation.numbers import AAL_NAMES, MINUS, is_missing, number, shortest
from restpain.published.arithmetic import CONSISTENT, INCONSISTENT, UNCHECKED, Check

MIDLINE_MM = 4.0  # a peak nearer than half of this to x = 0 may be called midline, too
SIDES = ("left", "right", "midline")


def coordinate_text(peak: tuple[float, float, float]) -> str:
    """Write a coordinate as ``(-20, 30, 4)`` with true minus signs."""
    return f"({', '.join(shortest(value) for value in peak)})".replace("-", MINUS)


def region_key(name) -> str:
    """Name of a region without side, case and spelling: the same for text and atlas label.

    ``Cerebellum_Crus2_L`` and ``Cerebelum_Crus2`` have one key; so have ``Temporal_Inf_L`` and
    ``Inferior temporal gyrus``.
    """
    stem = str(name).strip()
    if stem.endswith(("_L", "_R")):
        stem = stem[:-2]
    for known in (stem, stem.removesuffix("_2")):
        stem = AAL_NAMES.get(known, stem)
    return stem.lower().replace("cerebellum", "cerebelum").replace("_", " ").strip()


def label_at_peak(
    name: str, peak: tuple[float, float, float], atlas: Atlas, *, reach_mm: float
) -> Check:
    """Check that a region of this name, of either side, lies within reach of a peak.

    A name that the atlas does not have cannot be checked, unless nothing of the atlas is near.
    """
    nearest, distance = atlas.nearest(peak)
    where = f"{coordinate_text(peak)} is in {nearest}"
    if distance > 0:
        where = (
            f"{coordinate_text(peak)} is {number(distance, 0)} mm from the nearest label {nearest}"
        )
    if distance > reach_mm:
        return Check(INCONSISTENT, "no label", where)
    numbers = [key for key, label in atlas.names.items() if region_key(label) == region_key(name)]
    if not numbers:
        return Check(UNCHECKED, nearest, f"{where}; the atlas has no label of the printed name")
    away = _distance(atlas, numbers, peak)
    words = f"{where}; the printed region is {number(away, 0)} mm away"
    return Check(CONSISTENT if away <= reach_mm else INCONSISTENT, nearest, words)


def brodmann_at_peak(
    area, peak: tuple[float, float, float], atlas: Atlas, *, reach_mm: float
) -> Check:
    """Check that a Brodmann area lies within reach of a peak."""
    label = f"{BRODMANN_PREFIX}{str(area).removesuffix('.0')}"
    numbers = [key for key, name in atlas.names.items() if name == label]
    if not numbers:
        return Check(UNCHECKED, "", f"the atlas has no Brodmann area {area}")
    away = _distance(atlas, numbers, peak)
    nearest, distance = atlas.nearest(peak)
    text = nearest.removeprefix(BRODMANN_PREFIX).replace("_", " ")
    words = (
        f"Brodmann area {area} is {number(away, 0)} mm from {coordinate_text(peak)}; nearest is "
        f"{text} at {number(distance, 0)} mm"
    )
    agrees = away <= reach_mm
    return Check(CONSISTENT if agrees else INCONSISTENT, text, words)


def side_of_peak(side, x_mm: float) -> Check:
    """Check that the printed side is that of x: left is negative."""
    if is_missing(side) or str(side).lower() not in SIDES:
        return Check(UNCHECKED, "", f"{side} is not left, right or midline")
    found = hemisphere(x_mm, voxel_mm=0)
    allowed = {found, hemisphere(x_mm, voxel_mm=MIDLINE_MM)}
    words = f"x = {number(x_mm, 0)} is {found}"
    return Check(CONSISTENT if str(side).lower() in allowed else INCONSISTENT, found, words)


def peak_in_brain(
    peak: tuple[float, float, float], mask: np.ndarray, affine: np.ndarray, *, reach_mm: float
) -> Check:
    """Check that a peak lies in the brain of the template, or within reach of it."""
    away = _nearest(np.argwhere(mask), affine, peak)
    inside = away <= reach_mm
    if inside:
        return Check(CONSISTENT, "inside", f"{coordinate_text(peak)} lies in the template's brain")
    text = f"{number(away, 0)} mm outside"
    return Check(INCONSISTENT, text, f"{coordinate_text(peak)} lies {text} the template's brain")


def _distance(atlas: Atlas, numbers: list[int], peak) -> float:
    """Distance in mm from a coordinate to the nearest voxel of some labels, 0 inside."""
    if int(atlas.at(np.array(peak))[0]) in numbers:
        return 0.0
    return _nearest(np.argwhere(np.isin(atlas.labels, numbers)), atlas.affine, peak)


def _nearest(voxels: np.ndarray, affine: np.ndarray, peak) -> float:
    if not len(voxels):
        return float("inf")
    centres = voxels @ affine[:3, :3].T + affine[:3, 3]
    return float(np.sqrt(((centres - np.asarray(peak)) ** 2).sum(axis=1).min()))
