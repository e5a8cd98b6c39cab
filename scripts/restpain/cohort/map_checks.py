"""Checks of maps, and of series beside them, of the whole cohort; what the check says of them."""

import numpy as np

from restpain.cohort.choice import chosen_runs
from restpain.cohort.grids import grid_words, on_grid, rotated_grid, usual_grid
from restpain.cohort.image_checks import NONE, OR_EXCLUDE, problem
from restpain.cohort.measures import MASK, SERIES
from restpain.presentation.numbers import counted, joined, measure_name

# measured with simulated maps of 61 x 73 x 61 voxels (docs/maps.md)
BYTES_PER_VOXEL = 1.0  # of a map, compressed, with its share of the mask
STORED_BYTES = 4 * 0.26  # of a series in the brain, per voxel of the grid and volume
LEFT_OUT = (
    "left out, since maps are given and no series: seed connectivity and the classification arm "
    "of motion, quality numbers of series and quality pages, settings of preprocessing and metrics"
)
LEFT_OUT_BESIDE_SERIES = (
    "left out, since the motion of given series is not known and nothing is preprocessed here: "
    "motion and its classification arm, quality pages, nuisance regression and other settings of "
    "preprocessing"
)


def map_problems(indices: list[dict]) -> list[dict]:
    """All problems of the maps of all participants, and of the grids of series beside them."""
    rows = [row for index in indices for row in index["problems"]]
    return rows + grid_problems(indices) + repeated_maps(indices)


def grid_problems(indices: list[dict]) -> list[dict]:
    """List maps on another grid than most, and a grid that is rotated."""
    usual = usual_grid(indices)
    if usual is None:
        return []
    matrix, affine = usual
    rows = []
    placed = [[one for one in chosen_runs(index) if "grid" in one] for index in indices]
    n = sum(map(len, placed))
    alike = [[on_grid(one, matrix, affine) for one in files] for files in placed]
    expected = f"{grid_words(matrix, affine)}, as {sum(map(sum, alike))} of {n} files"
    action = f"resample it with the program that made it, {OR_EXCLUDE}"
    for index, files, same in zip(indices, placed, alike, strict=True):
        for one, fits in zip(files, same, strict=True):
            if not fits:
                found = grid_words(one["matrix"], one["grid"])
                rows.append(
                    problem(
                        index["participant_id"], one["label"], "error", found, expected, action
                    )
                )
    return rows + rotated_grid(affine)


def repeated_maps(indices: list[dict]) -> list[dict]:
    """List maps that two participants, or two measures, share, and series of two participants."""
    owners, rows = {}, []
    for index in indices:
        for one in chosen_runs(index):
            if one["measure"] == MASK:
                continue
            first = owners.setdefault(one["digest"], (index["participant_id"], one["measure"]))
            if first != (index["participant_id"], one["measure"]):
                found = f"the same map as {first[1]} of {first[0]}"
                expected = "a map of this participant and measure"
                if one["measure"] == SERIES:
                    found, expected = f"the same series as {first[0]}", "one of this participant"
                action = "find out whose it is, and correct the file or the pattern"
                row = (index["participant_id"], one["label"], "error", found)
                rows.append(problem(*row, expected, action))
    return rows


def missing_map(index: dict, *, min_volumes: int) -> str | None:
    """Reason why a participant cannot be analysed for want of maps; None if all can be used.

    ``min_volumes`` is the least number of volumes of a series beside them.
    """
    wrong = [row for row in index["problems"] if row["severity"] == "error"]
    files = {one["measure"]: one for one in chosen_runs(index)}
    missing = [_name(kind) for kind in index["wanted"] if kind not in files]
    if missing:
        return f"no usable {joined(missing)}"
    if files.get(SERIES, {}).get("n_volumes", min_volumes) < min_volumes:
        return "a series with too few volumes"
    if not wrong:
        return None
    of_series = SERIES in files and wrong[0]["file"] == files[SERIES]["label"]
    return f"a {'series' if of_series else 'map'} with {wrong[0]['found']}"


def _name(kind: str) -> str:
    return kind if kind in (MASK, SERIES) else f"map {measure_name(kind)}"


def map_summary(indices: list[dict], *, scales: dict[str, str], fwhm_mm: float) -> list[str]:
    """Lines of the check about maps that have no error.

    Parameters
    ----------
    indices : list of dict
        Of the participants who are not left out; at least one.
    scales : dict of str
        Scale of the maps by measure.
    fwhm_mm : float
        Smoothing of the maps; 0 for none.
    """
    words = {
        "mean": "divided by their mean before",
        "zscore": "z scores",
        "raw": "to be divided by their mean in the mask",
    }
    lines = [
        f"{_name(measure)}: {counted(sum(_has(index, measure) for index in indices), 'file')}, "
        f"{words[scale]}"
        for measure, scale in scales.items()
    ]
    masks = sum(_has(index, MASK) for index in indices)
    n_series = sum(_has(index, SERIES) for index in indices)
    series = [f"series: {counted(n_series, 'file')}, cleaned before, for seed connectivity"]
    n_nan = sum(one.get("n_nan", 0) > 0 for index in indices for one in chosen_runs(index))
    return [
        *lines,
        *(series if n_series else []),
        f"masks: {masks or 'none; voxels of the template brain where no map is 0'}",
        f"grid: {grid_words(*usual_grid(indices))}",
        f"files with NaN, which is no data: {n_nan or 'none'}",
        f"smoothing: {f'{fwhm_mm:g} mm' if fwhm_mm else 'none (cohort.smooth_maps is false)'}",
        LEFT_OUT_BESIDE_SERIES if n_series else LEFT_OUT,
    ]


def _has(index: dict, measure: str) -> bool:
    return any(one["measure"] == measure for one in chosen_runs(index))


def map_resources(indices: list[dict], *, n_permutations: int) -> list[dict]:
    """Disk and time that a run with maps will need; an estimate."""
    usual = usual_grid(indices)
    n_voxels = float(np.prod(usual[0])) if usual else 0.0
    files = [one for index in indices for one in chosen_runs(index)]
    series = [one for one in files if one["measure"] == SERIES]
    disk = BYTES_PER_VOXEL * n_voxels * (len(files) - len(series)) / 1e9
    temporary = STORED_BYTES * n_voxels * sum(one["n_volumes"] for one in series) / 1e9
    people = counted(len(indices), "participant")
    found = [f"about {disk:.1f} GB of disk for the maps of {people}"]
    if series:
        found.append(f"about {temporary:.1f} GB more for a time, for their series")
    jobs = "one job for the series of each participant" if series else "no job for a series"
    n = counted(n_permutations, "permutation")
    found.append(f"{jobs}; most time goes to the classification with {n}")
    return [problem(NONE, NONE, "info", text) for text in found]
