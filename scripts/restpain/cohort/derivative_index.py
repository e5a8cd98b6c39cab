"""Index of a participant's preprocessed series."""

import os
import re
from pathlib import Path

import numpy as np

from restpain.cohort.bids import IMAGE_SUFFIXES, entities
from restpain.cohort.bids_files import file_fault, file_state
from restpain.cohort.bids_index import (
    doubts,
    fault_rows,
    header_facts,
    image_index,
    index_of,
    volumes_entry,
)
from restpain.cohort.companions import add_companions, displacement_of_other_length
from restpain.cohort.done_before import BY_DESCRIPTION, FILTERING
from restpain.cohort.dparsf import SPACE as DPARSF_SPACE
from restpain.cohort.dparsf import (
    companions_of,
    dparsf_entries,
    found_file,
    is_series_folder,
    of_folder,
    scan_facts,
    session_prefix,
    timing_of,
)
from restpain.cohort.folders import participant_of, several_sessions
from restpain.cohort.image_checks import OR_EXCLUDE, problem, report
from restpain.cohort.motion_files import motion_facts
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
from restpain.cohort.volume_files import are_volumes, in_natural_order, joint_digest, joint_state
from restpain.io.images import read_series
from restpain.io.nibabel_without_pydicom import nib
from restpain.presentation.numbers import counted

# fMRIPrep, XCP-D; C-PAC numbers its regressions: preproc-1
DESCRIPTIONS = re.compile(r"preproc(-[0-9]+)?|denoised(Smoothed)?")
NAME = re.compile(r"sub-[A-Za-z0-9]+(_[A-Za-z]+-[A-Za-z0-9+-]+)*_bold\.nii(\.gz)?")
FOLDER = re.compile(r"func|(ses|task)-[A-Za-z0-9+]+")  # others may be named after a person
STATES_ENTITIES = re.compile(r"(^|_)(sub|ses|task|run|space|res|desc)-")
HALFPIPE_SPACE = "MNI152NLin2009cAsym"  # of all its images
CPAC_SPACE = "template"  # that of its configuration, MNI152 unless it was changed
NO_NAME = "the 4D image"


def derivative_index(folder: Path, *, select: dict) -> dict:
    """Index the preprocessed rest runs of a participant; see `restpain.cohort.index`."""
    who, sidecars = participant_of(folder.name), Sidecars(folder.parent)
    files = preprocessed_files(folder)
    named = [] if is_series_folder(folder) else [path for path in files if _is_bold(path)]
    series = [_entry(path, folder) for path in named]
    for one in series:
        task_name = sidecars.of(folder / one["path"])[0].get("TaskName")
        one |= _kind(one, who, task_name, select.get("rest", {}))
    rows = []
    if not series:
        series, rows = _unnamed(folder, who)
        for one in series:
            wanted = of_folder(select.get("rest", {}))
            if one["kind"] == "rest" and not fits_entities(one["entities"], wanted):
                one |= {"kind": "other", "not_rest": "not what cohort.select.rest asks for"}
    mark_chosen(series, select)
    rows += several_sessions(folder, select.get("rest", {}))
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
    return bool(NAME.fullmatch(path.name))


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
    if "setting" in entities and "desc" not in entities:  # of HALFpipe, which writes one space
        space, description = HALFPIPE_SPACE, "preproc"
    if f"sub-{entities['sub']}" != who:
        return f"named after another participant than its folder, {who}"
    # a file without a space is taken where the configuration asks for it
    taken = named.get("space", 0) is None if space is None else space == CPAC_SPACE
    if not (space or "").startswith(MNI) and not taken:
        found = f"space-{space}" if space else "no space in its name"
        return f"{found}, {NO_MNI}"
    if not DESCRIPTIONS.fullmatch(description or "") and "desc" not in named:
        found = f"desc-{description}" if description else "no description"
        return f"{found}, not preproc or denoised"
    if not fits_entities(entities, wanted):
        return "not what cohort.select.rest asks for"
    if "task" not in named and not says_rest(task, task_name):
        return f"{f'task-{task}' if task else 'no task'} found, {NO_REST}"
    return None


def _unnamed(folder: Path, who: str) -> tuple[list[dict], list[dict]]:
    """Entries of the images in folders where no name states entities, and what is wrong.

    DPARSF leaves such names. They may be a person's and are not repeated.
    """
    of_dparsf = is_series_folder(folder)
    places = dparsf_entries(folder) if of_dparsf else [{"label": NO_NAME, "kind": "rest"}]
    series, rows = [], []
    for entry in places:
        entry = {"path": None, "place": ".", "datatype": "func", "entities": {}} | entry
        images = _images(folder / entry["place"])
        if not of_dparsf and any(STATES_ENTITIES.search(path.name) for path in images):
            return [], []
        if entry["kind"] == "other":
            series += [entry] * bool(images)
            continue
        found, faults = _runs(entry, images)
        series += found
        rows += [problem(who, "an image", "error", *fault) for fault in faults]
    return series, rows


def _runs(entry: dict, images: list[Path]) -> tuple[list[dict], list[tuple]]:
    """Entries of the 4D images of a folder, or of its volumes; faults of damaged images."""
    facts = {path: header_facts(path) for path in images}
    runs = [path for path in images if facts[path].get("n_volumes", 1) > 1]
    several = {"why_not": "several 4D images in one folder, keep one"} if len(runs) > 1 else {}
    if runs:
        return [entry | several | facts[path] | joint_state([path]) for path in runs], []
    if are_volumes(images):
        whole = facts[images[0]] | joint_state(images)
        return [entry | whole | {"n_volumes": len(images), "n_files": len(images)}], []
    damaged = [path for path in images if not facts[path]]
    unreadable = ("an image that cannot be read", "a complete NIfTI file", "copy it again")
    faults = [file_fault(path, "the image") or unreadable for path in damaged]
    whole = len(images) - len(damaged)
    return [volumes_entry(whole)] if whole else [], list(dict.fromkeys(faults))


