"""Contribution of each choice to T and to the verdicts."""

import itertools

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from restpain.multiverse.choices import changed_verdicts, explained_shares, jackknife_interval

FULL = np.array(list(itertools.product(range(3), range(2), range(2))))


def test_shares_of_all_combinations_are_those_of_an_analysis_of_variance():
    rng = np.random.default_rng(1)
    values = rng.normal(size=12) + FULL[:, 0] - 2 * FULL[:, 1]
    table = pd.DataFrame({"y": values} | {name: FULL[:, k] for k, name in enumerate("abc")})
    anova = anova_lm(ols("y ~ C(a) + C(b) + C(c)", table).fit())

    shares = explained_shares(values, FULL)

    np.testing.assert_allclose(shares, anova["sum_sq"][:3] / anova["sum_sq"].sum())


def test_shares_of_some_combinations_are_those_of_type_two_squares():
    rng = np.random.default_rng(2)
    some = FULL[[0, 1, 3, 4, 6, 7, 8, 11]]
    values = rng.normal(size=8) + some[:, 1]
    table = pd.DataFrame({"y": values} | {name: some[:, k] for k, name in enumerate("abc")})
    anova = sm.stats.anova_lm(ols("y ~ C(a) + C(b) + C(c)", table).fit(), typ=2)
    total = np.sum((values - values.mean()) ** 2)

    shares = explained_shares(values, some)

    np.testing.assert_allclose(shares, anova["sum_sq"][:3] / total)


def test_a_key_that_decides_alone_explains_all_and_others_nothing():
    shares = explained_shares(FULL[:, 1] * 3.0, FULL)

    np.testing.assert_allclose(shares, [0, 1, 0], atol=1e-12)


def test_where_nothing_varies_nothing_is_explained():
    assert explained_shares(np.full(12, 2.5), FULL).tolist() == [0, 0, 0]


def test_shares_are_computed_for_every_column_of_the_values():
    values = np.column_stack([FULL[:, 0], FULL[:, 2]]).astype(float)

    shares = explained_shares(values, FULL)

    np.testing.assert_allclose(shares, [[1, 0], [0, 0], [0, 1]], atol=1e-12)


def test_verdicts_are_compared_in_pairs_that_differ_in_one_key():
    survives = FULL[:, 2] == 1
    survives[0] = True  # and one that hangs on nothing else

    counts = changed_verdicts(survives, FULL)

    expected = []
    for key in range(3):
        pairs = [
            (i, j)
            for i, j in itertools.combinations(range(12), 2)
            if np.flatnonzero(FULL[i] != FULL[j]).tolist() == [key]
        ]
        expected.append((sum(survives[i] != survives[j] for i, j in pairs), len(pairs)))
    assert counts == expected
    assert counts[2] == (5, 6)


def test_the_jackknife_interval_of_a_mean_is_that_of_its_standard_error():
    values = np.random.default_rng(3).normal(size=30)
    left_out = np.array([np.delete(values, k).mean() for k in range(30)])

    low, high = jackknife_interval(np.array(values.mean()), left_out)

    error = values.std(ddof=1) / np.sqrt(30)
    np.testing.assert_allclose([low, high], values.mean() + 1.96 * error * np.array([-1, 1]))
