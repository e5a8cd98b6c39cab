"""Arm A, published protocol: one model per feature, regions selected on all participants."""

import logging

import pandas as pd

from restpain.classification.columns import PUBLISHED, PUBLISHED_PREDICTIONS
from restpain.classification.published_protocol import (
    feature_roc,
    feature_sets,
    published_protocol,
)
from restpain.cohort.participants import Comparison, included, read_participants
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_table
from restpain.random_seeds import step_seed

logger = logging.getLogger("classify_published")


def classify_published(
    *,
    features_paths: list[str],
    clusters_paths: list[str],
    participants_path: str,
    published_path: str,
    predictions_path: str,
    measures: list[str],
    comparison: dict,
    learners: list[str],
    test_fraction: float,
    n_repeats: int,
    max_leave_one_out: int,
    n_search_trials: int,
    n_bootstrap: int,
    seed: int,
) -> None:
    comparison = Comparison(**comparison)
    table = included(read_participants(participants_path, comparison))
    groups = table.set_index("participant_id")["group"]
    labels = (groups == comparison.patients).to_numpy(int)
    features = {
        # n/a: no voxel of the cluster has data of all participants
        measure: read_table(path, index_col="participant_id").loc[groups.index].dropna(axis=1)
        for measure, path in zip(measures, features_paths, strict=True)
    }
    regions = pd.concat([read_table(path) for path in clusters_paths]).set_index("cluster_id")
    rows, predictions = [], []
    for measure, cluster_id, columns in feature_sets(features):
        summary, predicted = published_protocol(
            columns,
            labels,
            learners=learners,
            test_fraction=test_fraction,
            n_repeats=n_repeats,
            max_leave_one_out=max_leave_one_out,
            n_search_trials=n_search_trials,
            seed=seed,
        )
        row = {"cluster_id": cluster_id, "measure": measure, **summary}
        if cluster_id != "all":
            row |= regions.loc[cluster_id, ["region", "hemisphere"]].to_dict()
            row |= feature_roc(
                columns[cluster_id].to_numpy(float),
                labels,
                n_bootstrap=n_bootstrap,
                seed=step_seed(seed, "bootstrap", cluster_id.upper()),
            )
        logger.info("%s %s: %s", measure, cluster_id, row["learners"])
        rows.append(row)
        predicted = predicted.assign(measure=measure, cluster_id=cluster_id)
        predictions.append(predicted.assign(group=predicted["participant_id"].map(groups)))
    logger.info("%d participants, %d rows", len(labels), len(rows))

    published = pd.DataFrame(rows, columns=list(PUBLISHED))
    write_table(published_path, published, PUBLISHED)
    empty = pd.DataFrame(columns=list(PUBLISHED_PREDICTIONS))
    predicted = pd.concat(predictions)[list(PUBLISHED_PREDICTIONS)] if rows else empty
    write_table(predictions_path, predicted, PUBLISHED_PREDICTIONS)


if __name__ == "__main__":
    run_job(classify_published, snakemake)
