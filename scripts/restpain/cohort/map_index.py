"""Index of the maps, and of the series beside them, that are given for a participant."""

from pathlib import Path

import numpy as np

from restpain.cohort.bids import entities, run_facts
from restpain.cohort.bids_files import compression_fault, file_fault, file_state
from restpain.cohort.bids_index import fault_rows, image_index
from restpain.cohort.derivative_index import gaps
from restpain.cohort.done_before import BY_DESCRIPTION
from restpain.cohort.dparsf import FOLDER, STEPS, steps_of
from restpain.cohort.image_checks import AFFINES, OR_EXCLUDE, problem, report
from restpain.cohort.measures import MASK, SERIES
from restpain.cohort.sidecars import Sidecars
from restpain.cohort.timing import configured_time
from restpain.io.images import read_volume
from restpain.io.nibabel_without_pydicom import nib
from restpain.presentation.numbers import counted

KIND = "map"
AGAIN = "write it again with the program that made it"
KEYS = {MASK: "cohort.map_mask", SERIES: "cohort.series"}  # cohort.maps of the others


def map_index(
    participant_id: str,
    files: dict[str, dict],
    *,
    scales: dict[str, str],
    repetition_time_s: float | None = None,
) -> dict:
    """Describe the maps of a participant; see `restpain.cohort.index.participant_index`.

    Parameters
    ----------
    participant_id : str
        Such as sub-01.
    files : dict of dict
        By measure, ``mask`` and ``series``: see `restpain.cohort.map_files.given_files`.
    scales : dict of str
        Scale of the maps by measure: ``mean``, ``zscore`` or ``raw``.
    repetition_time_s : float, optional
        Repetition time by the configuration; None for that of the series.

    Returns
    -------
    dict
        In ``series`` one entry per file with its facts: ``measure`` (or mask, series), ``path``,
        ``matrix``, ``grid`` (affine from voxels to mm), ``n_nan``, and ``mean`` and ``sd`` of the
        voxels that are neither zero nor without a number; of a series those of a rest run.
    """
    series, problems = [], []
    for measure, one in files.items():
        path, rows = _named_file(participant_id, measure, one)
        if path is None:
            problems += rows
            continue
        describe = _described_series if measure == SERIES else _described_map
        facts, rows = describe(participant_id, path, one["name"], measure, scales.get(measure))
        if measure == SERIES and repetition_time_s is not None:
            facts |= configured_time(repetition_time_s)
        facts |= {"measure": measure, "path": str(path), "chosen": True, "why": "by its name"}
        series.append(facts)
        problems += rows
    found = {"source": "maps", "found": True, "wanted": list(files)}
    found["size_bytes"] = sum(one["size"] for one in series)
    return {"participant_id": participant_id} | found | {"series": series, "problems": problems}


def _content(measure: str) -> str:
    return f"the {measure}" if measure in KEYS else f"the map {measure}"


def _named_file(who: str, measure: str, wanted: dict) -> tuple[Path | None, list[dict]]:
    """Return the only file that fits a pattern; None and what is wrong if there is none."""
    rows, add = report(who, wanted["name"])
    if wanted["fault"]:
        add("error", *wanted["fault"])
    elif len(wanted["files"]) > 1:
        names = ", ".join(Path(path).name for path in wanted["files"])
        key = KEYS.get(measure, "cohort.maps")
        action = f"make the pattern of {key} narrower, {OR_EXCLUDE}"
        add("error", f"{len(wanted['files'])} files fit: {names}", "one file", action)
    elif not wanted["files"]:
        action = f"add it, correct the pattern in the configuration, {OR_EXCLUDE}"
        found = f"no such file of {_content(measure)} in cohort.data"
        add("error", found, "one file", action)
    return None if rows else Path(wanted["files"][0]), rows


def _described_map(
    who: str, path: Path, label: str, measure: str, scale: str | None
) -> tuple[dict, list[dict]]:
    rows, add = report(who, label)
    size, time = file_state(path)
    facts = {"size": size, "mtime_ns": time, "label": label, "kind": KIND}
    if fault := file_fault(path, _content(measure)) or compression_fault(path):
        add("error", *fault)
        return facts | {"readable": False}, rows
    facts |= run_facts(path, kind=KIND, label=label, sidecar={})
    for fault in _header_faults(facts):
        add("error", *fault)
    facts["readable"] = not rows
    if facts["readable"]:
        values, _ = read_volume(path)
        facts |= _values(values) | {"grid": nib.load(path).affine.tolist()}
        for severity, *fault in _value_faults(facts, values, scale):
            add(severity, *fault)
    return facts, rows


