"""Rank correlation of every feature with the clinical score, in patients."""

import logging

import numpy as np
import pandas as pd

from restpain.association import fdr, p_method, spearman, spearman_interval
from restpain.folds import step_seed
from restpain.participants import read_participants
from restpain.runlog import start_log
from restpain.tables import read_table, write_json, write_table

logger = logging.getLogger("correlate_score")

CONFIDENCE = 0.95
COLUMNS = {
    "cluster_id": "Cluster whose mean is correlated.",
    "measure": "Measure of the cluster.",
    "region": "AAL2 region of its peak.",
    "hemisphere": "Side of its peak.",
    "score": "Column of the participants table.",
    "n": "Patients with a score.",
    "rho": "Spearman's rank correlation.",
    "p": "Two-sided p of rho, not corrected for the number of clusters.",
    "rho_low": "Lower end of the 95 % percentile bootstrap interval of rho.",
    "rho_high": "Upper end of that interval.",
    "q_fdr": "False discovery rate over all rows (Benjamini and Hochberg).",
    "p_method": "exact: all orders of the score; t: approximation by the t distribution.",
}


def correlate_score(
    *,
    participants_path: str,
    features_paths: list[str],
    tables_paths: list[str],
    association_path: str,
    columns_path: str,
    patients: str,
    controls: str,
    score: str | None,
    n_bootstrap: int,
    seed: int,
) -> None:
    rows = []
    if score is None:
        logger.info("no score is set, so that nothing is correlated")
    else:
        table = read_participants(participants_path, patients=patients, controls=controls)
        table = table[(table["group"] == patients) & (table["exclude"] == "")]
        scores = pd.to_numeric(table.set_index("participant_id")[score]).dropna().astype(float)
        logger.info("%d of %d patients have the score %s", len(scores), len(table), score)
        for features_path, table_path in zip(features_paths, tables_paths, strict=True):
            features = read_table(features_path).set_index("participant_id").loc[scores.index]
            for cluster in read_table(table_path).itertuples():
                values = features[cluster.cluster_id].to_numpy()
                rho, p = spearman(values, scores.to_numpy())
                low, high = spearman_interval(
                    values,
                    scores.to_numpy(),
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
                        "n": len(scores),
                        "rho": rho,
                        "p": p,
                        "rho_low": low,
                        "rho_high": high,
                        "p_method": p_method(len(scores)),
                    }
                )

    association = pd.DataFrame(rows, columns=list(COLUMNS))
    association["q_fdr"] = fdr(association["p"].to_numpy(np.float64))
    write_table(association_path, association)
    write_json(columns_path, {name: {"Description": text} for name, text in COLUMNS.items()})


if __name__ == "__main__":
    start_log(snakemake.log[0])
    correlate_score(
        participants_path=snakemake.input.participants,
        features_paths=snakemake.input.features,
        tables_paths=snakemake.input.tables,
        association_path=snakemake.output.association,
        columns_path=snakemake.output.columns,
        patients=snakemake.params.patients,
        controls=snakemake.params.controls,
        score=snakemake.params.score,
        n_bootstrap=snakemake.params.n_bootstrap,
        seed=snakemake.params.seed,
    )
