"""Means over small test sets, and what sensitivity and specificity allow."""

import numpy as np
import pytest

from restpain.published import test_sets
from restpain.published.arithmetic import CONSISTENT, INCONSISTENT, UNCHECKED
from restpain.published.printed import printed


@pytest.mark.parametrize(("n", "verdict"), [(5, CONSISTENT), (4, INCONSISTENT)])
def test_three_test_sets_of_5_have_an_accuracy_in_fifteenths(n, verdict):
    # 11 / 15 = 73.33 %, and the twelfths nearest to it are 66.67 and 75.00 %
    check = test_sets.mean_of_test_sets(
        printed("73.3"), quantity="accuracy", sizes=[n], n_splits=3, scale=100
    )

    assert check.verdict == verdict


@pytest.mark.parametrize("seed", range(10))
def test_means_over_real_test_sets_always_pass(seed):
    rng = np.random.default_rng(seed)
    results = {"accuracy": [], "share": [], "auc": []}
    for _ in range(3):
        patients = int(rng.integers(1, 5))
        truth = np.arange(5) < patients
        score = rng.integers(0, 4, 5)  # with ties
        called = score > 1
        results["accuracy"].append((called == truth).mean())
        results["share"].append(called[truth].mean())
        wins = np.sign(score[truth][:, None] - score[~truth]) / 2 + 0.5
        results["auc"].append(wins.mean())
    for quantity, values in results.items():
        value = printed(f"{100 * np.mean(values):.1f}")
        check = test_sets.mean_of_test_sets(
            value, quantity=quantity, sizes=[5], n_splits=3, scale=100
        )
        assert check.verdict == CONSISTENT, (quantity, check)


@pytest.mark.parametrize("quantity", ["accuracy", "share", "auc"])
@pytest.mark.parametrize("size", [30, 400])
def test_large_test_sets_cannot_be_checked(quantity, size):
    check = test_sets.mean_of_test_sets(
        printed("0.8"), quantity=quantity, sizes=[size], n_splits=3, scale=1
    )

    assert check.verdict == UNCHECKED


def test_a_share_of_46_is_5_or_4_and_of_20_it_is_2():
    assert test_sets.sizes_of_test_set(46, 0.1) == [5, 4]
    assert test_sets.sizes_of_test_set(20, 0.1) == [2]


def test_accuracy_is_a_weighted_mean():
    point = printed("72.5"), printed("67.4")

    assert test_sets.accuracy_between(printed("72.7"), *point).verdict == INCONSISTENT
    assert test_sets.accuracy_between(printed("72.6"), *point).verdict == CONSISTENT  # 72.55
    assert test_sets.accuracy_between(printed("69.7"), *point).verdict == CONSISTENT


def test_a_roc_curve_through_a_point_has_bounds():
    point = printed("80"), printed("50")  # area 0.4 to 0.9, a little wider by rounding

    assert test_sets.auc_around_point(printed("0.40"), *point).verdict == CONSISTENT
    assert test_sets.auc_around_point(printed("0.30"), *point).verdict == INCONSISTENT
    assert test_sets.auc_around_point(printed("0.95"), *point).verdict == INCONSISTENT


def test_the_error_of_an_auc_of_one_half_is_that_of_the_rank_sum_test():
    # variance of the Mann-Whitney statistic: (n1 + n2 + 1) / (12 n1 n2)
    assert test_sets.auc_error(0.5, n=(4, 6)) == pytest.approx(np.sqrt(11 / (12 * 24)))
    assert test_sets.auc_error(1.0, n=(4, 6)) == 0


def test_leave_one_out_far_from_the_test_sets_contradicts_nothing():
    far = {"n": (210, 250), "sizes": [46], "n_splits": 3}

    assert test_sets.leave_one_out_near_test(printed("0.80"), printed("0.79"), **far).verdict == (
        CONSISTENT
    )
    assert test_sets.leave_one_out_near_test(printed("0.99"), printed("0.70"), **far).verdict == (
        UNCHECKED
    )
