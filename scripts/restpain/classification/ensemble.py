"""AutoGluon's learners and their weighted ensemble, such that no held-out row is ever seen.

AutoGluon's boosters and its neural network stop training when the error on the held-out fold no
longer falls. With one row per fold that tells the model the label of the row it is tested on. The
learners here never get the held-out rows; their number of rounds is fixed instead.

The neural network of the default is scikit-learn's multilayer perceptron, MLP. AutoGluon's own,
NN_TORCH, needs PyTorch, which is imported only where NN_TORCH is asked for.

Importing this module imports AutoGluon, which takes seconds.
"""

import gc
import logging
import tempfile
import warnings

import numpy as np
import pandas as pd
from autogluon.common import space
from autogluon.core.metrics import make_scorer
from autogluon.core.models import AbstractModel
from autogluon.features.generators import IdentityFeatureGenerator
from autogluon.tabular import TabularPredictor, models
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from restpain.classification.evaluation import auc_or_half
from restpain.classification.folds import inner_folds
from restpain.classification.logistic import Prediction
from restpain.classification.openmp import provide_openmp

# Rounds, trees and epochs are fixed: enough for some hundred rows and a handful of features.
# One thread each, so that sums are in the same order on every machine.
HYPERPARAMETERS = {
    "XT": {"n_estimators": 30, "min_samples_leaf": 2, "n_jobs": 1},
    "RF": {"n_estimators": 30, "min_samples_leaf": 2, "n_jobs": 1},
    "KNN": {"n_neighbors": 5, "weights": "distance", "n_jobs": 1},
    "GBM": {"num_boost_round": 50, "min_data_in_leaf": 3, "num_threads": 1},
    "XGB": {"n_estimators": 50, "n_jobs": 1},
    "CAT": {"iterations": 50, "thread_count": 1},
    "MLP": {"hidden_layer_sizes": (32,), "alpha": 1.0, "solver": "lbfgs", "max_iter": 200},
    "NN_TORCH": {"num_epochs": 20, "num_layers": 2, "hidden_size": 32, "learning_rate": 0.01},
}
# What the random search draws from; AutoGluon adds the share of columns of a tree and the
# smallest weight of a leaf. The other learners keep their settings.
SEARCH_SPACES = {
    "GBM": {"learning_rate": space.Real(0.01, 0.3, log=True), "num_leaves": space.Int(2, 16)},
    "XGB": {"learning_rate": space.Real(0.01, 0.3, log=True), "max_depth": space.Int(1, 6)},
}
ENSEMBLE = "WeightedEnsemble_L2"

# AutoGluon counts graphics processors by PyTorch before each fit, although none may be used, and
# says several times per fit that PyTorch is missing. Only this message is left out.
logging.getLogger("autogluon.common.utils.resource_utils").addFilter(
    lambda record: "Failed to import torch" not in record.getMessage()
)

SCORER = make_scorer(
    "auc_or_half", auc_or_half, optimum=1, greater_is_better=True, needs_threshold=True
)


class _Blind:
    """A learner that is fitted without the held-out rows, so that it cannot stop early on them."""

    def _fit(self, X, y, X_val=None, y_val=None, **options):  # noqa: N803 (AutoGluon's names)
        super()._fit(X=X, y=y, **options)


class XT(_Blind, models.XTModel):
    """Extremely randomised trees."""

    ag_key = ag_name = "XT"


class RF(_Blind, models.RFModel):
    """Random forest."""

    ag_key = ag_name = "RF"


class KNN(_Blind, models.KNNModel):
    """Nearest neighbours."""

    ag_key = ag_name = "KNN"


class GBM(_Blind, models.LGBModel):
    """Gradient boosting by LightGBM."""

    ag_key = ag_name = "GBM"


class XGB(_Blind, models.XGBoostModel):
    """Gradient boosting by XGBoost."""

    ag_key = ag_name = "XGB"


