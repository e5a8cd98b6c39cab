"""Checks of nested: out-of-fold predictions, their summary, and absence of leakage."""

import numpy as np
import pandas as pd
import pytest

from restpain.classification.evaluation import auc
from restpain.classification.folds import Fold, repeated_folds
from restpain.classification.logistic import Prediction, logistic_fitter
from restpain.classification.nested import (
    Arm,
    calibration_table,
    nested_summary,
    predict_folds,
    weights_in_words,
)
from restpain.intervals import auc_interval

IDS = tuple(f"sub-{number:02d}" for number in range(1, 31))
INDEX = pd.Index(IDS, name="participant_id")
LABELS = pd.Series(np.repeat([1, 0], 15), index=INDEX)
FOLDS = repeated_folds(IDS, LABELS.to_numpy(), n_folds=5, n_repeats=2, seed=0)


def simulated(shift, seed=0):
    values = np.random.default_rng(seed).normal(size=(30, 2)) + shift * LABELS.to_numpy()[:, None]
    return pd.DataFrame(values, index=INDEX, columns=["ALFF1", "FC1"])


def logistic_arm(table):
    return Arm("D logistic", "two", {fold.number: table for fold in FOLDS}, logistic_fitter(5))


def test_every_participant_is_predicted_once_per_repeat():
    predictions, _, records = predict_folds(logistic_arm(simulated(1.0)), LABELS, FOLDS, seed=0)

    seen = predictions.groupby("repeat")["participant_id"].apply(sorted)
    assert list(seen) == [sorted(IDS)] * 2
    assert len(records) == 10
    assert "was fitted on 24 participants" in records[0]


def test_groups_and_values_of_test_participants_do_not_move_model_or_cutoff():
    fold, table = FOLDS[0], simulated(1.0)
    first, *_ = predict_folds(logistic_arm(table), LABELS, [fold], seed=0)
    swapped = LABELS.where(~fold.test, 1 - LABELS)
    second, *_ = predict_folds(logistic_arm(table), swapped, [fold], seed=0)
    moved = table.copy()
    moved[fold.test] += 50.0
    third, *_ = predict_folds(logistic_arm(moved), LABELS, [fold], seed=0)

    pd.testing.assert_frame_equal(first, second)
    assert (third["cutoff"] == first["cutoff"]).all()
    assert (third["probability"] > first["probability"]).all()


def test_a_model_that_is_given_a_test_participant_stops_the_run(monkeypatch):
    monkeypatch.setattr(Fold, "training", np.ones(30, dtype=bool))

    with pytest.raises(ValueError, match="fold 1: model of D logistic was fitted on sub-"):
        predict_folds(logistic_arm(simulated(1.0)), LABELS, FOLDS, seed=0)


def test_probabilities_and_cutoff_come_from_the_fitter_and_are_rounded_once():
    def fit(training, labels, test, seed):
        return Prediction(np.where(labels == 1, 0.8, 0.4), np.full(len(test), 1 / 3), {})

    arm = Arm("X", "", {1: simulated(0.0)}, fit)
    predictions, *_ = predict_folds(arm, LABELS, FOLDS[:1], seed=0)

    assert (predictions["probability"] == 0.333333).all()
    np.testing.assert_allclose(predictions["cutoff"], 0.6)


def test_without_any_region_the_auc_is_a_half():
    uneven = LABELS.iloc[:26]
    folds = repeated_folds(IDS[:26], uneven.to_numpy(), n_folds=5, n_repeats=1, seed=0)
    arm = Arm("B", "", {fold.number: pd.DataFrame(index=uneven.index) for fold in folds}, None)
    predictions, weights, _ = predict_folds(arm, uneven, folds, seed=0)
    row = nested_summary(predictions, uneven, n_bootstrap=100, seed=0)
    bins = calibration_table("B", predictions, uneven)

    assert row["auc"] == 0.5
    assert np.isnan([row["auc_low"], row["auc_high"]]).all()  # the same for all is no estimate
    assert row["p_shuffle"] == 1.0
    assert weights_in_words(weights) is None
    assert (predictions["probability"] == round(15 / 26, 6)).all()
    assert bins["n"].sum() == 26


