"""Learning curve: regions and logistic regression from a part of each training set."""

import logging

import numpy as np
import pandas as pd

from restpain.classification.columns import LEARNING_CURVE
from restpain.classification.evaluation import auc_intervals
from restpain.classification.fold_regions import (
    Search,
    fold_regions,
    read_local_maps,
    stored_connectivity,
)
from restpain.classification.folds import folds_from_table, smaller_training_sets
from restpain.classification.logistic import logistic_fitter
from restpain.classification.nested import Arm, first_repeat_auc, predict_folds
from restpain.cohort.participants import Comparison, included, of_analysed, read_participants
from restpain.cohort.training_sets import SHARES, estimable_shares
from restpain.group.maps import of_maps, read_cohort
from restpain.group.missing import uncovered
from restpain.io.images import read_mask
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_table
from restpain.random_seeds import step_seed

logger = logging.getLogger("classify_subsets")


def classify_subsets(
    *,
    maps_paths: list[str],
    series_paths: list[str],
    qc_paths: list[str],
    mask_path: str,
    covered_paths: list[str],
    participants_path: str,
    folds_path: str,
    curve_path: str,
    measures: list[str],
    comparison: dict,
    harmonise: bool,
    n_folds: int,
    n_bootstrap: int,
    seed: int,
    selection: dict,
) -> None:
    comparison = Comparison(**comparison)
    maps_paths = of_analysed(maps_paths, participants_path)
    series_paths = of_analysed(series_paths, participants_path)
    mask, affine = read_mask(mask_path)
    missing = uncovered(
        of_maps(covered_paths, of_analysed(qc_paths, participants_path)), mask, affine
    )
    cohort = read_cohort(participants_path, qc_paths, qc_paths, comparison, harmonise=harmonise)
    local = read_local_maps(maps_paths, measures, mask, affine, missing)
    all_folds = folds_from_table(read_table(folds_path))
    shares = estimable_shares(
        included(read_participants(participants_path, comparison)),
        comparison,
        n_columns=len(cohort.design.columns),
        n_folds=n_folds,
        harmonise=harmonise,
    )
    for share in set(SHARES) - set(shares):
        logger.warning("share %g left out: no degree of freedom for the group model", share)
    rows = []
    for share in shares:
        folds = smaller_training_sets(
            all_folds, cohort.labels.to_numpy(), share=share, seed=seed, sites=cohort.sites
        )
        found = fold_regions(
            local,
            stored_connectivity(series_paths, missing),
            [cohort.design] * len(folds),
            folds,
            Search(mask, affine, selection),
        )
        regional = {result.fold.number: result.features for result in found}
        arm = Arm(
            f"learning curve, {share:g}", "", regional, logistic_fitter(n_folds), cohort.sites
        )
        predictions, _, records = predict_folds(arm, cohort.labels, folds, seed=seed)
        for record in [*(record for result in found for record in result.records), *records]:
            logger.info("%s", record)
        ordered = predictions.set_index("participant_id")["probability"].loc[cohort.labels.index]
        step = {"n_bootstrap": n_bootstrap, "seed": step_seed(seed, "learning curve")}
        rows.append(
            {
                "share": share,
                "n_training": np.mean([fold.training.sum() for fold in folds]),
                "auc": first_repeat_auc(predictions, cohort.labels),
                **auc_intervals(cohort.labels.to_numpy(), ordered.to_numpy(), **step),
                "folds_without_region": sum(not table.shape[1] for table in regional.values()),
            }
        )
    write_table(curve_path, pd.DataFrame(rows, columns=list(LEARNING_CURVE)), LEARNING_CURVE)


if __name__ == "__main__":
    run_job(classify_subsets, snakemake)