class CAT(_Blind, models.CatBoostModel):
    """Gradient boosting by CatBoost."""

    ag_key = ag_name = "CAT"


class MLP(AbstractModel):
    """Feed-forward neural network by scikit-learn, on features standardised in the training rows.

    L-BFGS minimises the penalised log loss of all training rows at once, for at most ``max_iter``
    iterations; there is no validation set, so nothing can be stopped early on held-out rows.
    """

    ag_key = ag_name = "MLP"
    seed_name = "random_state"

    def _preprocess(self, X, **options):  # noqa: N803 (AutoGluon's names)
        return super()._preprocess(X, **options).to_numpy(dtype=np.float64)

    def _fit(self, X, y, X_val=None, y_val=None, **options):  # noqa: N803
        network = MLPClassifier(**self._get_model_params(), early_stopping=False)
        self.model = make_pipeline(StandardScaler(), network)
        with warnings.catch_warnings():
            # the limit of iterations is a setting here, part of the regularisation
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.model.fit(self.preprocess(X, is_train=True), y)


class NN_TORCH(_Blind, models.TabularNeuralNetTorchModel):  # noqa: N801 (AutoGluon's key)
    """Feed-forward neural network by AutoGluon, in PyTorch."""

    ag_key = ag_name = "NN_TORCH"


class _Unsaved(TabularPredictor):
    """A predictor that leaves out a description of itself that takes half a second to write."""

    def save(self, silent=False):
        """Write nothing; the fitted models are on disk already."""


LEARNERS = {learner.ag_key: learner for learner in (XT, RF, KNN, GBM, XGB, CAT, MLP, NN_TORCH)}


def fit_and_predict(
    training: np.ndarray,
    labels: np.ndarray,
    test: np.ndarray,
    *,
    learners: list[str],
    n_folds: int | None,
    seed: int,
    n_search_trials: int = 0,
) -> Prediction:
    """Fit the learners and their weighted ensemble on training rows and predict test rows.

    Each learner is fitted once without each fold of the training rows; the weights of the
    ensemble are those that maximise the AUC of these held-out predictions (greedy selection with
    replacement, Caruana et al. 2004). A column that is constant in the training rows is left
    out; if none remains, every prediction is the share of patients in the training rows.

    Parameters
    ----------
    training, test : ndarray of shape (n_training, n_features), (n_test, n_features)
        Features, without missing values.
    labels : ndarray of shape (n_training,)
        1 for patients, 0 for controls.
    learners : list of str
        Keys of ``HYPERPARAMETERS``.
    n_folds : int or None
        Folds of the training rows, stratified, at most the rows of the smaller group; None
        leaves out one row at a time.
    seed : int
        Seed of the learners and of the folds.
    n_search_trials : int
        Settings drawn at random for each learner of ``SEARCH_SPACES``; the ensemble chooses among
        them all. 0 for the fixed settings.

    Raises
    ------
    ValueError
        If a feature is missing, a group has fewer than two training rows, or a learner is not
        known.
    RuntimeError
        If a learner is missing from the fitted ensemble.

    References
    ----------
    Erickson et al. (2020). AutoGluon-Tabular. arXiv:2003.06505.
    Caruana et al. (2004). ICML. doi:10.1145/1015330.1015432
    """
    _check(training, labels, test, learners)
    varies = np.ptp(training, axis=0) > 0
    if not varies.any():
        share = float(np.mean(labels))
        return Prediction(np.full(len(training), share), np.full(len(test), share), {})
    folds = inner_folds(labels, n_folds)
    training, test = training[:, varies], test[:, varies]
    return _fit(training, labels, test, learners, folds, seed, n_search_trials)


