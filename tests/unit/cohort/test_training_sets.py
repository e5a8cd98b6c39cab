"""Sizes of training sets against the folds themselves, and studies too small for them."""

import numpy as np
import pandas as pd
import pytest

from restpain.classification.folds import repeated_folds, smaller_training_sets
from restpain.cohort.participants import Comparison
from restpain.cohort.training_sets import (
    SHARES,
    estimable_shares,
    training_problems,
    training_sizes,
    training_warnings,
)

GROUPS = Comparison("p", "c", site="site")
LEVELS = pd.DataFrame(columns=["covariate", "level", "n_patients", "n_controls"])


def study(n_patients, n_controls, sites=("a",)):
    group = ["p"] * n_patients + ["c"] * n_controls
    return pd.DataFrame({"group": group, "site": np.resize(sites, len(group))})


@pytest.mark.parametrize("sizes", [(6, 6), (7, 5), (3, 12), (21, 25), (10, 11)])
@pytest.mark.parametrize("n_folds", [2, 3, 5])
@pytest.mark.parametrize("share", SHARES)
def test_sizes_are_those_of_the_folds_of_any_seed_and_repeat(sizes, n_folds, share):
    labels = np.repeat([1, 0], sizes)
    for seed in (1, 2):
        folds = repeated_folds(
            tuple(map(str, range(len(labels)))), labels, n_folds=n_folds, n_repeats=2, seed=seed
        )
        parts = smaller_training_sets(folds, labels, share=share, seed=seed)
        dealt = [[(labels[part.training] == group).sum() for group in (1, 0)] for part in parts]

        expected = training_sizes(list(sizes), n_folds=n_folds, share=share)
        assert dealt == [*expected.tolist(), *expected.tolist()]


def test_sizes_of_sites_are_those_of_folds_that_are_stratified_by_site():
    labels, sites = np.repeat([1, 0], [9, 8]), np.resize(["a", "b", "b"], 17)
    folds = repeated_folds(
        tuple(map(str, range(17))), labels, n_folds=4, n_repeats=1, seed=3, sites=sites
    )
    parts = smaller_training_sets(folds, labels, share=0.5, seed=3, sites=sites)
    strata = [(labels == group) & (sites == site) for group in (1, 0) for site in ("a", "b")]

    found = training_sizes([rows.sum() for rows in strata], n_folds=4, share=0.5)

    assert found.tolist() == [[(part.training & rows).sum() for rows in strata] for part in parts]


def problems(n_patients, n_controls, *, n_columns, n_folds=5):
    return training_problems(
        study(n_patients, n_controls),
        GROUPS,
        n_columns=n_columns,
        n_folds=n_folds,
        harmonise=False,
    )


def test_covariates_that_the_smallest_training_set_cannot_estimate_are_refused():
    # folds of 6 + 6 in five: the largest tests 3 of 12
    assert problems(6, 6, n_columns=8) == []
    assert problems(6, 6, n_columns=9) == [
        "the smallest training set of 5 folds has 9 participants, which leave no degree of "
        "freedom for the 9 columns of the design; drop covariates, or raise classification.n_folds"
    ]


def test_groups_of_three_are_refused_and_more_folds_help_larger_ones():
    assert problems(3, 12, n_columns=2) == [
        "the group p has 3 participants, of whom the smallest training set of 5 folds has 2, but "
        "the group model needs 3; add participants"
    ]
    assert problems(4, 12, n_columns=2) == []
    assert problems(4, 12, n_columns=2, n_folds=2)[0].endswith(
        "of whom the smallest training set of 2 folds has 2, but the group model needs 3; add "
        "participants or raise classification.n_folds"
    )
    assert problems(3, 3, n_columns=2, n_folds=7) == [
        "classification.n_folds is 7, but there are 6 participants; set it to 6 or less"
    ]


def test_shares_that_cannot_be_estimated_are_left_out_and_said_to_be():
    folds = {"n_columns": 6, "n_folds": 5, "harmonise": False}

    # the smallest training set of 6 + 6 is 5 + 4; a half of it is 3 + 3, three quarters 4 + 3
    assert estimable_shares(study(6, 6), GROUPS, **folds) == (0.75, 1.0)
    assert training_warnings(study(6, 6), GROUPS, LEVELS, **folds) == [
        "the learning curve leaves out 50 % of the training sets, which leave no degree of "
        "freedom for the 6 columns of the design"
    ]
    assert training_warnings(study(21, 25), GROUPS, LEVELS, **folds) == []


def test_a_level_that_a_fold_may_test_as_a_whole_is_named():
    levels = pd.DataFrame([("site", "b", 2, 1), ("site", "a", 6, 6)], columns=LEVELS.columns)

    assert training_warnings(
        study(8, 7), GROUPS, levels, n_columns=3, n_folds=5, harmonise=False
    ) == [
        "the covariate site is b for 3 participants, and a fold tests up to 3: a training set "
        "without them is not adjusted for this level"
    ]
