"""Consistency of printed numbers: one function per rule, for any paper.

A printed number stands for every number that rounds to it. Two numbers are inconsistent only if no
values within their rounding give each other; a rule that would accept every printed number says
that it cannot check. Each function returns a ``Check``.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np
from scipy import stats

from restpain.presentation.numbers import number, p_value
from restpain.published.printed import MeanCell, Printed

CONSISTENT, INCONSISTENT, UNCHECKED = "consistent", "inconsistent", "cannot be checked"
TOLERANCE = 1e-9  # of floating point, for bounds that are met exactly


@dataclass(frozen=True)
class Check:
    """Outcome of a rule: the verdict, what the arithmetic gives, and the arithmetic in words."""

    verdict: str
    recomputed: str
    arithmetic: str


def verdict_of(agrees: bool) -> str:
    """Verdict of numbers that agree or do not."""
    return CONSISTENT if agrees else INCONSISTENT


def mean_of_whole_numbers(mean: Printed, *, n: int) -> Check:
    """Check that a sum of ``n`` whole numbers, divided by n, rounds to the mean.

    Brown and Heathers (2017), doi:10.1177/1948550616673876: the GRIM test. Without power, and said
    so, where n is at least the number of printed steps in one.
    """
    if mean.width * n >= 1:
        return Check(
            UNCHECKED, "", f"means of {n} whole numbers lie denser than the printed digits"
        )
    total = round(mean.value * n)
    near = Fraction(total, n)
    digits = decimals_of(mean) + 2
    words = f"the nearest sum {total} divided by {n} is {number(near, digits)}"
    return Check(verdict_of(bool(_sums(mean, n))), number(near, digits), words)


def sd_of_whole_numbers(cell: MeanCell, *, n: int) -> Check:
    """Check that whole numbers with the printed mean can have the printed standard deviation.

    The sum of their squares is a whole number, odd or even as their sum is; the GRIMMER test
    (Anaya 2016, doi:10.7287/peerj.preprints.2400v1). Both n - 1 and n are tried as the divisor.
    """
    parts = []
    for total, divisor in product(_sums(cell.mean, n), (n - 1, n)):
        below = divisor * max(cell.sd.low, 0) ** 2 + Fraction(total**2, n)
        above = divisor * cell.sd.high**2 + Fraction(total**2, n)
        squares = math.ceil(below)
        squares += (squares - total) % 2
        if squares <= above:
            sd = math.sqrt((squares - total**2 / n) / divisor)
            words = f"sum {total} and sum of squares {squares} give SD {number(sd, 3)}"
            return Check(CONSISTENT, number(sd, 3), words)
        parts.append(total)
    if not parts:
        return Check(UNCHECKED, "", "no sum of whole numbers gives the mean")
    words = (
        f"with sum {parts[0]} of {n} whole numbers no sum of squares gives the printed SD, "
        "whether n or n - 1 divides it"
    )
    return Check(INCONSISTENT, "", words)


def sd_within_range(cell: MeanCell, *, n: int, whole: bool) -> Check:
    """Check that ``n`` values with the printed mean, smallest and largest value can have the SD.

    With a = mean - smallest and b = largest - mean, the sum of squares is at most n a b (all
    values at the ends; Bhatia and Davis 2000, doi:10.1080/00029890.2000.12005203) and at least
    a^2 + b^2 + (a - b)^2 / (n - 2) (one value at each end, the others equal). ``whole`` says that
    the values are whole numbers, so that smallest and largest are not rounded.
    """
    if cell.low is None or n < 3:
        return Check(UNCHECKED, "", "no smallest and largest value are printed")
    smallest, largest = (
        (end.value, end.value) if whole else (end.low, end.high) for end in (cell.low, cell.high)
    )
    if cell.mean.high < smallest[0] or cell.mean.low > largest[1]:
        words = f"the mean lies outside {cell.low.text} to {cell.high.text}"
        return Check(INCONSISTENT, "", words)
    below = _clipped(cell.mean.low - smallest[1]), _clipped(cell.mean.high - smallest[0])
    above = _clipped(largest[0] - cell.mean.high), _clipped(largest[1] - cell.mean.low)
    difference = max(below[0] - above[1], above[0] - below[1], 0.0)
    least = below[0] ** 2 + above[0] ** 2 + difference**2 / (n - 2)
    most = n * below[1] * above[1]
    ends = [math.sqrt(square / (n - 1)) for square in (least, most)]
    text = f"{number(ends[0], 2)} to {number(ends[1], 2)}"
    words = f"with this mean, smallest and largest value the SD of {n} values lies in {text}"
    return Check(verdict_of(cell.sd.holds(ends[0], ends[1])), text, words)


def p_of_means(p: Printed, first: MeanCell, second: MeanCell, *, n: tuple[int, int]) -> Check:
    """Check that the t-test from both means, SDs and group sizes gives the printed p.

    The extremes of the two-sided p lie on the corners of the rounding intervals. The test with
    pooled variance is tried, then Welch's.
    """
    ranges = [_p_range(first, second, n, equal_var=equal) for equal in (True, False)]
    exact = [
        stats.ttest_ind_from_stats(
            *(float(first.mean.value), float(first.sd.value), n[0]),
            *(float(second.mean.value), float(second.sd.value), n[1]),
            equal_var=equal,
        )
        for equal in (True, False)
    ]
    agrees = [p.holds(low, high) for low, high in ranges]
    chosen = 1 if agrees[1] and not agrees[0] else 0
    name = ("two-sample t-test with pooled variance", "Welch's t-test")[chosen]
    low, high = ranges[chosen]
    words = (
        f"{name}, n {n[0]} and {n[1]}: t {number(exact[chosen].statistic, 2)}, "
        f"p {_p_span(low, high)} within rounding"
    )
    if not any(agrees):
        words += f"; Welch's gives {p_value(exact[1].pvalue)}"
    return Check(verdict_of(any(agrees)), p_value(exact[chosen].pvalue), words)


def p_of_counts(p: Printed, first: tuple[int, int], second: tuple[int, int]) -> Check:
    """Check that a test of two pairs of counts gives the printed p.

    Chi-square without continuity correction is tried, then with it, then Fisher's exact test.
    """
    counts = np.array([first, second])
    if (counts.sum(axis=0) == 0).any() or (counts.sum(axis=1) == 0).any():
        return Check(UNCHECKED, "", "a row or column of the counts is zero, so there is no test")
    plain = stats.chi2_contingency(counts, correction=False)
    values = {
        f"chi-square {number(plain.statistic, 3)} without continuity correction": plain.pvalue,
        "chi-square with continuity correction": stats.chi2_contingency(counts).pvalue,
        "Fisher's exact test": stats.fisher_exact(counts).pvalue,
    }
    tried = [f"{name}: p {p_value(value)}" for name, value in values.items()]
    for name, value in values.items():
        if p.holds(value, value):
            return Check(CONSISTENT, p_value(value), f"{name}: p {p_value(value)}")
    return Check(INCONSISTENT, p_value(plain.pvalue), "; ".join(tried))


def percent_of_count(percent: Printed, *, count: int, n: int) -> Check:
    """Check that ``count`` of ``n`` rounds to the printed percentage."""
    if not 0 <= count <= n:
        return Check(INCONSISTENT, "", f"{count} is not a number out of {n}")
    share = Fraction(100 * count, n)
    text = number(share, decimals_of(percent) + 1)
    words = f"{count} of {n} is {text} %"
    return Check(verdict_of(percent.low <= share <= percent.high), text, words)


def counts_add_up(counts: list[int], *, n: int) -> Check:
    """Check that counts that divide a group add up to its size."""
    total = sum(counts)
    words = f"{' + '.join(str(count) for count in counts)} = {total}; the group has {n}"
    return Check(verdict_of(total == n), str(total), words)


def p_of_rho(p: Printed, rho: Printed, *, n: int) -> Check:
    """Check that Spearman's rho of ``n`` pairs gives the printed two-sided p.

    By t = rho sqrt((n - 2) / (1 - rho^2)) with n - 2 degrees of freedom, then by the normal
    approximation z = rho sqrt(n - 1).
    """
    size = abs(float(rho.value))
    low, high = _absolute(rho)
    if low > 1:
        return Check(INCONSISTENT, "", "a correlation lies between -1 and 1")
    high = min(high, 1.0)
    by_t = _rho_p(high, n), _rho_p(low, n)
    by_z = tuple(2 * stats.norm.sf(value * math.sqrt(n - 1)) for value in (high, low))
    agrees = [p.holds(*ends) for ends in (by_t, by_z)]
    words = f"n {n}: p {_p_span(*by_t)} within rounding, by t"
    if not agrees[0]:
        words += f"; {_p_span(*by_z)} by the normal approximation"
    return Check(verdict_of(any(agrees)), p_value(_rho_p(min(size, 1.0), n)), words)


def t_beyond_threshold(t: Printed, *, voxel_p: float, tails: int, df: int) -> Check:
    """Check that |t| reaches the voxel threshold of the stated correction.

    ``df`` is the largest possible number of degrees of freedom, n1 + n2 - 2: covariates would only
    raise the threshold.
    """
    threshold = stats.t.isf(voxel_p / tails, df)
    other = stats.t.isf(voxel_p / (3 - tails), df)
    sides = {1: "one-tailed", 2: "two-tailed"}
    words = (
        f"|t| must reach {number(threshold, 2)} ({sides[tails]} p {voxel_p}, at most {df} degrees "
        f"of freedom); the {sides[3 - tails]} threshold is {number(other, 2)}"
    )
    reaches = _absolute(t)[1] >= threshold - TOLERANCE
    return Check(verdict_of(reaches), number(threshold, 2), words)


def _sums(mean: Printed, n: int) -> list[int]:
    """Return the whole numbers that, divided by n, round to the mean."""
    return list(range(math.ceil(mean.low * n), math.floor(mean.high * n) + 1))


def decimals_of(number_: Printed) -> int:
    """Return the number of decimals of a printed number."""
    return len(number_.text.partition(".")[2].strip())


def _clipped(value: Fraction) -> float:
    return max(float(value), 0.0)


def _absolute(value: Printed) -> tuple[float, float]:
    """Interval of the absolute value."""
    low, high = float(value.low), float(value.high)
    if low <= 0 <= high:
        return 0.0, max(-low, high)
    return min(abs(low), abs(high)), max(abs(low), abs(high))


def _p_span(low: float, high: float) -> str:
    ends = p_value(low), p_value(high)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _rho_p(rho: float, n: int) -> float:
    if rho >= 1:
        return 0.0
    return 2 * stats.t.sf(rho * math.sqrt((n - 2) / (1 - rho**2)), n - 2)


def _p_range(first: MeanCell, second: MeanCell, n, *, equal_var: bool) -> tuple[float, float]:
    """Smallest and largest p over the rounding of both means and SDs."""
    low = float(first.mean.low - second.mean.high)
    high = float(first.mean.high - second.mean.low)
    far = max(abs(low), abs(high))
    near = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    found = []
    for one, other in product(
        (_clipped(first.sd.low), float(first.sd.high)),
        (_clipped(second.sd.low), float(second.sd.high)),
    ):
        for difference in (near, far):
            if one == other == 0:
                found += [1.0 if difference == 0 else 0.0]
                continue
            test = stats.ttest_ind_from_stats(
                difference, one, n[0], 0.0, other, n[1], equal_var=equal_var
            )
            found.append(float(test.pvalue))
    return min(found), max(found)
