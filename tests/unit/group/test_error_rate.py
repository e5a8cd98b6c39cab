"""Error_rate on counts that one can check."""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from restpain.group.error_rate import aimed_error_rate, family_wise_error


def test_a_map_counts_once_if_a_cluster_of_either_sign_reaches_the_size():
    largest = np.array([[0, 0], [10, 0], [0, 10], [12, 15], [9, 9]])

    found = family_wise_error(largest, size_threshold=10, confidence=0.95)

    assert (found["n_permutations"], found["n_with_cluster"]) == (5, 3)
    assert found["error_rate"] == 0.6
    low, high = proportion_confint(3, 5, method="wilson")
    assert found["error_rate_low"] == pytest.approx(low)
    assert found["error_rate_high"] == pytest.approx(high)


def test_without_permutations_there_is_no_rate():
    found = family_wise_error(np.zeros((0, 2), int), size_threshold=10, confidence=0.95)

    assert found["n_with_cluster"] == 0
    assert found["error_rate"] is found["error_rate_low"] is found["error_rate_high"] is None


def test_one_tail_aims_at_its_level_for_each_sign():
    assert aimed_error_rate(cluster_p=0.05, tails=2) == 0.05
    assert aimed_error_rate(cluster_p=0.05, tails=1) == pytest.approx(0.0975)