def test_numbers_of_an_arm_are_those_of_its_predictions():
    predictions, *_ = predict_folds(logistic_arm(simulated(1.0)), LABELS, FOLDS, seed=0)
    row = nested_summary(predictions, LABELS, n_bootstrap=200, seed=0)

    per_repeat = [
        auc(rows["participant_id"].map(LABELS), rows["probability"])
        for _, rows in predictions.groupby("repeat")
    ]
    truth = predictions["participant_id"].map(LABELS)
    called = predictions["probability"] >= predictions["cutoff"]
    assert row["auc"] == pytest.approx(np.mean(per_repeat))
    n = LABELS.sum(), (LABELS == 0).sum()
    assert (row["auc_low"], row["auc_high"]) == auc_interval(row["auc"], *n)
    assert row["auc_bootstrap_low"] < row["auc"] < row["auc_bootstrap_high"]
    assert row["sensitivity_percent"] == pytest.approx(100 * called[truth == 1].mean())
    assert row["accuracy_percent"] == pytest.approx(100 * (called == (truth == 1)).mean())
    assert row["brier"] == pytest.approx(((predictions["probability"] - truth) ** 2).mean())
    assert row["n"] == 30


def test_a_strong_difference_is_found_and_noise_is_not():
    def summary(shift):
        predictions, *_ = predict_folds(logistic_arm(simulated(shift)), LABELS, FOLDS, seed=0)
        return nested_summary(predictions, LABELS, n_bootstrap=100, seed=0)

    strong, noise = summary(2.5), summary(0.0)

    assert strong["auc"] > 0.9
    assert strong["p_shuffle"] < 0.001
    assert 0.2 < noise["auc"] < 0.75
    assert noise["p_shuffle"] > 0.05


def test_weights_are_kept_per_fold_and_averaged_in_words():
    def fit(training, labels, test, seed):
        share = 1.0 if len(tables) else 0.5
        tables.append(share)
        prediction = np.full(len(test), 0.5)
        return Prediction(np.full(len(labels), 0.5), prediction, {"XT": share, "RF": 1 - share})

    tables = []
    arm = Arm("X", "", {fold.number: simulated(0.0) for fold in FOLDS[:2]}, fit)
    _, weights, _ = predict_folds(arm, LABELS, FOLDS[:2], seed=0)

    assert weights[["fold", "learner", "weight"]].to_numpy().tolist() == [
        [1, "XT", 0.5],
        [1, "RF", 0.5],
        [2, "XT", 1.0],
        [2, "RF", 0.0],
    ]
    assert weights_in_words(weights) == "XT 0.75, RF 0.25"


@pytest.mark.parametrize(("n_patients", "n_controls"), [(8, 8), (20, 100), (250, 250), (3, 20)])
def test_cohorts_of_any_shape_give_numbers_also_with_one_class_in_a_test_fold(
    n_patients, n_controls
):
    n = n_patients + n_controls
    ids = tuple(f"sub-{number:03d}" for number in range(n))
    labels = pd.Series(
        np.repeat([1, 0], [n_patients, n_controls]), index=pd.Index(ids, name="participant_id")
    )
    folds = repeated_folds(ids, labels.to_numpy(), n_folds=5, n_repeats=1, seed=1)
    values = np.random.default_rng(0).normal(size=n) + 2 * labels.to_numpy()
    table = pd.DataFrame({"ALFF1": values, "constant": 1.0}, index=labels.index)
    arm = Arm("X", "", {fold.number: table for fold in folds}, logistic_fitter(5))

    predictions, *_ = predict_folds(arm, labels, folds, seed=0)
    row = nested_summary(predictions, labels, n_bootstrap=100, seed=0)

    assert row["auc"] > 0.75
    assert all(np.isfinite(value) for value in row.values())
    one_class = [labels[np.array(fold.test)].nunique() == 1 for fold in folds]
    assert any(one_class) == (n_patients == 3)


def test_nobody_is_classified_by_a_missing_feature():
    motion = pd.DataFrame({"mean_fd": np.where(np.arange(len(LABELS)) == 3, np.nan, 0.1)}, IDS)
    arm = logistic_arm(motion)

    predictions, weights, _ = predict_folds(arm, LABELS, FOLDS, seed=0)
    row = nested_summary(predictions, LABELS, n_bootstrap=100, seed=0)

    assert predictions["probability"].isna().all()
    assert predictions.groupby("repeat")["participant_id"].nunique().eq(len(LABELS)).all()
    assert len(weights) == 0
    assert row["n"] == len(LABELS)
    assert "auc" not in row
    assert np.isnan(row["auc_first_repeat"])
    assert len(calibration_table("D motion", predictions, LABELS)) == 0
