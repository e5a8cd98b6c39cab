"""Preprocessed rest series of one participant: on the template's grid, without nuisance."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np

from restpain.cohort.bids import generating_programs
from restpain.cohort.bids_files import check_unchanged
from restpain.cohort.derivative_index import run_path
from restpain.io.images import read_mask, read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table
from restpain.preprocessing.denoising import denoised, write_denoised
from restpain.preprocessing.image_quality import given_mask, kept_volumes, without_gaps
from restpain.preprocessing.motion import displacement_jenkinson, rigid_matrix
from restpain.preprocessing.nuisance import fmriprep_signals
from restpain.preprocessing.points import applied, voxel_points
from restpain.preprocessing.trilinear import sampled

logger = logging.getLogger("import_derivatives")

WHOLE = 0.999  # share of a voxel whose neighbours all have data, but for rounding


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
    run = next(one for one in read_json(index_path)["series"] if one["chosen"])
    bold_path, tr = run_path(folder, run), run["repetition_time_s"]
    check_unchanged(bold_path, run)
    for file in run["companions"]:
        check_unchanged(Path(folder, file["path"]), file)
    programs = generating_programs(description_path) if description_path else None
    logger.info("preprocessed before by: %s", programs or "not stated")
    series, affine = read_volume(bold_path)
    n_read = series.shape[-1]
    has_data = without_gaps(series, drop=drop_volumes)
    volumes = kept_volumes(series, drop=drop_volumes, name=run["label"])
    logger.info("%s: %d of %d volumes, TR %g s", run["label"], len(volumes), n_read, tr)

    template, grid = read_mask(template_mask_path)
    points = applied(grid, voxel_points(template.shape))
    voxels = applied(np.linalg.inv(affine), points)
    inside = ((voxels >= 0) & (voxels <= np.array(volumes.shape[1:]) - 1)).all(axis=-1)
    candidates = template & inside & (sampled(has_data.astype(np.float32), voxels) > WHOLE)
    if run["mask_path"]:
        given, given_affine = read_mask(Path(folder, run["mask_path"]))
        given_voxels = applied(np.linalg.inv(given_affine), points)
        candidates &= sampled(given.astype(np.float32), given_voxels) >= 0.5
    boldref = sampled(volumes.mean(axis=0), voxels)
    series = np.stack([sampled(volume, voxels[candidates]) for volume in volumes], axis=1)
    mask, rule = given_mask(
        series, boldref, candidates=candidates, has_mask=bool(run["mask_path"])
    )
    logger.info("mask: %s", rule)
    series = series[mask[candidates]]

    signals, origin = {"global": series.mean(axis=0, dtype=float)}, run["label"]
    if run["confounds_path"]:
        origin = Path(run["confounds_path"]).name
        table = read_table(Path(folder, run["confounds_path"]))
        if len(table) != n_read:
            raise ValueError(f"{origin} has {len(table)} rows, {run['label']} {n_read} volumes")
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

    space = run["space"] or "not stated"
    write_denoised(
        outputs,
        replace(result, sidecar=result.sidecar | {"SpaceOfInput": space}),
        mask=mask,
        affine=grid,
        boldref=boldref,
        series=series,
        quality={
            "mask": rule,
            "coregistration_cost": None,
            "preprocessed_by": programs,
            "space_of_input": space,
        },
        sources=[],
    )


if __name__ == "__main__":
    run_job(import_derivatives, snakemake)