def _described_series(
    who: str, path: Path, label: str, measure: str, scale: None
) -> tuple[dict, list[dict]]:
    """Facts of a series as of a rest run of BIDS, and what is wrong with its file."""
    sidecars = Sidecars(path.parent)
    facts = image_index(path, "rest", sidecars, label=label) | {"steps": stated_steps(path)}
    rows = fault_rows(who, facts)
    rows += [problem(who, name, "error", *fault) for name, fault in sidecars.faults.items()]
    if "damage" in facts:
        rows.append(problem(who, label, "error", *_damage(facts)))
    elif facts["readable"] and facts["n_volumes"] == 1:
        action = f"name the series, in one file, in cohort.series, {OR_EXCLUDE}"
        rows.append(problem(who, label, "error", "one volume", "a 4D series", action))
        facts["readable"] = False
    if not facts["readable"]:
        return facts, rows
    if facts["affine"] == "good":
        facts["grid"] = nib.load(path).affine.tolist()
    return facts, rows + gaps(who, facts, [path])


def stated_steps(path: Path) -> list[str]:
    """List the steps that a series underwent by its name (XCP-D) or by its folder (DPARSF).

    >>> stated_steps(Path("FunImgARCWF/Sub_001/Filtered_4DVolume.nii"))[2:]
    ['nuisance regression', 'normalisation to MNI', 'filtering']
    """
    folders = [part for part in path.parts if FOLDER.fullmatch(part)]
    letters = steps_of(folders[-1]) if folders else []
    named = BY_DESCRIPTION.get(entities(path.name).get("desc", ""), [])
    return [*named, *(STEPS[letter] for letter in letters)]


def _damage(facts: dict) -> tuple[str, str, str]:
    return f"a file that {facts['damage']}", "a complete NIfTI image", AGAIN


def _header_faults(facts: dict) -> list[tuple[str, str, str]]:
    """Faults of an image that cannot be read, is no volume, or states no orientation."""
    if not facts["readable"]:
        return [_damage(facts)]
    faults = []
    if facts["n_dimensions"] not in (3, 4) or facts["n_volumes"] != 1:
        found = counted(facts["n_volumes"], "volume")
        faults.append((found, "one map in one file", "write each map to a file of its own"))
    if facts["value_type"] != "number":
        faults.append((f"{facts['value_type']} in place of numbers", "numbers", AGAIN))
    if facts["affine"] != "good":
        faults.append((*AFFINES[facts["affine"]], AGAIN))
    if facts["sides"] != "known":
        sides = {
            "unknown": "no orientation in the header (sform and qform codes are 0)",
            "contradictory": "an sform and a qform that exchange left and right",
        }
        faults.append((sides[facts["sides"]], "a header that tells left from right", AGAIN))
    return faults


def _values(values: np.ndarray) -> dict:
    data = values[np.isfinite(values) & (values != 0)].astype(np.float64)
    n_nan = int(np.count_nonzero(~np.isfinite(values)))
    facts = {"n_nan": n_nan, "n_used": len(data), "n_zero": values.size - n_nan - len(data)}
    if len(data):
        facts |= {"mean": float(data.mean()), "sd": float(data.std())}
    return facts


def _value_faults(facts: dict, values: np.ndarray, scale: str | None) -> list[tuple]:
    """Severity, found, expected and action about the values of a map or mask."""
    again = f"make it again, {OR_EXCLUDE}"
    if not facts["n_used"]:
        found = "NaN in every voxel" if facts["n_nan"] == values.size else "zero in every voxel"
        return [("error", found, "values", again)]
    if scale is None:  # a mask
        inside = values[np.isfinite(values) & (values != 0)]
        if np.ptp(inside) or inside[0] != 1:
            found = f"values from {inside.min():g} to {inside.max():g} beside 0"
            action = "threshold it, or choose the label, and write 0 and 1"
            return [("error", found, "a mask of 0 and 1", action)]
        return []
    if not facts["sd"] > 1e-6 * abs(facts["mean"]):
        return [("error", f"{facts['mean']:g} in every voxel that is not 0", "a map", again)]
    faults = []
    if facts["n_nan"]:
        found = f"{facts['n_nan']} of {counted(values.size, 'voxel')} NaN or infinite"
        faults.append(("info", found, "numbers, or NaN for no data", "they are no data"))
    mean = f"a mean of {facts['mean']:.3g} over its voxels that are not 0"
    if scale == "raw" and facts["mean"] <= 0:
        action = "set its scale to zscore or mean if it was standardised before"
        faults.append(("error", mean, "one above 0, by which a raw map is divided", action))
    elif scale == "mean" and not 0.5 <= facts["mean"] <= 2:
        action = "set its scale to raw or zscore if it was not divided by its mean"
        faults.append(("warning", mean, "about 1 of a map divided by its mean", action))
    elif scale == "zscore" and abs(facts["mean"]) > 0.5:
        action = "set its scale to mean or raw if it holds no z scores"
        faults.append(("warning", mean, "about 0 of z scores", action))
    return faults
