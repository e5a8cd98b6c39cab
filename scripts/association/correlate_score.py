"""Rank correlation of every feature with the clinical score, in patients."""

import logging

import numpy as np
import pandas as pd

from restpain.association.features import fdr, p_method, spearman, spearman_interval
from restpain.group.maps import read_scored_patients
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_sidecar, write_table
from restpain.random_seeds import step_seed

logger = logging.getLogger("correlate_score")

CONFIDENCE = 0.95
COLUMNS = {
    "cluster_id": "Cluster whose mean is correlated.",
    "measure": "Measure of the cluster.",
    "region": "AAL2 region of its peak.",
    "hemisphere": "Side of its peak.",
    "score": "Column of the participants table.",
    "n": "Patients with a score.",
    "rho": "Spearman's rank correlation, partial if there are covariates.",
    "p": "Two-sided p of rho, not corrected for the number of clusters.",
    "rho_low": "Lower end of the 95 % percentile bootstrap interval of rho.",
    "rho_high": "Upper end of that interval.",
    "q_fdr": "False discovery rate over all rows (Benjamini and Hochberg).",
    "p_method": "exact: all orders of the score; orders: all orders of what the covariates "
    "leave of it; t: approximation by the t distribution.",
    "covariates": "What rho is adjusted for (partial correlation); n/a for none.",
}


def correlate_score(
    *,
    participants_path: str,
    motion_paths: list[str],
    features_paths: list[str],
    tables_paths: list[str],
    association_path: str,
    columns_path: str,
    patients: str,
    controls: str,
    score: str | None,
    covariates: list[str],
    n_bootstrap: int,
    seed: int,
) -> None:
    rows = []
    if score is None:
        logger.info("no score is set, so that nothing is correlated")
    else:
        scored = read_scored_patients(
            participants_path,
            motion_paths,
            patients=patients,
            controls=controls,
            score=score,
            covariates=covariates,
        )
        n = len(scored.score)
        logger.info(
            "%d patients have the score %s; covariates: %s", n, score, ", ".join(scored.names)
        )
        for features_path, table_path in zip(features_paths, tables_paths, strict=True):
            features = (
                read_table(features_path)
                .set_index("participant_id")
                .loc[list(scored.participants)]
            )
            for cluster in read_table(table_path).itertuples():
                values = features[cluster.cluster_id].to_numpy()
                triple = (values, scored.score, scored.covariates)
                rho, p = spearman(*triple)
                low, high = spearman_interval(
                    *triple,
                    n_bootstrap=n_bootstrap,
                    seed=step_seed(seed, "association", cluster.cluster_id),
                    confidence=CONFIDENCE,
                )
                rows.append(
                    {
                        "cluster_id": cluster.cluster_id,
                        "measure": cluster.measure,
                        "region": cluster.region,
                        "hemisphere": cluster.hemisphere,
                        "score": score,
                        "n": n,
                        "rho": rho,
                        "p": p,
                        "rho_low": low,
                        "rho_high": high,
                        "p_method": p_method(n, n_covariates=len(scored.names)),
                        "covariates": ", ".join(scored.names) or None,
                    }
                )

    association = pd.DataFrame(rows, columns=list(COLUMNS))
    association["q_fdr"] = fdr(association["p"].to_numpy(np.float64))
    write_table(association_path, association)
    write_sidecar(columns_path, COLUMNS)


if __name__ == "__main__":
    run_job(correlate_score, snakemake)
