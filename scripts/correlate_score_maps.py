"""Rank correlation of the patients' maps with the clinical score, in every voxel."""

import logging
from dataclasses import asdict

import numpy as np
import pandas as pd

from restpain.clustertable import numbered
from restpain.folds import step_seed
from restpain.groupmaps import maps_of_volumes, of_analysed, participant_of
from restpain.inference import Correction, permutation_null
from restpain.participants import read_participants
from restpain.permutation import size_threshold
from restpain.runlog import start_log
from restpain.scoremaps import (
    COLUMNS,
    rank_design,
    rank_smoothness,
    ranked_maps,
    score_clusters,
    spearman_map,
    unusable_score,
)
from restpain.tables import read_table, write_json, write_table
from restpain.volumes import read_mask, write_masked

logger = logging.getLogger("correlate_score_maps")

N_COVARIATES = 0  # the paper names none


def correlate_score_maps(
    *,
    maps_paths: list[str],
    mask_path: str,
    participants_path: str,
    seeds_paths: list[str],
    rho_path: str,
    z_path: str,
    labels_path: str,
    table_path: str,
    columns_path: str,
    correction_path: str,
    measure: str,
    patients: str,
    controls: str,
    score: str | None,
    correction: Correction,
    smoothness: str,
    n_permutations: int,
    seed: int,
) -> None:
    mask, affine = read_mask(mask_path)
    seeds = read_table(seeds_paths[0])["seed"].tolist() if measure == "fc" else [None]
    table = read_participants(participants_path, patients=patients, controls=controls)
    table = table.set_index("participant_id").loc[[participant_of(path) for path in maps_paths]]
    reason, scores = "no score is set", np.zeros(0)
    if score is not None:
        scores = pd.to_numeric(table[score]).to_numpy(np.float64)
        given = np.isfinite(scores)
        maps_paths = np.array(maps_paths)[given].tolist()
        scores = scores[given]
        reason = unusable_score(scores, n_covariates=N_COVARIATES)
    if reason:
        logger.info("nothing is correlated: %s", reason)
        seeds = []

    shape = (mask.sum(), len(seeds))
    images = {name: np.zeros(shape, np.float32) for name in ("rho", "z")}
    all_labels, tables, summaries = np.zeros(shape, np.int16), [], []
    for k, maps in enumerate(maps_of_volumes(maps_paths, mask, affine, n_volumes=len(seeds))):
        design = rank_design(scores, np.zeros((len(scores), N_COVARIATES)))
        ranks = ranked_maps(maps)
        rho, t, z = spearman_map(ranks, design)
        field = rank_smoothness(ranks, design, z, source=smoothness, mask=mask, affine=affine)
        null = permutation_null(
            ranks,
            design,
            mask,
            correction=correction,
            n_permutations=n_permutations,
            seed=step_seed(seed, "score"),
            with_scores=False,
        )
        all_labels[:, k], clusters, size = score_clusters(
            rho, t, z, mask, affine, df=design.df, dlh=field.dlh, correction=correction, null=null
        )
        images["rho"][:, k], images["z"][:, k] = rho, z
        tables.append(clusters)
        summaries.append(
            {
                "seed": seeds[k],
                **asdict(correction),
                "z_threshold": correction.z_threshold,
                "smoothness": smoothness,
                "dlh": field.dlh,
                "fwhm_mm": field.fwhm_mm,
                "n_voxels": int(mask.sum()),
                "df": design.df,
                "cluster_size_threshold": size,
                "cluster_size_permutation": size_threshold(
                    null.sizes, level=correction.cluster_p, tails=correction.tails
                ),
                "n_permutations": n_permutations,
                "n_clusters": len(clusters),
                "n_surviving_permutation": int(
                    np.sum(clusters["p_permutation"] < correction.cluster_p)
                ),
                "largest_rho": float(np.abs(rho).max()),
            }
        )
        logger.info("%s", summaries[-1])

    local = measure != "fc" and not reason  # else a volume per seed, or none
    clusters, all_labels = numbered(
        tables, all_labels, measure=measure, seeds=seeds, columns=COLUMNS, suffix="SCORE"
    )
    paths = {rho_path: images["rho"], z_path: images["z"], labels_path: all_labels}
    for path, values in paths.items():
        write_masked(path, values[:, 0] if local else values, mask, affine)
    write_table(table_path, clusters)
    write_json(columns_path, {name: {"Description": text} for name, text in COLUMNS.items()})
    summary = {"measure": measure, "score": score, "n": len(scores), "reason": reason}
    write_json(correction_path, summary | {"volumes": summaries})


if __name__ == "__main__":
    start_log(snakemake.log[0])
    correlate_score_maps(
        maps_paths=of_analysed(
            snakemake.input.maps, snakemake.input.participants, group=snakemake.params.patients
        ),
        mask_path=snakemake.input.mask,
        participants_path=snakemake.input.participants,
        seeds_paths=snakemake.input.seeds,
        rho_path=snakemake.output.rho,
        z_path=snakemake.output.z,
        labels_path=snakemake.output.labels,
        table_path=snakemake.output.table,
        columns_path=snakemake.output.columns,
        correction_path=snakemake.output.correction,
        measure=snakemake.wildcards.measure,
        patients=snakemake.params.patients,
        controls=snakemake.params.controls,
        score=snakemake.params.score,
        correction=Correction(
            voxel_p=snakemake.params.voxel_p,
            cluster_p=snakemake.params.cluster_p,
            tails=snakemake.params.tails,
            connectivity=snakemake.params.connectivity,
        ),
        smoothness=snakemake.params.smoothness,
        n_permutations=snakemake.params.n_permutations,
        seed=snakemake.params.seed,
    )
