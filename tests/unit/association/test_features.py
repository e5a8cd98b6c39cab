"""Features against scipy and by enumeration."""

import itertools

import numpy as np
import pytest
from scipy import stats

from restpain.association.features import fdr, p_method, spearman, spearman_interval

RNG = np.random.default_rng(11)


def none(n):
    """No covariate of n participants."""
    return np.zeros((n, 0))


@pytest.mark.parametrize("n", [9, 21])
def test_rho_and_p_are_scipys_with_ties(n):
    x, y = RNG.normal(size=n), RNG.integers(2, 8, size=n)

    expected = stats.spearmanr(x, y)

    found = spearman(x, y, none(n))
    assert found == pytest.approx((expected.statistic, expected.pvalue))
    assert p_method(n, n_covariates=0) == p_method(n, n_covariates=2) == "t"


def test_p_of_few_pairs_counts_orders():
    x = np.array([1.0, 2, 3, 4])

    # of 24 orders only two reach |rho| = 1, and 8 reach 0.8 or more
    assert spearman(x, np.array([10, 20, 30, 40]), none(4)) == pytest.approx((1.0, 2 / 24))
    assert spearman(x, np.array([10, 30, 20, 40]), none(4)) == pytest.approx((0.8, 8 / 24))
    assert p_method(4, n_covariates=0) == "exact"


def test_the_exact_p_is_that_of_a_permutation_test():
    x, y = RNG.normal(size=6), RNG.integers(0, 4, size=6)

    def statistic(values):
        return stats.spearmanr(values, y).statistic

    expected = stats.permutation_test(
        (x,), statistic, permutation_type="pairings", n_resamples=np.inf
    )

    assert spearman(x, y, none(6))[1] == pytest.approx(expected.pvalue)


def test_too_few_pairs_or_no_variation_have_no_rho():
    assert np.isnan(spearman(np.array([1.0, 2]), np.array([1.0, 2]), none(2))).all()
    assert np.isnan(spearman(np.arange(5.0), np.ones(5), none(5))).all()
    bounds = {"n_bootstrap": 100, "seed": 1, "confidence": 0.95}
    assert np.isnan(spearman_interval(np.arange(5.0), np.ones(5), none(5), **bounds)).all()


def test_the_interval_is_the_quantiles_of_resampled_rho():
    x, y = RNG.normal(size=(2, 15))
    draws = np.random.default_rng(5).integers(15, size=(200, 15))
    rho = [stats.spearmanr(x[draw], y[draw]).statistic for draw in draws]

    found = spearman_interval(x, y, none(15), n_bootstrap=200, seed=5, confidence=0.9)

    assert found == pytest.approx(tuple(np.quantile(rho, [0.05, 0.95])))


def test_the_interval_of_a_perfect_correlation_ends_at_one():
    for n in range(5, 30):
        x = RNG.normal(size=n)

        low, high = spearman_interval(x, -x, none(n), n_bootstrap=50, seed=n, confidence=0.9)

        assert -1 <= low <= high <= 1


def partial(x, y, covariates):
    """Partial rank correlation from the inverse of the matrix of correlations."""
    ranks = stats.rankdata(np.column_stack([x, y, covariates]), axis=0)
    precision = np.linalg.inv(np.corrcoef(ranks.T))
    return -precision[0, 1] / np.sqrt(precision[0, 0] * precision[1, 1])


@pytest.mark.parametrize("n_covariates", [1, 3])
def test_partial_rho_is_that_of_the_inverse_correlations_and_p_that_of_its_t(n_covariates):
    covariates = RNG.normal(size=(20, n_covariates))
    x = covariates.sum(axis=1) + RNG.normal(size=20)
    y = np.round(2 * covariates[:, 0] + RNG.normal(size=20))
    expected = partial(x, y, covariates)
    df = 18 - n_covariates
    t = expected * np.sqrt(df / (1 - expected**2))

    rho, p = spearman(x, y, covariates)

    assert rho == pytest.approx(expected)
    assert p == pytest.approx(2 * stats.t.sf(abs(t), df))


def test_a_covariate_that_explains_both_leaves_no_correlation_of_its_own():
    covariate = np.arange(40.0)
    x, y = covariate + RNG.normal(0, 3, (2, 40))

    assert spearman(x, y, none(40))[0] > 0.8
    assert abs(spearman(x, y, covariate[:, None])[0]) < 0.4
    assert np.isnan(spearman(covariate**3, y, covariate[:, None])).all()  # the same ranks
    assert np.isnan(spearman(x[:4], y[:4], RNG.normal(size=(4, 2)))).all()  # no freedom left


def test_the_partial_p_of_few_pairs_counts_the_orders_of_residuals():
    x, y, z = RNG.normal(size=(3, 5))
    ranks = [stats.rankdata(values) for values in (x, y, z)]
    design = np.column_stack([np.ones(5), ranks[2]])
    fitted = design @ np.linalg.lstsq(design, ranks[1], rcond=None)[0]
    found = []
    for order in itertools.permutations(range(5)):
        again = fitted + (ranks[1] - fitted)[list(order)]
        columns = np.column_stack([design, ranks[0]])
        beta, (sse,), *_ = np.linalg.lstsq(columns, again, rcond=None)
        found.append(abs(beta[2]) / np.sqrt(sse))

    p = spearman(x, y, z[:, None])[1]

    assert p == pytest.approx(np.mean(np.array(found) >= found[0] * (1 - 1e-9)))
    assert p_method(5, n_covariates=1) == "orders"


def test_the_interval_of_a_partial_rho_resamples_participants_with_their_covariates():
    x, y, z = RNG.normal(size=(3, 15))
    draws = np.random.default_rng(5).integers(15, size=(200, 15))
    rho = [partial(x[draw], y[draw], z[draw]) for draw in draws]

    found = spearman_interval(x, y, z[:, None], n_bootstrap=200, seed=5, confidence=0.9)

    assert found == pytest.approx(tuple(np.quantile(rho, [0.05, 0.95])))


def test_fdr_is_benjamini_and_hochbergs_and_skips_what_is_missing():
    q = fdr(np.array([0.01, np.nan, 0.04, 0.03]))

    np.testing.assert_allclose(q, [0.03, np.nan, 0.04, 0.04])
    assert fdr(np.array([])).size == 0
