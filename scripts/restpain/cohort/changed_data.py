"""Indices of data that have changed since they were made."""

import os
from pathlib import Path

from restpain.io.tables import read_json

LONG_AGO = (1, 1)  # seconds since 1970: before the time of any folder of data


def make_again(index: str | Path) -> None:
    """Give an index a time before all data, so that Snakemake makes it again.

    It can be read until then. A replaced file does not change the time of its participant's
    folder, by which Snakemake would see it.
    """
    os.utime(index, LONG_AGO)


def renew_indices(folders: dict[str, str]) -> list[str]:
    """Have the indices made again whose images have changed in size or time.

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
            one["path"]
            for one in read_json(path)["series"]
            if one["chosen"] and "path" in one and _changed(Path(folder, one["path"]), one)
        ]
        if changed:
            make_again(path)
            names = " and ".join(Path(name).name for name in changed)
            said.append(f"changed since the cohort check, read again: {names}")
    return said


def _changed(image: Path, facts: dict) -> bool:
    try:
        state = image.stat()
    except OSError:
        return True
    return (state.st_size, state.st_mtime_ns) != (facts["size"], facts["mtime_ns"])
