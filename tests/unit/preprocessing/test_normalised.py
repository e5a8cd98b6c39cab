"""The script preprocess_func on a small head, stored in every form that NIfTI allows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from scipy import ndimage

from restpain.io.images import read_mask, read_masked, read_volume, repetition_time, write_volume
from restpain.io.tables import read_json, read_table
from restpain.preprocessing.denoising import denoised
from restpain.preprocessing.image_quality import carpet_series
from restpain.preprocessing.motion import rigid_matrix
from restpain.preprocessing.normalised import normalised_rest
from scripts.preprocessing.preprocess_func import preprocess_func

TR, N_VOLUMES = 2.0, 24
T1_AFFINE = np.diag([3.0, 3, 3, 1])
T1_AFFINE[:3, 3] = [-81, -99, -75]
T1_SHAPE = (55, 67, 51)
GRID = np.diag([6.0, 6, 6, 1])
GRID[:3, 3] = [-72, -90, -66]
GRID_SHAPE = (25, 31, 23)
BOLD_AFFINE = np.diag([5.0, 5, 6, 1])
BOLD_AFFINE[:3, 3] = [-82, -102, -73]
OUTPUTS = (
    "denoised.nii.gz",
    "mask.nii.gz",
    "boldref.nii.gz",
    "carpet.nii.gz",
    "confounds.tsv",
    "qc.json",
)


def points(shape, affine):
    """Coordinates in mm of all voxels, (x, y, z, 3)."""
    return np.moveaxis(np.indices(shape), 0, -1) @ affine[:3, :3].T + affine[:3, 3]


def tissues(where):
    """Shares of white matter, grey matter, CSF and scalp at points in mm; folded like a brain."""
    x, y, z = np.moveaxis(where / [62, 78, 56], -1, 0)
    radius = np.sqrt(x**2 + y**2 + z**2)
    folds = 0.05 * (np.cos(9 * np.arctan2(y, x) + 1) + np.cos(7 * z + 3 * x) + np.sin(6 * y))
    edges = [1 / (1 + np.exp((radius - r + f) * 25)) for r, f in
             ((0.62, folds), (0.84, 0.3 * folds), (0.95, 0), (1.08, 0), (1.2, 0))]  # fmt: skip
    white, grey = edges[0], edges[1] - edges[0]
    return white, grey, edges[2] - edges[1], edges[4] - edges[3]


def bold(affine, shape, *, moved=True):
    """Rest series of the head: signals of the tissues, a drift, noise, small motion."""
    rng = np.random.default_rng(3)
    course = np.sin(2 * np.pi * np.arange(N_VOLUMES) * TR * np.array([[0.03], [0.05], [0.02]]))
    noise = rng.normal(0, 3, (6, 7, 5, N_VOLUMES))
    where = points(shape, affine)
    at = np.moveaxis((where + [90, 110, 80]) / 36, -1, 0)
    volumes = []
    for t in range(N_VOLUMES):
        pose = 0.02 * t * np.array([1, -1, 0.5, 0.004, -0.003, 0.002]) * moved
        back = np.linalg.inv(rigid_matrix(pose))
        white, grey, csf, scalp = tissues(where @ back[:3, :3].T + back[:3, 3])
        rest = ndimage.map_coordinates(noise[..., t], at, order=1, mode="nearest")
        volumes.append(
            white * (620 + 4 * course[0, t])
            + grey * (800 + 12 * course[1, t])
            + csf * (1150 + 15 * course[2, t])
            + scalp * 250
            + (white + grey + csf) * rest
            + 5
        )
    return np.stack(volumes, axis=-1).astype(np.float32)


@pytest.fixture(scope="session")
def anatomy(tmp_path_factory):
    """Folder with the T1, its tissues, the template's mask and the way from one to the other."""
    folder = tmp_path_factory.mktemp("anatomy") / "sub-01"
    white, grey, csf, scalp = tissues(points(T1_SHAPE, T1_AFFINE))
    write_volume(folder / "t1w.nii.gz", 900 * white + 600 * grey + 250 * csf + 700 * scalp,
                 T1_AFFINE)  # fmt: skip
    write_volume(folder / "brain.nii.gz", white + grey + csf > 0.5, T1_AFFINE)
    write_volume(folder / "wm.nii.gz", white, T1_AFFINE)
    write_volume(folder / "csf.nii.gz", csf, T1_AFFINE)
    grid = points(GRID_SHAPE, GRID)
    write_volume(folder / "template.nii.gz", sum(tissues(grid)[:3]) > 0.5, GRID)
    write_volume(folder / "xfm.nii.gz", grid.astype(np.float32), GRID)
    return folder


