"""Working folder of DPARSF: preprocessed series, motion, brain mask and repetition times.

DPARSF writes a folder per step, with a folder per participant in it. The letters of its name say
what was done: ``FunImgARCW`` is slice timing (A), realignment (R), nuisance regression (C) and
normalisation to MNI (W). Folders of a second session begin with ``S2_``, and so do its files of
motion and its columns of ``TRInfo.tsv``. Files may be named after a person, so they are known by
place, size and time, never by name.
"""

import csv
import re
from pathlib import Path

from restpain.cohort.done_before import FILTERING, REGRESSION, SMOOTHING
from restpain.cohort.participants import with_prefix
from restpain.cohort.selection import fits_entities
from restpain.cohort.timing import HEADER, TR_INFO, decided_time

FOLDER = re.compile(r"(?:S([0-9]+)_)?(FunImg[A-Za-z]*)")  # session from the second on; steps
WORDS = re.compile(r"Covs|global|sym")  # in the names of folders, beside the letters
STEPS = {
    "A": "slice timing",
    "R": "realignment",
    "C": REGRESSION,
    "W": "normalisation to MNI",
    "S": SMOOTHING,
    "D": "detrending",
    "F": FILTERING,
    "B": "scrubbing",
}
SPACE = "MNI of SPM"
MOTION_FILE = "rp_*.txt"  # three translations in mm, three rotations in rad, a row per volume
JENKINSON_FILE = "FD_Jenkinson_*.txt"  # mm, a row per volume, 0 in the first
MASK_FILE = "AllResampled_BrainMask*.nii*"  # the brain of the template on the grid of the series
NOT_NORMALISED = {"kind": "other", "not_rest": "not normalised to MNI, no W in its name"}


def series_folders(data: str | Path) -> list[Path]:
    """Folders of series in a working folder, by name; none if it is no folder of DPARSF."""
    found = [path for path in Path(data).glob("*FunImg*") if path.is_dir()]
    return sorted(path for path in found if FOLDER.fullmatch(path.name))


def participant_places(cohort: dict) -> list[Path]:
    """Folders that hold a folder per participant: the data, or series folders, the named first.

    ``cohort`` is that section of the configuration. There are none where the cohort is simulated
    or maps are given, whose patterns name files.
    """
    if cohort["source"] in ("simulated", "maps"):
        return []
    data, wanted = Path(cohort["data"]), of_folder(cohort["select"]["rest"])
    found = series_folders(data) if cohort["source"] == "derivatives" else []
    return sorted(found, key=lambda place: not fits_entities(_stated(place.name), wanted)) or [
        data
    ]


def of_folder(wanted: dict) -> dict:
    """Wishes for the rest run that a series folder can fulfil: its files state nothing else."""
    return {key: wanted[key] for key in ("session", "folder") if key in wanted}


def _stated(name: str) -> dict[str, str]:
    """Entities that the name of a series folder states: session and steps."""
    session, folder = FOLDER.fullmatch(name).groups()
    return {"ses": session or "1", "folder": folder}


def named_by_data(data: str | Path, wanted: dict) -> dict:
    """Wishes for the rest run, of the series folder that is named or that is given as the data.

    >>> named_by_data("dparsf", {"folder": "S2_FunImgARCW"})
    {'session': '2', 'folder': 'FunImgARCW'}
    """
    named = wanted.get("folder")
    name = str(named or Path(data).resolve().name)
    if not FOLDER.fullmatch(name):
        return wanted
    stated = _stated(name)
    session = {} if named == stated["folder"] else {"session": stated["ses"]}
    return session | wanted | {"folder": stated["folder"]}


def is_series_folder(folder: Path) -> bool:
    """Check whether a participant's folder lies in a series folder of DPARSF."""
    return bool(FOLDER.fullmatch(folder.parent.resolve().name))


def steps_of(name: str) -> list[str]:
    """Letters of the steps behind a series folder, in their order.

    >>> steps_of("FunImgARglobalCW")
    ['A', 'R', 'C', 'W']
    """
    letters = WORDS.sub("", name.partition("FunImg")[2])
    return [letter for letter in letters if letter in STEPS]


