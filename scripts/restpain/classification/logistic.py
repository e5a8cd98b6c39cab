"""Predictions of a fitted model, and logistic regression."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from restpain.classification.folds import inner_folds, stratified_folds


@dataclass(frozen=True)
class Prediction:
    """Predicted probabilities to be a patient.

    Attributes
    ----------
    training : ndarray of shape (n_training,)
        Out-of-fold probability of each training row, from models fitted without it.
    test : ndarray of shape (n_test,)
        Probability of each test row.
    weights : dict of str to float
        Share of each learner in the ensemble; they sum to 1. Empty for one model alone.
    """

    training: np.ndarray
    test: np.ndarray
    weights: dict[str, float]


# training rows, their labels, test rows, seed
Fitter = Callable[[np.ndarray, np.ndarray, np.ndarray, int], Prediction]


def logistic_fitter(n_folds: int) -> Fitter:
    """Logistic regression on standardised columns, ridge penalty of 1 (C = 1).

    Standardisation and coefficients are those of the training rows. The probabilities of the
    training rows, from which the cutoff is selected, come from inner folds.
    """

    def fit(training, labels, test, seed) -> Prediction:
        def predicted(rows, others):
            model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
            model.fit(training[rows], labels[rows])
            return model.predict_proba(others)[:, 1]

        inner = stratified_folds(labels, n_folds=inner_folds(labels, n_folds), seed=seed)
        held_out = np.empty(len(labels))
        for number in np.unique(inner):
            held_out[inner == number] = predicted(inner != number, training[inner == number])
        return Prediction(held_out, predicted(slice(None), test), {})

    return fit
