"""AUC, ROC curve, cutoff, confusion counts and calibration of a classification.

Labels are 1 for patients and 0 for controls; a larger score speaks for a patient. A participant
is classified as a patient if the score is at least the cutoff.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import roc_curve

from restpain.intervals import auc_interval


def auc(labels: np.ndarray, scores: np.ndarray) -> float:
    """Area under the ROC curve; a tie of a patient and a control counts half.

    Returns
    -------
    float
        Between 0 and 1; NaN if one of the groups is empty.

    Raises
    ------
    ValueError
        If a score is not finite.

    References
    ----------
    Hanley and McNeil (1982). Radiology 143, 29-36. doi:10.1148/radiology.143.1.7063747
    """
    patients = np.asarray(labels) == 1
    if patients.all() or not patients.any():
        return float("nan")
    scores = np.asarray(scores)
    if not np.isfinite(scores).all():
        raise ValueError("a score is not finite, and the AUC needs finite ones")
    # by hand, since the weights of each ensemble need hundreds of them, and scikit-learn's checks
    # of its arguments take some twenty times as long
    higher, controls = scores[patients], np.sort(scores[~patients])
    below = np.searchsorted(controls, higher, side="left").sum()
    not_above = np.searchsorted(controls, higher, side="right").sum()
    return float((below + not_above) / (2 * len(higher) * len(controls)))


def auc_or_half(labels: np.ndarray, scores: np.ndarray) -> float:
    """AUC, and 0.5 where it is not defined because one of the groups is empty."""
    value = auc(labels, scores)
    return 0.5 if np.isnan(value) else value


def roc_points(labels: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners of the ROC curve, from (0, 0) to (1, 1), one per distinct score.

    Returns
    -------
    false_positive_rate, true_positive_rate : ndarray of shape (n_scores + 1,)

    Raises
    ------
    ValueError
        If one of the groups is empty.
    """
    patients = np.asarray(labels) == 1
    if patients.all() or not patients.any():
        raise ValueError(
            f"a ROC curve needs both groups: {patients.sum()} of {len(patients)} are patients"
        )
    return roc_curve(patients, scores, drop_intermediate=False)[:2]


def youden_cutoff(labels: np.ndarray, scores: np.ndarray) -> float:
    """Cutoff with the largest sensitivity + specificity - 1 (Youden's J).

    Cutoffs lie halfway between neighbouring scores, or at the lowest score, which classifies all
    participants as patients. Of equally good cutoffs the lowest, the most sensitive, is taken.

    Raises
    ------
    ValueError
        If one of the groups is empty.

    References
    ----------
    Youden (1950). Cancer 3, 32-35.
    doi:10.1002/1097-0142(1950)3:1<32::aid-cncr2820030106>3.0.co;2-3
    """
    false_positive, true_positive = roc_points(labels, scores)
    lowest_first = np.unique(np.asarray(scores, dtype=float))
    youden = (true_positive - false_positive)[:0:-1]
    best = int(np.argmax(np.round(youden, 12)))
    if best == 0:
        return float(lowest_first[0])
    return float((lowest_first[best - 1] + lowest_first[best]) / 2)


@dataclass(frozen=True)
class Counts:
    """Confusion counts; rates are NaN where they divide by zero."""

    true_positive: int
    false_negative: int
    true_negative: int
    false_positive: int

    @property
    def n_patients(self) -> int:
        """Number of patients."""
        return self.true_positive + self.false_negative

    @property
    def n_controls(self) -> int:
        """Number of controls."""
        return self.true_negative + self.false_positive

    @property
    def sensitivity(self) -> float:
        """Share of the patients classified as patients."""
        return self.true_positive / self.n_patients if self.n_patients else float("nan")

    @property
    def specificity(self) -> float:
        """Share of the controls classified as controls."""
        return self.true_negative / self.n_controls if self.n_controls else float("nan")

    @property
    def accuracy(self) -> float:
        """Share of all participants classified correctly."""
        n = self.n_patients + self.n_controls
        return (self.true_positive + self.true_negative) / n if n else float("nan")


