"""Voxel-wise two-sample t of patients and controls, and one-sample t of each group."""

import logging

import numpy as np

from restpain.cohort.participants import Comparison, of_analysed, patients_first
from restpain.group.inference import estimated_smoothness
from restpain.group.maps import read_group, seed_surroundings
from restpain.group.models import fit_model, fit_one_sample, t_to_z
from restpain.group.normality import (
    NORMALITY_SIDECAR,
    least_normal,
    share_if_normal,
    share_not_normal,
)
from restpain.group.search import SEARCH_SIDECAR, part_of_mask, reasons_left_out
from restpain.io.images import write_masked
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_json
from restpain.random_seeds import step_seed

logger = logging.getLogger("fit_group_model")

LEVEL_NORMALITY = 0.05
DRAWS_NORMALITY = 10_000


def fit_group_model(
    *,
    maps_paths: list[str],
    mask_path: str,
    participants_path: str,
    motion_paths: list[str],
    covered_paths: list[str],
    seeds_paths: list[str],
    seed_images_paths: list[str],
    t_path: str,
    z_path: str,
    patients_path: str,
    controls_path: str,
    normality_path: str,
    n_path: str,
    model_path: str,
    measure: str,
    comparison: dict,
    seed_distance_mm: float | None,
    base: float,
    seed: int,
) -> None:
    comparison = Comparison(**comparison)
    maps_paths = of_analysed(maps_paths, participants_path)
    maps_paths = patients_first(maps_paths, participants_path, comparison)
    cohort = (participants_path, motion_paths, comparison, covered_paths)
    group = read_group(maps_paths, mask_path, *cohort)
    grid, design = (group.mask, group.affine), group.design
    seeds = read_table(seeds_paths[0])["seed"].tolist() if measure == "fc" else [None]
    own = seed_surroundings(
        seed_images_paths, *grid, n_volumes=len(seeds), distance_mm=seed_distance_mm
    )
    n, left_out = np.zeros(own.shape, np.uint16), []
    n_patients = int(design.patients.sum())
    logger.info(
        "%d patients, %d controls, %d voxels, %d degrees of freedom, columns %s, %d volumes",
        *(n_patients, design.controls.sum(), group.mask.sum(), design.df),
        *(", ".join(design.columns), len(seeds)),
    )

    paths = (t_path, z_path, patients_path, controls_path, normality_path)
    written = np.zeros((len(paths), *n.shape), np.float32)
    volumes = []
    for k, maps in enumerate(group.volumes(len(seeds))):
        fit = fit_model(maps, design.matrix, column=0)
        z = t_to_z(fit.t, fit.df).astype(np.float32)
        inside = fit.tested & ~own[:, k]
        n[:, k] = np.where(inside, fit.n, 0)
        left_out.append({"seed": seeds[k]} | reasons_left_out(fit, own[:, k]))
        logger.info("not searched: %s", left_out[-1])
        searched = (maps if inside.all() else maps[:, inside], design, fit.of_voxels(inside))
        volume = (part_of_mask(group.mask, inside), group.affine)
        field = estimated_smoothness(*searched, z[inside], *volume, source="residuals")
        parts = (maps[:n_patients], maps[n_patients:])
        one_sample = [fit_one_sample(part, base=base).t for part in parts]
        normality = least_normal(parts)
        written[:, :, k] = (fit.t, z, *one_sample, np.nan_to_num(normality))
        volumes.append({"seed": seeds[k], "dlh": field.dlh, "fwhm_mm": field.fwhm_mm})
        volumes[-1]["jarque_bera_share"] = share_not_normal(normality, level=LEVEL_NORMALITY)

    for path, columns in zip(paths, written, strict=True):
        sidecar = NORMALITY_SIDECAR if path == normality_path else None
        values = columns if measure == "fc" else columns[:, 0]
        write_masked(path, values, *grid, sidecar=sidecar)
    sidecar = SEARCH_SIDECAR | {"NotSearched": left_out, "SeedDistance": seed_distance_mm}
    write_masked(n_path, n if measure == "fc" else n[:, 0], *grid, sidecar=sidecar)
    write_json(
        model_path,
        {
            "measure": measure,
            "seeds": seeds,
            "n_patients": n_patients,
            "n_controls": int(design.controls.sum()),
            "df": design.df,
            "columns": design.columns,
            "covariates": comparison.covariates,
            "one_sample_base": base,
            "jarque_bera_share_if_normal": share_if_normal(
                [n_patients, int(design.controls.sum())],
                level=LEVEL_NORMALITY,
                n_draws=DRAWS_NORMALITY,
                seed=step_seed(seed, "normality"),
            ),
            "volumes": volumes,
        },
    )


if __name__ == "__main__":
    run_job(fit_group_model, snakemake)
