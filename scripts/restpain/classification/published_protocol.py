"""Arm A, published protocol: one model per feature, regions selected on all participants."""

import numpy as np
import pandas as pd

from restpain.classification.ensemble import fit_and_predict
from restpain.classification.evaluation import auc, auc_intervals, counts, youden_cutoff
from restpain.classification.folds import inner_folds, stratified_split, training_folds
from restpain.random_seeds import step_seed

DECIMALS = 6  # of probabilities; all numbers are computed from what the tables hold


def feature_sets(
    features: dict[str, pd.DataFrame],
) -> list[tuple[str, str, pd.DataFrame]]:
    """Measure, cluster id and columns of each model of the published protocol.

    For one measure: each feature alone, then all features if there are several. For several
    measures: all features, if more than one measure has any.

    Parameters
    ----------
    features : dict of str to DataFrame of shape (n_participants, n_features)
        By measure, columns named by cluster id.
    """
    if len(features) == 1:
        ((measure, table),) = features.items()
        single = [(measure, name, table[[name]]) for name in table.columns]
        return single + ([(measure, "all", table)] if len(single) > 1 else [])
    tables = [table for table in features.values() if table.shape[1]]
    return [("all", "all", pd.concat(tables, axis=1))] if len(tables) > 1 else []


def published_protocol(
    features: pd.DataFrame,
    labels: np.ndarray,
    *,
    learners: list[str],
    test_fraction: float,
    n_repeats: int,
    max_leave_one_out: int,
    n_search_trials: int,
    seed: int,
) -> tuple[dict, pd.DataFrame]:
    """Cross-validation and cutoff in each training set, then prediction of its test set.

    The splits depend on the seed and the labels only, so that all features share them.

    Parameters
    ----------
    features : DataFrame of shape (n_participants, n_features)
        Indexed by participant_id.
    labels : ndarray of shape (n_participants,)
        1 for patients, 0 for controls.
    learners, test_fraction, n_repeats, max_leave_one_out, n_search_trials, seed
        As in the configuration.

    Returns
    -------
    summary : dict
        Columns ``auc`` to ``n_test`` and ``learners`` of ``PUBLISHED``.
    predictions : DataFrame
        repeat, participant_id, set, probability, feature.

    Raises
    ------
    ValueError
        If a feature is missing.
    """
    missing = features.isna().stack()
    if missing.any():
        participant, name = missing.index[missing][0]
        raise ValueError(
            f"the feature {name} of {participant} is missing; expected a number: exclude the "
            "participant or recompute the feature"
        )
    values = features.to_numpy(float)
    rows, tables, weights = [], [], []
    for repeat in range(1, n_repeats + 1):
        test = stratified_split(
            labels, test_fraction=test_fraction, seed=step_seed(seed, "split", repeat)
        )
        n_folds = training_folds(np.count_nonzero(~test), max_leave_one_out=max_leave_one_out)
        prediction = fit_and_predict(
            values[~test],
            labels[~test],
            values[test],
            learners=learners,
            n_folds=n_folds,
            n_search_trials=n_search_trials,
            seed=step_seed(seed, "fit", repeat),
        )
        probability = np.empty(len(labels))
        probability[~test] = prediction.training
        probability[test] = prediction.test
        probability = probability.round(DECIMALS)
        cv_folds = inner_folds(labels[~test], n_folds)
        rows.append(_split_summary(labels, probability, test) | {"cv_folds": cv_folds})
        weights.append(prediction.weights)
        tables.append(
            pd.DataFrame(
                {
                    "repeat": repeat,
                    "participant_id": features.index,
                    "set": np.where(test, "test", "train_cv"),
                    "probability": probability,
                    "feature": values[:, 0] if values.shape[1] == 1 else np.nan,
                }
            )
        )
    splits = pd.DataFrame(rows)
    summary = {
        **splits.mean().to_dict(),
        "auc_sd": splits["auc"].std(),
        "auc_undefined_splits": int(splits["auc"].isna().sum()),
        "n_train": int(splits["n_train"].iloc[0]),
        "n_test": int(splits["n_test"].iloc[0]),
        "cv_folds": int(splits["cv_folds"].iloc[0]),
        "learners": _weights_in_words(weights, learners),
    }
    return summary, pd.concat(tables, ignore_index=True)


def _split_summary(labels: np.ndarray, probability: np.ndarray, test: np.ndarray) -> dict:
    cutoff = youden_cutoff(labels[~test], probability[~test])
    tested = counts(labels[test], probability[test] >= cutoff)
    return {
        "auc": auc(labels[test], probability[test]),
        "cv_auc": auc(labels[~test], probability[~test]),
        "cutoff": cutoff,
        "sensitivity_percent": 100 * tested.sensitivity,
        "specificity_percent": 100 * tested.specificity,
        "accuracy_percent": 100 * tested.accuracy,
        "n_train": int(np.count_nonzero(~test)),
        "n_test": int(np.count_nonzero(test)),
    }


def _weights_in_words(weights: list[dict[str, float]], learners: list[str]) -> str:
    mean = {name: np.mean([row.get(name, 0.0) for row in weights]) for name in learners}
    return ", ".join(f"{name} {mean[name]:.2f}" for name in learners)


def feature_roc(values: np.ndarray, labels: np.ndarray, *, n_bootstrap: int, seed: int) -> dict:
    """ROC analysis of a feature itself, without a model.

    The side on which patients lie is that of their mean and is kept in the bootstrap. A
    constant feature has an AUC of 0.5 and no meaningful cutoff.

    Returns
    -------
    dict
        Columns ``feature_auc`` to ``feature_specificity_percent`` of
        ``PUBLISHED``.
    """
    higher = values[labels == 1].mean() >= values[labels == 0].mean()
    scores = values if higher else -values
    drawn = {"n_bootstrap": n_bootstrap, "seed": seed}
    cutoff = youden_cutoff(labels, scores)
    called = counts(labels, scores >= cutoff)
    return {
        "feature_auc": auc(labels, scores),
        **auc_intervals(labels, scores, **drawn, prefix="feature_"),
        "feature_cutoff": cutoff if higher else -cutoff,
        "feature_patients": "higher" if higher else "lower",
        "feature_sensitivity_percent": 100 * called.sensitivity,
        "feature_specificity_percent": 100 * called.specificity,
    }
