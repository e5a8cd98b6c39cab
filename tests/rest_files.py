"""A rest series in files, and the scripts compute_metrics and correlate_seeds run on it."""

import numpy as np
import pytest

from restpain.io.images import read_volume, write_masked, write_volume
from scripts.connectivity.correlate_seeds import correlate_seeds
from scripts.metrics.compute_metrics import compute_metrics

AFFINE = np.array([[3.0, 0, 0, -9], [0, 3, 0, -9], [0, 0, 3, -9], [0, 0, 0, 1]])
BAND = {"repetition_time": 2.0, "band_hz": (0.01, 0.1)}
SMOOTHING = {"affine": AFFINE, "fwhm_mm": 6.0, "kernel": "spm"}
MEASURES = ["alff", "falff", "reho"]


@pytest.fixture(name="mask")
def mask_of_series():
    return np.random.default_rng(1).random((7, 8, 6)) < 0.8


@pytest.fixture(name="series")
def series_in_mask(mask):
    return (np.random.default_rng(2).normal(size=(mask.sum(), 60)) + 100).astype(np.float32)


@pytest.fixture(name="folder")
def folder_of_files(tmp_path, mask, series):
    """Return a folder with a series, its mask, two seeds, and the mask of a group."""
    tmp_path /= "sub-01"  # sources are named from the folder of the participant
    write_masked(tmp_path / "bold.nii.gz", series, mask, AFFINE, sidecar={"RepetitionTime": 2.0})
    write_volume(tmp_path / "mask.nii.gz", mask, AFFINE)
    seeds = np.zeros((mask.sum(), 2), dtype=np.uint8)
    seeds[10, 0] = seeds[20:25, 1] = 1
    write_masked(tmp_path / "seeds.nii.gz", seeds, mask, AFFINE)
    write_volume(tmp_path / "group.nii.gz", mask, AFFINE)
    return tmp_path


def run_metrics(folder, measures=MEASURES, **changes):
    options = {
        "bold_path": folder / "bold.nii.gz",
        "mask_path": folder / "mask.nii.gz",
        "raw_paths": [folder / f"{measure}.nii.gz" for measure in measures],
        "standardised_paths": [folder / f"{measure}_std.nii.gz" for measure in measures],
        "measures": measures,
        "band_hz": (0.01, 0.1),
        "fwhm_mm": 6.0,
        "smoothing_kernel": "spm",
        "reho_neighbours": 27,
    }
    compute_metrics(**options | changes)


def run_seeds(folder, **changes):
    options = {"bold_path": folder / "bold.nii.gz", "index_path": None}
    correlate_seeds(
        **options | changes,
        mask_path=folder / "mask.nii.gz",
        seeds_path=folder / "seeds.nii.gz",
        group_mask_path=folder / "group.nii.gz",
        fc_path=folder / "fc.nii.gz",
        series_path=folder / "series.npz",
        band_hz=(0.01, 0.1),
        fwhm_mm=6.0,
        smoothing_kernel="spm",
    )


def values(folder, name, mask):
    volume, affine = read_volume(folder / f"{name}.nii.gz")
    np.testing.assert_array_equal(affine, AFFINE)
    assert not volume[~mask].any()
    return volume[mask]
