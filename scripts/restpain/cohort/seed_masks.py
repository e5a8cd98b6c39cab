"""Check of mask files that are to be seeds of connectivity."""

from pathlib import Path

import numpy as np

from restpain.io.images import read_volume
from restpain.presentation.numbers import joined

SHOWN = 4  # labels in a sentence


def seed_mask_problem(path: str | Path) -> str | None:
    """Sentence about a file that does not say which voxels are the seed; None if it does.

    One value beside 0, whatever it is, marks the seed; NaN is outside.
    """
    name = f"seed mask {Path(path).name}"
    try:
        values, _ = read_volume(path)
    except ValueError as error:
        return f"{name}: {error}"
    if values.ndim != 3:
        return (
            f"{name} has the shape {values.shape}; expected one volume of three dimensions; save "
            "each volume to a file of its own and list them in connectivity.masks"
        )
    found = np.unique(values[np.isfinite(values) & (values != 0)])
    if len(found) == 1:
        return None
    if not len(found):
        return f"{name} has no voxel other than 0; expected 1 in the seed; correct or remove it"
    if np.array_equal(found, found.round()):
        shown = joined([f"{value:g}" for value in found[:SHOWN]])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        return (
            f"{name} has the labels {shown}{more}; expected one value beside 0; save each "
            "label that is to be a seed to a file of its own"
        )
    return (
        f"{name} has values from {found[0]:.3g} to {found[-1]:.3g}, such as probabilities; "
        "expected one value beside 0; threshold it and save the result"
    )
