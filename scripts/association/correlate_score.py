"""Rank correlation of every feature with the clinical score, in patients."""

import logging

import numpy as np
import pandas as pd

from restpain.association.features import (
    COLUMNS,
    fdr,
    p_method,
    spearman,
    spearman_interval,
)
from restpain.cohort.participants import Comparison
from restpain.group.maps import read_scored_patients
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_json, write_table
from restpain.random_seeds import step_seed

logger = logging.getLogger("correlate_score")

CONFIDENCE = 0.95
OF_CLUSTER = ("cluster_id", "measure", "region", "hemisphere")


def correlate_score(
    *,
    participants_path: str,
    motion_paths: list[str],
    features_paths: list[str],
    tables_paths: list[str],
    association_path: str,
    columns_path: str,
    comparison: dict,
    score: str | None,
    covariates: list[str],
    n_bootstrap: int,
    seed: int,
) -> None:
    comparison = Comparison(**comparison)
    rows = []
    if score is None:
        logger.info("no score is set, nothing is correlated")
    else:
        scored = read_scored_patients(
            participants_path, motion_paths, comparison, score=score, covariates=covariates
        )
        n = len(scored.score)
        logger.info(
            "%d patients have the score %s; covariates: %s", n, score, ", ".join(scored.names)
        )
        for features_path, table_path in zip(features_paths, tables_paths, strict=True):
            features = read_table(features_path).set_index("participant_id")
            features = features.loc[list(scored.participants)]
            for cluster in read_table(table_path).itertuples():
                values = features[cluster.cluster_id].to_numpy()
                triple = (values, scored.score, scored.covariates)
                rho, p = spearman(*triple)
                # in capitals, so that the draws do not depend on the spelling of the id
                low, high = spearman_interval(
                    *triple,
                    n_bootstrap=n_bootstrap,
                    seed=step_seed(seed, "association", cluster.cluster_id.upper()),
                    confidence=CONFIDENCE,
                )
                rows.append(
                    {name: getattr(cluster, name) for name in OF_CLUSTER}
                    | {"score": score, "n": n, "rho": rho, "p": p, "rho_low": low}
                    | {"rho_high": high, "p_method": p_method(n, n_covariates=len(scored.names))}
                    | {"covariates": ", ".join(scored.names) or None}
                )

    association = pd.DataFrame(rows, columns=list(COLUMNS))
    association["q_fdr"] = fdr(association["p"].to_numpy(np.float64))
    write_table(association_path, association)
    write_json(columns_path, {name: {"Description": text} for name, text in COLUMNS.items()})


if __name__ == "__main__":
    run_job(correlate_score, snakemake)