def _check(training, labels, test, learners) -> None:
    unknown = [name for name in learners if name not in HYPERPARAMETERS]
    if unknown:
        raise ValueError(f"unknown learner {unknown[0]}: choose from {', '.join(HYPERPARAMETERS)}")
    missing = int(np.isnan(training).sum() + np.isnan(test).sum())
    if missing:
        raise ValueError(f"{missing} values of the features are missing, and none may be")
    counts = np.bincount(labels, minlength=2)
    if counts.min() < 2:
        raise ValueError(
            f"the training set has {counts[1]} patients and {counts[0]} controls, and needs at "
            "least 2 of each"
        )


def _fit(training, labels, test, learners, n_folds, seed, n_search_trials) -> Prediction:
    provide_openmp()  # AutoGluon imports LightGBM when it is fitted
    if "NN_TORCH" in learners:
        import torch

        torch.set_num_threads(1)
    columns = [f"feature{number}" for number in range(1, training.shape[1] + 1)]
    table = pd.DataFrame(training, columns=columns).assign(patient=labels)
    searched = SEARCH_SPACES if n_search_trials else {}
    search = {"num_trials": n_search_trials, "searcher": "random", "scheduler": "local"}
    gc.collect()
    gc.freeze()  # LightGBM collects garbage at every fit; what exists by now need not be searched
    # all values are finite, which every tree would look for again
    with tempfile.TemporaryDirectory() as folder, config_context(assume_finite=True):
        predictor = _Unsaved(
            label="patient",
            problem_type="binary",
            eval_metric=SCORER,
            path=folder,
            verbosity=0,
            learner_kwargs={"random_state": seed},
        )
        predictor.fit(
            table,
            hyperparameters={
                LEARNERS[name]: {
                    **_hyperparameters(name, len(labels) - -(-len(labels) // n_folds)),
                    **searched.get(name, {}),
                    "ag_args_fit": {"stopping_metric": "log_loss"},
                    "ag_args_ensemble": {
                        "use_child_oof": False,
                        "fold_fitting_strategy": "sequential_local",
                        "model_random_seed": seed,
                    },
                }
                for name in learners
            },
            num_bag_folds=n_folds,
            num_bag_sets=1,
            num_stack_levels=0,
            num_cpus=1,
            num_gpus=0,
            dynamic_stacking=False,
            hyperparameter_tune_kwargs=search if searched else None,
            calibrate=False,
            calibrate_decision_threshold=False,
            raise_on_model_failure=True,
            feature_generator=IdentityFeatureGenerator(),
        )
        weights = _weights(predictor, learners)
        held_out = predictor.predict_proba_oof(model=ENSEMBLE)[1].to_numpy(float)
        predicted = np.empty(0)
        if len(test):
            rows = pd.DataFrame(test, columns=columns)
            predicted = predictor.predict_proba(rows, model=ENSEMBLE)[1].to_numpy(float)
    return Prediction(held_out, predicted, weights)


def _hyperparameters(name: str, n_rows: int) -> dict:
    """Choose the settings of a learner that is fitted on at least ``n_rows`` rows."""
    settings = HYPERPARAMETERS[name]
    if name in ("XT", "RF"):
        # a tree has at most a leaf per row; scikit-learn allocates AutoGluon's limit of 15,000
        return settings | {"max_leaf_nodes": n_rows + 1}
    if name == "KNN":
        return settings | {"n_neighbors": min(settings["n_neighbors"], n_rows)}
    return settings


def _weights(predictor, learners) -> dict[str, float]:
    """Weight of every learner, of all its settings; zero for one that was fitted, not chosen."""
    fitted = {name: name.split("_BAG")[0] for name in predictor.model_names() if "_BAG" in name}
    missing = sorted(set(learners) - set(fitted.values()))
    if missing:
        raise RuntimeError(f"AutoGluon left out {', '.join(missing)}")
    chosen = predictor._trainer.load_model(ENSEMBLE)._get_model_weights()
    return {
        name: float(sum(chosen.get(model, 0.0) for model in fitted if fitted[model] == name))
        for name in learners
    }
