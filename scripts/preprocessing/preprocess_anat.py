"""Bias correction, normalisation to MNI152, brain mask and tissues of one participant's T1."""

import logging
from pathlib import Path

import numpy as np

from restpain.cohort.derivatives import anatomical_sidecars
from restpain.io.images import read_arrays, read_mask, read_volume, write_volume
from restpain.io.job import run_job
from restpain.io.tables import write_json
from restpain.preprocessing.affine import Reference, fit_affine
from restpain.preprocessing.affine_gate import check_affine, local_correlation
from restpain.preprocessing.normalisation import (
    brain_voxels,
    dice,
    inverse_displacement,
    jacobian_determinant,
    nonlinear_displacement,
    on_template,
    point_field,
)
from restpain.preprocessing.points import applied
from restpain.preprocessing.t1_values import from_zero
from restpain.preprocessing.template import voxel_sizes
from restpain.preprocessing.tissues import CLASSES, segment
from restpain.preprocessing.trilinear import sampled

logger = logging.getLogger("preprocess_anat")

# the largest images, in steps far below their noise: a third of the disk of single precision
STORED_AS = {"t1w": np.int16} | dict.fromkeys(CLASSES, np.uint8)


def preprocess_anat(
    *,
    inputs: dict[str, str],
    outputs: dict[str, str],
) -> None:
    t1, affine = read_volume(inputs["t1w"])
    t1 = from_zero(t1)
    template, grid = read_volume(inputs["template_T1w"])
    mask, _ = read_mask(inputs["template_mask"])
    priors = {name: read_volume(inputs[f"template_{name}"])[0] for name in CLASSES}
    output_grid, output_affine = read_volume(inputs["grid"])
    voxel_mm = float(voxel_sizes(grid)[0])
    logger.info("%s voxels of %s mm", t1.shape, np.round(voxel_sizes(affine), 2).tolist())

    fit = fit_affine(t1, affine, Reference(**read_arrays(inputs["template_reference"])))
    aligned = on_template(t1, affine, fit.matrix, shape=template.shape, grid=grid)
    local = local_correlation(template, aligned, mask)
    logger.info(
        "affine: objective %.3f, local correlation %.3f, determinant %.3f",
        fit.objective,
        local,
        fit.determinant,
    )
    check_affine(fit, local, Path(inputs["t1w"]).name)

    displacement = nonlinear_displacement(aligned, template, mask, voxel_mm=voxel_mm)
    inverse = inverse_displacement(displacement, voxel_mm=voxel_mm)
    brain, coordinates = brain_voxels(
        t1.shape, affine, mask=mask, grid=grid, inverse=inverse, to_t1=fit.matrix
    )
    tissue_priors = np.stack([sampled(priors[name], coordinates) for name in CLASSES], axis=1)
    probabilities, bias = segment(t1, brain, tissue_priors)
    corrected = t1 / bias
    tissues = {}
    for column, name in enumerate(CLASSES):
        tissues[name] = np.zeros(t1.shape, np.float32)
        tissues[name][brain] = probabilities[:, column]

    overlap = {}
    for name in ("GM", "WM"):
        normalised = on_template(
            tissues[name],
            affine,
            fit.matrix,
            shape=template.shape,
            grid=grid,
            displacement=displacement,
        )
        overlap[name] = dice(normalised > 0.5, priors[name] > 0.5)
    field = point_field(
        displacement, grid, fit.matrix, shape=output_grid.shape, affine=output_affine
    )
    volume_ml = float(np.prod(voxel_sizes(affine))) / 1000
    folded = jacobian_determinant(displacement, mask, voxel_mm=voxel_mm) <= 0
    write_json(
        outputs["qc"],
        {
            "affine_objective": fit.objective,
            "affine_local_correlation": local,
            "affine_determinant": fit.determinant,
            "dice_gm": overlap["GM"],
            "dice_wm": overlap["WM"],
            "brain_volume_ml": int(brain.sum()) * volume_ml,
            **{
                f"{name.lower()}_ml": float(tissues[name].sum(dtype=float)) * volume_ml
                for name in ("GM", "WM", "CSF")
            },
            "folded_voxels": int(folded.sum()),
        },
    )
    normalised = sampled(corrected, applied(np.linalg.inv(affine), field))
    images = {"t1w": corrected, "mask": brain} | tissues | {"normalised": normalised, "xfm": field}
    sidecars = anatomical_sidecars(inputs["t1w"], outputs)
    for name, image in images.items():
        grid_affine = output_affine if name in ("normalised", "xfm") else affine
        how = {"sidecar": sidecars[name], "stored_as": STORED_AS.get(name)}
        write_volume(outputs[name], image, grid_affine, **how)


if __name__ == "__main__":
    run_job(preprocess_anat, snakemake)
