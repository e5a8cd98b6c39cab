"""Index of a participant's preprocessed series."""

import os
import re
from pathlib import Path

import numpy as np

from restpain.cohort.bids import BIDS_NAME, IMAGE_SUFFIXES, entities
from restpain.cohort.bids_files import file_fault, file_state
from restpain.cohort.bids_index import (
    doubts,
    fault_rows,
    header_facts,
    image_index,
    index_of,
    volumes_entry,
)
from restpain.cohort.confounds import confound_facts
from restpain.cohort.image_checks import OR_EXCLUDE, problem, report
from restpain.cohort.participants import with_prefix
from restpain.cohort.selection import (
    ENTITIES,
    MNI,
    NO_MNI,
    NO_REST,
    fits_entities,
    mark_chosen,
    says_rest,
)
from restpain.cohort.sidecars import Sidecars
from restpain.io.images import read_volume
from restpain.presentation.numbers import counted

DESCRIPTIONS = ("preproc", "denoised", "denoisedSmoothed")  # fMRIPrep, XCP-D
FOLDER = re.compile(r"func|(ses|task)-[A-Za-z0-9+]+")  # others may be named after a person
STATES_ENTITIES = re.compile(r"(^|_)(sub|ses|task|run|space|res|desc)-")
OF_GRID = ("space", "res", "cohort", "desc", "suffix")  # entities that confounds do not have
CONFOUNDS = ("timeseries", "regressors")  # suffixes of newer and older versions of fMRIPrep
NO_NAME = "the 4D image"


def derivative_index(folder: Path, *, select: dict) -> dict:
    """Index the preprocessed rest runs of a participant; see `restpain.cohort.index`."""
    who, sidecars = with_prefix(folder.name), Sidecars(folder.parent)
    files = preprocessed_files(folder)
    series = [_entry(path, folder) for path in files if _is_bold(path)]
    for one in series:
        task_name = sidecars.of(folder / one["path"])[0].get("TaskName")
        one |= _kind(one, who, task_name, select.get("rest", {}))
    rows = []
    if not series:
        series, rows = _unnamed(folder, who)
    mark_chosen(series, select)
    for one in series:
        if one["chosen"]:
            rows += _complete(one, folder, who, files, sidecars)
        elif one["kind"] == "rest" and one["path"]:
            one |= header_facts(folder / one["path"])
    return index_of(series, rows, folder=folder, who=who, sidecars=sidecars)


def preprocessed_files(folder: Path) -> list[Path]:
    """Files in the folders of BIDS, linked ones included."""
    found = []
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if FOLDER.fullmatch(name))
        found += [Path(place, name) for name in sorted(names)]
    return found


def _is_bold(path: Path) -> bool:
    return bool(BIDS_NAME.fullmatch(path.name)) and entities(path.name)["suffix"] == "bold"


def _entry(path: Path, folder: Path) -> dict:
    place = path.relative_to(folder)
    sessions = [part.removeprefix("ses-") for part in place.parts if part.startswith("ses-")]
    own = {"ses": sessions[0]} if sessions else {}
    return {
        "label": path.name,
        "path": place.as_posix(),
        "datatype": "func",
        "entities": entities(path.name) | own,
    }


def _kind(one: dict, who: str, task_name, wanted: dict) -> dict:
    reason = _reason(one["entities"], who, task_name, wanted)
    return {"kind": "other", "not_rest": reason} if reason else {"kind": "rest"}


def _reason(entities: dict, who: str, task_name, wanted: dict) -> str | None:
    """Reason against a run: another participant, space, description or task."""
    named = {ENTITIES.get(key, key): label for key, label in wanted.items()}
    space, description, task = (entities.get(key) for key in ("space", "desc", "task"))
    if f"sub-{entities['sub']}" != who:
        return f"named after another participant than its folder, {who}"
    # a file without a space is taken where the configuration asks for it
    if not (space or "").startswith(MNI) and not (space is None and named.get("space", 0) is None):
        found = f"space-{space}" if space else "no space in its name"
        return f"{found}, {NO_MNI}"
    if description not in DESCRIPTIONS and "desc" not in named:
        found = f"desc-{description}" if description else "no description"
        return f"{found}, not preproc or denoised"
    if not fits_entities(entities, wanted):
        return "not what cohort.select.rest asks for"
    if "task" not in named and not says_rest(task, task_name):
        return f"{f'task-{task}' if task else 'no task'} found, {NO_REST}"
    return None