def _images(folder: Path) -> list[Path]:
    return in_natural_order(
        [path for path in folder.rglob("*") if path.name.endswith(IMAGE_SUFFIXES)]
    )


def run_images(folder: str | Path, run: dict) -> list[Path]:
    """Files of the run that an index chose: one 4D image, or its volumes in their order.

    One whose name is not in the index is known by its size and the time of its last change.

    Raises
    ------
    ValueError
        If there is no such image any more.
    """
    folder = Path(folder)
    if run["path"]:
        return [folder / run["path"]]
    images = _images(folder / run["place"])
    for files in [images] if run.get("n_files") else [[path] for path in images]:
        if all(path.exists() for path in files) and joint_state(files).items() <= run.items():
            return files
    raise ValueError(
        f"the series of {folder.name} has changed since the cohort check; make sure that it is "
        f"the right one, delete results/cohort/index/{participant_of(folder.name)}.json and start "
        "again, so that it is checked"
    )


def _complete(
    one: dict, folder: Path, who: str, files: list[Path], sidecars: Sidecars
) -> list[dict]:
    """Add all facts of the chosen run, its mask and its confounds; return what is wrong."""
    paths, named = run_images(folder, one), one["path"] is not None
    one |= image_index(paths[0], "rest", sidecars, label=one["label"])
    halfpipe = HALFPIPE_SPACE if "setting" in one["entities"] else None
    space = one["entities"].get("space", halfpipe)
    space = "template of C-PAC" if space == CPAC_SPACE else space
    one |= {"space": space, "companions": [], "confounds": None}
    if description := one["entities"].get("desc"):
        one["steps"] = BY_DESCRIPTION.get(description, [])
        if band := _filter_band(sidecars.of(paths[0])[0]):
            one |= {"steps": [*one["steps"], FILTERING], "filter_hz": band}
    one |= {"mask_path": None, "confounds_path": None, "fd_path": None}
    if one["readable"] and one["affine"] == "good":
        one["grid"] = nib.load(paths[0]).affine.tolist()
    rows = fault_rows(who, one)
    if named:
        path = paths[0]
        rows += add_companions(one, folder, who, [x for x in files if x.parent == path.parent])
        rows += doubts(who, one, sidecars.of(path)[0].get("TaskName"))
        return rows + gaps(who, one, paths)
    names = dict.fromkeys(one.get("sidecar_names", {}), "its sidecar")
    one |= {"sidecar_names": names, "sidecar_files": {}}
    if len(paths) > 1:
        one |= joint_state(paths) | {"n_volumes": len(paths), "digest": joint_digest(paths)}
    if "folder" in one["entities"]:
        rows += _add_dparsf(one, folder, who)
    return rows + gaps(who, one, paths)


def _add_dparsf(one: dict, folder: Path, who: str) -> list[dict]:
    """Add timing, motion and mask of a working folder of DPARSF; return what is wrong."""
    prefix = session_prefix(one["entities"])
    one |= {"space": DPARSF_SPACE, **companions_of(folder, prefix)}
    if not one["readable"]:
        return []
    one |= timing_of(scan_facts(folder, prefix), one)
    rows = displacement_of_other_length(one, folder, who)
    for key in ("confounds_path", "fd_path", "mask_path"):
        if one[key]:
            state = file_state(found_file(folder, one[key]))
            one["companions"].append({"path": one[key], "size": state[0], "mtime_ns": state[1]})
    if one["confounds_path"]:
        one["confounds"] = motion_facts(found_file(folder, one["confounds_path"]))
    if n := one.get("dropped_before"):
        found = f"{counted(n, 'volume')} dropped before (TRInfo.tsv)"
        rows.append(problem(who, one["label"], "info", found))
    return rows


def _filter_band(sidecar: dict) -> list[float | None] | None:
    """Lower and upper cutoff in Hz of the filter that XCP-D states; None without a filter."""
    filters = sidecar.get("SoftwareFilters")
    if not isinstance(filters, dict) or not filters:
        return None
    stated = {
        key: value
        for one in filters.values()
        if isinstance(one, dict)
        for key, value in one.items()
        if isinstance(value, int | float)
    }
    return [stated.get(f"{side}-pass cutoff (Hz)") for side in ("High", "Low")]


def gaps(who: str, run: dict, paths: list[Path]) -> list[dict]:
    """NaN that is more than no data outside the brain, which some programs write as NaN."""
    rows, add = report(who, run["label"])
    if not run.pop("n_not_finite", 0):
        return rows
    finite = np.isfinite(read_series(paths)[0])
    always, ever = finite.all(axis=-1), finite.any(axis=-1)
    if not always.any():
        found, expected = "NaN or infinite values in each voxel", "voxels without any"
        add("error", found, expected, f"preprocess the run again, {OR_EXCLUDE}")
    elif n_gaps := int(np.count_nonzero(ever & ~always)):
        found = f"{counted(n_gaps, 'voxel')} with NaN or infinite values in some volumes only"
        action = "find out what wrote them; these voxels are left out"
        add("warning", found, "numbers in each volume, or in none (no data)", action)
    return rows
