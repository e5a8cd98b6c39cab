"""Preprocessed rest series of one participant: on the template's grid, without nuisance."""

import logging

import numpy as np

from restpain.cohort.bids import derivative_images, generating_programs
from restpain.io.images import read_mask, read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table
from restpain.preprocessing.denoising import denoised, write_denoised
from restpain.preprocessing.image_quality import given_mask, kept_volumes
from restpain.preprocessing.motion import displacement_jenkinson, rigid_matrix
from restpain.preprocessing.nuisance import fmriprep_signals
from restpain.preprocessing.points import applied, voxel_points
from restpain.preprocessing.trilinear import sampled

logger = logging.getLogger("import_derivatives")


def import_derivatives(
    *,
    folder: str,
    index_path: str,
    description_path: str | None,
    template_mask_path: str,
    outputs: dict[str, str],
    drop_volumes: int,
    nuisance: list[str],
    regression_band_hz: tuple[float, float] | None,
) -> None:
    images = derivative_images(folder)
    bold_path = images["bold"][0]
    tr = next(one for one in read_json(index_path)["series"] if one["chosen"])["repetition_time_s"]
    programs = generating_programs(description_path) if description_path else None
    logger.info("preprocessed before by: %s", programs or "not stated")
    series, affine = read_volume(bold_path)
    n_read = series.shape[-1]
    volumes = kept_volumes(series, drop=drop_volumes, name=bold_path.name)
    logger.info("%s: %d of %d volumes, TR %g s", bold_path.name, len(volumes), n_read, tr)

    template, grid = read_mask(template_mask_path)
    points = applied(grid, voxel_points(template.shape))
    voxels = applied(np.linalg.inv(affine), points)
    inside = ((voxels >= 0) & (voxels <= np.array(volumes.shape[1:]) - 1)).all(axis=-1)
    candidates = template & inside
    if images["mask"]:
        given, given_affine = read_mask(images["mask"][0])
        given_voxels = applied(np.linalg.inv(given_affine), points)
        candidates &= sampled(given.astype(np.float32), given_voxels) >= 0.5
    boldref = sampled(volumes.mean(axis=0), voxels)
    series = np.stack([sampled(volume, voxels[candidates]) for volume in volumes], axis=1)
    mask, rule = given_mask(series, boldref, candidates=candidates, has_mask=bool(images["mask"]))
    logger.info("mask: %s", rule)
    series = series[mask[candidates]]

    signals, origin = {"global": series.mean(axis=0, dtype=float)}, bold_path.name
    if images["confounds"]:
        origin = images["confounds"][0].name
        table = read_table(images["confounds"][0])
        if len(table) != n_read:
            raise ValueError(f"{origin} has {len(table)} rows, {bold_path.name} {n_read} volumes")
        signals = fmriprep_signals(table[drop_volumes:])
    jenkinson = None
    if signals.get("motion") is not None:
        transforms = np.linalg.inv([rigid_matrix(row) for row in signals["motion"]])
        jenkinson = displacement_jenkinson(transforms, centre_mm=np.zeros(3))
    result = denoised(
        series,
        mask=mask,
        template=template,
        repetition_time=tr,
        names=nuisance,
        signals=signals,
        jenkinson=jenkinson,
        band_hz=regression_band_hz,
        dropped_volumes=drop_volumes,
        timing="as preprocessed before",
        origin=origin,
    )

    write_denoised(
        outputs,
        result,
        mask=mask,
        affine=grid,
        boldref=boldref,
        series=series,
        quality={"mask": rule, "coregistration_cost": None, "preprocessed_by": programs},
        sources=[],
    )


if __name__ == "__main__":
    run_job(import_derivatives, snakemake)