def options(anatomy, folder, name="bold.nii.gz", **changes):
    """Arguments of preprocess_func for a folder that holds the series."""
    folder = Path(folder)
    inputs = {key: str(anatomy / f"{key}.nii.gz") for key in ("t1w", "wm", "csf", "xfm")}
    inputs |= {"bold": str(folder / name), "sidecar": str(folder / "bold.json")}
    inputs["brain_mask"] = str(anatomy / "brain.nii.gz")
    inputs["template_mask"] = str(anatomy / "template.nii.gz")
    return {
        "inputs": inputs,
        "outputs": {file.split(".")[0]: str(folder / file) for file in OUTPUTS},
        "drop_volumes": 2,
        "slice_order": "off",
        "motion_estimation": "after_slice_timing",
        "nuisance": ["trend", "wm", "csf"],
        "regression_band_hz": None,
    } | changes


def stored(folder, data, affine, *, name="bold.nii.gz", sidecar=None, dtype=None, unit="sec"):
    """Write the series with nibabel, as other tools would, and its sidecar."""
    image = nib.Nifti1Image(data, affine)
    image.header.set_xyzt_units("mm", unit)
    image.header.set_zooms((*image.header.get_zooms()[:3], TR, 1)[: data.ndim])
    if dtype:
        image.set_data_dtype(dtype)
    nib.save(image, folder / name)
    sidecar = {"RepetitionTime": TR} if sidecar is None else sidecar
    (folder / "bold.json").write_text(json.dumps(sidecar))


@pytest.fixture
def tmp_path(tmp_path):
    """Folder of a participant, since the sources in sidecars are named from there."""
    folder = tmp_path / "sub-01"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def series():
    return bold(BOLD_AFFINE, (33, 41, 25))


@pytest.fixture(scope="session")
def plain(anatomy, series, tmp_path_factory):
    """Results of the series as this workflow itself stores it."""
    folder = tmp_path_factory.mktemp("plain") / "sub-01"
    folder.mkdir()
    stored(folder, series, BOLD_AFFINE)
    preprocess_func(**options(anatomy, folder))
    return folder


def same_bytes(one, other):
    return {name: (one / name).read_bytes() == (other / name).read_bytes() for name in OUTPUTS}


def test_the_carpet_is_the_series_before_regression_of_voxels_of_the_mask(plain):
    mask, affine = read_mask(plain / "mask.nii.gz")
    denoised = read_masked(plain / "denoised.nii.gz", mask, affine)
    carpet = read_volume(plain / "carpet.nii.gz")[0][:, 0, 0]

    after = carpet_series(denoised).astype(float)
    assert carpet.shape == after.shape
    assert repetition_time(plain / "carpet.nii.gz") == TR
    removed = carpet - carpet.mean(axis=1, keepdims=True) - after
    # what least squares takes out is orthogonal to what it leaves
    share = np.abs((removed * after).sum(axis=1)) / (after**2).sum(axis=1)
    assert share.max() < 1e-3
    assert (np.abs(removed).max(axis=1) > 0).all()


def test_a_small_head_comes_out_on_the_template_without_nuisance(plain, anatomy):
    mask, affine = read_mask(plain / "mask.nii.gz")
    template, _ = read_mask(anatomy / "template.nii.gz")
    denoised = read_masked(plain / "denoised.nii.gz", mask, affine)
    quality = json.loads((plain / "qc.json").read_text())
    confounds = read_table(plain / "confounds.tsv")

    assert (mask & template).sum() > 0.98 * template.sum()
    assert denoised.shape[1] == N_VOLUMES - 2
    assert np.abs(denoised.mean(axis=1)).max() < 1e-3
    signal = confounds["white_matter"] - confounds["white_matter"].mean()
    assert np.abs(denoised @ signal).max() < 1e-3 * np.linalg.norm(signal) * denoised.std() * 10
    # the head moved by 0.02 mm a volume along x: the parameters are the way back
    assert confounds["trans_x"].iloc[-1] == pytest.approx(-0.42, abs=0.06)
    grey = tissues(points(GRID_SHAPE, GRID))[1][mask] > 0.8
    course = np.sin(2 * np.pi * np.arange(2, N_VOLUMES) * TR * 0.05)
    removed = np.column_stack(
        [np.ones(N_VOLUMES - 2), np.arange(N_VOLUMES - 2), confounds[["white_matter", "csf"]]]
    )
    course -= removed @ np.linalg.lstsq(removed, course, rcond=None)[0]
    assert np.corrcoef(denoised[grey].mean(axis=0), course)[0, 1] > 0.95
    assert quality["n_volumes"] == N_VOLUMES - 2


