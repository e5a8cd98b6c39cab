"""Index of a participant: facts of the raw series, without identifiers."""

import re
from pathlib import Path

from restpain.cohort.bids import derivative_images, inherited_sidecar, raw_images, run_facts
from restpain.cohort.dicom_series import folder_series, slice_timing
from restpain.io.tables import read_table

BIDS_NAME = re.compile(r"sub-[A-Za-z0-9]+(_[a-z]+-[A-Za-z0-9+]+)*_[A-Za-z0-9]+\.nii(\.gz)?")


def participant_index(folder: str | Path | None, *, participant_id: str, source: str) -> dict:
    """Describe the series of a participant; problems are facts here, not errors.

    Parameters
    ----------
    folder : str, Path or None
        Folder of the participant; None if there is none.
    participant_id : str
        Such as sub-01.
    source : str
        simulated or dicom (any nesting of DICOM files), bids or derivatives.

    Returns
    -------
    dict
        participant_id, source, found (whether there is a folder), counts of files and
        ``series``: for each one its facts, among them kind (t1, rest or other).
    """
    index = {"participant_id": participant_id, "source": source, "found": folder is not None}
    if folder is None:
        return index | {"series": []}
    reader = {"bids": _raw_index, "derivatives": _derivative_index}.get(source, _dicom_index)
    return index | reader(Path(folder))


def _dicom_index(folder: Path) -> dict:
    series, counts = folder_series(folder)
    for one in series:
        if one.facts["kind"] == "rest":
            one.facts["slice_timing"] = slice_timing(one)
    chosen = {one.patient for one in series if one.facts["kind"] != "other"}
    return {
        **counts,
        "n_patients": len(chosen - {""}),
        "series": [one.facts for one in series],
    }


def _raw_index(folder: Path) -> dict:
    images = raw_images(folder)
    facts = [_facts(path, folder, kind) for kind in ("t1", "rest") for path in images[kind]]
    return {"size_bytes": _size(images["t1"] + images["rest"]), "series": facts}


def _derivative_index(folder: Path) -> dict:
    images = derivative_images(folder)
    facts = [_facts(path, folder, "rest") for path in images["bold"]]
    confounds = [_n_rows(path) for path in images["confounds"]]
    return {
        "size_bytes": _size(images["bold"]),
        "n_masks": len(images["mask"]),
        "n_confound_rows": confounds,
        "series": facts,
    }


def _facts(path: Path, folder: Path, kind: str) -> dict:
    try:
        sidecar, readable = inherited_sidecar(path, folder.parent), True
    except ValueError:
        sidecar, readable = {}, False
    facts = run_facts(path, kind=kind, label=_label(path), sidecar=sidecar)
    return facts | {"sidecar_readable": readable}


def _n_rows(path: Path) -> int | None:
    try:
        return len(read_table(path))
    except ValueError:
        return None


def _label(path: Path) -> str:
    """BIDS name of a file; another name may be a person's and is not repeated."""
    return path.name if BIDS_NAME.fullmatch(path.name) else "the 4D image"


def _size(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths)
