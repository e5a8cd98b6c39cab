"""Checks of published_protocol: the splits, the averages and the plain ROC of a feature."""

import numpy as np
import pandas as pd
import pytest

from restpain.classification.evaluation import auc, youden_cutoff
from restpain.classification.published_protocol import (
    feature_roc,
    feature_sets,
    published_protocol,
)
from restpain.intervals import auc_interval

IDS = pd.Index([f"sub-{number:02d}" for number in range(1, 21)], name="participant_id")
LABELS = np.repeat([1, 0], 10)


def table(*names, shift=2.0):
    values = np.random.default_rng(0).normal(size=(20, len(names))) + shift * LABELS[:, None]
    return pd.DataFrame(values, index=IDS, columns=names)


@pytest.fixture(scope="module")
def protocol():
    features = table("FC1")
    summary, predictions = published_protocol(
        features,
        LABELS,
        learners=["KNN", "GBM"],
        test_fraction=0.1,
        n_repeats=2,
        max_leave_one_out=150,
        n_search_trials=0,
        seed=3,
    )
    return features, summary, predictions


def test_one_measure_gives_each_feature_and_all_together():
    sets = feature_sets({"alff": table("ALFF1", "ALFF2")})

    assert [(measure, name, list(columns)) for measure, name, columns in sets] == [
        ("alff", "ALFF1", ["ALFF1"]),
        ("alff", "ALFF2", ["ALFF2"]),
        ("alff", "all", ["ALFF1", "ALFF2"]),
    ]


def test_what_would_repeat_another_row_is_left_out():
    assert len(feature_sets({"alff": table("ALFF1")})) == 1
    assert feature_sets({"alff": table()}) == []
    assert feature_sets({"alff": table("ALFF1"), "fc": table()}) == []


def test_several_measures_give_their_features_together():
    ((measure, name, columns),) = feature_sets({"alff": table("ALFF1"), "fc": table("FC1", "FC2")})

    assert (measure, name, list(columns)) == ("all", "all", ["ALFF1", "FC1", "FC2"])


def test_numbers_are_means_over_the_splits_of_what_the_predictions_say(protocol):
    _, summary, predictions = protocol
    aucs, cutoffs = [], []
    for _, rows in predictions.groupby("repeat"):
        truth = rows["participant_id"].map(dict(zip(IDS, LABELS, strict=True))).to_numpy()
        probability, test = rows["probability"].to_numpy(), (rows["set"] == "test").to_numpy()
        aucs.append(auc(truth[test], probability[test]))
        cutoffs.append(youden_cutoff(truth[~test], probability[~test]))

    assert summary["auc"] == pytest.approx(np.mean(aucs))
    assert summary["cutoff"] == pytest.approx(np.mean(cutoffs))
    assert (summary["n_train"], summary["n_test"]) == (18, 2)
    assert summary["auc_undefined_splits"] == 0
    assert summary["learners"].startswith("KNN ")


def test_predictions_hold_everybody_once_per_split_with_the_feature(protocol):
    features, _, predictions = protocol

    assert len(predictions) == 40
    assert not predictions.duplicated(["repeat", "participant_id"]).any()
    np.testing.assert_array_equal(predictions["feature"][:20], features["FC1"])


def test_the_plain_roc_reads_a_lowered_feature_from_below():
    values = np.r_[np.full(10, 0.6), np.full(10, 1.0)]
    roc = feature_roc(values, LABELS, n_bootstrap=100, seed=0)

    assert roc["feature_auc"] == 1.0
    assert roc["feature_cutoff"] == pytest.approx(0.8)
    assert roc["feature_patients"] == "lower"
    assert roc["feature_sensitivity_percent"] == roc["feature_specificity_percent"] == 100
    assert (roc["feature_auc_low"], roc["feature_auc_high"]) == auc_interval(1.0, 10, 10)
    assert roc["feature_auc_low"] < 0.85
    assert roc["feature_auc_bootstrap_low"] == roc["feature_auc_bootstrap_high"] == 1.0


def test_the_plain_roc_of_a_raised_feature_keeps_its_unit():
    roc = feature_roc(np.r_[np.full(10, 1.3), np.full(10, 1.0)], LABELS, n_bootstrap=100, seed=0)

    assert roc["feature_cutoff"] == pytest.approx(1.15)
    assert roc["feature_patients"] == "higher"


def test_a_missing_feature_is_named_with_its_participant():
    features = table("FC1", "FC2")
    features.iloc[3, 1] = np.nan

    with pytest.raises(ValueError, match="the feature FC2 of sub-04 is missing"):
        published_protocol(
            features,
            LABELS,
            learners=["KNN"],
            test_fraction=0.1,
            n_repeats=1,
            max_leave_one_out=150,
            n_search_trials=0,
            seed=0,
        )


@pytest.mark.parametrize(("n_patients", "n_controls"), [(8, 8), (20, 100), (250, 250)])
def test_cohorts_of_any_shape_go_through_the_protocol(n_patients, n_controls):
    labels = np.repeat([1, 0], [n_patients, n_controls])
    ids = pd.Index([f"sub-{number:03d}" for number in range(len(labels))], name="participant_id")
    values = np.random.default_rng(0).normal(size=len(labels)) + 3 * labels
    features = pd.DataFrame({"ALFF1": values, "constant": 1.0}, index=ids)

    summary, _ = published_protocol(
        features,
        labels,
        learners=["KNN"],
        test_fraction=0.1,
        n_repeats=1,
        max_leave_one_out=150,
        n_search_trials=0,
        seed=0,
    )

    assert summary["cv_auc"] > 0.85
    assert summary["cv_folds"] == {14: 14, 108: 108, 450: 10}[summary["n_train"]]
    assert summary["n_train"] + summary["n_test"] == len(labels)


def test_a_constant_feature_has_an_auc_of_a_half():
    roc = feature_roc(np.full(20, 2.0), LABELS, n_bootstrap=100, seed=0)

    assert roc["feature_auc"] == 0.5
    assert np.isnan(roc["feature_auc_low"])
    assert roc["feature_cutoff"] == 2.0
