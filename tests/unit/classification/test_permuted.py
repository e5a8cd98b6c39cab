"""Checks of the permutation null with no effect and with a strong one."""

import numpy as np
import pytest

from mapped_cohort import LENIENT, STRICT, cohort, search
from restpain.classification.arms import ensemble_fitter
from restpain.classification.evaluation import auc, exceedance_p
from restpain.classification.fold_regions import fold_regions, stored_connectivity
from restpain.classification.folds import Fold, repeated_folds
from restpain.classification.nested import Arm, predict_folds
from restpain.classification.permuted import permuted_aucs, permuted_regions
from restpain.classification.published_protocol import published_protocol

OPTIONS = {"learners": ["KNN"], "test_fraction": 0.1, "n_repeats": 2}
OPTIONS |= {"max_leave_one_out": 150, "n_search_trials": 0}
N_FOLDS = 4


def nested_auc(people, settings):
    """AUC of arm B, and of the published protocol in cross-validation of its training sets."""
    labels = people.labels
    ids = tuple(labels.index)
    folds = repeated_folds(ids, labels.to_numpy(), n_folds=N_FOLDS, n_repeats=1, seed=0)
    whole = Fold(0, 0, ids, np.zeros(len(ids), dtype=bool))
    found = fold_regions(
        people.local,
        stored_connectivity(people.series),
        [people.design] * (N_FOLDS + 1),
        [whole, *folds],
        search(settings),
    )
    regional = {each.fold.number: each.features for each in found[1:]}
    arm = Arm("B nested", "", regional, ensemble_fitter(["KNN"], N_FOLDS, 0))
    predictions, *_ = predict_folds(arm, labels, folds, seed=0)
    published, _ = published_protocol(found[0].features, labels.to_numpy(), **OPTIONS, seed=0)
    truth = predictions["participant_id"].map(labels)
    return auc(truth, predictions["probability"]), published["cv_auc"]


def permutations_of(people, settings, n):
    rows = []
    for permutation in range(1, n + 1):
        design, found = permuted_regions(
            people.local,
            stored_connectivity(people.series),
            people.design,
            search(settings),
            permutation=permutation,
            n_folds=N_FOLDS,
            seed=0,
        )
        motion = dict.fromkeys(people.labels.index, 0.1)
        rows += permuted_aucs(design, found, motion, **OPTIONS, n_folds=N_FOLDS, seed=0)
    return rows


@pytest.fixture(scope="module")
def null(tmp_path_factory):
    return cohort(tmp_path_factory.mktemp("null"), 12, 14, effect=0.0, seed=3)


@pytest.fixture(scope="module")
def null_permutations(null):
    return permutations_of(null, LENIENT, 7)


def test_on_noise_the_published_arm_is_far_above_chance_and_the_leak_free_one_is_not(
    null, null_permutations
):
    leak_free, circular = nested_auc(null, LENIENT)
    band = [row["auc"] for row in null_permutations if row["arm"] == "B nested"]

    assert circular > 0.85
    assert min(band) - 0.15 < leak_free < max(band) + 0.15
    assert leak_free < 0.75


def test_on_permuted_groups_the_published_arm_is_as_good_as_ever(null_permutations):
    circular = [
        row["auc"]
        for row in null_permutations
        if row["arm"] == "A cross-validation" and row["n_found"]
    ]
    honest = [row["auc"] for row in null_permutations if row["arm"] == "B nested"]

    assert len(circular) > 2
    assert np.mean(circular) > 0.85
    assert abs(np.mean(honest) - 0.5) < 0.15


def test_a_strong_effect_is_found_by_the_leak_free_arm_and_not_with_permuted_groups(
    tmp_path,
):
    people = cohort(tmp_path, 12, 14, effect=3.0, seed=4)
    leak_free, _ = nested_auc(people, STRICT)
    rows = permutations_of(people, STRICT, 4)
    nulls = np.array([row["auc"] for row in rows if row["arm"] == "B nested"])

    assert leak_free > 0.95
    assert exceedance_p(leak_free, nulls) == 1 / 5


def test_without_a_region_permuted_groups_count_as_a_half(null):
    rows = permutations_of(null, STRICT | {"voxel_p": 1e-9}, 1)
    aucs = {row["arm"]: (row["auc"], row["n_found"]) for row in rows}

    assert aucs["A test"] == aucs["A cross-validation"] == aucs["B nested"] == (0.5, 0)
    assert aucs["D motion"][0] == 0.5  # equal motion orders nobody


def test_permutations_are_drawn_by_number_and_keep_the_covariates(null):
    designs = [
        permuted_regions(
            {},
            lambda seeds: iter(()),
            null.design,
            search(),
            permutation=number,
            n_folds=N_FOLDS,
            seed=0,
        )[0]
        for number in (1, 1, 2)
    ]

    np.testing.assert_array_equal(designs[0].matrix, designs[1].matrix)
    assert not np.array_equal(designs[0].patients, designs[2].patients)
    assert designs[0].patients.sum() == 12
    np.testing.assert_array_equal(designs[0].matrix[:, 1:], null.design.matrix[:, 1:])
