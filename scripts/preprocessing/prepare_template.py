"""The MNI152 template (2009a, symmetric) on the grid of registration and on that of the maps."""

import logging

import numpy as np
from nilearn.datasets import (
    load_mni152_brain_mask,
    load_mni152_gm_template,
    load_mni152_template,
    load_mni152_wm_template,
)

from restpain.io.images import write_volume
from restpain.io.log import start_log
from restpain.preprocessing.template import covering_grid, template_grid, template_images

logger = logging.getLogger("prepare_template")

SOURCES = {
    "T1w": load_mni152_template,
    "mask": load_mni152_brain_mask,
    "GM": load_mni152_gm_template,
    "WM": load_mni152_wm_template,
}


def prepare_template(
    *,
    anat_paths: dict[str, str],
    func_paths: dict[str, str],
    normalisation_mm: float,
    voxel_mm: float,
) -> None:
    """Write the images ``T1w``, ``mask``, ``GM``, ``WM`` and ``CSF`` to the paths of that name."""
    images = {name: load(resolution=1) for name, load in SOURCES.items()}
    sources = {name: np.asarray(image.dataobj, np.float32) for name, image in images.items()}
    affine = images["T1w"].affine
    grids = {
        "anat": covering_grid(sources["T1w"].shape, affine, voxel_mm=normalisation_mm),
        "func": template_grid(voxel_mm),
    }
    for name, paths in (("anat", anat_paths), ("func", func_paths)):
        shape, target = grids[name]
        resampled = template_images(sources, affine, shape=shape, target=target)
        logger.info("%s: %s voxels, %d in the brain", name, shape, resampled["mask"].sum())
        for image, path in paths.items():
            write_volume(path, resampled[image], target)


if __name__ == "__main__":
    start_log(snakemake.log[0])
    prepare_template(
        anat_paths={
            "T1w": snakemake.output.anat_t1w,
            "mask": snakemake.output.anat_mask,
            "GM": snakemake.output.anat_gm,
            "WM": snakemake.output.anat_wm,
            "CSF": snakemake.output.anat_csf,
        },
        func_paths={
            "T1w": snakemake.output.func_t1w,
            "mask": snakemake.output.func_mask,
            "GM": snakemake.output.func_gm,
            "WM": snakemake.output.func_wm,
            "CSF": snakemake.output.func_csf,
        },
        normalisation_mm=snakemake.params.normalisation_mm,
        voxel_mm=snakemake.params.voxel_mm,
    )
