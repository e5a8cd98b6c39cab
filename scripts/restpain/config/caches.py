"""Cache folders of numba and matplotlib, where their own cannot be written."""

import os
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(".snakemake")  # of the study, beside Snakemake's own records


def cache_folders(environment: Mapping[str, str], *, scripts: Path) -> dict[str, str]:
    """Environment variables that move caches into the study folder, the working directory.

    numba keeps compiled functions beside the module, and matplotlib its list of fonts in the home
    folder. A shared clone or a container has neither: numba then stops, and matplotlib searches
    all fonts in each job.

    Parameters
    ----------
    environment : mapping of str to str
        Variables that are set; they are respected.
    scripts : Path
        Folder of the package.

    Returns
    -------
    dict of str to str
        ``NUMBA_CACHE_DIR`` if the package cannot be written, ``MPLCONFIGDIR`` if the home folder
        cannot; neither if it is set.
    """
    places = {
        "NUMBA_CACHE_DIR": (scripts / "restpain", "numba"),
        "MPLCONFIGDIR": (Path(environment.get("HOME") or "/nonexistent"), "matplotlib"),
    }
    return {
        variable: str((FOLDER / name).absolute())
        for variable, (own, name) in places.items()
        if not environment.get(variable) and not os.access(own, os.W_OK)
    }
