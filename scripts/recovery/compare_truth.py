"""One simulated participant against the ground truth: errors in mm, effects after each stage."""

import logging
from pathlib import Path

import numpy as np

from restpain.cohort.confounds import MOTION
from restpain.cohort.timing import bids_timing
from restpain.io.images import read_mask, read_masked, read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table, write_json
from restpain.preprocessing.image_quality import kept_volumes
from restpain.preprocessing.points import applied, voxel_points
from restpain.preprocessing.slice_timing import timing_corrected
from restpain.preprocessing.splines import resampled_series
from restpain.recovery.truth import (
    estimated_matrices,
    measured,
    position_errors,
    simulated_matrices,
    true_points,
)

logger = logging.getLogger("compare_truth")


def compare_truth(
    *,
    inputs: dict[str, str],
    comparison_path: str,
    drop_volumes: int,
    slice_order: str | list[float] | None,
    band_hz: tuple[float, float],
    fwhm_mm: float,
    smoothing_kernel: str,
    reho_neighbours: int,
) -> None:
    truth, qc = read_json(inputs["participant"]), read_json(inputs["qc"])
    brain, affine = read_mask(inputs["brain"])
    points = applied(affine, voxel_points(brain.shape).astype(float))
    found = read_volume(inputs["xfm"])[0]
    field, field_affine = read_volume(inputs["true_xfm"])
    true = true_points(field, field_affine, points.reshape(-1, 3)).reshape(found.shape)

    parameters = read_table(inputs["confounds"])[list(MOTION)].to_numpy(float)
    found_matrices = estimated_matrices(parameters, np.array(qc["t1_to_first_volume"]))
    true_matrices = simulated_matrices(truth)[drop_volumes:]
    errors = position_errors(
        found[brain].astype(float),
        true[brain],
        found_matrices=found_matrices,
        true_matrices=true_matrices,
    )
    logger.info("%s", errors)

    effects, stages = read_json(inputs["effects"])["effects"], {}
    if effects:
        name = Path(inputs["bold"]).name
        image, bold_affine = read_volume(inputs["bold"])
        facts = bids_timing(read_json(inputs["sidecar"]), matrix=image.shape[:3])
        volumes = kept_volumes(image, drop=drop_volumes, name=name)
        volumes, _ = timing_corrected(volumes, slice_order, facts=facts, name=name)
        mask, _ = read_mask(inputs["mask"])
        from_mm = np.linalg.inv(bold_affine)

        images = read_volume(inputs["regions"])[0] > 0
        regions = [{"measure": effect["measure"]} for effect in effects]
        for row in read_table(inputs["places"]).itertuples():
            regions[row.effect - 1][row.role] = images[..., row.volume]
        widths = {"fwhm_mm": 0.0, "kernel": smoothing_kernel}
        rest = {
            "repetition_time": facts["repetition_time_s"],
            "band_hz": band_hz,
            "neighbours": reho_neighbours,
            "fwhm_mm": fwhm_mm,
            "kernel": smoothing_kernel,
        }

        def stage(series, **changed):
            return measured(series, mask, affine, regions, **(rest | changed))

        for key, points_mm, matrices in (
            ("acquired", true, true_matrices),
            ("normalised", found, found_matrices),
        ):
            series, _ = resampled_series(
                volumes,
                points=np.ascontiguousarray(points_mm[mask], np.float32),
                to_voxels=from_mm @ matrices,
            )
            stages[key] = stage(series, **widths)
        series = read_masked(inputs["denoised"], mask, affine)
        stages["regressed"] = stage(series, **widths)
        stages["smoothed"] = stage(series)
    write_json(
        comparison_path,
        {
            "participant_id": truth["participant_id"],
            "group": truth["group"],
            **errors,
            "stages": {key: [None if np.isnan(v) else v for v in values]
                       for key, values in stages.items()},
        },
    )  # fmt: skip


if __name__ == "__main__":
    run_job(compare_truth, snakemake)
