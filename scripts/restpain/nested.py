"""Classification with nothing leaking: arms, their out-of-fold predictions and their numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from restpain.classification_columns import CALIBRATION
from restpain.design import MOTION, Design
from restpain.evaluation import (
    bootstrap_auc_interval,
    brier,
    calibration,
    counts,
    mean_auc,
    permutation_p,
    wilson_interval,
    youden_cutoff,
)
from restpain.folds import Fold, step_seed, stratified_folds
from restpain.learners import Prediction, fit_and_predict

DECIMALS = 6  # of probabilities; all numbers are computed from what the tables hold
N_PERMUTATIONS = 9999
N_BINS = 5  # of the calibration
CUTOFF_RULE = "largest Youden index in the inner folds of the training set"
NO_REGION = "none: no fold gave a significant region, so that nobody is told apart"

Fitter = Callable[[np.ndarray, np.ndarray, np.ndarray, int], Prediction]


def logistic_fitter(n_folds: int) -> Fitter:
    """Logistic regression on standardised columns, ridge penalty of 1 (C = 1).

    Standardisation and coefficients are those of the training rows. The probabilities of the
    training rows, from which the cutoff is chosen, come from inner folds.
    """

    def fit(training, labels, test, seed) -> Prediction:
        def predicted(rows, others):
            model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
            model.fit(training[rows], labels[rows])
            return model.predict_proba(others)[:, 1]

        inner = stratified_folds(
            labels, n_folds=int(min(n_folds, *np.bincount(labels))), seed=seed
        )
        held_out = np.empty(len(labels))
        for number in np.unique(inner):
            held_out[inner == number] = predicted(inner != number, training[inner == number])
        everybody = np.ones(len(labels), dtype=bool)
        return Prediction(held_out, predicted(everybody, test), {})

    return fit


def ensemble_fitter(learners: list[str], n_folds: int) -> Fitter:
    """AutoGluon's ensemble with inner folds of the training rows."""

    def fit(training, labels, test, seed) -> Prediction:
        return fit_and_predict(
            training, labels, test, learners=learners, n_folds=n_folds, seed=seed
        )

    return fit


@dataclass(frozen=True)
class Arm:
    """A model and what it is given.

    Attributes
    ----------
    name : str
    words : str
        The features, for the reader.
    features : dict of int to DataFrame of shape (n_participants, n_features)
        By fold, indexed by participant_id; they may have no column.
    fit : callable
        The model.
    """

    name: str
    words: str
    features: dict[int, pd.DataFrame]
    fit: Fitter


def leak_free_arms(
    regional: dict[int, pd.DataFrame],
    design: Design,
    motion: dict[str, float],
    *,
    measures: list[str],
    learners: list[str],
    n_folds: int,
) -> list[Arm]:
    """List the leak-free ensemble, and what it must beat.

    Parameters
    ----------
    regional : dict of int to DataFrame of shape (n_participants, n_features)
        By fold, the features whose regions its training participants gave.
    design : Design
        Its covariates are the demographics; without any that arm is left out.
    motion : dict of str to float
        Mean framewise displacement by participant_id, mm.
    measures, learners, n_folds
        As in the configuration; FC comes with the measures.
    """
    index = pd.Index(design.participants, name="participant_id")
    table = pd.DataFrame(design.matrix, index=index, columns=design.columns)
    demographics = table.drop(columns=["group", "intercept", MOTION], errors="ignore")
    movement = pd.DataFrame({MOTION: index.map(motion)}, index=index)
    persons, moved, nothing = (
        dict.fromkeys(regional, features) for features in (demographics, movement, table[[]])
    )
    names = ", ".join([*(measure.upper() for measure in measures), "FC"])
    any_region = any(features.shape[1] for features in regional.values())
    words = f"{names} of the regions of each fold" if any_region else NO_REGION
    logistic = logistic_fitter(n_folds)
    arms = [
        Arm("B nested", words, regional, ensemble_fitter(learners, n_folds)),
        Arm("D logistic", words, regional, logistic),
        Arm("D demographics", ", ".join(demographics), persons, logistic),
        Arm("D motion", "mean framewise displacement", moved, logistic),
        Arm("D dummy", "none: the share of patients", nothing, logistic),
    ]
    return [arm for arm in arms if arm.name != "D demographics" or demographics.shape[1]]


