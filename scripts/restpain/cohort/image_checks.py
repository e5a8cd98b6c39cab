"""Checks of one image before anything is computed.

Each function returns rows of the table of problems: participant_id, severity (error, warning or
info), file, found, expected, action.
"""

import numpy as np

from restpain.cohort.image_values import value_problem
from restpain.cohort.timing import is_plausible
from restpain.presentation.numbers import counted

COLUMNS = ["participant_id", "severity", "file", "found", "expected", "action"]
NONE = "n/a"  # expected and action of what is no problem
AFFINES = {
    "not_finite": ("an affine with values that are NaN or infinite", "12 numbers"),
    "singular": (
        "an affine that gives the image no extent",
        "an edge of each voxel along each axis",
    ),
    "other_voxels": (
        "an affine for voxels of another size than the header's",
        "one size of voxels",
    ),
}
MIN_VOXELS = 8  # along each axis: fewer cannot be registered
MAX_ANISOTROPY = 2.0  # longest over shortest edge of a T1 voxel
OR_EXCLUDE = "or give the reason in the column exclude of participants.tsv"


def problem(
    who: str, file: str, severity: str, found: str, expected: str = NONE, action: str = NONE
) -> dict:
    """Row of the table of problems about a participant's file."""
    return dict(zip(COLUMNS, (who, severity, file, found, expected, action), strict=True))


def report(who: str, file: str):
    """Start a list of rows about a file; return it with the function that adds one."""
    rows = []

    def add(*values: str) -> None:
        rows.append(problem(who, file, *values))

    return rows, add


def image_problems(who: str, run: dict) -> list[dict]:
    """Missing or duplicate images, differing scales, compression, unusual layouts."""
    rows, add = report(who, run["label"])
    matrix = "x".join(map(str, run["matrix"]))
    if found := value_problem(run):
        add("error", *found)
    rows += array_problems(who, run)
    if run.get("n_duplicates"):
        add(
            "error",
            counted(run["n_duplicates"], "duplicate image"),
            "each image once",
            "remove the copies from the participant's folder",
        )
    if run.get("n_missing_images"):
        add(
            "error",
            f"{run['n_images']} images, {run['matrix'][2]} slices, {run['n_volumes']} volumes",
            f"{run['n_images'] + run['n_missing_images']} images",
            "copy the whole series again, or remove the last volume that is incomplete",
        )
    if run.get("n_missing_slices"):
        add(
            "error",
            counted(run["n_missing_slices"], "missing slice"),
            "slices at equal distances",
            "copy the whole series again",
        )
    announced = run.get("n_volumes_announced")
    if announced and announced > run["n_volumes"]:
        add(
            "warning",
            f"{run['n_volumes']} volumes",
            f"{announced}, as its headers announce",
            "make sure that the scan was stopped early, or copy the series again",
        )
    if len(run["scale_slopes"]) > 1:
        low, high = min(run["scale_slopes"]), max(run["scale_slopes"])
        add(
            "warning",
            f"scale slopes from {low:g} to {high:g} within the series",
            "one slope",
            "make sure that the scanner exported one series with one scale",
        )
    if run.get("compression") == "lossy":
        add("error", "lossy compression", "lossless images", "export the series without loss")
    if run.get("compression") == "lossless":
        add("info", "lossless compression, which is undone when converting")
    if run.get("n_coinciding"):
        add(
            "error",
            f"{counted(run['n_coinciding'], 'image')} of the slice and volume of another",
            "one image of each slice and volume",
            "remove the second run or export that goes by the same series",
        )
    if run.get("n_numbers_missing"):
        add(
            "warning",
            counted(run["n_numbers_missing"], "missing instance number"),
            "numbers without a gap",
            "make sure that no volume is missing, or copy the series again",
        )
    if run["layout"] in ("enhanced", "mosaic"):
        add("info", f"{run['layout']} DICOM of {matrix} voxels")
    if run.get("sides") == "unknown":
        add(
            "error",
            "no orientation in the header (sform and qform codes are 0)",
            "one, since the image does not show which side is left",
            "convert the images again from DICOM",
        )
    if run.get("sides") == "contradictory":
        add(
            "error",
            "an sform and a qform that exchange left and right",
            "two that agree",
            "convert the images again from DICOM, or correct the header after looking at a marker",
        )
    shortest, longest = min(run["voxel_mm"]), max(run["voxel_mm"])
    if run["kind"] == "t1" and longest > MAX_ANISOTROPY * shortest:
        sizes = " x ".join(f"{size:g}" for size in run["voxel_mm"])
        add(
            "warning",
            f"voxels of {sizes} mm",
            "nearly cubic voxels",
            "look at the normalisation of this participant in the quality control",
        )
    return rows


