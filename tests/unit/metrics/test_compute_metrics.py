"""The scripts compute_metrics and correlate_seeds on files, and inputs that they refuse."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from rest_files import (  # noqa: F401
    AFFINE,
    BAND,
    MEASURES,
    SMOOTHING,
    folder_of_files,
    mask_of_series,
    run_metrics,
    run_seeds,
    series_in_mask,
    values,
)
from restpain.io.images import write_masked, write_volume
from restpain.metrics.alff import alff_and_falff, standardised
from restpain.metrics.reho import reho_in_band
from restpain.metrics.smoothing import smooth


def test_alff_is_of_smoothed_series_and_reho_is_smoothed_last(folder, mask, series):
    run_metrics(folder)

    alff, falff = alff_and_falff(smooth(series, mask, **SMOOTHING), **BAND)
    reho = reho_in_band(series, mask, **BAND, neighbours=27)
    for name, expected in (("alff", alff), ("falff", falff), ("reho", reho)):
        np.testing.assert_allclose(values(folder, name, mask), expected, rtol=1e-6)
    for name, expected in (
        ("alff_std", standardised(alff)),
        ("falff_std", standardised(falff)),
        ("reho_std", smooth(standardised(reho), mask, **SMOOTHING)),
    ):
        np.testing.assert_allclose(values(folder, name, mask), expected, rtol=1e-6)


def test_only_the_measures_asked_for_are_written_each_with_its_sidecar(folder):
    run_metrics(folder, measures=["reho"])

    assert sorted(path.name for path in folder.glob("*reho*")) == [
        "reho.json",
        "reho.nii.gz",
        "reho_std.json",
        "reho_std.nii.gz",
    ]
    assert not list(folder.glob("*alff*"))
    sidecar = json.loads((folder / "reho_std.json").read_text())
    assert sidecar["Units"] == "1"
    assert sidecar["BandHz"] == [0.01, 0.1]
    assert sidecar["Neighbours"] == 27
    assert 0 < sidecar["MeanOverMask"] < 1


def test_two_runs_write_the_same_bytes(folder):
    run_metrics(folder)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    run_metrics(folder)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


@pytest.mark.parametrize(
    ("stage", "script"), [("metrics", "compute_metrics"), ("connectivity", "correlate_seeds")]
)
def test_a_job_starts_without_the_packages_that_start_slowly(stage, script):
    program = (
        f"import sys; import scripts.{stage}.{script}; "
        "print(*sorted({'nibabel', 'numba', 'pandas', 'pydicom'} "
        "& set(sys.modules))); import pydicom; print(pydicom.__name__)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[3],
        env=os.environ | {"PYTHONPATH": "scripts"},
        check=True,
        capture_output=True,
        text=True,
    )

    assert result.stdout.split() == ["nibabel", "pydicom"]  # which can be imported afterwards


@pytest.mark.parametrize("run", [run_metrics, run_seeds])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_value_that_is_not_finite_stops_with_the_file_and_the_voxel(
    folder, mask, series, run, bad
):
    series[12, 3] = bad
    write_masked(folder / "bold.nii.gz", series, mask, AFFINE)

    with pytest.raises(ValueError, match=r"bold\.nii\.gz is NaN or infinite .* number 12 in C"):
        run(folder)


def test_a_value_outside_the_mask_that_is_not_finite_does_no_harm(folder, mask, series):
    run_metrics(folder)
    expected = values(folder, "reho_std", mask)
    volume = np.full((*mask.shape, 60), np.nan, dtype=np.float32)
    volume[mask] = series
    write_volume(folder / "bold.nii.gz", volume, AFFINE)

    run_metrics(folder)

    np.testing.assert_array_equal(values(folder, "reho_std", mask), expected)


@pytest.mark.parametrize("run", [run_metrics, run_seeds])
def test_an_empty_mask_is_an_error(folder, mask, run):
    write_volume(folder / "mask.nii.gz", np.zeros_like(mask), AFFINE)

    with pytest.raises(ValueError, match=r"the mask of bold\.nii\.gz is empty"):
        run(folder)


@pytest.mark.parametrize("run", [run_metrics, run_seeds])
def test_a_mask_on_another_grid_is_an_error(folder, mask, run):
    write_volume(folder / "mask.nii.gz", mask[1:], AFFINE)

    with pytest.raises(ValueError, match=r"bold\.nii\.gz is on a grid of \(7, 8, 6\), not of"):
        run(folder)


@pytest.mark.parametrize("run", [run_metrics, run_seeds])
@pytest.mark.parametrize("n_volumes", [1, 2])
def test_too_few_volumes_for_a_series_are_an_error(folder, mask, series, run, n_volumes):
    write_masked(folder / "bold.nii.gz", series[:, :n_volumes], mask, AFFINE)

    with pytest.raises(ValueError, match=rf"bold\.nii\.gz has {n_volumes} volumes?, but"):
        run(folder)


@pytest.mark.parametrize("run", [run_metrics, run_seeds])
def test_too_few_volumes_for_the_band_are_an_error_with_the_grid(folder, mask, series, run):
    write_masked(
        folder / "bold.nii.gz", series[:, :3], mask, AFFINE, sidecar={"RepetitionTime": 2.0}
    )

    with pytest.raises(ValueError, match=r"no frequency between 0\.01 and 0\.1 Hz: 3 volumes"):
        run(folder)


@pytest.mark.parametrize("run", [run_metrics, run_seeds])
@pytest.mark.parametrize("sidecar", [None, {"RepetitionTime": 0}], ids=["no sidecar", "zero too"])
def test_a_missing_repetition_time_is_an_error_that_names_the_sidecar(
    folder, mask, series, run, sidecar
):
    (folder / "bold.json").unlink()
    write_masked(
        folder / "bold.nii.gz", series, mask, AFFINE, repetition_time=2.0, sidecar=sidecar
    )

    with pytest.raises(ValueError, match=r"no repetition time: .* missing in bold\.json"):
        run(folder)


def test_the_sidecar_gives_the_repetition_time_where_the_header_says_zero(folder, mask, series):
    run_metrics(folder)
    expected = values(folder, "alff", mask)
    write_masked(folder / "bold.nii.gz", series, mask, AFFINE, repetition_time=0.0)

    run_metrics(folder)  # bold.json is still there

    np.testing.assert_array_equal(values(folder, "alff", mask), expected)


def test_integers_with_scale_factors_are_read_in_the_unit_of_the_series(folder, mask):
    stored = np.random.default_rng(3).integers(-3000, 3000, (*mask.shape, 60)).astype(np.int16)
    image = nib.Nifti1Image(stored, AFFINE)
    image.header.set_slope_inter(0.25, 100.0)
    image.to_filename(folder / "bold.nii.gz")
    assert nib.load(folder / "bold.nii.gz").dataobj.slope == 0.25

    run_metrics(folder)

    expected, _ = alff_and_falff(smooth(stored[mask] * 0.25 + 100.0, mask, **SMOOTHING), **BAND)
    np.testing.assert_allclose(values(folder, "alff", mask), expected, rtol=1e-5)


def test_constant_voxels_have_no_metric_and_are_no_neighbours(folder, mask, series):
    series[[5, 40]] = 100.0
    write_masked(folder / "bold.nii.gz", series, mask, AFFINE)

    run_metrics(folder, fwhm_mm=0.0)
    run_seeds(folder)

    for name in MEASURES:
        assert (np.flatnonzero(values(folder, name, mask) == 0) == [5, 40]).all()


def test_a_series_of_constants_alone_is_an_error(folder, mask, series):
    write_masked(folder / "bold.nii.gz", np.full_like(series, 7.0), mask, AFFINE)

    with pytest.raises(ValueError, match="there is no signal in the mask"):
        run_metrics(folder)
