"""Checks of the whole cohort before anything is computed.

Each function returns rows of the table of problems: participant_id, severity (error, warning or
info), file, found, expected, action.
"""

from collections import Counter

import numpy as np
import pandas as pd

from restpain.cohort.choice import KIND_NAMES, choice_problems, chosen_runs, missing_images
from restpain.cohort.confounds import confound_problems
from restpain.cohort.done_before import (
    REGRESSION,
    beside_maps_problems,
    done_before_problems,
    left_to_regress,
)
from restpain.cohort.folders import known_participant
from restpain.cohort.grids import NATIVE, native_grid_problems
from restpain.cohort.image_checks import (
    COLUMNS,
    OR_EXCLUDE,
    image_problems,
    problem,
    report,
    volume_problems,
)
from restpain.cohort.map_checks import map_problems, missing_map
from restpain.cohort.participants import PARTICIPANT_ID
from restpain.cohort.timing import TOLERANCE
from restpain.cohort.timing_checks import repetition_time_problems, slice_timing_problems
from restpain.presentation.numbers import counted

ALL = "n/a"  # participant_id and file of what concerns the whole cohort
VOXEL_TOLERANCE = 0.01  # relative
SEVERITIES = {"error": 0, "warning": 1, "info": 2}
N_NAMED = 5  # participants that a sentence names


def cohort_problems(
    indices: list[dict],
    *,
    drop_volumes: int,
    min_volumes: int,
    slice_order: str | list[float] | None,
    band_hz: tuple[float, float],
    **analysis,
) -> list[dict]:
    """All problems of all participants.

    Parameters
    ----------
    indices : list of dict
        Indices of the participants, in the order of the table.
    drop_volumes : int
        Volumes dropped at the start.
    min_volumes : int
        Volumes that must remain.
    slice_order : str, list or None
        As in the configuration.
    band_hz : (float, float)
        Edges of the band, in Hz.
    **analysis
        Settings that preprocessed series must fit; see `done_before_problems`.

    Returns
    -------
    list of dict
        Rows of the table; none if nothing is wrong.
    """
    lengths = {"drop_volumes": drop_volumes, "min_volumes": min_volumes, "band_hz": band_hz}
    if of_maps(indices):
        rows = map_problems(indices)
        for who, run in _rest_runs(indices):  # series beside the maps
            rows += image_problems(who, run) + rest_problems(who, run, **lengths)
            rows += beside_maps_problems(who, run, fwhm_mm=analysis["fwhm_mm"])
        return rows + differences(indices)
    rows = []
    for index in indices:
        who = index["participant_id"]
        rows += folder_problems(index) + index["problems"]
        rows += choice_problems(index)
        for run in chosen_runs(index):
            rows += image_problems(who, run)
            if run["kind"] == "rest":
                rows += rest_problems(who, run, **lengths)
                if index["source"] == "derivatives":
                    # of a cleaned series, the check asks for nuisance: done instead
                    cleaned = REGRESSION in run.get("steps", [])
                    wanted = [] if cleaned else left_to_regress(analysis["nuisance"])
                    rows += confound_problems(who, run, nuisance=wanted, drop_volumes=drop_volumes)
                    rows += done_before_problems(who, run, **analysis)
                # what an unreadable sidecar says of the slices is not known to be missing
                elif run.get("sidecar_readable", True):
                    rows += slice_timing_problems(who, run, slice_order=slice_order)
    if analysis["voxel_mm"] == NATIVE:
        rows += native_grid_problems(indices)
    return rows + differences(indices) + repeated_data(indices)


def rest_problems(who: str, run: dict, **lengths) -> list[dict]:
    """Problems of the repetition time and of the number of volumes; see `volume_problems`."""
    return repetition_time_problems(who, run) + volume_problems(who, run, **lengths)


def left_out(indices: list[dict], *, drop_volumes: int, min_volumes: int) -> dict[str, str]:
    """Reason of each participant who has no usable T1 or rest run, by participant_id.

    Empty if nobody has both: then there is nothing to go on with, and the problems are errors.
    """
    missing = missing_map if of_maps(indices) else missing_images
    n = min_volumes + drop_volumes
    reasons = {index["participant_id"]: missing(index, min_volumes=n) for index in indices}
    missing = {who: reason for who, reason in reasons.items() if reason}
    return {} if len(missing) == len(indices) else missing


