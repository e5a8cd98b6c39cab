"""Checks of sites: every way a column of sites can fail, and the counts."""

import numpy as np
import pandas as pd
import pytest

from restpain.classification.folds import repeated_folds, smaller_training_sets
from restpain.cohort.participants import Comparison
from restpain.cohort.sites import checked_design, site_counts, small_site_problems


def participants(**columns):
    table = {
        "participant_id": [f"sub-{number}" for number in range(1, 13)],
        "group": ["patient", "control"] * 6,
        "site": ["A"] * 7 + ["B"] * 5,
    }
    return pd.DataFrame(table | columns)


def design_of(table, *, site="site", harmonise=False, n_folds=5, more=()):
    covariates = [*more, *([site] if site else [])]
    return checked_design(
        table,
        Comparison("patient", "control", covariates, site),
        harmonise=harmonise,
        n_folds=n_folds,
    )


def problems_of(table, **settings):
    with pytest.raises(ValueError, match="participants") as error:
        design_of(table, **settings)
    return str(error.value).splitlines()


def test_a_site_is_one_column_for_each_but_the_first():
    assert design_of(participants()).columns == ("group", "intercept", "site=B")
    assert design_of(participants(), site=None).columns == ("group", "intercept")


def test_a_site_that_is_no_column_is_told_with_the_other_problems_and_once():
    assert problems_of(participants(), site="scanner", more=("age",)) == [
        "the covariate age is no column of the participants table, which has participant_id, "
        "group, site; correct the name or add the column",
        "participants.tsv has no column scanner, which cohort.site names, but participant_id, "
        "group, site; set cohort.site to one of them or to null",
    ]


def test_a_missing_site_and_a_number_as_site_are_named():
    sites = ["A", None, "2", "A", "A", "1", None, "B", "B", "B", "B", "B"]

    assert problems_of(participants(site=sites)) == [
        "participants.tsv has no value of site for sub-2, sub-7, but cohort.site needs the site "
        "of everybody; give it or exclude the participant",
        "participants.tsv has the number 2 as site for sub-3 and 1 other, but a site is a name "
        "and no quantity; write it as one, such as site2",
    ]


def test_one_site_for_all_is_refused():
    assert problems_of(participants(site=["A"] * 12)) == [
        "participants.tsv has the site A for all participants, but cohort.site needs at least "
        "two sites; set cohort.site to null"
    ]


def test_a_site_too_small_for_combat_in_every_fold_is_refused_with_the_number_needed():
    table = participants(site=["A"] * 8 + ["B"] * 4)

    assert design_of(table).df == 9
    assert problems_of(table, harmonise=True) == [
        "participants.tsv has 4 participants of the site B, but ComBat in 5 folds needs 5, so "
        "that 3 are in every training set; merge the site with another, exclude it or set "
        "classification.harmonise to false"
    ]
    assert design_of(participants(), harmonise=True).df == 9


@pytest.mark.parametrize("n_folds", [2, 3, 5, 10])
def test_a_site_that_is_just_large_enough_keeps_three_in_every_training_set(n_folds):
    needed = next(
        n
        for n in range(2, 50)
        if not small_site_problems(pd.Series(["A"] * n, name="site"), n_folds=n_folds)
    )
    n = needed + 31
    sites = np.array(["B"] * needed + ["A"] * 31)
    ids = tuple(f"sub-{number:02d}" for number in range(n))
    fewest = n
    for seed in range(200):  # groups permuted, folds dealt and training sets made smaller
        labels = np.random.default_rng(seed).permutation(np.arange(n) % 2)
        folds = repeated_folds(ids, labels, n_folds=n_folds, n_repeats=1, seed=seed, sites=sites)
        folds += smaller_training_sets(folds, labels, share=0.5, seed=seed, sites=sites)
        fewest = min(fewest, *(np.count_nonzero(sites[fold.training] == "B") for fold in folds))

    assert fewest == 3


def test_sites_are_counted_by_group_and_not_at_all_without_a_site():
    counts = site_counts(participants(), Comparison("patient", "control", site="site"))

    assert counts.to_numpy().tolist() == [["site", "A", 4, 3], ["site", "B", 2, 3]]
    assert site_counts(participants(), Comparison("patient", "control")).empty
