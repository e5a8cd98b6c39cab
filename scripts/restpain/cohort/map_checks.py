"""Checks of the maps of the whole cohort, and what the check says of them."""

import numpy as np

from restpain.cohort.choice import chosen_runs
from restpain.cohort.grids import grid_words, on_grid, rotated_grid, usual_grid
from restpain.cohort.image_checks import NONE, OR_EXCLUDE, problem
from restpain.cohort.map_files import MASK
from restpain.presentation.numbers import counted, joined, measure_name

# measured with simulated maps of 61 x 73 x 61 voxels (docs/maps.md)
BYTES_PER_VOXEL = 1.0  # of a map, compressed, with its share of the mask
LEFT_OUT = (
    "left out, since maps are given and no series: seed connectivity and the classification arm "
    "of motion, quality numbers of series and quality pages, settings of preprocessing and metrics"
)


def map_problems(indices: list[dict]) -> list[dict]:
    """All problems of the maps of all participants, as rows of the table of problems."""
    rows = [row for index in indices for row in index["problems"]]
    return rows + grid_problems(indices) + repeated_maps(indices)


def grid_problems(indices: list[dict]) -> list[dict]:
    """List maps on another grid than most, and a grid that is rotated."""
    usual = usual_grid(indices)
    if usual is None:
        return []
    matrix, affine = usual
    rows = []
    n = sum(len(chosen_runs(index)) for index in indices)
    alike = [[on_grid(one, matrix, affine) for one in chosen_runs(index)] for index in indices]
    expected = f"{grid_words(matrix, affine)}, as {sum(map(sum, alike))} of {n} files"
    action = f"resample it with the program that made it, {OR_EXCLUDE}"
    for index, same in zip(indices, alike, strict=True):
        for one, fits in zip(chosen_runs(index), same, strict=True):
            if not fits:
                found = grid_words(one["matrix"], one["grid"])
                rows.append(
                    problem(
                        index["participant_id"], one["label"], "error", found, expected, action
                    )
                )
    return rows + rotated_grid(affine)


def repeated_maps(indices: list[dict]) -> list[dict]:
    """List maps that two participants, or two measures, share."""
    owners, rows = {}, []
    for index in indices:
        for one in chosen_runs(index):
            if one["measure"] == MASK:
                continue
            first = owners.setdefault(one["digest"], (index["participant_id"], one["measure"]))
            if first != (index["participant_id"], one["measure"]):
                found = f"the same map as {first[1]} of {first[0]}"
                action = "find out whose map it is, and correct the file or the pattern"
                row = (index["participant_id"], one["label"], "error", found)
                rows.append(problem(*row, "a map of this participant and measure", action))
    return rows


def missing_map(index: dict) -> str | None:
    """Reason why a participant cannot be analysed for want of maps; None if all can be used."""
    wrong = [row for row in index["problems"] if row["severity"] == "error"]
    readable = {one["measure"] for one in chosen_runs(index)}
    missing = [_name(kind) for kind in index["wanted"] if kind not in readable]
    if missing:
        return f"no usable {joined(missing)}"
    return f"a map with {wrong[0]['found']}" if wrong else None


def _name(kind: str) -> str:
    return "mask" if kind == MASK else f"map {measure_name(kind)}"


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
    n_nan = sum(one["n_nan"] > 0 for index in indices for one in chosen_runs(index))
    return [
        *lines,
        f"masks: {masks or 'none; voxels of the template brain where no map is 0'}",
        f"grid: {grid_words(*usual_grid(indices))}",
        f"files with NaN, which is no data: {n_nan or 'none'}",
        f"smoothing: {f'{fwhm_mm:g} mm' if fwhm_mm else 'none (cohort.smooth_maps is false)'}",
        LEFT_OUT,
    ]


def _has(index: dict, measure: str) -> bool:
    return any(one["measure"] == measure for one in chosen_runs(index))


def map_resources(indices: list[dict], *, n_permutations: int) -> list[dict]:
    """Disk and time that a run with maps will need; an estimate."""
    usual = usual_grid(indices)
    n_voxels = float(np.prod(usual[0])) if usual else 0.0
    n_files = sum(len(chosen_runs(index)) for index in indices)
    disk = BYTES_PER_VOXEL * n_voxels * n_files / 1e9
    found = (
        f"about {disk:.1f} GB of disk for the maps of {counted(len(indices), 'participant')}",
        "no job for a series; most time goes to the classification with "
        f"{counted(n_permutations, 'permutation')}",
    )
    return [problem(NONE, NONE, "info", text) for text in found]