def of_maps(indices: list[dict]) -> bool:
    """Check whether the participants have maps in place of images of a scanner."""
    return any(index["source"] == "maps" for index in indices)


def as_warnings(rows: list[dict]) -> list[dict]:
    """Problems of participants who are left out, which do not stop the others."""
    action = "left out, since cohort.incomplete is exclude"
    return [
        row | {"severity": "warning", "action": action} if row["severity"] == "error" else row
        for row in rows
    ]


def problem_table(rows: list[dict]) -> pd.DataFrame:
    """Table of problems, errors first."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.sort_values("severity", kind="stable", key=lambda column: column.map(SEVERITIES))


def sentences(problems: pd.DataFrame) -> list[str]:
    """One sentence per problem; participants with the same problem share one."""
    texts = []
    what = ["found", "expected", "action"]
    for (found, expected, action), rows in problems.groupby(what, sort=False):
        names = [name for name in rows["participant_id"].unique() if name != ALL]
        more = f" and {len(names) - N_NAMED} more" if len(names) > N_NAMED else ""
        subject = [", ".join(names[:N_NAMED]) + more] if names else []
        files = rows["file"].unique()
        if len(files) == 1 and files[0] != ALL or len(files) > 1 == len(names):
            subject += list(files)
        sentence = found if expected == ALL else f"{found}; expected {expected}; {action}"
        texts.append(": ".join([", ".join(subject), sentence] if subject else [sentence]))
    return texts


def _rest_runs(indices: list[dict]) -> list[tuple[str, dict]]:
    return [
        (index["participant_id"], run)
        for index in indices
        for run in chosen_runs(index)
        if run["kind"] == "rest"
    ]


def folder_problems(index: dict) -> list[dict]:
    """Missing, empty or damaged folder, or one with more than one person."""
    who = index["participant_id"]
    rows, add = report(who, "participant's folder")
    if not index["found"]:
        add(
            "error",
            "no such folder in cohort.data",
            f"{who} or {who.removeprefix('sub-')}",
            f"add the folder, correct participant_id, {OR_EXCLUDE}",
        )
        return rows
    damaged, other = index.get("n_damaged_files", 0), index.get("n_other_files", 0)
    if damaged:
        add(
            "error",
            counted(damaged, "damaged DICOM file"),
            "complete files",
            "copy them again from the scanner or the archive, or remove them",
        )
    if other and other == index["n_files"]:
        add(
            "error",
            f"{counted(other, 'file')} and no DICOM image of MR",
            "DICOM images",
            "unpack archives, and make sure that the folder is the right one",
        )
    elif other:
        add(
            "info",
            f"{counted(other, 'file')} beside the DICOM images of MR",
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


def differences(indices: list[dict]) -> list[dict]:
    """Rest runs that differ from those of most participants."""
    runs = _rest_runs(indices)
    rows = []
    for key, severity, unit, tolerance, action in (
        (
            "repetition_time_s",
            "error",
            " s repetition time",
            TOLERANCE,
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
                found = f"{_words(run[key])}{unit}"
                expected = f"{_words(usual)}{unit}, as in {n_usual} of {len(known)} participants"
                rows.append(problem(who, run["label"], severity, found, expected, action))
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
                found = f"the same {KIND_NAMES[run['kind']]} as {first}"
                action = "find out whose data they are and remove the copy"
                expected = "data of this participant"
                rows.append(problem(who, run["label"], "error", found, expected, action))
    return rows


def unmatched_folders(names: list[str], participant_ids: list[str]) -> list[dict]:
    """Folders of the data without a row in the table.

    A folder whose name does not begin with ``sub-`` may be named after a person, so such
    folders are counted, not named.

    Parameters
    ----------
    names : list of str
        Names of the folders in the data.
    participant_ids : list of str
        All of the table, the excluded ones included.
    """
    unknown = sorted(name for name in names if known_participant(name, participant_ids) is None)
    named = [name for name in unknown if PARTICIPANT_ID.fullmatch(name)]
    found, action = "a folder in cohort.data, but no row", "add a row to analyse it; it is ignored"
    rows = [
        problem(name, "participants.tsv", "warning", found, "one row", action) for name in named
    ]
    if n_others := len(unknown) - len(named):
        found = f"{counted(n_others, 'folder')} without a row in participants.tsv"
        expected = "folders named as participant_id, with or without sub-"
        rows.append(problem(ALL, "cohort.data", "info", found, expected, "it is ignored"))
    return rows
