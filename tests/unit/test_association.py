"""Checks of restpain.association against scipy and by enumeration."""

import numpy as np
import pytest
from scipy import stats

from restpain.association import fdr, p_method, spearman, spearman_interval

RNG = np.random.default_rng(11)


@pytest.mark.parametrize("n", [9, 21])
def test_rho_and_p_are_scipys_with_ties(n):
    x, y = RNG.normal(size=n), RNG.integers(2, 8, size=n)

    expected = stats.spearmanr(x, y)

    assert spearman(x, y) == pytest.approx((expected.statistic, expected.pvalue))
    assert p_method(n) == "t"


def test_p_of_few_pairs_counts_orders():
    x = np.array([1.0, 2, 3, 4])

    # of 24 orders only two reach |rho| = 1, and 8 reach 0.8 or more
    assert spearman(x, np.array([10, 20, 30, 40])) == pytest.approx((1.0, 2 / 24))
    assert spearman(x, np.array([10, 30, 20, 40])) == pytest.approx((0.8, 8 / 24))
    assert p_method(4) == "exact"


def test_the_exact_p_is_that_of_a_permutation_test():
    x, y = RNG.normal(size=6), RNG.integers(0, 4, size=6)

    def statistic(values):
        return stats.spearmanr(values, y).statistic

    expected = stats.permutation_test(
        (x,), statistic, permutation_type="pairings", n_resamples=np.inf
    )

    assert spearman(x, y)[1] == pytest.approx(expected.pvalue)


def test_too_few_pairs_or_no_variation_have_no_rho():
    assert np.isnan(spearman(np.array([1.0, 2]), np.array([1.0, 2]))).all()
    assert np.isnan(spearman(np.arange(5.0), np.ones(5))).all()
    bounds = {"n_bootstrap": 100, "seed": 1, "confidence": 0.95}
    assert np.isnan(spearman_interval(np.arange(5.0), np.ones(5), **bounds)).all()


def test_the_interval_is_the_quantiles_of_resampled_rho():
    x, y = RNG.normal(size=(2, 15))
    draws = np.random.default_rng(5).integers(15, size=(200, 15))
    rho = [stats.spearmanr(x[draw], y[draw]).statistic for draw in draws]

    found = spearman_interval(x, y, n_bootstrap=200, seed=5, confidence=0.9)

    assert found == pytest.approx(tuple(np.quantile(rho, [0.05, 0.95])))


def test_fdr_is_benjamini_and_hochbergs_and_skips_what_is_missing():
    q = fdr(np.array([0.01, np.nan, 0.04, 0.03]))

    np.testing.assert_allclose(q, [0.03, np.nan, 0.04, 0.04])
    assert fdr(np.array([])).size == 0
