"""A small cohort of maps in the layout of ABIDE Preprocessed, for tests of ``source: maps``."""

from pathlib import Path

import nibabel as nib
import numpy as np

from restpain.cohort.map_files import given_files
from restpain.cohort.map_index import map_index

SHAPE = (9, 10, 8)
AFFINE = np.array([[-3.0, 0, 0, 12], [0, 3, 0, -15], [0, 0, 3, -12], [0, 0, 0, 1]])
COHORT = {
    "maps": {"alff": "{FILE_ID}_alff.nii.gz", "reho": "{FILE_ID}_reho.nii.gz"},
    "map_mask": None,
    "map_scale": "mean",
}


def write_map(path, *, seed=0, shape=SHAPE, affine=AFFINE, values=None):
    """Write a map around 1 with a rim of zeros, or these values; returns the values."""
    if values is None:
        values = np.zeros(shape, np.float32)
        inner = tuple(size - 2 for size in shape)
        noise = np.random.default_rng(seed).normal(1, 0.1, inner)
        values[1:-1, 1:-1, 1:-1] = noise
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    nib.Nifti1Image(values, affine).to_filename(path)
    return values


def write_cohort(folder, n=3):
    """Write the maps of some participants; returns the cells of each by participant_id."""
    cells = {}
    for number in range(1, n + 1):
        name = f"Pitt_{number:07d}"
        cells[f"sub-{number}"] = {"FILE_ID": name, "SITE_ID": "PITT"}
        for place, measure in enumerate(("alff", "reho")):
            write_map(folder / f"{name}_{measure}.nii.gz", seed=10 * number + place)
    return cells


def indices(folder, cells, **changes):
    """Indices of the participants, as the workflow makes them."""
    cohort = COHORT | {"data": str(folder)} | changes
    scales = dict.fromkeys(cohort["maps"], cohort["map_scale"])
    return [
        map_index(who, given_files(values, cohort), scales=scales) for who, values in cells.items()
    ]
