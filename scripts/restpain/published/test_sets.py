"""Consistency of printed results of a classifier: one function per rule.

As in ``arithmetic``, a printed number stands for every number that rounds to it.
"""

import math
from fractions import Fraction

import numpy as np

from restpain.presentation.numbers import number
from restpain.published.arithmetic import (
    CONSISTENT,
    INCONSISTENT,
    TOLERANCE,
    UNCHECKED,
    Check,
    decimals_of,
    verdict_of,
)
from restpain.published.printed import Printed

MANY_RESULTS = 100_000  # sums of results to list; beyond, nearly every mean is possible


def accuracy_between(accuracy: Printed, sensitivity: Printed, specificity: Printed) -> Check:
    """Check that accuracy lies between sensitivity and specificity.

    It is their mean, weighted by the numbers of patients and controls: of one set of predictions,
    and of means over test sets that all have the same numbers of both.
    """
    low = min(sensitivity.low, specificity.low)
    high = max(sensitivity.high, specificity.high)
    ends = sorted([sensitivity.value, specificity.value])
    text = f"{number(ends[0], 1)} to {number(ends[1], 1)}"
    words = f"a weighted mean of {sensitivity.text} and {specificity.text} lies in {text}"
    return Check(verdict_of(accuracy.high >= low and accuracy.low <= high), text, words)


def auc_around_point(auc: Printed, sensitivity: Printed, specificity: Printed) -> Check:
    """Check that a ROC curve through the printed operating point can have the AUC.

    A curve that never falls has at least the area sensitivity x specificity, and at most
    1 - (1 - sensitivity)(1 - specificity). For one set of predictions.
    """
    low = float(sensitivity.low * specificity.low / 10000)
    high = 1 - (1 - float(sensitivity.high) / 100) * (1 - float(specificity.high) / 100)
    text = f"{number(low, 3)} to {number(high, 3)}"
    words = (
        f"a ROC curve through sensitivity {sensitivity.text} and specificity "
        f"{specificity.text} has an area in {text}"
    )
    return Check(verdict_of(auc.holds(low, high)), text, words)


def mean_of_test_sets(
    value: Printed, *, quantity: str, sizes: list[int], n_splits: int, scale: int
) -> Check:
    """Check that a mean over test sets of a few participants can round to the printed value.

    Parameters
    ----------
    value : Printed
        The mean over the test sets, times ``scale``.
    quantity : str
        ``accuracy``: right out of the size. ``share``: right out of the patients, or out of the
        controls, of whom each test set has any number. ``auc``: pairs of a patient and a control
        in the right order, ties counting half.
    sizes : list of int
        Possible sizes of a test set; all sets of a study have the same.
    n_splits : int
        Number of test sets.
    scale : int
        100 for percentages, 1 otherwise.
    """
    low, high = value.low / scale, value.high / scale
    nearest = []
    for size in sizes:
        possible = _means(_results(quantity, size), n_splits)
        if possible is None:
            return Check(UNCHECKED, "", f"test sets of {size} have too many possible results")
        means = np.array(sorted(possible), dtype=float)
        if np.diff(means).max() <= float(high - low):
            words = f"means over {n_splits} sets of {size} lie denser than the printed digits"
            return Check(UNCHECKED, "", words)
        inside = (means >= float(low) - TOLERANCE) & (means <= float(high) + TOLERANCE)
        closest = means[np.argmin(np.abs(means - float(value.value / scale)))]
        nearest.append((size, closest * scale))
        if inside.any():
            text = number(closest * scale, decimals_of(value) + 1)
            words = f"{n_splits} test sets of {size} can have the mean {text}"
            return Check(CONSISTENT, text, words)
    digits = decimals_of(value) + 1
    words = "; ".join(
        f"the nearest mean over {n_splits} test sets of {size} is {number(mean, digits)}"
        for size, mean in nearest
    )
    return Check(INCONSISTENT, number(nearest[0][1], digits), words)


def leave_one_out_near_test(
    loo: Printed, test: Printed, *, n: tuple[int, int], sizes: list[int], n_splits: int
) -> Check:
    """Check that leave-one-out and test sets have the same AUC within sampling error.

    The standard error of the mean over the test sets is that of ``auc_error`` for test sets
    composed as the groups are. A larger difference contradicts nothing: its verdict is that it
    cannot be checked.
    """
    area = float(test.value)
    if not 0 <= area <= 1:
        return Check(INCONSISTENT, "", "an AUC lies between 0 and 1")
    size = max(sizes)
    patients = min(max(round(size * n[0] / sum(n)), 1), max(size - 1, 1))
    error = auc_error(area, n=(patients, max(size - patients, 1))) / math.sqrt(n_splits)
    difference = abs(float(loo.value) - area)
    words = (
        f"differs from the test sets by {number(difference, 3)}; the standard error of the mean "
        f"AUC of {n_splits} test sets of {size} is about {number(error, 2)}"
    )
    near = difference <= 1.96 * error
    return Check(CONSISTENT if near else UNCHECKED, number(difference, 3), words)


def auc_error(area: float, *, n: tuple[int, int]) -> float:
    """Return the standard error of an AUC from ``n`` patients and controls.

    Hanley and McNeil (1982), doi:10.1148/radiology.143.1.7063747.
    """
    variance = area * (1 - area)
    variance += (n[0] - 1) * (area / (2 - area) - area**2)
    variance += (n[1] - 1) * (2 * area**2 / (1 + area) - area**2)
    return math.sqrt(max(variance, 0) / (n[0] * n[1]))


def sizes_of_test_set(n: int, fraction: float) -> list[int]:
    """Sizes of the test set that a share of ``n`` may mean: rounded up, or down."""
    share = Fraction(str(fraction)) * n
    return sorted({math.ceil(share), max(math.floor(share), 1)}, reverse=True)


# ---------------------------------------------------------------- helpers


def _results(quantity: str, size: int) -> set[Fraction] | None:
    """Return the possible results of one test set; None if they are too many to list."""
    if size**3 > MANY_RESULTS:
        return None
    if quantity == "accuracy":
        return {Fraction(right, size) for right in range(size + 1)}
    if quantity == "share":
        return {
            Fraction(right, total) for total in range(1, size) for right in range(total + 1)
        } or {Fraction(0), Fraction(1)}
    if quantity == "auc":
        pairs = [2 * patients * (size - patients) for patients in range(1, size)]
        return {Fraction(right, total) for total in pairs for right in range(total + 1)} or None
    raise ValueError(f"quantity is {quantity}, not accuracy, share or auc")


def _means(single: set[Fraction] | None, n_splits: int) -> set[Fraction] | None:
    """Possible means over the test sets; None if they are too many to list."""
    if single is None:
        return None
    sums = {Fraction(0)}
    for _ in range(n_splits):
        if len(sums) * len(single) > MANY_RESULTS:
            return None
        sums = {total + result for total in sums for result in single}
    return {total / n_splits for total in sums}
