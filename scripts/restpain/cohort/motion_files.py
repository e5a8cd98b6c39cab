"""Files of head motion beside preprocessed series: realignment parameters and displacement.

DPARSF keeps those of SPM (``rp_*.txt``), C-PAC those of AFNI's 3dvolreg (``*.1D``), into which it
also converts the parameters of MCFLIRT.
"""

from pathlib import Path

import numpy as np

from restpain.cohort.confounds import MOTION

N_PARAMETERS = 6
AFNI = ".1D"  # roll, pitch, yaw in degrees, then shifts in the axes z, x and -y in mm
PARAMETERS = (".txt", AFNI)


def motion_facts(path: Path) -> dict:
    """Facts of the realignment parameters, as `restpain.cohort.confounds.confound_facts`."""
    try:
        rows = read_motion(path)
    except ValueError:
        return {"n_rows": None, "gaps": {}}
    gaps = {
        name: np.flatnonzero(~np.isfinite(rows[:, i])).tolist() for i, name in enumerate(MOTION)
    }
    return {"n_rows": len(rows), "gaps": gaps}


def read_motion(path: Path) -> np.ndarray:
    """Realignment parameters ``(n_volumes, 6)``: translations in mm, rotations in rad.

    Those of AFNI, about the axes z, x and -y (roll, pitch, yaw), are turned into x, y and z, as
    C-PAC turns MCFLIRT's into AFNI's.

    Raises
    ------
    ValueError
        If the rows do not have six numbers.
    """
    rows = np.loadtxt(path, ndmin=2)
    if rows.shape[1:] != (N_PARAMETERS,):
        raise ValueError(f"{path.name} has rows of {rows.shape[1]} numbers; expected 6")
    if path.suffix != AFNI:
        return rows
    roll, pitch, yaw, superior, left, posterior = rows.T
    rotations = np.deg2rad([pitch, -yaw, roll])
    return np.stack([left, -posterior, superior, *rotations], axis=1)


def read_displacement(path: Path, *, drop: int) -> np.ndarray:
    """Framewise displacement (Jenkinson) in mm without ``drop`` volumes; NaN for the first."""
    values = np.loadtxt(path, ndmin=1)[drop:]
    return np.concatenate([[np.nan], values[1:]])


def has_rows(path: Path, n: int) -> bool:
    """Check that a file holds one number in each of ``n`` rows."""
    try:
        return np.loadtxt(path, ndmin=1).shape == (n,)
    except ValueError:
        return False