def counts(labels: np.ndarray, called: np.ndarray) -> Counts:
    """Count the participants that are rightly and wrongly called patients.

    Parameters
    ----------
    labels : ndarray of shape (n_participants,)
        1 for patients, 0 for controls.
    called : ndarray of bool, shape (n_participants,)
        Whether called a patient.
    """
    patients = np.asarray(labels) == 1
    called = np.asarray(called, dtype=bool)
    return Counts(
        true_positive=int(np.count_nonzero(patients & called)),
        false_negative=int(np.count_nonzero(patients & ~called)),
        true_negative=int(np.count_nonzero(~patients & ~called)),
        false_positive=int(np.count_nonzero(~patients & called)),
    )


def mean_auc(labels: np.ndarray, scores: np.ndarray) -> float:
    """AUC of each repeat, averaged.

    Parameters
    ----------
    labels : ndarray of shape (n_participants,)
    scores : ndarray of shape (n_repeats, n_participants)
    """
    return float(np.mean([auc(labels, row) for row in np.atleast_2d(scores)]))


def auc_intervals(
    labels: np.ndarray, scores: np.ndarray, *, n_bootstrap: int, seed: int, prefix: str = ""
) -> dict[str, float]:
    """Both 95 % intervals of the mean AUC of all repeats.

    The parameters are those of `bootstrap_auc_interval`.

    Returns
    -------
    dict
        ``auc_low`` and ``auc_high`` of Newcombe (`auc_interval`), ``auc_bootstrap_low`` and
        ``auc_bootstrap_high``, all after ``prefix``. NaN where a group is empty, and where all
        participants have the same score: an AUC of 0.5 is then no estimate.
    """
    n_patients = int(np.count_nonzero(np.asarray(labels) == 1))
    ends = [(np.nan, np.nan)] * 2
    if np.ptp(scores) > 0:
        sizes = (n_patients, len(labels) - n_patients)
        drawn = bootstrap_auc_interval(labels, scores, n_bootstrap=n_bootstrap, seed=seed)
        ends = [auc_interval(mean_auc(labels, scores), *sizes), drawn]
    names = ("auc_low", "auc_high", "auc_bootstrap_low", "auc_bootstrap_high")
    return {f"{prefix}{name}": end for name, end in zip(names, sum(ends, ()), strict=True)}


