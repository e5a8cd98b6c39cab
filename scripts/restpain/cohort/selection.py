"""Selection of a T1 or rest run by the wishes of the configuration, ``cohort.select``."""

import re
from fnmatch import fnmatchcase

# keys of file names, by the names of the entities in the BIDS standard
ENTITIES = {
    "session": "ses",
    "task": "task",
    "acquisition": "acq",
    "ceagent": "ce",
    "reconstruction": "rec",
    "direction": "dir",
    "run": "run",
    "echo": "echo",
    "inversion": "inv",
    "part": "part",
    "space": "space",
    "resolution": "res",
    "description": "desc",
    "setting": "setting",  # of HALFpipe
    "regression": "reg",  # of C-PAC
    "folder": "folder",  # of DPARSF: FunImgARCW
    "suffix": "suffix",
}
SERIES_KEYS = ("series_number", "series_description")  # of DICOM
REST_LABELS = {"rest", "resting", "restingstate"}
REST_WORDS = re.compile(
    r"\bresting|\beyes?[ _-]+(open|closed)\b|\b(open|closed)[ _-]+eyes?\b", re.IGNORECASE
)
MNI = "MNI152"  # begins the names of the spaces of preprocessed runs that are taken
NO_MNI = f"not {MNI}"
NO_REST = "no rest"  # reason against a run that cohort.select.rest.task may name


def fits_entities(entities: dict[str, str], wanted: dict) -> bool:
    """Check a BIDS file against the entities asked for.

    Parameters
    ----------
    entities : dict of str
        Entities of the file by the keys of its name; see `restpain.cohort.bids.entities`.
    wanted : dict
        Label by entity, its name or its key: ``{"session": 1, "task": "rest"}``. Numbers are
        compared as numbers, so that 1 is ``run-01``; None asks for a file without the entity. Keys
        of DICOM series are ignored.
    """
    return all(
        _same_label(entities.get(ENTITIES.get(name, name)), label)
        for name, label in wanted.items()
        if name not in SERIES_KEYS
    )


def says_rest(task: str | None, task_name=None) -> bool:
    """Check whether the task of a run says that the participant rests.

    Parameters
    ----------
    task : str, optional
        Label of the task in the file's name: rest, resting or restingstate in any case.
    task_name : optional
        ``TaskName`` of the sidecar, of any type: one of these words, or a text that speaks of
        resting, or of eyes open or closed.
    """
    name = task_name if isinstance(task_name, str) else ""
    letters = re.sub("[^a-z]", "", name.lower())
    return bool(
        (task or "").lower() in REST_LABELS or letters in REST_LABELS or REST_WORDS.search(name)
    )


def _same_label(found: str | None, label: str | int | None) -> bool:
    if found is None or label is None:
        return found is label
    if found.isdecimal() and str(label).isdecimal():
        return int(found) == int(label)
    return found == str(label)


def fits_series(
    number: int | None, descriptions: list[str], wanted: dict, *, echo: int | None = None
) -> bool:
    """Check a DICOM series against the number and the description asked for.

    Parameters
    ----------
    number : int or None
        SeriesNumber.
    descriptions : list of str
        SeriesDescription and ProtocolName; one has to fit.
    wanted : dict
        ``series_number``, and ``series_description`` with the wildcards ``*`` and ``?``, whose
        case does not matter; ``echo``. Other entities of BIDS are ignored.
    echo : int or None
        Which echo of its number it is, from the shortest time; None if there is one.
    """
    if wanted.get("echo") is not None and not _same_label(str(echo), wanted["echo"]):
        return False
    if "series_number" in wanted and number != wanted["series_number"]:
        return False
    if "series_description" not in wanted:
        return True
    pattern = wanted["series_description"].lower()
    return any(fnmatchcase(text.lower(), pattern) for text in descriptions)


def mark_chosen(series: list[dict], select: dict) -> None:
    """Set ``chosen`` of all series, true for the only T1 and the only rest run, and ``why``."""
    for one in series:
        alike = [other for other in series if other["kind"] == one["kind"]]
        one["chosen"] = one["kind"] != "other" and len(alike) == 1
        if one["chosen"]:
            one["why"] = "named in cohort.select" if select.get(one["kind"]) else "the only one"
