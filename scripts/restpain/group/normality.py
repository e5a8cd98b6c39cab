"""Normality of values within a group, and two-sample tests with and without that assumption."""

import numpy as np
from scipy import special, stats

from restpain.group.missing import data_patterns
from restpain.group.models import voxels_at_a_time
from restpain.group.permutation import permuted_orders

NORMALITY_SIDECAR = {
    "Description": "Jarque-Bera test of normality within the groups: -log10 p of the less normal "
    "group in each voxel; 0 where no group varies.",
    "Units": "-log10 p",
}
SIMULATED = 1000  # voxels simulated at a time


def jarque_bera(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Jarque-Bera statistic and p of every column.

    Parameters
    ----------
    values : ndarray of shape (n_participants, n_voxels)

    Returns
    -------
    statistic, p : ndarray of shape (n_voxels,)
        NaN where the values do not vary. A value of NaN does not count.

    Notes
    -----
    :math:`JB = n/6 (S^2 + (K - 3)^2 / 4)` with the biased skewness S and kurtosis K; p from
    chi-squared with 2 degrees of freedom. In groups of some tens the test rejects less often than
    its level.

    References
    ----------
    Jarque and Bera (1980). Economics Letters 6, 255-259. doi:10.1016/0165-1765(80)90024-5
    """
    n_participants, n_voxels = values.shape
    statistic = np.full(n_voxels, np.nan)
    step = voxels_at_a_time(n_participants)
    for start in range(0, n_voxels, step):
        block = values[:, start : start + step].astype(np.float64)
        largest = np.abs(block).max(axis=0)
        deviation = block - block.mean(axis=0)
        square = deviation**2
        variance = square.mean(axis=0)
        varies = variance > (1e-12 * largest) ** 2
        variance = np.where(varies, variance, 1.0)
        skewness = (square * deviation).mean(axis=0) / variance**1.5
        kurtosis = (square**2).mean(axis=0) / variance**2
        found = n_participants / 6 * (skewness**2 + (kurtosis - 3) ** 2 / 4)
        statistic[start : start + step] = np.where(varies, found, np.nan)
    for rows, voxels in data_patterns(values):
        if rows.any():
            statistic[voxels] = jarque_bera(values[np.ix_(rows, voxels)])[0]
    return statistic, special.chdtrc(2, statistic)


def least_normal(groups: list[np.ndarray]) -> np.ndarray:
    r"""Map of -log10 p of Jarque-Bera, of the less normal group in each voxel.

    ``groups`` has maps ``(n_participants, n_voxels)`` of each. NaN where no group varies.
    Computed as :math:`JB / (2 \ln 10)`, which does not underflow.
    """
    statistic = np.fmax.reduce([jarque_bera(group)[0] for group in groups])
    return statistic / (2 * np.log(10))


def share_not_normal(minus_log10_p: np.ndarray, *, level: float) -> float:
    """Share of voxels where a group is not normal: Jarque-Bera p below ``level`` in one of them.

    ``minus_log10_p`` is a map of `least_normal`; NaN if no voxel varies.
    """
    tested = np.isfinite(minus_log10_p)
    if not tested.any():
        return float("nan")
    return float(np.mean(minus_log10_p[tested] > -np.log10(level)))


def share_if_normal(sizes: list[int], *, level: float, n_draws: int, seed: int) -> float:
    """`share_not_normal` to be expected of normal values, from ``n_draws`` simulated voxels.

    ``sizes`` are the participants of each group. The chi-squared p of groups of some tens is too
    large, so that the share is neither ``level`` nor the sum of both groups' levels.
    """
    rng = np.random.default_rng(seed)
    below = 0
    for start in range(0, n_draws, SIMULATED):
        n_voxels = min(SIMULATED, n_draws - start)
        groups = [rng.standard_normal((size, n_voxels)) for size in sizes]
        below += share_not_normal(least_normal(groups), level=level) * n_voxels
    return below / n_draws


def two_sample_tests(
    patients: np.ndarray, controls: np.ndarray, *, n_permutations: int, seed: int
) -> dict[str, float]:
    """Student's, Welch's and the permutation test of one feature, without covariates.

    Parameters
    ----------
    patients, controls : ndarray of shape (n,)
        Values of the two groups.
    n_permutations, seed : int
        Number and seed of random relabellings of the participants; 0 for no permutation test.

    Returns
    -------
    dict
        ``t``, ``p_t`` (pooled variance), ``t_welch``, ``p_welch`` and ``p_permutation``, all
        two-sided; positive where patients are higher. NaN where no group varies. The permutation
        compares the difference of the means, which among relabellings orders as Student's t;
        ``(1 + m) / (1 + n)`` with m of n relabellings at least as far from 0.
    """
    names = ("t", "p_t", "t_welch", "p_welch", "p_permutation")
    if not np.ptp(patients) + np.ptp(controls) > 0:
        return dict.fromkeys(names, np.nan)
    student = stats.ttest_ind(patients, controls)
    welch = stats.ttest_ind(patients, controls, equal_var=False)
    p_permutation = np.nan
    if n_permutations:
        values = np.concatenate([patients, controls])
        values = values - values.mean()
        orders = permuted_orders(len(values), n_permutations=n_permutations, seed=seed)
        sums = np.abs(values[orders[:, : len(patients)]].sum(axis=1))
        observed = np.abs(values[: len(patients)].sum())
        rounding = 1e-12 * np.abs(values).sum()
        p_permutation = (1 + np.sum(sums >= observed - rounding)) / (1 + n_permutations)
    found = (student.statistic, student.pvalue, welch.statistic, welch.pvalue, p_permutation)
    return {name: float(value) for name, value in zip(names, found, strict=True)}
