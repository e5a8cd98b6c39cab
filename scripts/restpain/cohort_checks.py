"""Checks of the whole cohort before anything is computed.

Each function returns rows of the table of problems: participant_id, severity (error, warning or
info), file, found, expected, action.
"""

from collections import Counter

import numpy as np
import pandas as pd

from restpain.participants import PARTICIPANT_ID
from restpain.run_checks import (
    COLUMNS,
    LEAVE_OUT,
    REPETITION_TIME_TOLERANCE,
    image_problems,
    report,
    slice_timing_problems,
    volume_problems,
)

ALL = "n/a"  # participant_id and file of what concerns the whole cohort
KIND_NAMES = {"t1": "T1-weighted image", "rest": "resting-state run"}
VOXEL_TOLERANCE = 0.01  # relative
SEVERITIES = {"error": 0, "warning": 1, "info": 2}
N_NAMED = 5  # participants that a sentence names

# measured on simulated cohorts of 46, 20 and 16 participants (docs/cluster.md)
ANAT_SECONDS = 8.7  # CPU, at normalisation_mm 2
FUNC_SECONDS_PER_VOLUME = 0.063  # CPU, at voxel_mm 3
RAW_SECONDS = 0.2e-6  # CPU, per voxel and volume as acquired: headers, conversion
OTHER_SECONDS = 5.3  # CPU: metrics, seeds, page of quality, starts
RAW_BYTES, DENOISED_BYTES = 1.2, 3.9  # per voxel and volume, compressed
ANAT_BYTES, GRID_BYTES = 2.0, 27.0  # per voxel of the T1 and of the grid of the maps, compressed
BASE_MEMORY_BYTES, MEMORY_COPIES = 0.4e9, 3.0
FILES, GROUP_FILES = 90, 400  # of a participant, of the rest; a third of them Snakemake's records
BRAIN_VOXELS, BOX_VOXELS = 70831, 61 * 73 * 61  # of the 3 mm grid


def cohort_problems(
    indices: list[dict],
    *,
    drop_volumes: int,
    slice_order: str | list[float] | None,
    band_hz: tuple[float, float],
) -> list[dict]:
    """All problems of all participants.

    Parameters
    ----------
    indices : list of dict
        Indices of the participants, in the order of the table.
    drop_volumes : int
        Volumes dropped at the start.
    slice_order : str, list or None
        As in the configuration.
    band_hz : (float, float)
        Edges of the band, in Hz.

    Returns
    -------
    list of dict
        Rows of the table; none if nothing is wrong.
    """
    rows = []
    for index in indices:
        who = index["participant_id"]
        rows += folder_problems(index)
        rows += choice_problems(index)
        rows += confound_problems(index)
        for run in chosen_runs(index):
            rows += image_problems(who, run)
            if run["kind"] == "rest":
                rows += volume_problems(who, run, drop_volumes=drop_volumes, band_hz=band_hz)
                if index["source"] != "derivatives":
                    rows += slice_timing_problems(who, run, slice_order=slice_order)
    return rows + differences(indices) + repeated_data(indices)


