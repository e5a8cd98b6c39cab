"""Agreement of a published number with a recomputed one within sampling error, by kind."""

import math

from scipy import stats

from restpain.presentation.numbers import is_missing
from restpain.published.printed import CountCell, MeanCell, Printed
from restpain.published.test_sets import auc_error

ALPHA = 0.05  # of the tests of equality, and of a conclusion from p
Z = 1.96


def mean_agrees(one: MeanCell, n_one: int, mean: float, sd: float, n: int) -> bool:
    """Agreement of a published mean with ours: Welch's test has p of 0.05 or more."""
    values = float(one.mean.value), float(one.sd.value)
    if min(n_one, n) < 2 or is_missing(sd):
        return False
    if values[1] == sd == 0:
        return values[0] == mean
    test = stats.ttest_ind_from_stats(*values, n_one, mean, sd, n, equal_var=False)
    return bool(test.pvalue >= ALPHA)


def count_agrees(one: CountCell, n_one: int, count: int, n: int) -> bool:
    """Agreement of a published count with ours: Fisher's exact test has p of 0.05 or more."""
    table = [[one.count, n_one - one.count], [count, n - count]]
    return bool(stats.fisher_exact(table).pvalue >= ALPHA)


def same_side(p: Printed, ours: float) -> bool:
    """Agreement of two p values: both below 0.05, or both not."""
    return (p.value < ALPHA) == (ours < ALPHA)


def within(difference: float, *errors: float) -> bool:
    """Agreement of two values: their difference is within 1.96 standard errors of both."""
    return abs(difference) <= Z * math.hypot(*errors)


def share_error(percent: float, n: float) -> float:
    """Binomial standard error of a percentage of ``n``, with one of each kind added to both."""
    share = (percent / 100 * n + 1) / (n + 2)
    return 100 * math.sqrt(share * (1 - share) / n)


def rho_agrees(rho: float, n_rho: int, ours: float, n: int) -> bool:
    """Agreement of two Spearman correlations within sampling error (Fieller et al., 1957)."""
    if min(n_rho, n) < 4 or max(abs(rho), abs(ours)) >= 1:
        return rho == ours
    errors = (math.sqrt(1.06 / (size - 3)) for size in (n_rho, n))
    return within(math.atanh(rho) - math.atanh(ours), *errors)


def auc_agrees(
    published: float, ours: float, *, sizes: tuple[float, float], share_patients: float
) -> bool:
    """Agreement of two AUCs within the errors of Hanley and McNeil for their test sets."""
    errors = []
    for area, size in zip((published, ours), sizes, strict=True):
        patients = min(max(round(size * share_patients), 1), max(int(size) - 1, 1))
        errors.append(auc_error(area, n=(patients, max(int(size) - patients, 1))))
    return within(published - ours, *errors)


def share_agrees(published: float, ours: float, *, sizes: tuple[float, float]) -> bool:
    """Agreement of two percentages within their binomial errors."""
    return within(published - ours, *map(share_error, (published, ours), sizes))