def array_problems(who: str, run: dict) -> list[dict]:
    """Wrong dimensions, values or orientation of a NIfTI image."""
    rows, add = report(who, run["label"])
    matrix = "x".join(map(str, run["matrix"]))
    again = "convert the image again from its source"
    if run.get("n_dimensions", 3) not in (3, 4):
        expected = "3 dimensions" if run["kind"] == "t1" else "3 dimensions and the volumes"
        add("error", counted(run["n_dimensions"], "dimension"), expected, again)
    elif run["layout"] == "nifti" and min(run["matrix"]) < MIN_VOXELS:
        add("error", f"{matrix} voxels", f"at least {MIN_VOXELS} along each axis", again)
    if run["kind"] == "t1" and run["n_volumes"] != 1:
        add("error", f"{run['n_volumes']} volumes", "one", "keep the one that is the T1")
    if run.get("value_type", "number") != "number":
        add(
            "error",
            f"{run['value_type']} in place of numbers",
            "a whole or a decimal number in each voxel",
            "convert the magnitude again from its source",
        )
    if run.get("empty"):
        add("error", "zero in every voxel", "an image", "copy it again from its source")
    elif run.get("smallest") is not None and run["smallest"] == run["largest"]:
        found = f"{run['smallest']:g} in every voxel"
        add("error", found, "an image", "copy it again from its source")
    if run.get("affine", "good") != "good":
        found, expected = AFFINES[run["affine"]]
        add("error", found, expected, again)
    return rows


def volume_problems(
    who: str,
    run: dict,
    *,
    drop_volumes: int,
    min_volumes: int,
    band_hz: tuple[float, float],
) -> list[dict]:
    """Too few volumes, or no frequency in the band."""
    rows, add = report(who, run["label"])
    kept = run["n_volumes"] - drop_volumes
    if kept < min_volumes:
        add(
            "error",
            f"{counted(run['n_volumes'], 'volume')}, {max(kept, 0)} after dropping {drop_volumes}",
            f"at least {min_volumes} after the drop",
            f"lower preprocessing.drop_volumes or preprocessing.min_volumes, {OR_EXCLUDE}",
        )
        return rows
    tr = run["repetition_time_s"]
    if not is_plausible(tr):
        return rows
    low, high = band_hz
    frequencies = np.fft.rfftfreq(kept, d=tr)
    n_in_band = np.count_nonzero((frequencies >= low) & (frequencies <= high))
    resolved = f"{kept} volumes every {tr:g} s, frequencies up to {frequencies[-1]:.3f} Hz"
    if n_in_band == 0:
        add(
            "error",
            f"{resolved} in steps of {frequencies[1]:.4f} Hz",
            f"a frequency between {low:g} and {high:g} Hz",
            f"change metrics.band_hz, {OR_EXCLUDE}",
        )
    elif frequencies[-1] < high:
        add(
            "warning",
            resolved,
            f"frequencies up to {high:g} Hz",
            "lower the upper edge of metrics.band_hz if the band should be whole",
        )
    return rows
