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
from restpain.group.maps import maps_of_volumes, read_scored_patients, searched_by_all
from restpain.group.permutation_null import correction_of_maps, permutation_null
from restpain.group.search import part_of_mask
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
    covered_paths: list[str],
    seeds_paths: list[str],
    seed_images_paths: list[str],
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
    seed_distance_mm: float | None,
    seed: int,
) -> None:
    comparison = Comparison(**comparison)
    correction = Correction(**correction)
    maps_paths = of_analysed(maps_paths, participants_path, group=comparison.patients)
    mask, affine = grid = read_mask(mask_path)
    seeds = read_table(seeds_paths[0])["seed"].tolist() if measure == "fc" else [None]
    reason, n_patients, design = "no score is set", 0, None
    if score is not None:
        cohort = (participants_path, motion_paths, comparison)
        scored = read_scored_patients(*cohort, score=score, covariates=covariates)
        n_patients = len(scored.score)
        reason = unusable_score(scored.score, n_covariates=len(scored.names))
        path_of = {participant_of(path): path for path in maps_paths}
        maps_paths = [path_of[label] for label in scored.participants]
    if not reason:
        design = rank_design(scored.score, scored.covariates, scored.names)
    else:
        logger.info("nothing is correlated: %s", reason)
        seeds = []

    shape = (np.count_nonzero(mask), len(seeds))
    rho, t, z = np.zeros(shape), np.full(shape, np.nan), np.zeros(shape, np.float32)
    images = (maps_paths, covered_paths, seed_images_paths, *grid)
    searched = searched_by_all(*images, n_volumes=len(seeds), distance_mm=seed_distance_mm)
    parts = [(part_of_mask(mask, inside), affine) for inside in searched.T]
    fields, nulls = [], []
    drawn = {"seed": step_seed(seed, "score"), "n_permutations": n_permutations}
    drawn |= {"with_scores": False, "correction": correction}
    for k, maps in enumerate(maps_of_volumes(maps_paths, *grid, n_volumes=len(seeds))):
        inside = searched[:, k]
        ranks = ranked_maps(maps if inside.all() else maps[:, inside])
        rho[inside, k], t[inside, k], z[inside, k] = spearman_map(ranks, design)
        fields.append(rank_smoothness(ranks, design, z[inside, k], *parts[k], source=smoothness))
        nulls.append(permutation_null(ranks, design, parts[k][0], **drawn))
    together, df = {"correction": correction, "across": across_seeds}, design.df if design else 0
    correction, nulls, q = correction_of_maps(t, df, nulls, **together)

    labels, tables, summaries = np.zeros(shape, np.int16), [], []
    for k, field in enumerate(fields):
        corrected = {"null": nulls[k], "correction": correction, "dlh": field.dlh}
        inside = searched[:, k]
        tested = (*(volume[inside, k] for volume in (rho, t, z)), *parts[k])
        labels[inside, k], clusters, size = score_clusters(*tested, q=q[inside, k], **corrected)
        tables.append(clusters)
        sizes = {"fwhm_mm": field.fwhm_mm, "size_threshold": size}
        sizes |= {"seed": seeds[k], "smoothness": smoothness}
        summaries.append(
            correction_summary(z[inside, k], parts[k][0], **sizes, **corrected)
            | {"df": design.df}
            | {"largest_rho": float(np.abs(rho[:, k]).max())}
        )
        logger.info("%s", summaries[-1])

    for path, values in ((rho_path, rho.astype(np.float32)), (z_path, z)):
        write_masked(path, values[:, 0] if seeds == [None] else values, *grid)
    paths = (labels_path, table_path, columns_path)
    described = {"measure": measure, "seeds": seeds, "columns": COLUMNS, "suffix": "SCORE"}
    write_clusters(tables, labels, *grid, paths, **described)
    names = scored.names if score is not None else ()
    summary = {"measure": measure, "score": score, "n": n_patients, "reason": reason}
    write_json(correction_path, summary | {"covariates": names, "volumes": summaries})


if __name__ == "__main__":
    run_job(correlate_score_maps, snakemake)
