"""A small cohort of maps in the layout of ABIDE Preprocessed, for tests of ``source: maps``."""

from pathlib import Path

import nibabel as nib
import numpy as np

from restpain.cohort.map_files import given_files
from restpain.cohort.map_index import map_index

SHAPE = (9, 10, 8)
WITH_SERIES = {"series": "{FILE_ID}_bold.nii.gz"}
AFFINE = np.array([[-3.0, 0, 0, 12], [0, 3, 0, -15], [0, 0, 3, -12], [0, 0, 0, 1]])
COHORT = {
    "maps": {"alff": "{FILE_ID}_alff.nii.gz", "reho": "{FILE_ID}_reho.nii.gz"},
    "map_mask": None,
    "map_scale": "mean",
    "series": None,
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


def write_series(
    path, *, seed=0, n_volumes=40, seconds=2.0, shape=SHAPE, affine=AFFINE, values=None
):
    """Write a series of white noise in all voxels, or these values; returns it, volumes last."""
    if values is None:
        values = np.random.default_rng(seed).normal(size=(*shape, n_volumes)).astype(np.float32)
    image = nib.Nifti1Image(values, affine)
    image.header.set_xyzt_units("mm", "sec")
    image.header["pixdim"][4] = seconds
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    image.to_filename(path)
    return values


def write_cohort_with_series(folder, n=3, **changes):
    """Write maps and series of some participants; returns what `write_cohort` does."""
    cells = write_cohort(folder, n)
    for number, values in enumerate(cells.values(), start=1):
        write_series(folder / f"{values['FILE_ID']}_bold.nii.gz", seed=100 + number, **changes)
    return cells


def indices(folder, cells, *, repetition_time_s=None, **changes):
    """Indices of the participants, as the workflow makes them."""
    cohort = COHORT | {"data": str(folder)} | changes
    scales = dict.fromkeys(cohort["maps"], cohort["map_scale"])
    return [
        map_index(
            who, given_files(values, cohort), scales=scales, repetition_time_s=repetition_time_s
        )
        for who, values in cells.items()
    ]