def dparsf_entries(folder: Path) -> list[dict]:
    """Entries of a participant's series, one for each series folder of the participant.

    Parameters
    ----------
    folder : Path
        The participant's folder in any of the series folders.

    Returns
    -------
    list of dict
        ``kind`` rest, or other with the reason ``not_rest``; ``place`` is relative to ``folder``.
    """
    places = [place for place in series_folders(_root(folder)) if (place / folder.name).is_dir()]
    return [
        {
            "label": place.name,
            "place": f"../../{place.name}/{folder.name}",
            "entities": {**_stated(place.name), "suffix": "bold"},
            "steps": [STEPS[letter] for letter in steps_of(place.name)],
            **({"kind": "rest"} if "W" in steps_of(place.name) else NOT_NORMALISED),
        }
        for place in places
    ]


def _root(folder: Path) -> Path:
    """Working folder that a participant's folder belongs to."""
    return folder.parent.resolve().parent


def session_prefix(entities: dict[str, str]) -> str:
    """Begin of the names of a session's files and columns; empty for the first session."""
    return "" if entities["ses"] == "1" else f"S{entities['ses']}_"


def companions_of(folder: Path, prefix: str = "") -> dict[str, str]:
    """Motion, displacement and mask of a participant's series, where there is one file of each.

    Parameters
    ----------
    folder : Path
        The participant's folder in any of the series folders.
    prefix : str
        See `session_prefix`.

    Returns
    -------
    dict of str
        Patterns of the paths relative to ``folder``, by ``confounds_path``, ``fd_path`` and
        ``mask_path``; see `found_file`.
    """
    own = f"../../RealignParameter/{folder.name}"
    patterns = {
        "confounds_path": f"{own}/{prefix}{MOTION_FILE}",
        "fd_path": f"{own}/{prefix}{JENKINSON_FILE}",
        "mask_path": f"../../Masks/{MASK_FILE}",
    }
    return {key: name for key, name in patterns.items() if found_file(folder, name) is not None}


def found_file(folder: Path, pattern: str) -> Path | None:
    """Find the only file of a pattern relative to a folder; None if there is none or several."""
    place = Path(folder).resolve() / pattern
    files = sorted(place.parent.resolve().glob(place.name))
    return files[0] if len(files) == 1 else None


def program(run: dict) -> str | None:
    """Program behind a series of a working folder, with the folder that states its steps."""
    return f"DPARSF, {run['label']}" if "folder" in run["entities"] else None


def scan_facts(folder: Path, prefix: str = "") -> dict:
    """Repetition time (s) and volumes before any was dropped, from ``TRInfo.tsv``.

    Parameters
    ----------
    folder : Path
        The participant's folder in any of the series folders.
    prefix : str
        See `session_prefix`.

    Returns
    -------
    dict
        ``TR`` and ``Time Points``, those that are numbers; empty without a row of the participant.
    """
    path = _root(folder) / TR_INFO
    if not path.is_file():
        return {}
    # the three sizes of a voxel stand under one name: rows are longer than the first one
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    header, *rows = csv.reader(lines or [""], delimiter="\t")
    for row in rows:
        cells = dict(zip(header, row, strict=False))
        if with_prefix(cells.get("Subject ID")) == with_prefix(folder.name):
            keys = ("TR", "Time Points")
            numbers = {key: _number(cells.get(f"{prefix}{key}")) for key in keys}
            return {key: number for key, number in numbers.items() if number}
    return {}


def _number(text: str | None) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def timing_of(scan: dict, run: dict) -> dict:
    """Repetition time of a run with that of ``TRInfo.tsv`` as the stated one; volumes dropped.

    Parameters
    ----------
    scan : dict
        From `scan_facts`.
    run : dict
        Facts of the series.
    """
    facts = {}
    if "TR" in scan:
        in_header = run["repetition_times_s"].get(HEADER)
        times = {TR_INFO: scan["TR"]} | ({HEADER: in_header} if in_header else {})
        seconds, source, _ = decided_time(times)
        facts = {
            "repetition_time_s": seconds,
            "repetition_time_source": source,
            "repetition_times_s": times,
        }
    n_dropped = int(scan.get("Time Points", 0)) - run["n_volumes"]
    return facts | ({"dropped_before": n_dropped} if n_dropped > 0 else {})