def problem_table(rows: list[dict]) -> pd.DataFrame:
    """Table of problems, errors first."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.sort_values("severity", kind="stable", key=lambda column: column.map(SEVERITIES))


def sentences(problems: pd.DataFrame) -> list[str]:
    """One sentence per problem; participants with the same problem share one."""
    texts = []
    what = ["found", "expected", "action"]
    for (found, expected, action), rows in problems.groupby(what, sort=False):
        names = [name for name in rows["participant_id"] if name != ALL]
        more = f" and {len(names) - N_NAMED} more" if len(names) > N_NAMED else ""
        subject = [", ".join(names[:N_NAMED]) + more] if names else []
        files = rows["file"].unique()
        if len(files) == 1 and files[0] != ALL:
            subject.append(files[0])
        sentence = found if expected == ALL else f"{found}; expected {expected}; {action}"
        texts.append(": ".join([", ".join(subject), sentence] if subject else [sentence]))
    return texts


def chosen_runs(index: dict) -> list[dict]:
    """T1 and rest run of a participant where there is exactly one that is readable."""
    runs = []
    for kind in KIND_NAMES:
        found = [one for one in index["series"] if one["kind"] == kind]
        if len(found) == 1 and found[0].get("readable", True):
            runs += found
    return runs


def _rest_runs(indices: list[dict]) -> list[tuple[str, dict]]:
    return [
        (index["participant_id"], run)
        for index in indices
        for run in chosen_runs(index)
        if run["kind"] == "rest"
    ]


def folder_problems(index: dict) -> list[dict]:
    """Folder that is missing, empty, damaged, or holds more than one person."""
    who = index["participant_id"]
    rows, add = report(who, "participant's folder")
    if not index["found"]:
        add(
            "error",
            "no such folder in cohort.data",
            f"{who} or {who.removeprefix('sub-')}",
            f"add the folder, correct participant_id, {LEAVE_OUT}",
        )
        return rows
    damaged, other = index.get("n_damaged_files", 0), index.get("n_other_files", 0)
    if damaged:
        add(
            "error",
            f"{damaged} DICOM files that end early",
            "complete files",
            "copy them again from the scanner or the archive, or remove them",
        )
    if other and other == index["n_files"]:
        add(
            "error",
            f"{other} files, none of them a DICOM image of MR",
            "DICOM images",
            "unpack archives, and make sure that the folder is the right one",
        )
    elif other:
        add(
            "info",
            f"{other} files that are no DICOM images of MR",
            "DICOM images",
            "they are ignored",
        )
    if index.get("n_patients", 0) > 1:
        add(
            "warning",
            f"{index['n_patients']} different PatientID in the T1 and the rest series",
            "one",
            "make sure that both series are of the same person",
        )
    return rows


def choice_problems(index: dict) -> list[dict]:
    """No T1 or rest run, several, or one that cannot be read."""
    rows, add = report(index["participant_id"], "participant's folder")
    if not index["found"]:
        return rows
    for kind in ["rest"] if index["source"] == "derivatives" else KIND_NAMES:
        name = KIND_NAMES[kind]
        found = [one for one in index["series"] if one["kind"] == kind]
        listed = ", ".join(f"{one['label']} ({one.get('n_volumes', 0)} volumes)" for one in found)
        if not found:
            add("error", f"no {name} among {_others(index, kind)}", "one", f"add it, {LEAVE_OUT}")
        elif len(found) > 1:
            add(
                "error",
                f"{len(found)} series that may be the {name}: {listed}",
                "one",
                "move the others out of the participant's folder",
            )
        elif not found[0].get("readable", True):
            add(
                "error",
                f"{found[0]['label']} cannot be read or ends early",
                "a complete NIfTI file",
                "copy it again from its source",
            )
    return rows


def _others(index: dict, kind: str) -> str:
    """List the series that are not of a kind, with what speaks against each."""
    if not index["series"]:
        return "its files"
    listed = [
        f"{one['label']}: {one[f'not_{kind}']}"
        for one in index["series"]
        if one.get(f"not_{kind}") and one["kind"] == "other"
    ]
    more = f" and {len(listed) - N_NAMED} more" if len(listed) > N_NAMED else ""
    reasons = f" ({', '.join(listed[:N_NAMED])}{more})" if listed else ""
    return f"{len(index['series'])} series{reasons}"


def differences(indices: list[dict]) -> list[dict]:
    """Rest runs that differ from those of most participants."""
    runs = _rest_runs(indices)
    rows = []
    for key, severity, unit, tolerance, action in (
        (
            "repetition_time_s",
            "error",
            " s repetition time",
            REPETITION_TIME_TOLERANCE,
            "analyse participants of one protocol; give the reason in the column exclude of "
            "participants.tsv for the others",
        ),
        (
            "matrix",
            "warning",
            " voxels",
            0.0,
            "make sure that the groups do not differ in it; the maps have one grid all the same",
        ),
        (
            "voxel_mm",
            "warning",
            " mm voxels",
            VOXEL_TOLERANCE,
            "make sure that the groups do not differ in it; it changes the smoothness",
        ),
        (
            "n_volumes",
            "warning",
            " volumes",
            0.0,
            "make sure that the groups do not differ in it; the metrics depend on the length",
        ),
        (
            "vendor",
            "warning",
            "",
            None,
            "name the column of the site in cohort.site if there are several",
        ),
    ):
        known = [(who, run) for who, run in runs if run.get(key) is not None]
        if not known:
            continue
        counts = Counter(_hashable(run[key]) for _, run in known)
        usual, n_usual = counts.most_common(1)[0]
        for who, run in known:
            if not _alike(_hashable(run[key]), usual, tolerance):
                more, add = report(who, run["label"])
                add(
                    severity,
                    f"{_words(run[key])}{unit}",
                    f"{_words(usual)}{unit}, as in {n_usual} of {len(known)} participants",
                    action,
                )
                rows += more
    return rows


def _hashable(value):
    return tuple(value) if isinstance(value, list) else value


def _alike(value, usual, tolerance: float | None) -> bool:
    if tolerance is None or np.size(value) != np.size(usual):
        return value == usual
    return bool(np.all(np.abs(np.subtract(value, usual)) <= tolerance * np.abs(usual)))


def _words(value) -> str:
    if isinstance(value, list | tuple):
        return "x".join(f"{one:g}" for one in value)
    return value if isinstance(value, str) else f"{value:g}"


def repeated_data(indices: list[dict]) -> list[dict]:
    """Images that two participants share."""
    owners, rows = {}, []
    for index in indices:
        who = index["participant_id"]
        for run in chosen_runs(index):
            first = owners.setdefault(run["digest"], who)
            if first != who:
                more, add = report(who, run["label"])
                add(
                    "error",
                    f"the same {KIND_NAMES[run['kind']]} as {first}",
                    "data of this participant",
                    "find out whose data they are and remove the copy",
                )
                rows += more
    return rows


def confound_problems(index: dict) -> list[dict]:
    """Preprocessed data with confounds of another length than their run."""
    rows = []
    for run in chosen_runs(index):
        for n_rows in index.get("n_confound_rows", []):
            if n_rows != run["n_volumes"]:
                more, add = report(index["participant_id"], run["label"])
                add(
                    "error",
                    f"{'unreadable' if n_rows is None else n_rows} rows in its table of confounds",
                    f"{run['n_volumes']}, one per volume",
                    "find the table that belongs to the run",
                )
                rows += more
    return rows


def unmatched_folders(names: list[str], participant_ids: list[str]) -> list[dict]:
    """Folders of the data that no row of the table belongs to.

    A folder whose name does not begin with ``sub-`` may be named after a person, so such
    folders are counted, not named.

    Parameters
    ----------
    names : list of str
        Names of the folders in the data.
    participant_ids : list of str
        All of the table, the excluded ones included.
    """
    known = set(participant_ids) | {name.removeprefix("sub-") for name in participant_ids}
    unknown = sorted(set(names) - known)
    named = [name for name in unknown if PARTICIPANT_ID.fullmatch(name)]
    rows = []
    for name in named:
        more, add = report(name, "participants.tsv")
        add(
            "warning",
            "a folder in cohort.data, but no row",
            "one row",
            "add a row if it should be analysed; it is ignored",
        )
        rows += more
    if len(unknown) > len(named):
        more, add = report(ALL, "cohort.data")
        add(
            "info",
            f"{len(unknown) - len(named)} folders that belong to no row of participants.tsv",
            "folders named as participant_id, with or without sub-",
            "they are ignored",
        )
        rows += more
    return rows


def predicted_resources(
    indices: list[dict], *, drop_volumes: int, normalisation_mm: float, voxel_mm: float
) -> list[dict]:
    """Disk, files, memory, jobs and time that the participants' stages will need; an estimate.

    Disk: the raw images converted, the T1 and its tissues, transform and maps, and the denoised
    series in the brain, all compressed; temporary are the standardised series, single precision,
    until the regions of all folds are chosen. Files: with logs, benchmarks and Snakemake's
    records. Memory: of the largest job. Jobs: see `participant_jobs`. Time: of one core, for all
    participants together; group statistics and classification come on top.
    """
    disk = temporary = seconds = memory = 0.0
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
    n_files = FILES * len(indices) + GROUP_FILES
    rows, add = report(ALL, ALL)
    for found in (
        f"about {disk / 1e9:.1f} GB of disk for {len(indices)} participants, and "
        f"{temporary / 1e9:.1f} GB more for a time",
        f"about {memory / 1e9:.1f} GB of memory for the largest job of a participant",
        f"about {_duration(seconds)} on one core for all participants",
        f"{participant_jobs(indices)} jobs for the participants, before those of the group level",
        f"about {n_files} files (inodes), beside the raw data",
    ):
        add("info", found, ALL, ALL)
    return rows


def participant_jobs(indices: list[dict]) -> int:
    """Jobs that a complete run has for the participants.

    Seven each: index_participant, convert_dicom or link_bids, preprocess_anat, preprocess_func,
    compute_metrics, correlate_seeds, plot_participant. Derivatives have five: neither conversion
    nor anatomy. The simulation adds two: simulate_participant and compare_truth.
    """
    per_participant = {"derivatives": 5, "simulated": 9}
    return sum(per_participant.get(index["source"], 7) for index in indices)


def _duration(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes / 60:.1f} hours" if minutes > 120 else f"{minutes:.0f} minutes"
