"""Voxel-wise rank correlation of the patients' maps with the clinical score."""

import logging

import numpy as np

from restpain.association.maps import (
    COLUMNS,
    rank_design,
    rank_smoothness,
    ranked_maps,
    score_clusters,
    spearman_map,
    unusable_score,
)
from restpain.cohort.participants import Comparison, of_analysed, participant_of
from restpain.group.cluster_table import correction_summary, write_clusters
from restpain.group.inference import Correction
from restpain.group.maps import maps_of_volumes, read_scored_patients
from restpain.group.permutation_null import correction_of_maps, permutation_null
from restpain.io.images import read_mask, write_masked
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_json
from restpain.random_seeds import step_seed

logger = logging.getLogger("correlate_score_maps")


def correlate_score_maps(
    *,
    maps_paths: list[str],
    mask_path: str,
    participants_path: str,
    motion_paths: list[str],
    seeds_paths: list[str],
    rho_path: str,
    z_path: str,
    labels_path: str,
    table_path: str,
    columns_path: str,
    correction_path: str,
    measure: str,
    comparison: dict,
    score: str | None,
    covariates: list[str],
    correction: dict,
    across_seeds: bool,
    smoothness: str,
    n_permutations: int,
    seed: int,
) -> None:
    comparison = Comparison(**comparison)
    correction = Correction(**correction)
    maps_paths = of_analysed(maps_paths, participants_path, group=comparison.patients)
    mask, affine = grid = read_mask(mask_path)
    seeds = read_table(seeds_paths[0])["seed"].tolist() if measure == "fc" else [None]
    reason, n_patients, design = "no score is set", 0, None
    if score is not None:
        scored = read_scored_patients(
            participants_path, motion_paths, comparison, score=score, covariates=covariates
        )
        n_patients = len(scored.score)
        reason = unusable_score(scored.score, n_covariates=len(scored.names))
        path_of = {participant_of(path): path for path in maps_paths}
        maps_paths = [path_of[label] for label in scored.participants]
    if reason:
        logger.info("nothing is correlated: %s", reason)
        seeds = []
    else:
        design = rank_design(scored.score, scored.covariates, scored.names)

    shape = (np.count_nonzero(mask), len(seeds))
    rho, t, z = np.zeros(shape), np.zeros(shape), np.zeros(shape, np.float32)
    fields, nulls = [], []
    drawn = {"n_permutations": n_permutations, "seed": step_seed(seed, "score")}
    drawn["with_scores"] = False
    for k, maps in enumerate(maps_of_volumes(maps_paths, mask, affine, n_volumes=len(seeds))):
        ranks = ranked_maps(maps)
        rho[:, k], t[:, k], z[:, k] = spearman_map(ranks, design)
        fields.append(rank_smoothness(ranks, design, z[:, k], *grid, source=smoothness))
        nulls.append(permutation_null(ranks, design, mask, correction=correction, **drawn))
    correction, nulls, q = correction_of_maps(
        t, design.df if design else 0, nulls, correction=correction, across=across_seeds
    )

    labels, tables, summaries = np.zeros(shape, np.int16), [], []
    for k, field in enumerate(fields):
        corrected = {"null": nulls[k], "correction": correction, "dlh": field.dlh}
        labels[:, k], clusters, size = score_clusters(
            rho[:, k], t[:, k], z[:, k], *grid, q=q[:, k], **corrected
        )
        tables.append(clusters)
        sizes = {"fwhm_mm": field.fwhm_mm, "size_threshold": size, "n_clusters": len(clusters)}
        surviving = clusters["p_permutation"] < correction.cluster_p
        sources = {"seed": seeds[k], "smoothness": smoothness}
        summaries.append(
            correction_summary(z[:, k], mask, **sources, **sizes, **corrected)
            | {"df": design.df, "n_surviving_permutation": int(surviving.sum())}
            | {"largest_rho": float(np.abs(rho[:, k]).max())}
        )
        logger.info("%s", summaries[-1])

    one = seeds == [None]  # else a volume per seed, or none
    for path, values in ((rho_path, rho.astype(np.float32)), (z_path, z)):
        write_masked(path, values[:, 0] if one else values, *grid)
    paths = (labels_path, table_path, columns_path)
    described = {"measure": measure, "seeds": seeds, "columns": COLUMNS, "suffix": "SCORE"}
    write_clusters(tables, labels, *grid, paths, **described)
    names = scored.names if score is not None else ()
    summary = {"measure": measure, "score": score, "n": n_patients, "reason": reason}
    write_json(correction_path, summary | {"covariates": names, "volumes": summaries})


if __name__ == "__main__":
    run_job(correlate_score_maps, snakemake)
