"""Checks of folds: sizes, shares, and disjoint training and test sets."""

import numpy as np
import pandas as pd
import pytest

from restpain.classification.folds import (
    Fold,
    folds_from_table,
    inner_folds,
    repeated_folds,
    smaller_training_sets,
    stratified_folds,
    stratified_split,
    training_folds,
    training_folds_in_words,
)

SHAPES = [(21, 25), (8, 8), (20, 100), (3, 5), (250, 250)]


def groups(n_patients, n_controls):
    return np.repeat([1, 0], [n_patients, n_controls])


def test_the_papers_split_tests_two_patients_and_three_controls():
    labels = groups(21, 25)
    test = stratified_split(labels, test_fraction=0.1, seed=0)

    assert (labels[test] == 1).sum() == 2
    assert (labels[test] == 0).sum() == 3


@pytest.mark.parametrize("shape", SHAPES)
def test_a_split_leaves_both_groups_on_both_sides(shape):
    labels = groups(*shape)
    test = stratified_split(labels, test_fraction=0.1, seed=3)

    assert set(labels[test]) == set(labels[~test]) == {0, 1}


def test_a_split_depends_on_its_seed_alone_and_reaches_all_participants():
    labels = groups(8, 8)
    first, again = (stratified_split(labels, test_fraction=0.1, seed=5) for _ in range(2))
    drawn = sum(
        stratified_split(labels, test_fraction=0.1, seed=seed).astype(int) for seed in range(200)
    )

    np.testing.assert_array_equal(first, again)
    assert drawn.min() > 0


def test_a_split_of_one_patient_is_refused():
    with pytest.raises(ValueError, match="a split into two sets needs 2 patients, found 1"):
        stratified_split(groups(1, 9), test_fraction=0.1, seed=0)


@pytest.mark.parametrize("shape", SHAPES)
def test_folds_differ_by_at_most_one_in_each_group_and_in_all(shape):
    labels = groups(*shape)
    folds = stratified_folds(labels, n_folds=5, seed=1)

    for members in (labels == 1, labels == 0, np.ones(len(labels), dtype=bool)):
        sizes = np.bincount(folds[members], minlength=6)[1:]
        assert sizes.sum() == members.sum()
        assert np.ptp(sizes) <= 1


def test_more_folds_than_participants_is_refused():
    with pytest.raises(ValueError, match="7 folds need as many participants, found 6"):
        stratified_folds(groups(3, 3), n_folds=7, seed=0)


def test_every_repeat_tests_all_participants_once_in_new_folds():
    ids = tuple(f"sub-{number:02d}" for number in range(20))
    folds = repeated_folds(ids, groups(10, 10), n_folds=5, n_repeats=3, seed=0)

    assert [fold.number for fold in folds] == list(range(1, 16))
    for repeat in (1, 2, 3):
        tested = sum(fold.test.astype(int) for fold in folds if fold.repeat == repeat)
        np.testing.assert_array_equal(tested, 1)
    assert not np.array_equal(folds[0].test, folds[5].test)


def test_folds_survive_their_table():
    ids = tuple(f"sub-{number:02d}" for number in range(11))
    folds = repeated_folds(ids, groups(5, 6), n_folds=3, n_repeats=2, seed=0)

    again = folds_from_table(pd.concat([fold.table() for fold in folds]))

    assert [fold.participants for fold in again] == [fold.participants for fold in folds]
    assert [(fold.number, fold.repeat) for fold in again] == [
        (fold.number, fold.repeat) for fold in folds
    ]
    np.testing.assert_array_equal([fold.test for fold in again], [fold.test for fold in folds])


def test_folds_are_stratified_by_group_and_site_and_of_even_size():
    labels = groups(21, 25)
    sites = np.array(["A", "A", "B"] * 15 + ["C"])
    folds = stratified_folds(labels, n_folds=5, seed=1, sites=sites)

    for members in (labels == 1, labels == 0, np.ones(46, dtype=bool)):
        assert np.ptp(np.bincount(folds[members], minlength=6)[1:]) <= 1
        for site in "ABC":
            there = members & (sites == site)
            assert np.bincount(folds[there], minlength=6)[1:].max() <= 2 * -(-there.sum() // 5)
    for group in (1, 0):
        for site in "ABC":
            there = folds[(labels == group) & (sites == site)]
            assert np.ptp(np.bincount(there, minlength=6)[1:]) <= 1


def test_a_step_fitted_on_a_test_participant_stops_the_run():
    fold = Fold(2, 1, ("sub-01", "sub-02", "sub-03"), np.array([False, True, False]))

    record = fold.training_record("model", ["sub-01", "sub-03"])
    assert record == "fold 2: model was fitted on 2 participants: sub-01 sub-03"
    with pytest.raises(ValueError, match="fold 2: t-test was fitted on sub-02, outside the"):
        fold.training_record("t-test", ["sub-01", "sub-02"])


def test_smaller_training_sets_keep_the_test_sets_and_are_nested():
    labels = groups(12, 16)
    ids = tuple(f"sub-{number:02d}" for number in range(28))
    folds = repeated_folds(ids, labels, n_folds=4, n_repeats=1, seed=0)
    half, more, all_of_it = (
        smaller_training_sets(folds, labels, share=share, seed=2) for share in (0.5, 0.75, 1.0)
    )

    for fold, small, large, full in zip(folds, half, more, all_of_it, strict=True):
        np.testing.assert_array_equal(small.test, fold.test)
        assert (labels[small.training] == 1).sum() == 5  # half of 9, rounded up
        assert (labels[small.training] == 0).sum() == 6
        assert not (small.training & ~large.training).any()
        np.testing.assert_array_equal(full.training, fold.training)
    unused = ids[np.flatnonzero(half[0].unused)[0]]
    with pytest.raises(ValueError, match=f"fitted on {unused}"):
        half[0].training_record("model", [unused])
    assert set(half[0].table()["set"]) == {"train", "test", "unused"}


@pytest.mark.parametrize(
    ("n_patients", "n_controls", "folds"),
    [(19, 22, 41), (75, 75, 150), (75, 76, 10), (450, 450, 10), (7, 400, 7)],
)
def test_large_training_sets_are_predicted_in_ten_folds(n_patients, n_controls, folds):
    labels = np.repeat([1, 0], [n_patients, n_controls])

    n_folds = training_folds(len(labels), max_leave_one_out=150)

    assert inner_folds(labels, n_folds) == folds


def test_tables_and_figures_say_how_training_sets_were_predicted():
    arms = pd.DataFrame({"n_train": [41, np.nan], "cv_folds": [41, np.nan]})

    assert training_folds_in_words(arms) == "leave-one-out"
    assert training_folds_in_words(arms.assign(cv_folds=10)) == "10-fold cross-validation"
    assert training_folds_in_words(arms.iloc[1:]) == "cross-validation"
