"""Checks of ensemble: no held-out row is seen, none is missing, the same seed again."""

import json
import os
import subprocess
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from autogluon.tabular import models  # noqa: E402

from restpain.classification import ensemble
from restpain.classification.ensemble import HYPERPARAMETERS, fit_and_predict  # noqa: E402
from restpain.classification.evaluation import auc  # noqa: E402

QUICK = ["KNN", "GBM"]
DEFAULT = ["XT", "RF", "KNN", "GBM", "XGB", "CAT", "MLP"]  # those that need no PyTorch


class PeekingBoosting(models.LGBModel):
    """AutoGluon's own: it stops early on the held-out row."""

    ag_key = ag_name = "GBM"


def without_torch(folder):
    """Environment variables of a process in which PyTorch is not installed."""
    (folder / "torch.py").write_text("raise ImportError('torch')")
    scripts = Path(__file__).parents[3] / "scripts"
    return {**os.environ, "PYTHONPATH": f"{folder}:{scripts}"}


def sample(n, *, shift, seed, n_features=1):
    generator = np.random.default_rng(seed)
    labels = np.repeat([1, 0], [n // 2, n - n // 2])
    return generator.normal(size=(n, n_features)) + shift * labels[:, None], labels


def test_every_learner_of_the_paper_takes_part_and_weights_sum_to_one():
    features, labels = sample(14, shift=2.0, seed=0)
    test = np.array([[2.5], [-0.5]])

    prediction = fit_and_predict(features, labels, test, learners=DEFAULT, n_folds=3, seed=1)

    assert set(HYPERPARAMETERS) == {*DEFAULT, "NN_TORCH"}
    assert set(prediction.weights) == set(DEFAULT)
    assert sum(prediction.weights.values()) == pytest.approx(1.0)
    assert prediction.test[0] > 0.5 > prediction.test[1]
    assert len(prediction.training) == 14


def test_leave_one_out_of_nearest_neighbours_is_what_one_computes_by_hand():
    features, labels = sample(12, shift=1.0, seed=3)
    expected = []
    for row in range(12):
        others = np.delete(np.arange(12), row)
        distance = np.abs(features[others, 0] - features[row, 0])
        nearest = np.argsort(distance)[:5]
        weight = 1 / distance[nearest]
        expected.append(weight @ labels[others][nearest] / weight.sum())

    prediction = fit_and_predict(
        features, labels, features[:0], learners=["KNN"], n_folds=None, seed=0
    )

    np.testing.assert_allclose(prediction.training, expected, atol=1e-5)


def test_the_same_seed_gives_the_same_digits():
    features, labels = sample(12, shift=1.0, seed=5, n_features=2)
    first, again = (
        fit_and_predict(features, labels, features[:3] + 0.1, learners=DEFAULT, n_folds=3, seed=4)
        for _ in range(2)
    )

    np.testing.assert_array_equal(first.training, again.training)
    np.testing.assert_array_equal(first.test, again.test)
    assert first.weights == again.weights


@pytest.mark.parametrize("name", ["GBM", "MLP"])
def test_the_label_of_the_held_out_row_does_not_move_its_own_prediction(name):
    # leave-one-out: the models without row 0 do not know its label
    features, labels = sample(12, shift=1.0, seed=6)
    other = labels.copy()
    other[0] = 1 - other[0]
    first, second = (
        fit_and_predict(features, truth, features[:0], learners=[name], n_folds=None, seed=0)
        for truth in (labels, other)
    )

    assert first.training[0] == second.training[0]


def test_early_stopping_on_the_held_out_row_would_leak_it(monkeypatch):
    def auc_of_noise(seed):
        features, labels = sample(24, shift=0.0, seed=seed)
        prediction = fit_and_predict(
            features, labels, features[:0], learners=["GBM"], n_folds=None, seed=0
        )
        return auc(labels, prediction.training)

    blind = [auc_of_noise(seed) for seed in (1, 2)]
    monkeypatch.setitem(ensemble.LEARNERS, "GBM", PeekingBoosting)
    peeking = [auc_of_noise(seed) for seed in (1, 2)]

    assert min(peeking) > 0.75
    assert max(blind) < 0.75


def test_one_and_two_cores_agree_to_eight_decimals():
    program = (
        "import os, sys, json; os.sched_setaffinity(0, set(list(os.sched_getaffinity(0))"
        "[:int(sys.argv[1])]));"
        "from test_ensemble import fitted_on_noise; print(json.dumps(fitted_on_noise()))"
    )
    folder = Path(__file__).parent
    result = subprocess.run(
        [sys.executable, "-c", program, "1"],
        env={
            **os.environ,
            "PYTHONPATH": f"{folder}:{folder.parents[2] / 'scripts'}",
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
        },
        check=True,
        capture_output=True,
        text=True,
    )

    alone = np.array(json.loads(result.stdout.splitlines()[-1]))
    here = np.array(fitted_on_noise())  # with all cores of this machine
    np.testing.assert_allclose(alone, here, atol=1e-8, rtol=0)


def fitted_on_noise():
    features, labels = sample(14, shift=1.0, seed=2, n_features=3)
    prediction = fit_and_predict(
        features, labels, features + 0.1, learners=DEFAULT, n_folds=3, seed=9
    )
    return [*prediction.training, *prediction.test, *prediction.weights.values()]


def test_random_search_draws_settings_and_reports_one_weight_per_learner(monkeypatch):
    features, labels = sample(16, shift=1.0, seed=1, n_features=2)
    searched = {}
    weights_of = ensemble._weights

    def spy(predictor, names):
        searched["models"] = [name for name in predictor.model_names() if "_BAG" in name]
        searched["rates"] = {
            predictor.model_hyperparameters(name)["learning_rate"]
            for name in searched["models"]
            if "GBM" in name
        }
        return weights_of(predictor, names)

    monkeypatch.setattr(ensemble, "_weights", spy)
    prediction, again = (
        fit_and_predict(
            features,
            labels,
            features,
            learners=["KNN", "GBM", "XGB"],
            n_folds=2,
            seed=0,
            n_search_trials=2,
        )
        for _ in range(2)
    )

    assert len(searched["models"]) == 5  # one KNN, two of each boosting learner
    assert len(searched["rates"]) == 2
    assert set(prediction.weights) == {"KNN", "GBM", "XGB"}
    assert sum(prediction.weights.values()) == pytest.approx(1.0)
    np.testing.assert_array_equal(prediction.test, again.test)


def test_the_network_is_that_of_scikit_learn_on_standardised_features(monkeypatch):
    from sklearn.neural_network import MLPClassifier

    # without a hidden layer one minimum, whatever the seed, which depends on the fold
    flat = HYPERPARAMETERS["MLP"] | {"hidden_layer_sizes": ()}
    monkeypatch.setitem(HYPERPARAMETERS, "MLP", flat)
    features, labels = sample(20, shift=1.5, seed=7, n_features=2)
    features = features * [1, 1000] + [0, 50]
    expected = np.empty(20)
    for row in range(20):
        others = np.delete(np.arange(20), row)
        mean, scale = features[others].mean(axis=0), features[others].std(axis=0)
        network = MLPClassifier(**flat, random_state=0)
        network.fit((features[others] - mean) / scale, labels[others])
        expected[row] = network.predict_proba((features[[row]] - mean) / scale)[0, 1]

    prediction = fit_and_predict(
        features, labels, features[:0], learners=["MLP"], n_folds=None, seed=3
    )

    np.testing.assert_allclose(prediction.training, expected, atol=1e-3)


def test_reaching_the_limit_of_iterations_is_no_warning_here_and_one_elsewhere(monkeypatch):
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    features, labels = sample(12, shift=0.5, seed=8)
    short = HYPERPARAMETERS["MLP"] | {"max_iter": 2}
    monkeypatch.setitem(HYPERPARAMETERS, "MLP", short)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit_and_predict(features, labels, features, learners=["MLP"], n_folds=3, seed=0)

    with pytest.warns(ConvergenceWarning):
        MLPClassifier(**short).fit(features, labels)


def test_the_default_learners_run_where_pytorch_is_not_installed(tmp_path):
    program = (
        "import sys, numpy as np; from restpain.classification.ensemble import fit_and_predict;"
        "rows = np.arange(12.)[:, None]; labels = np.repeat([0, 1], 6);"
        "fit_and_predict(rows, labels, rows, learners=sys.argv[1].split(), n_folds=3, seed=0)"
    )
    command = [sys.executable, "-c", program]
    options = {"env": without_torch(tmp_path), "capture_output": True, "text": True}

    default = subprocess.run([*command, " ".join(DEFAULT)], **options)
    assert default.returncode == 0
    assert "torch" not in default.stderr
    network = subprocess.run([*command, "NN_TORCH"], **options)
    assert network.returncode != 0
    assert "ImportError: torch" in network.stderr


@pytest.mark.skipif(find_spec("torch") is None, reason="make environment EXTRAS=torch")
def test_the_network_of_autogluon_is_blind_where_pytorch_is_installed():
    features, labels = sample(24, shift=0.0, seed=0)
    prediction = fit_and_predict(
        features, labels, features[:0], learners=["NN_TORCH"], n_folds=None, seed=0
    )

    assert auc(labels, prediction.training) < 0.75


@pytest.mark.slow
def test_leave_one_out_of_noise_is_no_better_than_chance():
    values = []
    for seed in range(6):
        features, labels = sample(18, shift=0.0, seed=seed)
        prediction = fit_and_predict(
            features, labels, features[:0], learners=DEFAULT, n_folds=None, seed=0
        )
        values.append(auc(labels, prediction.training))

    # the standard error of one such AUC is 0.14
    assert 0.3 < np.mean(values) < 0.65
    assert max(values) < 0.9


def test_forests_are_those_without_the_limit_of_leaves_by_rows(monkeypatch):
    features, labels = sample(15, shift=0.5, seed=3, n_features=2)
    options = {"learners": ["XT", "RF"], "n_folds": 4, "seed": 0}
    limited = fit_and_predict(features, labels, features, **options)
    monkeypatch.setattr(ensemble, "_hyperparameters", lambda name, n_rows: HYPERPARAMETERS[name])

    unlimited = fit_and_predict(features, labels, features, **options)

    np.testing.assert_array_equal(limited.training, unlimited.training)
    np.testing.assert_array_equal(limited.test, unlimited.test)


def test_a_learner_that_fails_is_an_error(monkeypatch):
    features, labels = sample(12, shift=1.0, seed=0)
    monkeypatch.setitem(HYPERPARAMETERS, "KNN", {"n_neighbors": -1})

    with pytest.raises(Exception, match="n_neighbors"):
        fit_and_predict(features, labels, features, learners=QUICK, n_folds=3, seed=0)


def test_a_constant_feature_predicts_the_share_of_patients():
    labels = np.repeat([1, 0], [3, 5])
    prediction = fit_and_predict(
        np.full((8, 2), 7.0), labels, np.array([[1.0, 2.0]]), learners=QUICK, n_folds=3, seed=0
    )

    np.testing.assert_array_equal(prediction.training, 3 / 8)
    np.testing.assert_array_equal(prediction.test, 3 / 8)


def test_two_of_a_group_are_enough_and_one_is_not():
    features, labels = sample(10, shift=1.0, seed=0)
    few = np.r_[0, 1, 5:10]
    prediction = fit_and_predict(
        features[few], labels[few], features, learners=QUICK, n_folds=5, seed=0
    )
    assert np.isfinite(prediction.test).all()

    with pytest.raises(ValueError, match="1 patients and 5 controls"):
        fit_and_predict(features[4:], labels[4:], features, learners=QUICK, n_folds=5, seed=0)


def test_a_missing_value_and_an_unknown_learner_are_named():
    features, labels = sample(10, shift=1.0, seed=0)
    with pytest.raises(ValueError, match="unknown learner SVM: choose from XT, RF"):
        fit_and_predict(features, labels, features, learners=["SVM"], n_folds=3, seed=0)

    features[2] = np.nan
    with pytest.raises(ValueError, match="1 values of the features are missing"):
        fit_and_predict(features, labels, features[:0], learners=QUICK, n_folds=3, seed=0)
