"""The MNI152 template (2009a, symmetric) on the grid of registration and on that of the maps."""

import logging

import numpy as np
from nilearn.datasets import (
    load_mni152_brain_mask,
    load_mni152_gm_template,
    load_mni152_template,
    load_mni152_wm_template,
)

from restpain.cohort.derivatives import template_sidecar
from restpain.io.images import (
    canonical_grid,
    read_mask,
    read_volume,
    write_arrays,
    write_volume,
)
from restpain.io.job import run_job
from restpain.io.tables import read_json
from restpain.preprocessing.affine import reference
from restpain.preprocessing.template import (
    covering_grid,
    template_grid,
    template_images,
    voxel_sizes,
)

logger = logging.getLogger("prepare_template")

SOURCES = {
    "T1w": load_mni152_template,
    "mask": load_mni152_brain_mask,
    "GM": load_mni152_gm_template,
    "WM": load_mni152_wm_template,
}


def prepare_template(
    *,
    grid_path: str | None,
    outputs: dict[str, str],
    normalisation_mm: float,
    voxel_mm: float | str,
) -> None:
    """Write the images of the template to ``anat_T1w``, ``func_T1w`` and so on.

    ``anat_reference`` are the points that the affine of every participant is fitted to.
    """
    images = {name: load(resolution=1) for name, load in SOURCES.items()}
    sources = {name: np.asarray(image.dataobj, np.float32) for name, image in images.items()}
    affine = images["T1w"].affine
    grids = {
        "anat": covering_grid(sources["T1w"].shape, affine, voxel_mm=normalisation_mm),
    }
    if grid_path:
        given = read_json(grid_path)
        grids["func"] = canonical_grid(given["matrix"], given["affine"])
    else:
        grids["func"] = template_grid(voxel_mm)
    for name, (shape, target) in grids.items():
        resampled = template_images(sources, affine, shape=shape, target=target)
        logger.info("%s: %s voxels, %d in the brain", name, shape, resampled["mask"].sum())
        for image, values in resampled.items():
            sidecar = template_sidecar(image, voxel_mm=voxel_sizes(target))
            write_volume(outputs[f"{name}_{image}"], values, target, sidecar=sidecar)
    template, affine = read_volume(outputs["anat_T1w"])  # as the registration reads it
    points = reference(template, read_mask(outputs["anat_mask"])[0], affine)
    write_arrays(outputs["anat_reference"], **points._asdict())


if __name__ == "__main__":
    run_job(prepare_template, snakemake)
