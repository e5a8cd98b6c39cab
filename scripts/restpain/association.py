"""Rank correlation of features with a clinical score."""

from itertools import permutations

import numpy as np
from scipy import special, stats

LARGEST_EXACT = 8  # 8! = 40,320 orders


def spearman(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    r"""Spearman's rho and its two-sided p.

    Parameters
    ----------
    x, y : ndarray of shape (n,)
        Paired values without gaps; ties get their mean rank.

    Returns
    -------
    rho, p : float
        NaN with fewer than 3 pairs or if one of them does not vary.

    Notes
    -----
    Up to 8 pairs p is exact, ties included: the share of all orders whose \|rho\| is at least the
    observed one. Above, :math:`t = \rho \sqrt{(n - 2) / (1 - \rho^2)}` with n - 2 degrees of
    freedom.
    """
    n = len(x)
    ranks_x, ranks_y = _standard_ranks(x), _standard_ranks(y)
    if n < 3 or ranks_x is None or ranks_y is None:
        return np.nan, np.nan
    rho = float(np.clip(ranks_x @ ranks_y, -1.0, 1.0))
    if n <= LARGEST_EXACT:
        orders = np.array(list(permutations(range(n))))
        p = np.mean(np.abs(ranks_y[orders] @ ranks_x) >= abs(rho) - 1e-12)
    elif abs(rho) == 1:
        p = 0.0
    else:
        p = 2 * special.stdtr(n - 2, -abs(rho) * np.sqrt((n - 2) / (1 - rho**2)))
    return rho, float(p)


def p_method(n: int) -> str:
    """How `spearman` finds p for ``n`` pairs: ``exact`` or ``t``."""
    return "exact" if n <= LARGEST_EXACT else "t"


def spearman_interval(
    x: np.ndarray, y: np.ndarray, *, n_bootstrap: int, seed: int, confidence: float
) -> tuple[float, float]:
    """Percentile bootstrap interval of rho, participants drawn with replacement.

    Samples in which a variable does not vary have no rho and are left out; NaN if none has one.
    """
    if len(x) < 3:
        return np.nan, np.nan
    draws = np.random.default_rng(seed).integers(len(x), size=(n_bootstrap, len(x)))
    ranks = [stats.rankdata(values[draws], axis=1) for values in (x, y)]
    ranks = [rank - rank.mean(axis=1, keepdims=True) for rank in ranks]
    product = np.sum(ranks[0] * ranks[1], axis=1)
    scale = np.sqrt(np.sum(ranks[0] ** 2, axis=1) * np.sum(ranks[1] ** 2, axis=1))
    if not np.any(scale > 0):
        return np.nan, np.nan
    rho = product[scale > 0] / scale[scale > 0]
    low, high = np.quantile(rho, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def fdr(p: np.ndarray) -> np.ndarray:
    """Adjust p as Benjamini and Hochberg do; NaN stays NaN and does not count.

    doi:10.1111/j.2517-6161.1995.tb02031.x
    """
    p = np.asarray(p, dtype=np.float64)
    q = np.full(p.shape, np.nan)
    tested = np.isfinite(p)
    if tested.any():
        q[tested] = stats.false_discovery_control(p[tested])
    return q


def _standard_ranks(values: np.ndarray) -> np.ndarray | None:
    """Mean ranks with mean 0 and length 1; nothing if they do not vary."""
    ranks = stats.rankdata(values)
    ranks = ranks - ranks.mean()
    length = np.linalg.norm(ranks)
    return ranks / length if length > 0 else None
