"""Detection rate of the configured comparison by group size and effect size."""

import logging

import numpy as np

from restpain.group.inference import Correction
from restpain.io.images import read_mask
from restpain.io.job import run_job
from restpain.io.tables import read_json, write_json, write_table
from restpain.power.detection import COLUMNS, detection_table, simulated_effect
from restpain.random_seeds import step_seed

logger = logging.getLogger("estimate_power")

THRESHOLDS = ("voxel_p", "cluster_p", "tails", "connectivity")


def estimate_power(
    *,
    mask_path: str,
    model_paths: list[str],
    table_path: str,
    settings_path: str,
    n_per_group: list[int],
    effect_sizes: list[float],
    cluster_mm3: float,
    map_fwhm_mm: float | None,
    measure: str,
    n_draws: int,
    covariates: list[str],
    fwhm_mm: float,
    smoothing_kernel: str,
    correction: dict,
    seed: int,
) -> None:
    correction = Correction(**correction)
    mask, affine = read_mask(mask_path)
    origin = "power.fwhm_mm"
    if map_fwhm_mm is None:
        volumes = read_json(model_paths[0])["volumes"]
        if not volumes:
            raise ValueError(
                f"{model_paths[0]} has no map whose smoothness could be measured, since there was "
                "no seed; set power.measure to a local measure, or power.fwhm_mm"
            )
        map_fwhm_mm = tuple(np.mean([volume["fwhm_mm"] for volume in volumes], axis=0).tolist())
        origin = f"measured in the {measure} maps of this cohort"
    simulated = simulated_effect(
        mask,
        affine,
        volume_mm3=cluster_mm3,
        map_fwhm_mm=map_fwhm_mm,
        fwhm_mm=fwhm_mm,
        kernel=smoothing_kernel,
    )
    logger.info(
        "%d voxels searched, maps drawn in %d of them, effect in %d; smoothness %s mm (%s)",
        *(simulated.volume, simulated.around.sum(), simulated.ball.sum(), map_fwhm_mm, origin),
    )
    table = detection_table(
        simulated,
        affine,
        map_fwhm_mm=map_fwhm_mm,
        n_per_group=n_per_group,
        effect_sizes=effect_sizes,
        n_covariates=len(covariates),
        correction=correction,
        n_draws=n_draws,
        rng=np.random.default_rng(step_seed(seed, "power")),
    )
    write_table(table_path, table, COLUMNS)
    write_json(
        settings_path,
        {
            "voxels_searched": simulated.volume,
            "voxels_planted": int(simulated.ball.sum()),
            "planted_mm3": float(simulated.ball.sum() * abs(np.linalg.det(affine[:3, :3]))),
            "map_fwhm_mm": np.broadcast_to(map_fwhm_mm, 3),
            "map_fwhm_origin": origin,
            "smoothing_fwhm_mm": fwhm_mm,
            "n_covariates": len(covariates),
            **{name: getattr(correction, name) for name in THRESHOLDS},
        },
    )


if __name__ == "__main__":
    run_job(estimate_power, snakemake)
