"""Files of correlate_seeds, and inputs that it refuses."""

import json

import nibabel as nib
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
from restpain.cohort.map_index import map_index
from restpain.connectivity.correlation import (
    LARGEST_R,
    connectivity_of_seeds,
    correlation,
    fisher_z,
    seed_series,
)
from restpain.io.images import read_arrays, write_volume
from restpain.io.tables import write_json
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


@pytest.fixture(name="given")
def series_that_is_given(folder, tmp_path):
    """Return the arguments for the same series, uncompressed, with x from right to left."""
    image = nib.load(folder / "bold.nii.gz")
    flipped = image.affine @ np.diag([-1.0, 1, 1, 1])
    flipped[:3, 3] += image.affine[:3, 0] * (image.shape[0] - 1)
    path = tmp_path / "Filtered_4DVolume.nii"
    turned = nib.Nifti1Image(np.asarray(image.dataobj, np.float32)[::-1], flipped)
    turned.header["pixdim"][4] = 2.0
    turned.to_filename(path)
    files = {"series": {"name": "Sub_001.nii", "files": [str(path)], "fault": None}}
    write_json(folder / "index.json", map_index("sub-01", files, scales={}))
    return {"bold_path": path, "index_path": folder / "index.json"}


def test_a_series_that_is_given_is_read_where_it_lies_and_gives_the_same_bits(folder, mask, given):
    run_seeds(folder)
    own, stored = values(folder, "fc", mask), read_arrays(folder / "series.npz")
    (folder / "bold.json").unlink()

    run_seeds(folder, **given)

    np.testing.assert_array_equal(values(folder, "fc", mask), own)
    for name, array in read_arrays(folder / "series.npz").items():
        np.testing.assert_array_equal(array, stored[name])
    sidecar = json.loads((folder / "fc.json").read_text())
    assert sidecar["RepetitionTime"] == 2.0
    assert sidecar["Description"].endswith("nothing was regressed here")
    assert [uri.rpartition("/")[2] for uri in sidecar["Sources"]] == [
        "mask.nii.gz",
        "seeds.nii.gz",
    ]


def test_a_series_that_changed_since_the_check_is_refused(folder, given):
    given["bold_path"].write_bytes(given["bold_path"].read_bytes() + b" ")

    with pytest.raises(ValueError, match="has changed since the cohort check"):
        run_seeds(folder, **given)
