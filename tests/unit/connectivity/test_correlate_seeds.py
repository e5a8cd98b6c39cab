"""Files of correlate_seeds, and inputs that it refuses."""

import json

import numpy as np
import pytest

from restpain.connectivity.correlation import (
    LARGEST_R,
    connectivity_of_seeds,
    correlation,
    fisher_z,
    seed_series,
)
from restpain.io.images import read_arrays, read_volume, write_masked, write_volume
from restpain.metrics.smoothing import smooth
from restpain.temporal_filter import ideal_filter
from scripts.connectivity.correlate_seeds import correlate_seeds

AFFINE = np.array([[3.0, 0, 0, -9], [0, 3, 0, -9], [0, 0, 3, -9], [0, 0, 0, 1]])
BAND = {"repetition_time": 2.0, "band_hz": (0.01, 0.1)}
SMOOTHING = {"affine": AFFINE, "fwhm_mm": 6.0, "kernel": "spm"}


@pytest.fixture
def mask():
    return np.random.default_rng(1).random((7, 8, 6)) < 0.8


@pytest.fixture
def series(mask):
    return (np.random.default_rng(2).normal(size=(mask.sum(), 60)) + 100).astype(np.float32)


@pytest.fixture
def folder(tmp_path, mask, series):
    """Return a folder with a series, its mask, two seeds, and the mask of a group."""
    write_masked(tmp_path / "bold.nii.gz", series, mask, AFFINE, sidecar={"RepetitionTime": 2.0})
    write_volume(tmp_path / "mask.nii.gz", mask, AFFINE)
    seeds = np.zeros((mask.sum(), 2), dtype=np.uint8)
    seeds[10, 0] = seeds[20:25, 1] = 1
    write_masked(tmp_path / "seeds.nii.gz", seeds, mask, AFFINE)
    write_volume(tmp_path / "group.nii.gz", mask, AFFINE)
    return tmp_path


def run_seeds(folder):
    correlate_seeds(
        bold_path=folder / "bold.nii.gz",
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


def test_connectivity_is_of_filtered_then_smoothed_series(folder, mask, series):
    run_seeds(folder)

    processed = smooth(ideal_filter(series, **BAND), mask, **SMOOTHING)
    seeds = np.zeros((mask.sum(), 2))
    seeds[10, 0] = seeds[20:25, 1] = 1
    expected = fisher_z(correlation(processed, seed_series(processed, seeds)))
    z = values(folder, "fc", mask)
    np.testing.assert_allclose(z, expected, rtol=1e-6)
    assert z[10, 0] == pytest.approx(np.arctanh(LARGEST_R))
    assert json.loads((folder / "fc.json").read_text())["SmoothingFWHM"] == 6.0


def test_stored_series_are_those_behind_the_connectivity(folder, mask, series):
    run_seeds(folder)

    stored = read_arrays(folder / "series.npz")
    seeds = np.zeros((2, mask.sum()), dtype=bool)
    seeds[0, 10] = seeds[1, 20:25] = True
    z = connectivity_of_seeds(stored["units"], stored["norms"], seeds)
    expected = values(folder, "fc", mask).T
    np.testing.assert_allclose(np.tanh(z), np.tanh(expected), atol=2e-6)


def test_a_voxel_of_the_group_without_signal_has_an_empty_series(folder, mask):
    wider = mask.copy()
    wider[tuple(np.argwhere(~mask)[0])] = True
    write_volume(folder / "group.nii.gz", wider, AFFINE)

    run_seeds(folder)

    stored = read_arrays(folder / "series.npz")
    assert stored["units"].shape[0] == mask.sum() + 1
    assert (stored["norms"] == 0).sum() == 1


def test_no_seed_gives_an_image_without_volumes(folder, mask):
    write_volume(folder / "seeds.nii.gz", np.zeros((*mask.shape, 0), bool), AFFINE)

    run_seeds(folder)

    assert values(folder, "fc", mask).shape == (mask.sum(), 0)


def test_a_seed_outside_the_participants_mask_is_an_error(folder, mask):
    outside = np.zeros((*mask.shape, 1), dtype=np.uint8)
    outside[~mask] = 1
    write_volume(folder / "seeds.nii.gz", outside, AFFINE)

    with pytest.raises(ValueError, match="seed 1 of 1 has no voxel in the mask"):
        run_seeds(folder)
