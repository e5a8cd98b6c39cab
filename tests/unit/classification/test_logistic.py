"""Checks of logistic: penalised likelihood, scale, and held-out probabilities."""

import numpy as np
import pytest
from scipy.optimize import minimize

from restpain.classification.logistic import logistic_fitter

LABELS = np.repeat([1, 0], [12, 10])
TRAINING = np.random.default_rng(0).normal(size=(22, 2)) + LABELS[:, None]
TEST = np.array([[0.0, 0.0], [2.0, 1.0], [-1.0, 3.0]])


def test_probabilities_are_those_of_the_penalised_likelihood():
    mean, sd = TRAINING.mean(axis=0), TRAINING.std(axis=0)
    standardised = (TRAINING - mean) / sd

    def objective(weights):
        margin = (2 * LABELS - 1) * (standardised @ weights[1:] + weights[0])
        return np.logaddexp(0, -margin).sum() + weights[1:] @ weights[1:] / 2

    weights = minimize(objective, np.zeros(3), tol=1e-12).x
    expected = 1 / (1 + np.exp(-((TEST - mean) / sd @ weights[1:] + weights[0])))

    prediction = logistic_fitter(5)(TRAINING, LABELS, TEST, 0)

    np.testing.assert_allclose(prediction.test, expected, atol=1e-4)
    assert prediction.weights == {}


def test_units_of_the_features_do_not_matter():
    plain = logistic_fitter(5)(TRAINING, LABELS, TEST, 0)
    scaled = logistic_fitter(5)(100 * TRAINING + 7, LABELS, 100 * TEST + 7, 0)

    np.testing.assert_allclose(scaled.test, plain.test)
    np.testing.assert_allclose(scaled.training, plain.training)


def test_a_held_out_probability_does_not_depend_on_the_label_of_its_row():
    # an outlier that is fitted on would be given its own label
    training = np.vstack([TRAINING, [[50.0, 50.0]]])
    patient = logistic_fitter(5)(training, np.append(LABELS, 1), TEST, 0)
    control = logistic_fitter(5)(training, np.append(LABELS, 0), TEST, 0)

    assert patient.training[-1] > 0.99
    assert control.training[-1] > 0.99


@pytest.mark.parametrize("n_patients", [2, 3])
def test_a_small_group_is_in_every_inner_training_set(n_patients):
    labels = np.repeat([1, 0], [n_patients, 9])
    values = np.random.default_rng(1).normal(size=(len(labels), 1))

    prediction = logistic_fitter(5)(values, labels, TEST[:, :1], 0)

    assert np.isfinite(prediction.training).all()