def bootstrap_auc_interval(
    labels: np.ndarray,
    scores: np.ndarray,
    *,
    n_bootstrap: int,
    seed: int,
    level: float = 0.95,
) -> tuple[float, float]:
    """Percentile bootstrap interval of the AUC, averaged over repeats.

    Participants are drawn with replacement within each group, with all their repeats, so
    that repeats do not count as participants. The models are not refitted: the interval
    applies to these predictions, not to the whole procedure.

    Parameters
    ----------
    labels : ndarray of shape (n_participants,)
    scores : ndarray of shape (n_participants,) or (n_repeats, n_participants)
    n_bootstrap : int
        Bootstrap samples.
    seed : int
        Seed of the draws.
    level : float
        Coverage.

    Returns
    -------
    (float, float)
        NaN if one of the groups is empty.
    """
    labels = np.asarray(labels)
    patients, controls = np.flatnonzero(labels == 1), np.flatnonzero(labels != 1)
    if not len(patients) or not len(controls):
        return float("nan"), float("nan")
    generator = np.random.default_rng(seed)
    drawn_patients = generator.choice(patients, (n_bootstrap, len(patients)))
    drawn_controls = generator.choice(controls, (n_bootstrap, len(controls)))
    # the order of every pair once; a bootstrap sample is then a mean over pairs
    pairs = np.mean([pair_order(row, row) for row in np.atleast_2d(scores)], axis=0)
    values = [
        pairs[np.ix_(rows, columns)].mean()
        for rows, columns in zip(drawn_patients, drawn_controls, strict=True)
    ]
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def pair_order(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """1 where the row's score is larger than the column's, 0.5 where equal, 0 where smaller.

    Shape ``(n_first, n_second)``; the mean over patients (rows) and controls is their AUC.
    """
    return (np.sign(first[:, None] - second[None, :]) + 1) / 2


def permutation_p(
    labels: np.ndarray,
    scores: np.ndarray,
    folds: np.ndarray,
    *,
    n_permutations: int,
    seed: int,
) -> float:
    """One-sided p of the AUC when labels are shuffled within the test folds.

    p = (b + 1) / (m + 1) for b of m shuffles with an AUC at least as large. Predictions are fixed,
    regions are not selected and models not fitted again: seconds instead of hours. It is exact
    for one training and one test set. In cross-validation the training sets overlap, and p is
    too small (docs/classification.md has the measured size); `exceedance_p` of permutations of
    the whole procedure is not.

    Parameters
    ----------
    labels : ndarray of shape (n_participants,)
    scores : ndarray of shape (n_participants,) or (n_repeats, n_participants)
    folds : ndarray of shape (n_participants,) or (n_repeats, n_participants)
        Test fold of each participant. With several repeats labels are shuffled within the
        folds of the first.
    n_permutations, seed : int

    References
    ----------
    Phipson and Smyth (2010). Stat Appl Genet Mol Biol 9, 39. doi:10.2202/1544-6115.1585
    """
    labels = np.asarray(labels)
    scores, folds = np.atleast_2d(scores), np.atleast_2d(folds)[0]
    if not 0 < np.count_nonzero(labels == 1) < len(labels):
        return float("nan")
    ranks = np.mean([rankdata(row) for row in scores], axis=0)  # AUC is linear in the ranks
    observed = ranks[labels == 1].sum()
    generator = np.random.default_rng(seed)
    shuffled = np.empty((n_permutations, len(labels)), dtype=np.int8)
    for fold in np.unique(folds):
        rows = np.flatnonzero(folds == fold)
        members = np.broadcast_to((labels[rows] == 1).astype(np.int8), (n_permutations, len(rows)))
        shuffled[:, rows] = generator.permuted(members, axis=1)
    n_as_large = int(np.count_nonzero(shuffled @ ranks >= observed - 1e-9))
    return (n_as_large + 1) / (n_permutations + 1)


def exceedance_p(observed: float, permuted: np.ndarray) -> float:
    """One-sided p, (b + 1) / (m + 1) for b of m permuted values at least as large; NaN for m = 0.

    References
    ----------
    Phipson and Smyth (2010). Stat Appl Genet Mol Biol 9, 39. doi:10.2202/1544-6115.1585
    """
    if not len(permuted) or np.isnan(observed):
        return float("nan")
    n_as_large = np.count_nonzero(np.asarray(permuted) >= observed - 1e-9)
    return float((n_as_large + 1) / (len(permuted) + 1))


def brier(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Brier score: mean squared difference between the probability and the label.

    A constant probability of 0.5 gives 0.25.

    References
    ----------
    Brier (1950). Mon Weather Rev 78, 1-3.
    doi:10.1175/1520-0493(1950)078<0001:vofeit>2.0.co;2
    """
    return float(np.mean((np.asarray(probabilities, dtype=float) - np.asarray(labels)) ** 2))


def calibration(
    labels: np.ndarray, probabilities: np.ndarray, *, n_bins: int
) -> list[tuple[int, float, float]]:
    """Mean probability against the share of patients, in bins of about equal size.

    Participants are sorted by probability and divided into ``n_bins`` bins whose sizes differ by
    at most one; equal probabilities may fall into two bins.

    Returns
    -------
    list of (n, mean probability, share of patients)
        From low to high; at most ``n_bins`` and at most as many as participants.
    """
    order = np.argsort(probabilities, kind="stable")
    labels, probabilities = np.asarray(labels)[order], np.asarray(probabilities)[order]
    runs = np.array_split(np.arange(len(order)), min(n_bins, len(order)))
    return [
        (len(run), float(probabilities[run].mean()), float(np.mean(labels[run] == 1)))
        for run in runs
        if len(run)
    ]
