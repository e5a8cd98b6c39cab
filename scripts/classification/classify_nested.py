"""Arms B, C and D in one repeat: a test set is used for its prediction alone."""

import logging

import pandas as pd

from restpain.classification.arms import leak_free_arms
from restpain.classification.columns import NESTED_ARMS, NESTED_PREDICTIONS, NESTED_WEIGHTS
from restpain.classification.fold_regions import features_from_table
from restpain.classification.folds import folds_from_table
from restpain.classification.nested import predict_folds
from restpain.cohort.participants import of_analysed, participant_of
from restpain.group.maps import read_design, read_sites
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table, write_table

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
    patients: str,
    controls: str,
    covariates: list[str],
    site: str | None,
    learners: list[str],
    n_folds: int,
    n_search_trials: int,
    seed: int,
) -> None:
    qc_paths = of_analysed(qc_paths, participants_path)
    design = read_design(
        participants_path,
        qc_paths,
        qc_paths,
        patients=patients,
        controls=controls,
        covariates=covariates,
    )
    sites = read_sites(participants_path, design, patients=patients, controls=controls, site=site)
    index = pd.Index(design.participants, name="participant_id")
    labels = pd.Series(design.patients.astype(int), index=index)
    groups = labels.map({1: patients, 0: controls})
    folds = folds_from_table(read_table(folds_path))
    arms = leak_free_arms(
        features_from_table(read_table(features_path), folds),
        read_table(atlas_path, index_col="participant_id"),
        design,
        {participant_of(path): read_json(path)["mean_fd_jenkinson_mm"] for path in qc_paths},
        measures=measures,
        learners=learners,
        n_folds=n_folds,
        n_search_trials=n_search_trials,
        sites=sites,
    )
    predictions, weights, rows = [], [], []
    for arm in arms:
        predicted, weighed, records = predict_folds(arm, labels, folds, seed=seed)
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
