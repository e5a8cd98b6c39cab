"""Files of correlate_seeds, and inputs that it refuses."""

import json

import numpy as np
import pytest

from rest_files import (  # noqa: F401
    AFFINE,
    BAND,
    SMOOTHING,
    folder_of_files,
    mask_of_series,
    run_seeds,
    series_in_mask,
    values,
)
from restpain.connectivity.correlation import (
    LARGEST_R,
    connectivity_of_seeds,
    correlation,
    fisher_z,
    seed_series,
)
from restpain.io.images import read_arrays, write_volume
from restpain.metrics.smoothing import smooth
from restpain.temporal_filter import ideal_filter


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
