"""Normality of values within a group."""

import numpy as np
from scipy import special

BLOCK = 4096  # voxels at a time; bounds memory and does not change the result


def jarque_bera(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Jarque-Bera statistic and p of every column.

    Parameters
    ----------
    values : ndarray of shape (n_participants, n_voxels)
        Voxels of maps or features.

    Returns
    -------
    statistic, p : ndarray of shape (n_voxels,)
        NaN where the values do not vary.

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
    for start in range(0, n_voxels, BLOCK):
        block = values[:, start : start + BLOCK].astype(np.float64)
        largest = np.abs(block).max(axis=0)
        deviation = block - block.mean(axis=0)
        square = deviation**2
        variance = square.mean(axis=0)
        varies = variance > (1e-12 * largest) ** 2
        variance = np.where(varies, variance, 1.0)
        skewness = (square * deviation).mean(axis=0) / variance**1.5
        kurtosis = (square**2).mean(axis=0) / variance**2
        found = n_participants / 6 * (skewness**2 + (kurtosis - 3) ** 2 / 4)
        statistic[start : start + BLOCK] = np.where(varies, found, np.nan)
    return statistic, special.chdtrc(2, statistic)


def share_not_normal(groups: list[np.ndarray], *, level: float) -> float:
    """Share of voxels at which a group is not normal: Jarque-Bera p below ``level``.

    Parameters
    ----------
    groups : list of ndarray of shape (n_participants, n_voxels)
        Maps of each group.
    level : float
        Level of the test, of each group alone.

    Returns
    -------
    float
        Among the voxels that vary in a group; NaN if none does.
    """
    p = np.stack([jarque_bera(group)[1] for group in groups])
    tested = np.isfinite(p).any(axis=0)
    if not tested.any():
        return float("nan")
    return float((p < level).any(axis=0)[tested].mean())
