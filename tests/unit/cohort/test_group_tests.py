"""Tests of Table 1 against textbook examples, published counts and other implementations."""

import numpy as np
import pandas as pd
import pytest
from scipy import special
from statsmodels.stats import contingency_tables as contingency

from restpain.cohort.group_tests import (
    compare_categories,
    compare_counts,
    compare_means,
    compare_ranks,
    skewness,
)

# Student (1908), extra hours of sleep under two drugs; R's t.test gives these p values
SLEEP = (
    np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]),
    np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]),
)


def of(n, total):
    return np.arange(total) < n


def test_means_of_the_sleep_data_have_the_textbook_t_and_both_p():
    result = compare_means(*SLEEP)

    assert result["statistic"] == pytest.approx(-1.8608, abs=5e-5)
    assert result["df"] == 18
    assert result["p"] == pytest.approx(0.07919, abs=5e-6)
    assert result["p_welch_or_fisher"] == pytest.approx(0.07939, abs=5e-6)


def test_the_standardised_difference_divides_by_the_mean_variance():
    result = compare_means(np.array([1.0, 3.0]), np.array([0.0, 0.0, 0.0]))

    assert result["smd"] == pytest.approx(2 / np.sqrt((2 + 0) / 2))


def test_chi_square_without_yates_gives_the_published_p_of_16_5_against_15_10():
    assert compare_counts(of(16, 21), of(15, 25))["p"] == pytest.approx(0.243, abs=5e-4)


def test_fisher_gives_the_p_of_the_lady_tasting_tea():
    result = compare_counts(of(3, 4), of(1, 4))

    assert result["p_welch_or_fisher"] == pytest.approx(34 / 70)
    assert result["statistic"] == pytest.approx(2.0)  # 8 (3 * 3 - 1 * 1)^2 / 4^4
    assert result["smd"] == pytest.approx(0.5 / np.sqrt(0.1875))


@pytest.mark.parametrize("patients", [0, 4])
def test_counts_without_a_second_level_have_no_test(patients):
    assert compare_counts(of(patients, 4), of(patients, 4)) == {}


def test_values_without_variance_and_groups_of_one_have_no_test():
    assert compare_means(np.ones(3), np.ones(4)) == {}
    assert compare_means(np.ones(1), np.arange(4.0)) == {}


def freeman_halton(counts):
    """Fisher's p of a table of two rows, by the sum over all tables with its margins."""
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    tables = [[]]
    for size in columns:
        tables = [[*table, n] for table in tables for n in range(size + 1)]
    weights = {
        tuple(table): np.prod([special.comb(m, n) for m, n in zip(columns, table, strict=True)])
        for table in tables
        if sum(table) == rows[0]
    }
    observed = weights[tuple(counts[0])]
    unlikely = [w for w in weights.values() if w <= observed * (1 + 1e-9)]
    return sum(unlikely) / sum(weights.values())


def groups(counts, levels="abcd"):
    return [pd.Series(np.repeat(list(levels)[: len(row)], row), dtype=object) for row in counts]


@pytest.mark.parametrize("counts", [[[5, 3, 2], [1, 3, 6]], [[4, 0, 1, 3], [1, 5, 2, 0]]])
def test_small_cells_are_tested_by_fisher_as_the_sum_over_all_tables_says(counts):
    found = compare_categories(*groups(counts), seed=1)

    assert found["test"] == "Fisher's exact"
    assert found["p"] == pytest.approx(freeman_halton(np.array(counts)), abs=0.005)
    assert "statistic" not in found


def test_large_cells_are_tested_by_the_chi_square_of_a_textbook():
    # Agresti (2007), Introduction to Categorical Data Analysis, Table 2.5: gender and party
    found = compare_categories(*groups([[762, 327, 468], [484, 239, 477]]), seed=1)

    assert (found["test"], found["df"]) == ("chi-square", 2)
    assert found["statistic"] == pytest.approx(30.07, abs=0.005)
    assert found["p"] == pytest.approx(contingency.Table([[762, 327, 468], [484, 239, 477]])
                                       .test_nominal_association().pvalue)  # fmt: skip


def test_fisher_of_more_levels_depends_on_the_seed_in_the_last_digits_only():
    first, again, other = (compare_categories(*groups([[5, 3, 2], [1, 3, 6]]), seed=seed)["p"]
                           for seed in (1, 1, 2))  # fmt: skip

    assert first == again
    assert first == pytest.approx(other, abs=0.005)


def test_two_levels_are_tested_as_counts_and_one_level_is_not():
    found = compare_categories(*groups([[16, 5], [15, 10]]), seed=1)

    assert found == compare_counts(of(16, 21), of(15, 25))
    assert compare_categories(*groups([[3], [4]]), seed=1) == {}
    assert compare_categories(*groups([[3, 2, 1], []]), seed=1) == {}


def test_ranks_of_the_sleep_data_have_the_p_of_r():
    # R: wilcox.test(extra ~ group, sleep): W = 25.5, p-value = 0.06933
    found = compare_ranks(*SLEEP)

    assert (found["test"], found["statistic"]) == ("Mann-Whitney U", 25.5)
    assert found["p"] == pytest.approx(0.06933, abs=5e-6)


def test_few_ranks_without_ties_are_tested_exactly():
    # Hollander & Wolfe (1973), 69f, as in R's wilcox.test: W = 35, one-sided p = 0.1272
    amnion = np.array([0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46])
    chorion = np.array([1.15, 0.88, 0.90, 0.74, 1.21])

    found = compare_ranks(amnion, chorion)

    assert (found["statistic"], found["p"]) == (35, pytest.approx(0.2544, abs=5e-5))
    assert compare_ranks(np.ones(3), np.ones(4)) == {}
    assert compare_ranks(np.ones(0), np.arange(4.0)) == {}


def test_skewness_is_that_of_a_sample_made_by_hand():
    # 1, 1, 4: m2 = 2, m3 = 2, g1 = 2 / 2^1.5, times sqrt(3 x 2) / 1
    assert skewness(np.array([1.0, 1, 4])) == pytest.approx(2 / 2**1.5 * 6**0.5)
    assert skewness(np.array([1.0, 4, 4])) == pytest.approx(-(3**0.5))
    assert np.isnan(skewness(np.ones(5)))