def test_two_runs_with_one_and_two_threads_give_the_same_bytes(plain, anatomy, tmp_path):
    code = (
        "import json, sys; from scripts.preprocessing.preprocess_func import preprocess_func; "
        "preprocess_func(**json.loads(sys.argv[1]))"
    )
    root = Path(__file__).parents[3]
    search = f"{root / 'scripts'}{os.pathsep}{root}"
    for threads in ("1", "2"):
        folder = tmp_path / threads
        folder.mkdir()
        for name in ("bold.nii.gz", "bold.json"):
            (folder / name).write_bytes((plain / name).read_bytes())
        counts = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        subprocess.run(
            [sys.executable, "-c", code, json.dumps(options(anatomy, folder))],
            env=os.environ | dict.fromkeys(counts, threads) | {"PYTHONPATH": search},
            check=True,
        )
        assert all(same_bytes(folder, plain).values()), same_bytes(folder, plain)


def test_motion_estimated_before_slice_timing_does_not_depend_on_it(anatomy, series, tmp_path):
    parameters = {}
    for order in ("off", "sequential"):
        for when in ("before_slice_timing", "after_slice_timing"):
            stored(tmp_path, series[..., :14], BOLD_AFFINE)
            how = {"slice_order": order, "motion_estimation": when, "nuisance": []}
            preprocess_func(**options(anatomy, tmp_path, **how))
            parameters[order, when] = read_table(tmp_path / "confounds.tsv")["trans_z"].to_numpy()

    np.testing.assert_array_equal(
        parameters["off", "before_slice_timing"], parameters["sequential", "before_slice_timing"]
    )
    differs = (
        parameters["off", "after_slice_timing"] - parameters["sequential", "after_slice_timing"]
    )
    assert np.abs(differs).max() > 1e-3


