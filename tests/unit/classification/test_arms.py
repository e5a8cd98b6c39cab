"""Checks of arms: models, features and their descriptions."""

import numpy as np
import pandas as pd

from restpain.classification.arms import ensemble_fitter, leak_free_arms
from restpain.cohort.design import Design
from restpain.presentation.labels import NO_REGION

IDS = tuple(f"sub-{number:02d}" for number in range(1, 31))
INDEX = pd.Index(IDS, name="participant_id")
LABELS = pd.Series(np.repeat([1, 0], 15), index=INDEX)
FEATURES = pd.DataFrame(1.0, index=INDEX, columns=["ALFF1", "FC1"])


def arms(*names, sites=None, features=FEATURES, measures=("alff",), fd_mm=0.1, series=True):
    matrix = np.column_stack(
        [np.where(LABELS == 1, 1.0, -1.0), np.ones(30)] + [np.arange(30.0)] * len(names)
    )
    found = leak_free_arms(
        dict.fromkeys(range(1, 6), features),
        pd.DataFrame({"ALFF Precentral_L": 1.0}, index=INDEX[::-1]),
        Design(matrix, ("group", "intercept", *names), IDS),
        dict.fromkeys(IDS, 0.1) | {"sub-07": fd_mm} if series else {},
        measures=measures,
        learners=["KNN"],
        n_folds=5,
        n_search_trials=0,
        sites=sites,
        connectivity=series,
    )
    return {arm.name: arm for arm in found}


def test_demographics_are_the_covariates_of_the_design_and_absent_without_any():
    with_age = arms("age", "mean_fd")

    assert list(with_age["D demographics"].features[1]) == ["age"]
    assert list(with_age["D motion"].features[1]) == ["mean_fd"]
    assert "D demographics" not in arms()


def test_motion_that_is_unknown_is_said_and_not_taken_for_a_feature():
    assert arms()["D motion"].description == "mean framewise displacement"
    for unknown in (None, float("nan")):
        assert arms(fd_mm=unknown)["D motion"].description == (
            "mean framewise displacement, unknown of 1 of 30 participants: not classified"
        )


def test_features_are_described_and_in_the_order_of_the_participants():
    found = arms("age", measures=["alff", "reho"])

    assert found["B nested"].description == "ALFF, ReHo, FC of the regions of each fold"
    assert found["C atlas"].description == "ALFF, ReHo in AAL regions, 1 feature"
    assert list(found["C atlas"].features[1].index) == list(IDS)
    assert arms(features=FEATURES[[]])["B nested"].description == NO_REGION


def test_without_series_there_is_neither_connectivity_nor_an_arm_of_motion():
    found = arms("age", measures=["alff", "vmhc"], series=False)

    assert list(found) == ["B nested", "C atlas", "D logistic", "D demographics", "D dummy"]
    assert found["B nested"].description == "ALFF, vmhc of the regions of each fold"


def test_features_of_maps_alone_are_harmonised():
    sites = pd.Series("A", index=INDEX, name="scanner")
    found = arms("age", sites=sites)

    named = [name for name, arm in found.items() if arm.sites is sites]
    assert named == ["B nested", "C atlas", "D logistic"]
    assert found["C atlas"].description.endswith(", 1 feature, harmonised across scanner")


def test_the_ensemble_orders_separated_groups_and_its_weights_sum_to_one():
    values = np.arange(30.0)[::-1, None]
    training = np.arange(30) % 3 > 0

    fit = ensemble_fitter(["KNN", "RF"], 3, 0)
    prediction = fit(values[training], LABELS.to_numpy()[training], values[~training], 0)

    truth = LABELS.to_numpy()[~training] == 1
    assert prediction.test[truth].min() > prediction.test[~truth].max()
    assert prediction.training.shape == (20,)
    assert sum(prediction.weights.values()) == 1
