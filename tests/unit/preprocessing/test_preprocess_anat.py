"""The anatomy stage as a whole, on a head made of the template."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from nilearn.datasets import load_mni152_brain_mask, load_mni152_template
from scipy import ndimage

from restpain.io.images import read_arrays, read_mask, read_volume, write_volume
from restpain.io.tables import read_json
from restpain.preprocessing.affine import reference
from scripts.preprocessing.prepare_template import prepare_template
from scripts.preprocessing.preprocess_anat import preprocess_anat

IMAGES = ("T1w", "mask", "GM", "WM", "CSF")
OUTPUTS = ("t1w", "mask", "GM", "WM", "CSF", "normalised", "xfm")
PLACED = np.array([[0.93, 0, 0, 5], [0, 0.93, -0.14, -8], [0, 0.14, 0.9, 12], [0, 0, 0, 1.0]])
PROGRAM = (
    "import json, sys; from scripts.preprocessing.preprocess_anat import preprocess_anat; "
    "preprocess_anat(**json.load(open(sys.argv[1])))"
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Folders of the outputs of two processes, of one thread and of two, and the template's."""
    folder = tmp_path_factory.mktemp("anatomy")
    anat, func = (
        {name: str(folder / f"{grid}_{name}.nii.gz") for name in IMAGES}
        for grid in ("anat", "func")
    )
    anat["reference"] = str(folder / "anat_reference.npz")
    outputs = {f"anat_{name}": path for name, path in anat.items()}
    outputs |= {f"func_{name}": path for name, path in func.items()}
    prepare_template(grid_path=None, outputs=outputs, normalisation_mm=3.0, voxel_mm=6.0)
    write_head(folder / "sub-01" / "T1w.nii.gz")
    threads = {}
    for n in (1, 2):
        outputs = folder / f"threads{n}" / "sub-01"
        outputs.mkdir(parents=True)
        arguments = {
            "inputs": {f"template_{name}": path for name, path in anat.items()}
            | {"t1w": str(folder / "sub-01" / "T1w.nii.gz"), "grid": func["T1w"]},
            "outputs": {name: str(outputs / f"{name}.nii.gz") for name in OUTPUTS}
            | {"qc": str(outputs / "qc.json")},
        }
        file = outputs.parent / "arguments.json"
        file.write_text(json.dumps(arguments))
        names = ("OMP", "OPENBLAS", "NUMBA", "MKL")
        limits = {f"{name}_NUM_THREADS": str(n) for name in names}
        limits["ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"] = str(n)
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(file)],
            env=os.environ | limits | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            check=True,
        )
        threads[n] = outputs
    return threads, func


def write_head(path):
    """Write a T1 of 3 mm with scalp, bias and noise: the template as ``PLACED`` places it."""
    image, brain = load_mni152_template(resolution=3), load_mni152_brain_mask(resolution=3)
    mask = np.asarray(brain.dataobj) > 0
    distance = ndimage.distance_transform_edt(~mask, sampling=3.0)
    whole = 500 * np.asarray(image.dataobj) * mask + 450 * ((distance > 9) & (distance < 15))
    grid = np.diag([3.0, 3.0, 3.0, 1.0])
    grid[:3, 3] = [-96, -130, -100]
    steps = np.linalg.inv(PLACED @ image.affine) @ grid
    t1 = ndimage.affine_transform(
        whole, steps[:3, :3], steps[:3, 3], output_shape=(64, 80, 76), order=1
    )
    t1 *= np.linspace(0.85, 1.15, 76)
    path.parent.mkdir()
    write_volume(path, np.abs(t1 + np.random.default_rng(0).normal(0, 8, t1.shape)), grid)


def test_one_thread_and_two_give_the_same_bytes(runs):
    threads, _ = runs

    first, second = (
        {path.name: path.read_bytes() for path in threads[n].iterdir()} for n in (1, 2)
    )

    assert len(first) == 2 * len(OUTPUTS) + 1  # images, their sidecars, the quality numbers
    assert first == second


def test_the_head_is_carried_to_where_it_was_placed(runs):
    threads, func = runs
    field, affine = read_volume(threads[1] / "xfm.nii.gz")
    brain, _ = read_mask(func["mask"])

    points = nib.affines.apply_affine(PLACED @ affine, np.argwhere(brain))
    error = np.linalg.norm(field[brain] - points, axis=1)

    assert np.sqrt((error**2).mean()) < 1.5  # mm; voxels of 3 mm
    assert read_json(threads[1] / "qc.json")["folded_voxels"] == 0


@pytest.mark.parametrize(
    "changed",
    [
        lambda t1: t1 * 1e-6,
        lambda t1: t1 * 1e8,
        lambda t1: t1 / t1.max() - 0.5,
        lambda t1: t1 + 300,
    ],
    ids=["tiny", "huge", "UNI of MP2RAGE", "offset"],
)
def test_neither_scale_nor_offset_of_the_t1_changes_the_result(runs, tmp_path, changed):
    threads, func = runs
    arguments = read_json(threads[1].parent / "arguments.json")
    t1, affine = read_volume(arguments["inputs"]["t1w"])
    place = tmp_path / "sub-01"
    write_volume(place / "T1w.nii.gz", changed(t1.astype(float)), affine)
    outputs = {name: str(place / Path(path).name) for name, path in arguments["outputs"].items()}

    preprocess_anat(
        inputs=arguments["inputs"] | {"t1w": str(place / "T1w.nii.gz")}, outputs=outputs
    )

    brain, _ = read_mask(func["mask"])
    fields = [read_volume(folder / "xfm.nii.gz")[0][brain] for folder in (threads[1], place)]
    apart = np.linalg.norm(fields[0] - fields[1], axis=1)
    assert np.sqrt((apart**2).mean()) < 0.1  # mm; greedy rounds its warp to 0.3 mm here
    found, expected = (read_json(folder / "qc.json") for folder in (place, threads[1]))
    assert found == pytest.approx(expected, rel=2e-3)


def test_the_points_of_the_template_are_stored_with_every_digit(runs):
    paths = read_json(runs[0][1].parent / "arguments.json")["inputs"]
    template, affine = read_volume(paths["template_T1w"])

    expected = reference(template, read_mask(paths["template_mask"])[0], affine)

    stored = read_arrays(paths["template_reference"])
    assert list(stored) == list(expected._fields)
    for name, values in stored.items():
        assert values.dtype == getattr(expected, name).dtype
        np.testing.assert_array_equal(values, getattr(expected, name))


def test_tissues_sum_to_one_in_the_brain_and_are_zero_outside(runs):
    threads, _ = runs
    brain, _ = read_mask(threads[1] / "mask.nii.gz")
    total = sum(read_volume(threads[1] / f"{name}.nii.gz")[0] for name in ("GM", "WM", "CSF"))

    # each is stored in steps of 1/255 and so wrong by half a step at most
    np.testing.assert_allclose(total[brain], 1, atol=1e-5 + 1.5 / 255)
    assert not total[~brain].any()


def test_every_image_has_a_sidecar_that_says_what_it_is(runs):
    threads, _ = runs

    for name in OUTPUTS:
        sidecar = read_json(Path(threads[1]) / f"{name}.json")
        assert sidecar["Description"]
        assert sidecar["Sources"][0].startswith("bids:")
