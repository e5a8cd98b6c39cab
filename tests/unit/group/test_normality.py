"""Normality against scipy and statsmodels."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats import stattools, weightstats

from restpain.group.normality import (
    jarque_bera,
    least_normal,
    share_if_normal,
    share_not_normal,
    two_sample_tests,
)

RNG = np.random.default_rng(3)


def test_statistic_and_p_are_scipys_in_every_voxel():
    values = RNG.gamma(2, size=(15, 5000)).astype(np.float32)  # more than one block

    statistic, p = jarque_bera(values)

    expected = stats.jarque_bera(values.astype(float), axis=0)
    np.testing.assert_allclose(statistic, expected.statistic, rtol=1e-9)
    np.testing.assert_allclose(p, expected.pvalue, rtol=1e-9)


def test_a_constant_voxel_has_no_statistic():
    statistic, p = jarque_bera(np.full((8, 2), [0.0, 1.1]))

    assert np.isnan(statistic).all()
    assert np.isnan(p).all()


def test_a_statistic_too_large_for_p_still_has_its_logarithm():
    values = np.zeros((500, 1))
    values[0] = 1.0

    statistic, p = jarque_bera(values)
    (logarithm,) = least_normal([values])

    assert p == 0
    assert logarithm == pytest.approx(statistic[0] / 2 * np.log10(np.e))
    moderate = RNG.gamma(2, size=(30, 50))
    np.testing.assert_allclose(
        least_normal([moderate]), -np.log10(stats.jarque_bera(moderate, axis=0).pvalue), rtol=1e-9
    )


def test_the_share_counts_voxels_in_which_either_group_is_skewed():
    normal = stats.norm.ppf((np.arange(30) + 0.5) / 30)
    skewed = np.exp(2 * normal)
    constant = np.zeros(30)
    patients = np.column_stack([normal, skewed, normal, normal, constant])
    controls = np.column_stack([normal, normal, skewed, constant, constant])

    # two of the four voxels that vary
    found = least_normal([patients, controls])
    assert share_not_normal(found, level=0.05) == pytest.approx(0.5)
    assert np.isnan(found).tolist() == [False] * 4 + [True]
    assert np.isnan(share_not_normal(found[4:], level=0.05))


def test_the_share_of_normal_values_is_that_of_the_independent_groups():
    settings = {"level": 0.05, "n_draws": 20_000, "seed": 1}
    one = share_if_normal([20], **settings)
    two = share_if_normal([20, 20], **settings)

    simulated = np.random.default_rng(9).standard_normal((20, 20_000))
    assert one == pytest.approx(
        np.mean(stats.jarque_bera(simulated, axis=0).pvalue < 0.05), abs=0.004
    )
    assert two == pytest.approx(1 - (1 - one) ** 2, abs=0.006)


def test_the_t_tests_are_statsmodels():
    patients, controls = RNG.gamma(2, size=11), RNG.gamma(3, size=14)

    found = two_sample_tests(patients, controls, n_permutations=0, seed=1)

    for name, kind in (("t", "pooled"), ("welch", "unequal")):
        t, p, _ = weightstats.ttest_ind(patients, controls, usevar=kind)
        assert found["t" if name == "t" else "t_welch"] == pytest.approx(t, rel=1e-12)
        assert found[f"p_{name}"] == pytest.approx(p, rel=1e-10)
    assert np.isnan(found["p_permutation"])


def test_the_permutation_p_is_near_that_of_all_relabellings_of_students_t():
    patients, controls = RNG.normal(0.9, size=6), RNG.normal(size=7)

    found = two_sample_tests(patients, controls, n_permutations=4000, seed=2)

    exact = stats.ttest_ind(
        patients, controls, method=stats.PermutationMethod(n_resamples=np.inf)
    ).pvalue
    assert found["p_permutation"] == pytest.approx(exact, abs=3 * np.sqrt(exact / 4000))
    assert found["p_permutation"] != found["p_t"]


def test_a_relabelling_that_gives_the_same_difference_counts_in_spite_of_rounding():
    patients, controls = np.array([0.1, 0.2, 0.3]), np.array([0.1, 0.2, 0.3])

    assert two_sample_tests(patients, controls, n_permutations=50, seed=1)["p_permutation"] == 1


def test_a_feature_that_varies_in_no_group_has_no_test():
    found = two_sample_tests(np.ones(4), np.full(5, 2.0), n_permutations=10, seed=1)

    assert np.isnan(list(found.values())).all()


def test_statsmodels_agrees_on_the_statistic():
    values = RNG.gamma(2, size=(21, 3))

    expected, p, _, _ = stattools.jarque_bera(values, axis=0)

    np.testing.assert_allclose(jarque_bera(values), [expected, p], rtol=1e-12)
