"""Index of a participant's images in a raw BIDS dataset."""

import os
from collections import Counter
from pathlib import Path

from restpain.cohort.bids import UNREADABLE, image_facts, run_facts
from restpain.cohort.bids_files import compression_fault, file_fault, file_state, listed_images
from restpain.cohort.deidentify import BOLD_SIDECAR_KEYS, SIDECAR_KEYS, allowed_sidecar
from restpain.cohort.image_checks import problem
from restpain.cohort.selection import ENTITIES, NO_REST, fits_entities, mark_chosen, says_rest
from restpain.cohort.sidecars import Sidecars
from restpain.cohort.timing import LONGEST_S, LONGEST_USUAL_S, VOLUME_TIMES
from restpain.presentation.numbers import counted

KINDS = {"anat": ("t1", "T1w"), "func": ("rest", "bold")}  # kind and suffix by folder
UNIFORM = "UNIT1"  # suffix of the uniform image of MP2RAGE, which is T1-weighted
SIDECAR = {"t1": SIDECAR_KEYS, "rest": BOLD_SIDECAR_KEYS}


def bids_index(folder: Path, *, select: dict) -> dict:
    """Index the T1 and rest runs of a participant; see `restpain.cohort.index`."""
    who = f"sub-{folder.name.removeprefix('sub-')}"  # as in the names of its files
    sidecars = Sidecars(folder.parent)
    series, faults = listed_images(folder)
    rows = [problem(who, place, "error", *fault) for place, fault in faults.items()]
    for one in series:
        content = sidecars.of(folder / one["path"])[0] if one["datatype"] == "func" else {}
        one |= _kind(one, who, content.get("TaskName"), select)
    _leave_out_twins(series)
    _leave_out_uniform(series)
    _leave_out_other_sessions(series)
    _leave_out_volumes(series, folder)
    mark_chosen(series, select)
    for one in series:
        if one["chosen"]:
            one |= image_index(folder / one["path"], one["kind"], sidecars)
            one["why"] += one.pop("note", "")
            rows += fault_rows(who, one)
            rows += doubts(who, one, sidecars.of(folder / one["path"])[0].get("TaskName"))
        elif one["kind"] != "other":
            one |= header_facts(folder / one["path"])
    _note_echoes(series)
    return index_of(series, rows, folder=folder, who=who, sidecars=sidecars)


def index_of(
    series: list[dict], rows: list[dict], *, folder: Path, who: str, sidecars: Sidecars
) -> dict:
    """Index with the faults of the sidecars of all candidates beside those of the images."""
    candidates = [one["path"] for one in series if one["kind"] != "other" and one["path"]]
    broken = dict.fromkeys(name for path in candidates for name in sidecars.of(folder / path)[2])
    rows = rows + [problem(who, name, "error", *sidecars.faults[name]) for name in broken]
    size = sum(one["size"] for one in series if one["chosen"])
    return {"size_bytes": size, "series": series, "problems": rows}


def _kind(one: dict, who: str, task_name, select: dict) -> dict:
    """Kind of an image, and the reason against the one that its folder is for."""
    if one["datatype"] is None:
        reason = one.pop("reason", "not in a folder anat or func")
        return {"kind": "other", "not_t1": reason, "not_rest": reason}
    kind, suffix = KINDS[one["datatype"]]
    reason = _reason(one["entities"], who, kind, suffix, task_name, select.get(kind, {}))
    return {"kind": "other", f"not_{kind}": reason} if reason else {"kind": kind}


def _reason(
    entities: dict, who: str, kind: str, suffix: str, task_name, wanted: dict
) -> str | None:
    named = {ENTITIES.get(key, key) for key in wanted}
    if f"sub-{entities['sub']}" != who:
        return f"named after another participant than its folder, {who}"
    if entities["suffix"] not in (suffix, UNIFORM if kind == "t1" else suffix):
        reference = entities["suffix"] == "sbref"
        return "single-band reference" if reference else f"{entities['suffix']}, not {suffix}"
    if entities.get("part", "mag") != "mag":
        return f"part-{entities['part']}, not the magnitude"
    for key in ("space", "desc"):
        if key in entities and key not in named:
            return f"{key}-{entities[key]}, a derivative"
    if not fits_entities(entities, wanted):
        return f"not what cohort.select.{kind} asks for"
    task = entities.get("task")
    if kind == "rest" and "task" not in named and not says_rest(task, task_name):
        return f"{f'task-{task} found' if task else 'no task in its name'}, {NO_REST}"
    return None


def _leave_out_twins(series: list[dict]) -> None:
    """Leave out what is there compressed, too, under the same name."""
    paths = {one["path"] for one in series}
    for one in series:
        if one["kind"] != "other" and f"{one['path']}.gz" in paths:
            one |= {f"not_{one['kind']}": "also there as .nii.gz", "kind": "other"}


def _leave_out_uniform(series: list[dict]) -> None:
    """Leave out UNIT1 images where there is a T1w image."""
    t1 = [one for one in series if one["kind"] == "t1"]
    uniform = [one for one in t1 if one["entities"]["suffix"] == UNIFORM]
    if len(uniform) < len(t1):
        for one in uniform:
            one |= {"kind": "other", "not_t1": f"{UNIFORM}, and there is a T1w"}


