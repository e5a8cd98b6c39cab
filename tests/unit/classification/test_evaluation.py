"""Checks of evaluation against counts by hand and against ranks."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from restpain.classification.evaluation import (
    auc,
    auc_intervals,
    auc_or_half,
    bootstrap_auc_interval,
    brier,
    calibration,
    counts,
    exceedance_p,
    mean_auc,
    permutation_p,
    roc_points,
    youden_cutoff,
)
from restpain.intervals import auc_interval


def drawn(n, *, shift, seed, digits=1):
    generator = np.random.default_rng(seed)
    labels = np.repeat([1, 0], [n, n + 3])
    return labels, np.round(generator.normal(size=2 * n + 3) + shift * labels, digits)


def test_auc_is_the_share_of_pairs_in_the_right_order():
    # pairs: 3 > 1, 3 > 2, 2 > 1 right; 2 = 2 a tie
    assert auc(np.array([1, 1, 0, 0]), np.array([3.0, 2.0, 2.0, 1.0])) == 3.5 / 4


@pytest.mark.parametrize("seed", range(5))
def test_auc_and_curve_are_those_of_ranks_and_counts_on_tied_scores(seed):
    labels, scores = drawn(20, shift=0.7, seed=seed)
    patients, controls = scores[labels == 1], scores[labels == 0]
    u = mannwhitneyu(patients, controls).statistic
    false_positive, true_positive = roc_points(labels, scores)
    cutoffs = np.unique(scores)[::-1]

    assert auc(labels, scores) == pytest.approx(u / (20 * 23), abs=1e-12)
    assert np.trapezoid(true_positive, false_positive) == pytest.approx(auc(labels, scores))
    for rate, group in ((true_positive, patients), (false_positive, controls)):
        expected = [0.0, *((group >= cutoff).mean() for cutoff in cutoffs)]
        np.testing.assert_allclose(rate, expected)


def test_auc_of_a_score_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="a score is not finite, and the AUC needs finite ones"):
        auc(np.array([1, 0]), np.array([np.nan, 1.0]))


def test_auc_of_one_group_is_not_defined_and_a_half_for_the_scorer():
    assert np.isnan(auc(np.ones(3), np.arange(3.0)))
    assert auc_or_half(np.ones(3), np.arange(3.0)) == 0.5
    assert auc_or_half(np.array([1, 0]), np.array([0.0, 1.0])) == 0.0


def test_roc_points_name_the_missing_group():
    with pytest.raises(ValueError, match="needs both groups: 0 of 3 are patients"):
        roc_points(np.zeros(3), np.arange(3.0))


def test_youden_cutoff_lies_halfway_between_the_groups_that_it_separates():
    assert youden_cutoff(np.array([1, 1, 0, 0]), np.array([0.9, 0.7, 0.3, 0.1])) == 0.5


def test_youden_cutoff_is_the_most_sensitive_of_equally_good_ones():
    # J = 0.5 both at 0.75 (one of two patients, no control) and at 0.15 (all, one control)
    assert youden_cutoff(np.array([1, 0, 1, 0]), np.array([0.9, 0.6, 0.2, 0.1])) == pytest.approx(
        0.15
    )


def test_youden_cutoff_of_equal_scores_classifies_all_as_patients():
    assert youden_cutoff(np.array([1, 0, 0]), np.full(3, 0.4)) == 0.4


@pytest.mark.parametrize("seed", range(5))
def test_no_other_cutoff_has_a_larger_youden_index(seed):
    labels, scores = drawn(15, shift=0.5, seed=seed)

    def youden(cutoff):
        found = counts(labels, scores >= cutoff)
        return found.sensitivity + found.specificity - 1

    best = youden(youden_cutoff(labels, scores))
    assert best == pytest.approx(max(youden(cutoff) for cutoff in scores))


def test_counts_and_rates_of_a_table_of_four():
    found = counts(np.array([1, 1, 1, 1, 0, 0]), np.array([1, 1, 1, 0, 1, 0], dtype=bool))

    assert (found.true_positive, found.false_negative) == (3, 1)
    assert (found.true_negative, found.false_positive) == (1, 1)
    assert (found.sensitivity, found.specificity) == (0.75, 0.5)
    assert found.accuracy == pytest.approx(4 / 6)


def test_rates_of_an_absent_group_are_missing():
    found = counts(np.ones(2), np.array([True, False]))

    assert np.isnan(found.specificity)
    assert found.sensitivity == 0.5


def test_bootstrap_interval_is_that_of_resampled_participants():
    labels, scores = drawn(12, shift=1.0, seed=3)
    generator = np.random.default_rng(8)
    patients, controls = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    p = generator.choice(patients, (200, len(patients)))
    c = generator.choice(controls, (200, len(controls)))
    values = [auc(labels[np.r_[a, b]], scores[np.r_[a, b]]) for a, b in zip(p, c, strict=True)]

    interval = bootstrap_auc_interval(labels, scores, n_bootstrap=200, seed=8)

    assert interval == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])))


def test_repeating_the_same_predictions_does_not_narrow_the_interval():
    labels, scores = drawn(12, shift=1.0, seed=3)
    once = bootstrap_auc_interval(labels, scores, n_bootstrap=300, seed=1)
    often = bootstrap_auc_interval(labels, np.tile(scores, (10, 1)), n_bootstrap=300, seed=1)

    assert often == pytest.approx(once)
    assert mean_auc(labels, np.tile(scores, (10, 1))) == pytest.approx(auc(labels, scores))


def test_bootstrap_interval_covers_the_true_auc_about_as_often_as_it_says():
    generator = np.random.default_rng(0)
    labels = np.repeat([1, 0], 25)
    true_auc = 0.76025  # of two normals one standard deviation apart
    hits = 0
    for seed in range(200):
        scores = generator.normal(size=50) + labels
        low, high = bootstrap_auc_interval(labels, scores, n_bootstrap=200, seed=seed)
        hits += low <= true_auc <= high
    assert 0.87 <= hits / 200 <= 0.99


def test_permutation_p_of_a_perfect_order_is_the_share_of_all_shuffles():
    # 2 + 2 in one fold: of 6 orders one is as good
    labels, scores = np.array([1, 1, 0, 0]), np.array([0.9, 0.8, 0.2, 0.1])
    p = permutation_p(labels, scores, np.ones(4), n_permutations=6000, seed=0)
    assert p == pytest.approx(1 / 6, abs=0.02)


def test_permutation_shuffles_within_folds_only():
    # each fold holds one group: no shuffle changes anything
    labels, scores = np.array([1, 1, 0, 0]), np.array([0.9, 0.8, 0.2, 0.1])
    assert permutation_p(labels, scores, np.array([1, 1, 2, 2]), n_permutations=99, seed=0) == 1.0


def test_smallest_permutation_p_is_one_over_one_more_than_the_shuffles():
    labels = np.repeat([1, 0], 20)
    assert permutation_p(labels, labels * 1.0, np.ones(40), n_permutations=99, seed=0) == 0.01


def test_permutation_p_is_even_under_the_null():
    generator = np.random.default_rng(1)
    labels, folds = np.repeat([1, 0], 10), np.tile([1, 2, 3, 4, 5], 4)
    p = [
        permutation_p(labels, generator.normal(size=20), folds, n_permutations=99, seed=seed)
        for seed in range(200)
    ]
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.1, abs=0.06)
    assert np.mean(p) == pytest.approx(0.5, abs=0.06)


def test_brier_of_always_a_half_is_a_quarter():
    assert brier(np.array([1, 0, 0]), np.full(3, 0.5)) == 0.25
    assert brier(np.array([1, 0]), np.array([1.0, 0.5])) == 0.125


def test_calibration_bins_hold_all_participants_once_and_are_sorted():
    labels = np.array([0, 1, 0, 1, 1])
    bins = calibration(labels, np.array([0.1, 0.9, 0.2, 0.4, 0.8]), n_bins=2)

    assert bins == [
        (3, pytest.approx(0.7 / 3), pytest.approx(1 / 3)),
        (2, pytest.approx(0.85), 1.0),
    ]
    assert len(calibration(labels, np.zeros(5), n_bins=9)) == 5


def test_p_of_permutations_counts_those_at_least_as_large_and_the_truth():
    assert exceedance_p(0.8, np.array([0.2, 0.8, 0.9])) == 3 / 4
    assert exceedance_p(1.0, np.zeros(19)) == 1 / 20
    assert np.isnan(exceedance_p(0.8, np.array([])))
    assert np.isnan(exceedance_p(float("nan"), np.ones(3)))


def test_the_intervals_of_repeats_are_those_of_their_mean_auc():
    labels, scores = drawn(12, shift=1.0, seed=3)
    repeats = np.stack([scores, scores + 0.3 * np.cos(np.arange(len(scores)))])

    found = auc_intervals(labels, repeats, n_bootstrap=50, seed=1, prefix="x_")

    assert (found["x_auc_low"], found["x_auc_high"]) == auc_interval(
        mean_auc(labels, repeats), *np.bincount(labels)[::-1]
    )
    drawn_ends = bootstrap_auc_interval(labels, repeats, n_bootstrap=50, seed=1)
    assert (found["x_auc_bootstrap_low"], found["x_auc_bootstrap_high"]) == drawn_ends
    constant = auc_intervals(labels, np.full(len(labels), 0.5), n_bootstrap=50, seed=1)
    assert np.isnan(list(constant.values())).all()