def predict_folds(
    arm: Arm, labels: pd.Series, folds: list[Fold], *, seed: int
) -> tuple[pd.DataFrame, list[str]]:
    """Fit the model on the training participants of each fold and predict the others.

    Without any feature every participant gets the share of patients in the cohort, which
    the design of a case-control study fixes; it is the same in all folds and so orders nobody.

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
        repeat, fold, participant_id, probability and cutoff of the test participants.
    records : list of str
        Who was seen.

    Raises
    ------
    ValueError
        If a participant of the test set is among those a model is fitted on.
    """
    tables, records = [], []
    for fold in folds:
        features = arm.features[fold.number]
        training, tested = features[fold.training], features[fold.test]
        records.append(fold.saw(f"model of {arm.name}", training.index))
        if features.shape[1]:
            truth = labels[training.index].to_numpy()
            prediction = arm.fit(
                training.to_numpy(float),
                truth,
                tested.to_numpy(float),
                step_seed(seed, arm.name, fold.number),
            )
            probability = prediction.test.round(DECIMALS)
            cutoff = youden_cutoff(truth, prediction.training.round(DECIMALS))
        else:
            cutoff = round(float(labels.mean()), DECIMALS)
            probability = np.full(len(tested), cutoff)
        tables.append(
            pd.DataFrame(
                {
                    "repeat": fold.repeat,
                    "fold": fold.number,
                    "participant_id": tested.index,
                    "probability": probability,
                    "cutoff": cutoff,
                }
            )
        )
    return pd.concat(tables, ignore_index=True), records


def nested_summary(
    predictions: pd.DataFrame, labels: pd.Series, *, n_bootstrap: int, seed: int
) -> dict:
    """All numbers of one arm from its out-of-fold predictions.

    Parameters
    ----------
    predictions : DataFrame
        repeat, fold, participant_id, probability, cutoff; each participant once per repeat.
    labels : Series
        1 or 0, indexed by participant_id.

    Returns
    -------
    dict
        Columns ``auc`` to ``n`` of ``classification_columns.NESTED``, but ``cutoff_rule``.
    """
    wide = predictions.pivot(
        index="repeat", columns="participant_id", values=["probability", "cutoff", "fold"]
    )
    order = labels.index
    probability, cutoff, folds = (
        wide[name][order].to_numpy(float) for name in ("probability", "cutoff", "fold")
    )
    truth = labels.to_numpy()
    low, high = bootstrap_auc_interval(truth, probability, n_bootstrap=n_bootstrap, seed=seed)
    found = [counts(truth, row) for row in probability >= cutoff]
    n_patients, n_controls = found[0].n_patients, found[0].n_controls
    sensitivity = float(np.mean([each.sensitivity for each in found]))
    specificity = float(np.mean([each.specificity for each in found]))
    sensitivity_limits = wilson_interval(sensitivity * n_patients, n_patients)
    specificity_limits = wilson_interval(specificity * n_controls, n_controls)
    return {
        "auc": mean_auc(truth, probability),
        "auc_low": low,
        "auc_high": high,
        "p_permutation": permutation_p(
            truth, probability, folds, n_permutations=N_PERMUTATIONS, seed=seed
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


def evaluate_arm(
    arm: Arm, labels: pd.Series, folds: list[Fold], *, n_bootstrap: int, seed: int
) -> tuple[dict, pd.DataFrame, pd.DataFrame, list[str]]:
    """Predict every fold and sum up: row, predictions and calibration of an arm.

    Returns
    -------
    row : dict
        ``NESTED`` columns.
    predictions : DataFrame
        ``NESTED_PREDICTIONS`` columns, but ``group``.
    bins : DataFrame
        ``CALIBRATION`` columns; all repeats together.
    records : list of str
        Who was seen by each fitted step.
    """
    predictions, records = predict_folds(arm, labels, folds, seed=seed)
    numbers = nested_summary(
        predictions, labels, n_bootstrap=n_bootstrap, seed=step_seed(seed, "interval", arm.name)
    )
    without = sum(arm.features[fold.number].shape[1] == 0 for fold in folds)
    row = {"arm": arm.name, "features": arm.words, **numbers, "cutoff_rule": CUTOFF_RULE}
    truth = predictions["participant_id"].map(labels).to_numpy()
    bins = calibration(truth, predictions["probability"].to_numpy(), n_bins=N_BINS)
    table = [(arm.name, number, *row) for number, row in enumerate(bins, start=1)]
    return (
        {**row, "folds_without_region": without},
        predictions.assign(arm=arm.name),
        pd.DataFrame(table, columns=list(CALIBRATION)),
        records,
    )