def _leave_out_other_sessions(series: list[dict]) -> None:
    """Leave out each T1 of another session than the only rest run, where that has one."""
    t1 = [one for one in series if one["kind"] == "t1"]
    sessions = [one["entities"].get("ses") for one in series if one["kind"] == "rest"]
    if len(sessions) != 1:
        return
    alike = [one for one in t1 if one["entities"].get("ses") == sessions[0]]
    for one in t1:
        if not alike:
            one["note"] = ", of another session than the rest run"
        elif one not in alike:
            one |= {"kind": "other", "not_t1": "another session than that of the rest run"}
        elif len(alike) < len(t1):
            one["note"] = " in the session of the rest run"


def _leave_out_volumes(series: list[dict], folder: Path) -> None:
    """Count runs that are volumes, one file each, in one entry; their order is not guessed."""
    rest = [one for one in series if one["kind"] == "rest"]
    if len(rest) < 2 or any(_volumes(folder / one["path"]) != 1 for one in rest):
        return
    for one in rest:
        series.remove(one)
    series.append(volumes_entry(len(rest)))


def volumes_entry(n: int) -> dict:
    """Entry of images that are not 4D, where a run was expected."""
    return {
        "label": counted(n, "3D image"),
        "path": None,
        "datatype": "func",
        "entities": {},
        "kind": "other",
        "not_rest": "no 4D image; merge them into one if they are its volumes",
    }


def _volumes(path: Path) -> int | None:
    return header_facts(path).get("n_volumes")


def header_facts(path: Path) -> dict:
    """Facts of the header alone, of images that are listed and not used."""
    try:
        return image_facts(path)
    except UNREADABLE:
        return {}


def image_index(path: Path, kind: str, sidecars: Sidecars, *, label: str | None = None) -> dict:
    """Facts of an image that is used, with its merged sidecar and the files that give its keys.

    ``fault`` says why it cannot be read; size and time of the files show later that they changed.
    """
    facts = {"label": label or path.name, "kind": kind, "size": 0, "mtime_ns": 0}
    if fault := file_fault(path, "the image") or compression_fault(path):
        return facts | {"readable": False, "fault": fault}
    content, origin, broken = sidecars.of(path)
    facts |= run_facts(path, kind=kind, label=facts["label"], sidecar=content)
    facts["size"], facts["mtime_ns"] = file_state(path)
    return facts | {
        "sidecar": allowed_sidecar(content, SIDECAR[kind]),
        "sidecar_names": {
            key: origin[key] for key in (*SIDECAR[kind], VOLUME_TIMES) if key in origin
        },
        "sidecar_files": {
            os.path.relpath(file, path.parent): file_state(file) for file in sidecars.files(path)
        },
        "sidecar_readable": not broken,
    }


def fault_rows(who: str, one: dict) -> list[dict]:
    """Row about an image that cannot be read, taken out of its facts; none for others."""
    fault = one.pop("fault", None)
    return [problem(who, one["label"], "error", *fault)] if fault else []


def doubts(who: str, one: dict, task_name) -> list[dict]:
    """Warnings of an image that is used although its name or its repetition time is unusual."""
    rows, task, time = [], one["entities"].get("task"), one.get("repetition_time_s")
    if one["entities"].get("suffix") == UNIFORM:
        found = f"a {UNIFORM} image of MP2RAGE, whose air is noise, as the T1-weighted image"
        action = "look at the normalisation of this participant in the quality control"
        rows.append(problem(who, one["label"], "warning", found, "a T1w image", action))
    if one["kind"] != "rest":
        return rows
    if task_name is not None and says_rest(task) and not says_rest(None, task_name):
        found, expected = (
            "a TaskName that does not say rest in its sidecar",
            f"that of task-{task}",
        )
        action = "make sure that it is a resting-state run"
        rows.append(problem(who, one["label"], "warning", found, expected, action))
    if not says_rest(task, task_name):
        found = f"task-{task}, which does not say rest"
        action = "make sure that the participants rested; it is used, since cohort.select names it"
        rows.append(problem(who, one["label"], "warning", found, "a resting-state run", action))
    if time and LONGEST_USUAL_S < time <= LONGEST_S:
        found, expected = f"a repetition time of {time:g} s", f"at most {LONGEST_USUAL_S:g} s"
        action = "make sure that it is a resting-state run"
        rows.append(problem(who, one["label"], "warning", found, expected, action))
    return rows


def _note_echoes(series: list[dict]) -> None:
    """Say of runs with several echoes why one has to be chosen."""
    rest = [one for one in series if one["kind"] == "rest" and not one["chosen"]]
    runs = Counter(_without_echo(one) for one in rest)
    for one in rest:
        if runs[_without_echo(one)] > 1 and "echo" in one["entities"]:
            one["why_not"] = "several echoes of a run, which are not combined here"


def _without_echo(one: dict) -> tuple:
    return tuple(pair for pair in one["entities"].items() if pair[0] != "echo")
