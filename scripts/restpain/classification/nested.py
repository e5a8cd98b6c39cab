"""Nested cross-validation: out-of-fold predictions of an arm and their summary."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from restpain.classification.columns import CALIBRATION, NESTED_WEIGHTS
from restpain.classification.evaluation import (
    auc,
    auc_intervals,
    brier,
    calibration,
    counts,
    mean_auc,
    permutation_p,
    youden_cutoff,
)
from restpain.classification.folds import Fold
from restpain.classification.harmonisation import harmonised
from restpain.classification.logistic import Fitter
from restpain.intervals import wilson_interval
from restpain.random_seeds import step_seed

DECIMALS = 6  # of probabilities; all numbers are computed from what the tables hold
N_SHUFFLES = 9999  # of the labels, with fixed predictions
N_BINS = 5  # of the calibration
CUTOFF_RULE = "largest Youden index in the inner folds of the training set"


@dataclass(frozen=True)
class Arm:
    """Model and features of an arm.

    Attributes
    ----------
    name : str
    description : str
        The features in words.
    features : dict of int to DataFrame of shape (n_participants, n_features)
        By fold number, indexed by participant_id; a table may have no column.
    fit : callable
        The model.
    sites : Series, optional
        Site of each participant, if the features are to be harmonised in each training set.
    """

    name: str
    description: str
    features: dict[int, pd.DataFrame]
    fit: Fitter
    sites: pd.Series | None = None


def predict_folds(
    arm: Arm, labels: pd.Series, folds: list[Fold], *, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Fit the model on the training set of each fold and predict its test set.

    Features are harmonised across the sites of the arm, if it has any, with estimates from the
    training set. A feature that is constant there is omitted. Without any feature every
    participant gets the share of patients in the cohort, which the design of a case-control study
    fixes; it is the same in all folds and gives an AUC of 0.5. With a missing feature (NaN) nobody
    is classified: probabilities and cutoffs are NaN.

    Parameters
    ----------
    arm : Arm
    labels : Series
        1 for patients, 0 for controls, indexed by participant_id in the order of the folds.
    folds : list of Fold
    seed : int

    Returns
    -------
    predictions : DataFrame
        arm, repeat, fold, participant_id, probability and cutoff of the test participants.
    weights : DataFrame
        ``NESTED_WEIGHTS``: share of each learner in each fold with a feature.
    records : list of str
        Participants that each step was fitted on.

    Raises
    ------
    ValueError
        If ComBat or a model is fitted on a participant outside the training set.
    """
    tables, weights, records = [], [], []
    for fold in folds:
        features = arm.features[fold.number]
        training, tested = features[fold.training], features[fold.test]
        if features.isna().any(axis=None):
            tables.append(_predictions(arm, fold, tested, np.nan, np.nan))
            continue
        if arm.sites is not None:
            records.append(fold.training_record(f"ComBat of {arm.name}", training.index))
            training, tested = harmonised(training, tested, arm.sites)
        varying = training.nunique() > 1
        training, tested = training.loc[:, varying], tested.loc[:, varying]
        records.append(fold.training_record(f"model of {arm.name}", training.index))
        if training.shape[1]:
            truth = labels[training.index].to_numpy()
            prediction = arm.fit(
                training.to_numpy(float),
                truth,
                tested.to_numpy(float),
                step_seed(seed, arm.name, fold.number),
            )
            probability = prediction.test.round(DECIMALS)
            cutoff = youden_cutoff(truth, prediction.training.round(DECIMALS))
            weights += [(arm.name, fold.number, *pair) for pair in prediction.weights.items()]
        else:
            cutoff = round(float(labels.mean()), DECIMALS)
            probability = np.full(len(tested), cutoff)
        tables.append(_predictions(arm, fold, tested, probability, cutoff))
    weight_table = pd.DataFrame(weights, columns=list(NESTED_WEIGHTS))
    return pd.concat(tables, ignore_index=True), weight_table, records


