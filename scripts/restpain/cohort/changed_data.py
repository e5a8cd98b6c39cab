"""Indices of data that have changed since they were made."""

import os
from pathlib import Path

from restpain.cohort.bids_files import file_state
from restpain.io.tables import read_json

LONG_AGO = (1, 1)  # seconds since 1970: before the time of any folder of data


def make_again(index: str | Path) -> None:
    """Give an index a time before all data, so that Snakemake makes it again.

    It can be read until then. A replaced file does not change the time of its participant's
    folder, by which Snakemake would see it.
    """
    os.utime(index, LONG_AGO)


def renew_indices(folders: dict[str, str]) -> list[str]:
    """Have the indices made again whose images or sidecars have changed in size or time.

    Parameters
    ----------
    folders : dict of str
        Folder of the raw data by the path of the participant's index.

    Returns
    -------
    list of str
        One sentence per participant with changed images.
    """
    said = []
    for path, folder in folders.items():
        if not Path(path).is_file():
            continue
        changed = [
            file["path"]
            for one in read_json(path)["series"]
            if one["chosen"] and one.get("path")
            for file in (one, *one.get("companions", []))  # mask and confounds
            if _changed(Path(folder, file["path"]), file)
        ]
        if changed:
            make_again(path)
            names = " and ".join(Path(name).name for name in changed)
            said.append(f"changed since the cohort check, read again: {names}")
    return said


def _changed(image: Path, facts: dict) -> bool:
    """Check whether an image or one of its sidecars is another file than that of the index."""
    if file_state(image) != [facts["size"], facts["mtime_ns"]]:
        return True
    sidecars = facts.get("sidecar_files", {})
    return any(file_state(image.parent / name) != state for name, state in sidecars.items())