def _unnamed(folder: Path, who: str) -> tuple[list[dict], list[dict]]:
    """Entries of the images in a folder where no name states entities, and what is wrong.

    DPARSF leaves such names. They may be a person's and are not repeated.
    """
    images = _images(folder)
    if any(STATES_ENTITIES.search(path.name) for path in images):
        return [], []
    facts = {path: header_facts(path) for path in images}
    runs = [path for path in images if facts[path].get("n_volumes", 1) > 1]
    if runs:
        entry = {"label": NO_NAME, "path": None, "datatype": "func", "entities": {}}
        return [entry | {"kind": "rest"} | facts[path] | _state(path) for path in runs], []
    damaged = [path for path in images if not facts[path]]
    unreadable = ("an image that cannot be read", "a complete NIfTI file", "copy it again")
    faults = [file_fault(path, "the image") or unreadable for path in damaged]
    series = [volumes_entry(len(images) - len(damaged))] if len(images) > len(damaged) else []
    return series, [problem(who, "an image", "error", *fault) for fault in dict.fromkeys(faults)]


def _state(path: Path) -> dict:
    return dict(zip(("size", "mtime_ns"), file_state(path), strict=True))


def _images(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.name.endswith(IMAGE_SUFFIXES))


def run_path(folder: str | Path, run: dict) -> Path:
    """Path of the run that an index chose.

    One whose name is not in the index is known by its size and the time of its last change.

    Raises
    ------
    ValueError
        If there is no such image any more.
    """
    folder = Path(folder)
    if run["path"]:
        return folder / run["path"]
    for path in _images(folder):
        if path.exists() and _state(path).items() <= run.items():
            return path
    raise ValueError(
        f"the 4D image of {folder.name} has changed since the cohort check; make sure that it is "
        f"the right file, delete results/cohort/index/{with_prefix(folder.name)}.json and start "
        "again, so that it is checked"
    )


def _complete(
    one: dict, folder: Path, who: str, files: list[Path], sidecars: Sidecars
) -> list[dict]:
    """Add all facts of the chosen run, its mask and its confounds; return what is wrong."""
    path, named = run_path(folder, one), one["path"] is not None
    one |= image_index(path, "rest", sidecars, label=one["label"])
    if not named:
        names = dict.fromkeys(one.get("sidecar_names", {}), "its sidecar")
        one |= {"sidecar_names": names, "sidecar_files": {}}
    one |= {"space": one["entities"].get("space"), "companions": [], "confounds": None}
    one |= {"mask_path": None, "confounds_path": None}
    rows = fault_rows(who, one)
    if named:
        rows += _add_companions(one, folder, who, [x for x in files if x.parent == path.parent])
        rows += doubts(who, one, sidecars.of(path)[0].get("TaskName"))
    return rows + _gaps(who, one, path)


def _add_companions(one: dict, folder: Path, who: str, files: list[Path]) -> list[dict]:
    """Add mask and confounds of a run, which have its entities; return what is wrong."""
    own = entities(one["label"])
    of_run = {key: label for key, label in own.items() if key not in OF_GRID}
    tables = [of_run | {"desc": "confounds", "suffix": suffix} for suffix in CONFOUNDS]
    wanted = {
        "mask_path": ("the mask", IMAGE_SUFFIXES, [own | {"desc": "brain", "suffix": "mask"}]),
        "confounds_path": ("the table of confounds", (".tsv",), tables),
    }
    rows = []
    for key, (what, endings, names) in wanted.items():
        paths = [
            path
            for name in names
            for path in files
            if path.name.endswith(endings) and entities(path.name) == name
        ]
        if not paths:
            continue
        one[key] = paths[0].relative_to(folder).as_posix()
        if fault := file_fault(paths[0], what):
            rows.append(problem(who, paths[0].name, "error", *fault))
            continue
        one["companions"].append({"path": one[key]} | _state(paths[0]))
        if key == "confounds_path":
            one["confounds"] = confound_facts(paths[0])
    return rows


def _gaps(who: str, run: dict, path: Path) -> list[dict]:
    """NaN that is more than no data outside the brain, which some programs write as NaN."""
    rows, add = report(who, run["label"])
    if not run.pop("n_not_finite", 0):
        return rows
    finite = np.isfinite(read_volume(path)[0])
    always, ever = finite.all(axis=-1), finite.any(axis=-1)
    if not always.any():
        found, expected = "NaN or infinite values in each voxel", "voxels without any"
        add("error", found, expected, f"preprocess the run again, {OR_EXCLUDE}")
    elif n_gaps := int(np.count_nonzero(ever & ~always)):
        found = f"{counted(n_gaps, 'voxel')} with NaN or infinite values in some volumes only"
        action = "find out what wrote them; these voxels are left out"
        add("warning", found, "numbers in each volume, or in none (no data)", action)
    return rows
