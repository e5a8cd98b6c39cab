"""Arms B, C and D in one repeat: a test set is used for its prediction alone."""

import logging

import pandas as pd

from restpain.classification.arms import leak_free_arms
from restpain.classification.columns import NESTED_ARMS, NESTED_PREDICTIONS, NESTED_WEIGHTS
from restpain.classification.fold_regions import features_from_table
from restpain.classification.folds import folds_from_table
from restpain.classification.nested import predict_folds
from restpain.cohort.participants import Comparison
from restpain.group.maps import read_cohort
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_table

logger = logging.getLogger("classify_nested")


def classify_nested(
    *,
    qc_paths: list[str],
    participants_path: str,
    folds_path: str,
    features_path: str,
    atlas_path: str,
    predictions_path: str,
    weights_path: str,
    arms_path: str,
    measures: list[str],
    comparison: dict,
    harmonise: bool,
    learners: list[str],
    n_folds: int,
    n_search_trials: int,
    connectivity: bool,
    seed: int,
) -> None:
    comparison = Comparison(**comparison)
    cohort = read_cohort(participants_path, qc_paths, qc_paths, comparison, harmonise=harmonise)
    groups = cohort.labels.map({1: comparison.patients, 0: comparison.controls})
    folds = folds_from_table(read_table(folds_path))
    arms = leak_free_arms(
        features_from_table(read_table(features_path), folds),
        read_table(atlas_path, index_col="participant_id"),
        cohort.design,
        cohort.motion,
        measures=measures,
        learners=learners,
        n_folds=n_folds,
        n_search_trials=n_search_trials,
        sites=cohort.sites,
        connectivity=connectivity,
    )
    predictions, weights, rows = [], [], []
    for arm in arms:
        predicted, weighed, records = predict_folds(arm, cohort.labels, folds, seed=seed)
        for record in records:
            logger.info("%s", record)
        without = sum(arm.features[fold.number].shape[1] == 0 for fold in folds)
        logger.info("%s: %d of %d folds without a feature", arm.name, without, len(folds))
        predictions.append(predicted.assign(group=predicted["participant_id"].map(groups)))
        weights.append(weighed)
        rows.append((arm.name, arm.description, without))

    predicted = pd.concat(predictions)[list(NESTED_PREDICTIONS)]
    write_table(predictions_path, predicted, NESTED_PREDICTIONS)
    filled = [table for table in weights if len(table)] or weights[:1]
    write_table(weights_path, pd.concat(filled), NESTED_WEIGHTS)
    write_table(arms_path, pd.DataFrame(rows, columns=list(NESTED_ARMS)), NESTED_ARMS)


if __name__ == "__main__":
    run_job(classify_nested, snakemake)
