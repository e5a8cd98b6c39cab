"""Signals and motion that come with a series which was preprocessed before."""

from pathlib import Path

import numpy as np

from restpain.cohort.dparsf import found_file
from restpain.cohort.motion_files import PARAMETERS, read_displacement, read_motion
from restpain.io.tables import read_table
from restpain.preprocessing.motion import displacement_jenkinson, rigid_matrix
from restpain.preprocessing.nuisance import fmriprep_signals


def given_signals(
    folder: str | Path, run: dict, *, drop: int
) -> tuple[dict[str, np.ndarray | None], np.ndarray | None, str]:
    """Signals behind the nuisance regressors, from a table of confounds or motion alone.

    Parameters
    ----------
    folder : str or Path
        Folder of the participant.
    run : dict
        The run that the index chose.
    drop : int
        Volumes dropped at the start.

    Returns
    -------
    signals : dict
        See `restpain.preprocessing.nuisance.regressors`; without those that are not given.
    jenkinson : ndarray of shape (n_volumes,) or None
        Framewise displacement in mm: as given, or else of the parameters of motion.
    origin : str
        Source of the signals, for messages.

    Raises
    ------
    ValueError
        If the rows are not as many as the volumes.
    """
    path, signals, jenkinson = run["confounds_path"], {}, None
    origin = Path(path).name if path else run["label"]
    if path:
        file = found_file(folder, path)
        motion = file.suffix in PARAMETERS
        rows = read_motion(file) if motion else read_table(file)
        if len(rows) != run["n_volumes"]:
            raise ValueError(
                f"{origin} has {len(rows)} rows, {run['label']} {run['n_volumes']} volumes"
            )
        rows = rows[drop:]
        signals = {"motion": rows} if motion else fmriprep_signals(rows)
    if run["fd_path"]:
        jenkinson = read_displacement(found_file(folder, run["fd_path"]), drop=drop)
    elif signals.get("motion") is not None:
        transforms = np.linalg.inv([rigid_matrix(row) for row in signals["motion"]])
        jenkinson = displacement_jenkinson(transforms, centre_mm=np.zeros(3))
    return signals, jenkinson, origin
