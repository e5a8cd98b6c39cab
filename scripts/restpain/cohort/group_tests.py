"""Tests of one column of the table of participants between two groups."""

import numpy as np
import pandas as pd
from scipy import stats

from restpain.random_seeds import step_seed

N_TABLES = 99_999  # random tables of Fisher's test: p has a standard error of at most 0.0016
FEWEST_EXPECTED = 5.0  # Cochran (1954): in four fifths of the cells, and 1 in all


def compare_means(patients: np.ndarray, controls: np.ndarray) -> dict:
    """Two-sample t-test with pooled variance, Welch's t-test, and the mean difference in SD.

    The standardised difference divides by the root of the mean of both variances (Austin 2009,
    doi:10.1002/sim.3697). Groups of fewer than two, or without any variance, have no test.
    """
    if min(patients.size, controls.size) < 2:
        return {}
    spread = np.sqrt((patients.var(ddof=1) + controls.var(ddof=1)) / 2)
    if spread == 0:
        return {}
    moments = [f(x) for x in (patients, controls) for f in (np.mean, _sd, np.size)]
    pooled = stats.ttest_ind_from_stats(*moments)
    welch = stats.ttest_ind_from_stats(*moments, equal_var=False)
    return {
        "p": pooled.pvalue,
        "test": "two-sample t",
        "p_welch_or_fisher": welch.pvalue,
        "smd": (patients.mean() - controls.mean()) / spread,
        "statistic": pooled.statistic,
        "df": patients.size + controls.size - 2,
    }


def _sd(values: np.ndarray) -> float:
    return values.std(ddof=1)


def compare_counts(patients: np.ndarray, controls: np.ndarray) -> dict:
    """Chi-square without continuity correction, Fisher's exact test, and the difference in SD.

    Arguments are booleans, one per participant. The standardised difference of two shares a and b
    is (a - b) / sqrt((a (1 - a) + b (1 - b)) / 2). There is no test where none or all are
    counted.
    """
    counts = np.array([[x.sum(), (~x).sum()] for x in (patients, controls)])
    if (counts.sum(axis=0) == 0).any() or (counts.sum(axis=1) == 0).any():
        return {}
    chi_square = stats.chi2_contingency(counts, correction=False)
    share = counts[:, 0] / counts.sum(axis=1)
    spread = np.sqrt((share * (1 - share)).mean())
    return {
        "p": chi_square.pvalue,
        "test": "chi-square",
        "p_welch_or_fisher": stats.fisher_exact(counts).pvalue,
        "smd": (share[0] - share[1]) / spread if spread else np.nan,
        "statistic": chi_square.statistic,
        "df": chi_square.dof,
    }


def compare_categories(patients: pd.Series, controls: pd.Series, *, seed: int) -> dict:
    """One test of all levels of a category: chi-square, or Fisher's if expected counts are small.

    Parameters
    ----------
    patients, controls : Series
        Level of each participant, without missing values.
    seed : int
        Of the random tables of Fisher's test of more than two levels.

    Returns
    -------
    dict
        ``p`` and ``test``: chi-square without continuity correction if at most a fifth of the
        expected counts are below 5 and none below 1 (Cochran 1954, doi:10.2307/3001616), else
        ``p_welch_or_fisher``: Fisher's test as Freeman and Halton (1951) extended it, from
        99,999 random tables with the margins given. ``statistic`` and ``df`` of chi-square.
        Two levels are tested by `compare_counts`. Empty if a group or all but one level are.
    """
    levels = sorted(set(patients) | set(controls))
    if len(levels) < 2 or patients.empty or controls.empty:
        return {}
    if len(levels) == 2:
        return compare_counts(*((x == levels[0]).to_numpy() for x in (patients, controls)))
    counts = np.array([[(x == level).sum() for level in levels] for x in (patients, controls)])
    chi_square = stats.chi2_contingency(counts, correction=False)
    generator = np.random.default_rng(step_seed(seed, "Fisher"))
    method = stats.MonteCarloMethod(n_resamples=N_TABLES, rng=generator)
    fisher = float(stats.fisher_exact(counts, method=method).pvalue)
    expected = chi_square.expected_freq
    if (expected < FEWEST_EXPECTED).mean() > 0.2 or expected.min() < 1:
        return {"p": fisher, "test": "Fisher's exact", "p_welch_or_fisher": fisher}
    return {
        "p": chi_square.pvalue,
        "test": "chi-square",
        "p_welch_or_fisher": fisher,
        "statistic": chi_square.statistic,
        "df": chi_square.dof,
    }


def compare_ranks(patients: np.ndarray, controls: np.ndarray) -> dict:
    """Mann-Whitney U test, two-sided; ``statistic`` is U of the patients.

    Exact without ties and with a group of at most 8, else normal with corrections for ties and
    continuity. No test without a value in both groups, or if all values are the same.
    """
    if not patients.size or not controls.size or np.ptp(np.r_[patients, controls]) == 0:
        return {}
    test = stats.mannwhitneyu(patients, controls, alternative="two-sided")
    return {"p": test.pvalue, "test": "Mann-Whitney U", "statistic": test.statistic}


def skewness(values: np.ndarray) -> float:
    """Sample skewness G1, adjusted for the bias in small samples; NaN below 3 or if constant."""
    if values.size < 3 or np.ptp(values) == 0:
        return np.nan
    return float(stats.skew(values, bias=False))
