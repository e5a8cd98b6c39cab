"""Permutation null of the published and the leak-free classification.

Importing this module imports AutoGluon, which takes seconds.
"""

import numpy as np
import pandas as pd

from restpain.classification.arms import ensemble_fitter, plain_arms
from restpain.classification.fold_regions import Connectivity, FoldRegions, Search, fold_regions
from restpain.classification.folds import Fold, repeated_folds
from restpain.classification.logistic import logistic_fitter
from restpain.classification.nested import Arm, first_repeat_auc, predict_folds
from restpain.classification.published_protocol import published_protocol
from restpain.cohort.design import Design
from restpain.random_seeds import step_seed

WHOLE = 0  # number of the fold whose training set is the whole sample
TEST, CROSS_VALIDATED = "A test", "A cross-validation"


def permuted_regions(
    local: dict[str, np.ndarray],
    connectivity: Connectivity,
    design: Design,
    search: Search,
    *,
    permutation: int,
    n_folds: int,
    seed: int,
    sites: pd.Series | None = None,
) -> tuple[Design, list[FoldRegions]]:
    """Permuted groups with new outer folds and newly selected regions.

    Covariates, motion and sites stay with their participants.

    Returns
    -------
    design : Design
        With the permuted groups.
    found : list of FoldRegions
        Of the whole sample (fold 0), then of each outer fold.
    """
    generator = np.random.default_rng(step_seed(seed, "permutation", permutation))
    permuted = design.permuted(generator.permutation(len(design.participants)))
    outer = repeated_folds(
        design.participants,
        permuted.patients.astype(int),
        n_folds=n_folds,
        n_repeats=1,
        seed=seed,
        sites=sites,
    )
    no_test = np.zeros(len(design.participants), dtype=bool)
    folds = [Fold(WHOLE, 0, design.participants, no_test), *outer]
    return permuted, fold_regions(local, connectivity, [permuted] * len(folds), folds, search)


def permuted_aucs(
    design: Design,
    found: list[FoldRegions],
    motion: dict[str, float],
    *,
    learners: list[str],
    test_fraction: float,
    n_repeats: int,
    max_leave_one_out: int,
    n_folds: int,
    n_search_trials: int,
    seed: int,
    sites: pd.Series | None = None,
) -> list[dict]:
    """AUC of each arm with permuted groups, from the regions selected with them.

    Arm A, published protocol, uses all features and is never harmonised. Without a region in
    the whole sample its AUC counts as 0.5.

    Returns
    -------
    list of dict
        arm, auc, n_found: regions of the whole sample (published protocol), or outer folds with
        a feature.
    """
    labels = pd.Series(
        design.patients.astype(int), index=pd.Index(design.participants, name="participant_id")
    )
    whole, *outer = found
    n_regions = whole.features.shape[1]
    published = {"auc": 0.5, "cv_auc": 0.5}
    if n_regions:
        published, _ = published_protocol(
            whole.features,
            labels.to_numpy(),
            learners=learners,
            test_fraction=test_fraction,
            n_repeats=n_repeats,
            max_leave_one_out=max_leave_one_out,
            n_search_trials=n_search_trials,
            seed=seed,
        )
    rows = [
        {"arm": TEST, "auc": published["auc"], "n_found": n_regions},
        {"arm": CROSS_VALIDATED, "auc": published["cv_auc"], "n_found": n_regions},
    ]
    folds = [result.fold for result in outer]
    regional = {result.fold.number: result.features for result in outer}
    arms = [
        Arm("B nested", "", regional, ensemble_fitter(learners, n_folds, n_search_trials), sites),
        Arm("D logistic", "", regional, logistic_fitter(n_folds), sites),
        *plain_arms(design, motion, list(regional), n_folds=n_folds),
    ]
    for arm in arms:
        predictions, *_ = predict_folds(arm, labels, folds, seed=seed)
        value = first_repeat_auc(predictions, labels)
        n_found = sum(arm.features[fold.number].shape[1] > 0 for fold in folds)
        rows.append({"arm": arm.name, "auc": value, "n_found": n_found})
    return rows
