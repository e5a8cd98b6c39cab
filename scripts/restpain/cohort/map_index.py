"""Index of the maps that are given for a participant."""

from pathlib import Path

import numpy as np

from restpain.cohort.bids import run_facts
from restpain.cohort.bids_files import compression_fault, file_fault, file_state
from restpain.cohort.image_checks import AFFINES, OR_EXCLUDE, report
from restpain.cohort.map_files import MASK
from restpain.io.images import read_volume
from restpain.io.nibabel_without_pydicom import nib
from restpain.presentation.numbers import counted

KIND = "map"


def map_index(participant_id: str, files: dict[str, dict], *, scales: dict[str, str]) -> dict:
    """Describe the maps of a participant; see `restpain.cohort.index.participant_index`.

    Parameters
    ----------
    participant_id : str
        Such as sub-01.
    files : dict of dict
        By measure, and ``mask``: see `restpain.cohort.map_files.given_files`.
    scales : dict of str
        Scale of the maps by measure: ``mean``, ``zscore`` or ``raw``.

    Returns
    -------
    dict
        In ``series`` one entry per file with its facts: ``measure`` (or mask), ``path``,
        ``matrix``, ``grid`` (affine from voxels to mm), ``n_nan``, and ``mean`` and ``sd`` of the
        voxels that are neither zero nor without a number.
    """
    series, problems = [], []
    for measure, one in files.items():
        facts, rows = _described(participant_id, measure, one, scales.get(measure))
        series += facts
        problems += rows
    found = {"source": "maps", "found": True, "wanted": list(files)}
    found["size_bytes"] = sum(one["size"] for one in series)
    return {"participant_id": participant_id} | found | {"series": series, "problems": problems}


def _described(who: str, measure: str, wanted: dict, scale: str | None) -> tuple[list, list]:
    rows, add = report(who, wanted["name"])
    what = "the mask" if measure == MASK else f"the map {measure}"
    if wanted["fault"]:
        add("error", *wanted["fault"])
    elif len(wanted["files"]) > 1:
        names = ", ".join(Path(path).name for path in wanted["files"])
        action = f"make the pattern of cohort.maps narrower, {OR_EXCLUDE}"
        add("error", f"{len(wanted['files'])} files fit: {names}", "one file", action)
    elif not wanted["files"]:
        action = f"add it, correct the pattern in the configuration, {OR_EXCLUDE}"
        add("error", f"no such file of {what} in cohort.data", "one file", action)
    if rows:
        return [], rows
    path = Path(wanted["files"][0])
    size, time = file_state(path)
    facts = {"measure": measure, "path": str(path), "size": size, "mtime_ns": time}
    facts |= {"label": wanted["name"], "kind": KIND, "chosen": True, "why": "by its name"}
    if fault := file_fault(path, what) or compression_fault(path):
        add("error", *fault)
        return [facts | {"readable": False}], rows
    facts |= run_facts(path, kind=KIND, label=wanted["name"], sidecar={})
    for fault in _header_faults(facts):
        add("error", *fault)
    facts["readable"] = not rows
    if facts["readable"]:
        values, _ = read_volume(path)
        facts |= _values(values) | {"grid": nib.load(path).affine.tolist()}
        for severity, *fault in _value_faults(facts, values, scale):
            add(severity, *fault)
    return [facts], rows


def _header_faults(facts: dict) -> list[tuple[str, str, str]]:
    """Faults of an image that cannot be read, is no volume, or states no orientation."""
    again = "write it again with the program that made it"
    if not facts["readable"]:
        return [(f"a file that {facts['damage']}", "a complete NIfTI image", again)]
    faults = []
    if facts["n_dimensions"] not in (3, 4) or facts["n_volumes"] != 1:
        found = counted(facts["n_volumes"], "volume")
        faults.append((found, "one map in one file", "write each map to a file of its own"))
    if facts["value_type"] != "number":
        faults.append((f"{facts['value_type']} in place of numbers", "numbers", again))
    if facts["affine"] != "good":
        faults.append((*AFFINES[facts["affine"]], again))
    if facts["sides"] != "known":
        sides = {
            "unknown": "no orientation in the header (sform and qform codes are 0)",
            "contradictory": "an sform and a qform that exchange left and right",
        }
        faults.append((sides[facts["sides"]], "a header that tells left from right", again))
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
