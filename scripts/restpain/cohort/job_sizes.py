"""Sizes of a participant's jobs, predicted from the headers of the raw data."""

import math

import numpy as np

from restpain.cohort.checks import ALL, of_maps
from restpain.cohort.choice import chosen_runs
from restpain.cohort.grids import NATIVE, usual_grid
from restpain.cohort.image_checks import problem
from restpain.cohort.map_checks import map_resources
from restpain.cohort.participants import SMALLEST_GROUP
from restpain.presentation.numbers import counted

BYTES = 4  # of a float32


def series_megabytes(index: dict, kind: str) -> float:
    """Size of a participant's images of a kind as float32, in MB (1e6 bytes).

    Parameters
    ----------
    index : dict
        See `restpain.cohort.index.participant_index`.
    kind : {"t1", "rest"}
        The largest series of the kind counts; 0 if there is none.
    """
    sizes = [
        BYTES * float(np.prod(one["matrix"])) * one["n_volumes"] / 1e6
        for one in index["series"]
        if one["kind"] == kind and one.get("matrix")
    ]
    return max(sizes, default=0.0)


# measured on simulated cohorts of 46, 20 and 16 participants (docs/cohort_size.md)
ANAT_SECONDS = 8.7  # CPU, at normalisation_mm 2
FUNC_SECONDS_PER_VOLUME = 0.063  # CPU, at voxel_mm 3
RAW_SECONDS = 0.2e-6  # CPU, per voxel and volume as acquired: headers, conversion
OTHER_SECONDS = 5.3  # CPU: metrics, seeds, QC page, starts
FIXED_SECONDS = 20.0  # CPU, of any number of participants: planning, check, template, QC overview
RAW_BYTES, DENOISED_BYTES = 1.2, 3.9  # per voxel and volume, compressed
ANAT_BYTES, GRID_BYTES = 2.0, 27.0  # per voxel of the T1 and of the grid of the maps, compressed
BASE_MEMORY_BYTES, MEMORY_COPIES = 0.4e9, 3.0
GROUP_SECONDS = 400.0  # CPU, models, published protocol, cross-validation, figures, report
PERMUTATION_SECONDS = 0.0063  # CPU, of a classification, times the square of the participants
# of a participant, of the group level, of the rest; a third of them Snakemake's records
FILES, GROUP_FILES, FIXED_FILES = 90, 300, 100
BRAIN_VOXELS, BOX_VOXELS = 70831, 61 * 73 * 61  # of the 3 mm grid


def predicted_resources(
    indices: list[dict],
    *,
    drop_volumes: int,
    normalisation_mm: float,
    voxel_mm: float | str,
    n_permutations: int,
) -> list[dict]:
    """Disk, files, memory, jobs and time that a run will need; an estimate.

    Disk: the raw images converted, the T1 and its tissues, transform and maps, and the denoised
    series in the brain, all compressed; temporary are the standardised series, single precision,
    until the regions of all folds are chosen. Files: with logs, benchmarks and Snakemake's
    records. Memory: of the largest job. Jobs: see `participant_jobs`. Time: of one core; of
    the classification with permuted groups by its number (``n_permutations``). Fewer participants
    than two groups need are a pilot, without group level.
    """
    if of_maps(indices):
        return map_resources(indices, n_permutations=n_permutations)
    disk = temporary = memory = 0.0
    seconds = FIXED_SECONDS
    if voxel_mm == NATIVE:
        grid = usual_grid(indices)
        finer = float(np.prod(grid[0])) / BOX_VOXELS if grid else 1.0
    else:
        finer = (3.0 / voxel_mm) ** 3
    for index in indices:
        disk += GRID_BYTES * BOX_VOXELS * finer
        seconds += OTHER_SECONDS
        for run in chosen_runs(index):
            n_raw = float(np.prod(run["matrix"])) * run["n_volumes"]
            disk += RAW_BYTES * n_raw
            seconds += RAW_SECONDS * n_raw
            if run["kind"] == "t1":
                disk += ANAT_BYTES * n_raw
                seconds += ANAT_SECONDS * (2.0 / normalisation_mm) ** 3
                continue
            n_volumes = max(run["n_volumes"] - drop_volumes, 0)
            disk += DENOISED_BYTES * BRAIN_VOXELS * finer * n_volumes
            temporary += 4 * BRAIN_VOXELS * finer * n_volumes
            seconds += FUNC_SECONDS_PER_VOLUME * finer * n_volumes
            series_bytes = 4.0 * (n_raw + BOX_VOXELS * finer * n_volumes)
            memory = max(memory, BASE_MEMORY_BYTES + MEMORY_COPIES * series_bytes)
    group_seconds = GROUP_SECONDS + PERMUTATION_SECONDS * n_permutations * len(indices) ** 2
    group = (
        f", and {_duration(group_seconds)} for the group level with "
        f"{counted(n_permutations, 'permutation')} of the classification"
    )
    of_pilot = len(indices) < 2 * SMALLEST_GROUP  # which has no group level
    n_files = FILES * len(indices) + FIXED_FILES + GROUP_FILES * (not of_pilot)
    found = (
        f"about {_size(disk)} of disk for {counted(len(indices), 'participant')}, and "
        f"{_size(temporary)} more for a time",
        f"about {memory / 1e9:.1f} GB of memory for the largest job of a participant",
        f"about {_duration(seconds)} on one core for all participants{'' if of_pilot else group}",
        f"{participant_jobs(indices)} jobs for the participants, before those of the group level",
        f"about {n_files} files (inodes), beside the raw data",
    )
    return [problem(ALL, ALL, "info", text) for text in found]


def participant_jobs(indices: list[dict]) -> int:
    """Jobs that a complete run has for the participants.

    Six each: convert_dicom or link_bids, preprocess_anat, preprocess_func, compute_metrics,
    correlate_seeds, plot_participant. Derivatives have four: neither conversion nor anatomy. The
    simulation adds two: simulate_participant and compare_truth. Ten share a job of
    index_participants.
    """
    each = {"derivatives": 4, "simulated": 8}
    return sum(each.get(index["source"], 6) for index in indices) + math.ceil(len(indices) / 10)


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{math.ceil(seconds / 10) * 10} seconds"
    minutes = seconds / 60
    return f"{minutes / 60:.1f} hours" if minutes > 120 else f"{minutes:.0f} minutes"


def _size(n_bytes: float) -> str:
    return f"{n_bytes / 1e6:.0f} MB" if n_bytes < 1e8 else f"{n_bytes / 1e9:.1f} GB"
