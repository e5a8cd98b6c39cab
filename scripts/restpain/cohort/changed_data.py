"""Indices of data that have changed since they were made."""

import os
from pathlib import Path

from restpain.cohort.bids_files import file_state
from restpain.cohort.listing import listing, touched_since
from restpain.cohort.sidecars import Sidecars
from restpain.io.tables import read_json

LONG_AGO = (1, 1)  # seconds since 1970: before the time of any folder of data


def make_again(index: str | Path) -> None:
    """Give an index a time before all data, so that Snakemake makes it again.

    It can be read until then. A replaced file does not change the time of its participant's
    folder, by which Snakemake would see it.
    """
    os.utime(index, LONG_AGO)


def renew_indices(folders: dict[str, str], source: str) -> list[str]:
    """Have the indices made again whose data have changed.

    Images that the index chose, their sidecars and companions count as changed by size or time;
    what came, went or was replaced beside them by `restpain.cohort.listing`.

    Parameters
    ----------
    folders : dict of str
        Folder of the raw data by the path of the participant's index.
    source : str
        dicom, bids or derivatives.

    Returns
    -------
    list of str
        One sentence per participant whose data have changed.
    """
    said, datasets = [], {}
    for path, folder in folders.items():
        if not Path(path).is_file():
            continue
        index = read_json(path)
        changed = [
            file["path"]
            for one in index["series"]
            if one.get("chosen") and one.get("path")
            for file in (one, *one.get("companions", []))  # mask and confounds
            if _changed(Path(folder, file["path"]), file)
        ]
        names = " and ".join(Path(name).name for name in changed)
        if not changed and _other_files(Path(path), Path(folder), source, index, datasets):
            what = "files" if source == "dicom" else "images or sidecars"
            names = f"{what} of {Path(path).stem} that came, went or were replaced"
        if names:
            make_again(path)
            said.append(f"changed since the cohort check, read again: {names}")
    return said


def _changed(image: Path, facts: dict) -> bool:
    """Check whether an image or one of its sidecars is another file than that of the index."""
    if file_state(image) != [facts["size"], facts["mtime_ns"]]:
        return True
    sidecars = facts.get("sidecar_files", {})
    return any(file_state(image.parent / name) != state for name, state in sidecars.items())


def _other_files(path: Path, folder: Path, source: str, index: dict, datasets: dict) -> bool:
    """Check whether the folder, or what its images inherit, holds other files than indexed."""
    if "listing" not in index or not touched_since(folder, source, path.stat().st_mtime_ns, index):
        return False
    sidecars = datasets.setdefault(folder.parent, Sidecars(folder.parent))
    return listing(folder, source, sidecars) != index["listing"]