FORMS = {
    "not compressed": {"name": "bold.nii"},
    "big-endian": {"big": True},
    "a last dimension of one": {"shape": (33, 41, 25, N_VOLUMES, 1)},
    "volumes in the fifth dimension": {"shape": (33, 41, 25, 1, N_VOLUMES)},
    "another repetition time in the header": {"unit": "msec"},
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_values_in_another_form_give_the_same_bytes(
    form, anatomy, series, plain, tmp_path
):
    how = dict(FORMS[form])
    name, shape = how.pop("name", "bold.nii.gz"), how.pop("shape", series.shape)
    big = how.pop("big", False)
    stored(tmp_path, series.reshape(shape), BOLD_AFFINE, name=name, **how)
    if big:
        image = nib.load(tmp_path / name)
        header = image.header.as_byteswapped(">")
        nib.save(nib.Nifti1Image(series.astype(">f4"), None, header), tmp_path / name)
        assert nib.load(tmp_path / name).header.endianness == ">"

    preprocess_func(**options(anatomy, tmp_path, name))

    assert all(same_bytes(tmp_path, plain).values()), same_bytes(tmp_path, plain)


def difference(folder, plain):
    """Largest difference of the series, in parts of its standard deviation, and of the mean."""
    mask, affine = read_mask(plain / "mask.nii.gz")
    other, _ = read_mask(folder / "mask.nii.gz")
    assert (mask != other).sum() <= 0.005 * mask.sum()
    both = mask & other
    one, two = (read_masked(d / "denoised.nii.gz", both, affine) for d in (plain, folder))
    return np.sqrt(((one - two) ** 2).mean()) / one.std()


def test_integers_with_a_scale_slope_differ_by_their_rounding(anatomy, series, plain, tmp_path):
    stored(tmp_path, series, BOLD_AFFINE, dtype=np.int16)
    header = nib.load(tmp_path / "bold.nii.gz").dataobj
    assert header.slope < 0.05  # the rounding is below a twentieth of a unit of 800

    preprocess_func(**options(anatomy, tmp_path))

    assert difference(tmp_path, plain) < 0.01


def test_flipped_and_permuted_axes_are_the_same_head(anatomy, series, plain, tmp_path):
    image = nib.Nifti1Image(series, BOLD_AFFINE)
    turned = image.as_reoriented(np.array([[1, -1], [0, 1], [2, -1]]))

    stored(tmp_path, np.asarray(turned.dataobj), turned.affine)

    preprocess_func(**options(anatomy, tmp_path))

    assert difference(tmp_path, plain) < 0.05


def test_an_oblique_scan_in_a_turned_world_is_the_same(anatomy, series, plain, tmp_path):
    turn = rigid_matrix(np.array([12.0, -7, 5, 0.2, -0.15, 0.3]))
    for name in ("t1w", "brain", "wm", "csf"):
        data, affine = read_volume(anatomy / f"{name}.nii.gz")
        write_volume(tmp_path / f"{name}.nii.gz", data, turn @ affine)
    where, grid = read_volume(anatomy / "xfm.nii.gz")
    write_volume(tmp_path / "xfm.nii.gz", where @ turn[:3, :3].T + turn[:3, 3], grid)
    template, _ = read_mask(anatomy / "template.nii.gz")
    write_volume(tmp_path / "template.nii.gz", template, grid)
    stored(tmp_path, series, turn @ BOLD_AFFINE)

    preprocess_func(**options(tmp_path, tmp_path))

    assert difference(tmp_path, plain) < 0.1


@pytest.mark.parametrize("n_slices", [24, 25])
def test_even_and_odd_slice_counts_are_both_interleaved(anatomy, plain, tmp_path, n_slices):
    stored(tmp_path, bold(BOLD_AFFINE, (33, 41, n_slices)), BOLD_AFFINE)

    preprocess_func(**options(anatomy, tmp_path, slice_order="interleaved"))

    quality = json.loads((tmp_path / "qc.json").read_text())
    expected = json.loads((plain / "qc.json").read_text())
    assert quality["slice_timing"] == "interleaved order, as configured"
    assert quality["tsnr_median"] == pytest.approx(expected["tsnr_median"], rel=0.1)
    assert quality["coregistration_cost"] == pytest.approx(
        expected["coregistration_cost"], abs=0.1
    )


@pytest.mark.parametrize(
    ("shape", "sidecar", "message"),
    [
        ((33, 41, 25, N_VOLUMES), {}, "bold.nii.gz has no repetition time: RepetitionTime is not"),
        ((33, 41, 25, N_VOLUMES // 2, 2), None, "has 5 dimensions, a series has 4"),
    ],
)
def test_a_form_that_does_not_say_what_it_is_stops_in_one_sentence(
    shape, sidecar, message, anatomy, series, tmp_path
):
    stored(tmp_path, series.reshape(shape), BOLD_AFFINE, sidecar=sidecar)

    with pytest.raises(ValueError, match=message):
        preprocess_func(**options(anatomy, tmp_path))


@pytest.fixture(scope="module")
def normalised(anatomy, plain):
    arguments = options(anatomy, plain)
    return normalised_rest(
        arguments["inputs"],
        **{key: arguments[key] for key in ("drop_volumes", "slice_order", "motion_estimation")},
        with_components=True,
    )


def test_denoised_with_the_same_regressors_it_is_what_preprocess_func_writes(normalised, plain):
    mask, affine = read_mask(plain / "mask.nii.gz")

    result = denoised(normalised, names=["trend", "wm", "csf"], band_hz=None)

    np.testing.assert_array_equal(normalised.mask, mask)
    np.testing.assert_array_equal(
        result.series, read_masked(plain / "denoised.nii.gz", mask, affine)
    )
    np.testing.assert_array_equal(normalised.affine, affine)


def test_quality_and_reference_are_those_that_are_written(normalised, plain):
    written = read_json(plain / "qc.json")

    assert normalised.quality["coregistration_cost"] == written["coregistration_cost"]
    assert normalised.quality["unsettled_volumes"] == written["unsettled_volumes"]
    assert normalised.reference.shape == normalised.mask.shape


def test_components_do_not_change_the_other_signals(normalised, plain, anatomy):
    arguments = options(anatomy, plain)
    without = normalised_rest(
        arguments["inputs"],
        **{key: arguments[key] for key in ("drop_volumes", "slice_order", "motion_estimation")},
        with_components=False,
    ).signals

    for name in ("wm", "csf", "global", "motion"):
        np.testing.assert_array_equal(without[name], normalised.signals[name])
    assert normalised.signals["acompcor"].shape == (len(without["wm"]), 5)