def _predictions(arm: Arm, fold: Fold, tested: pd.DataFrame, probability, cutoff) -> pd.DataFrame:
    """Rows of the test participants of a fold."""
    return pd.DataFrame(
        {
            "arm": arm.name,
            "repeat": fold.repeat,
            "fold": fold.number,
            "participant_id": tested.index,
            "probability": probability,
            "cutoff": cutoff,
        }
    )


def first_repeat_auc(predictions: pd.DataFrame, labels: pd.Series) -> float:
    """AUC of the first repeat, to which the permutations of the groups belong.

    NaN if nobody is classified.
    """
    rows = predictions[predictions["repeat"] == predictions["repeat"].min()]
    if rows["probability"].isna().any():
        return float("nan")
    return auc(rows["participant_id"].map(labels), rows["probability"])


def nested_summary(
    predictions: pd.DataFrame, labels: pd.Series, *, n_bootstrap: int, seed: int
) -> dict:
    """Summary of an arm from its out-of-fold predictions.

    Parameters
    ----------
    predictions : DataFrame
        repeat, fold, participant_id, probability, cutoff; each participant once per repeat.
    labels : Series
        1 or 0, indexed by participant_id.

    Returns
    -------
    dict
        Columns ``auc`` to ``n`` of ``NESTED``, without those of permutations and cutoff rule;
        only ``auc_first_repeat``, NaN, and ``n`` if nobody is classified.
    """
    if predictions["probability"].isna().any():
        return {"auc_first_repeat": float("nan"), "n": len(labels)}
    wide = predictions.pivot(
        index="repeat", columns="participant_id", values=["probability", "cutoff", "fold"]
    )
    order = labels.index
    probability, cutoff, folds = (
        wide[name][order].to_numpy(float) for name in ("probability", "cutoff", "fold")
    )
    truth = labels.to_numpy()
    found = [counts(truth, row) for row in probability >= cutoff]
    n_patients, n_controls = found[0].n_patients, found[0].n_controls
    sensitivity = float(np.mean([each.sensitivity for each in found]))
    specificity = float(np.mean([each.specificity for each in found]))
    sensitivity_limits = wilson_interval(sensitivity * n_patients, n_patients)
    specificity_limits = wilson_interval(specificity * n_controls, n_controls)
    return {
        "auc": mean_auc(truth, probability),
        **auc_intervals(truth, probability, n_bootstrap=n_bootstrap, seed=seed),
        "auc_first_repeat": first_repeat_auc(predictions, labels),
        "p_shuffle": permutation_p(
            truth, probability, folds, n_permutations=N_SHUFFLES, seed=seed
        ),
        "sensitivity_percent": 100 * sensitivity,
        "sensitivity_low": 100 * sensitivity_limits[0],
        "sensitivity_high": 100 * sensitivity_limits[1],
        "specificity_percent": 100 * specificity,
        "specificity_low": 100 * specificity_limits[0],
        "specificity_high": 100 * specificity_limits[1],
        "accuracy_percent": 100 * float(np.mean([each.accuracy for each in found])),
        "balanced_accuracy_percent": 50 * (sensitivity + specificity),
        "brier": brier(np.broadcast_to(truth, probability.shape), probability),
        "n": len(truth),
    }


def calibration_table(name: str, predictions: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    """Calibration of an arm, pooled over repeats, columns ``CALIBRATION``.

    No row if nobody is classified.
    """
    predictions = predictions.dropna(subset="probability")
    truth = predictions["participant_id"].map(labels).to_numpy()
    bins = (
        calibration(truth, predictions["probability"].to_numpy(), n_bins=N_BINS)
        if len(truth)
        else []
    )
    rows = [(name, number, *row) for number, row in enumerate(bins, start=1)]
    return pd.DataFrame(rows, columns=list(CALIBRATION))


def weights_in_words(weights: pd.DataFrame) -> str | None:
    """Share of each learner, mean over the folds with a feature; None without learners."""
    if not len(weights):
        return None
    mean = weights.groupby("learner", sort=False)["weight"].mean()
    return ", ".join(f"{name} {value:.2f}" for name, value in mean.items())
