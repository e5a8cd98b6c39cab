"""Rank correlation of features with a clinical score."""

from itertools import permutations

import numpy as np
from scipy import special, stats

# of the table of associations and of Table 4, which has the same rows
COLUMNS = {
    "cluster_id": "Cluster whose mean is correlated.",
    "measure": "Measure of the cluster.",
    "region": "AAL2 region of its peak, or the nearest one.",
    "hemisphere": "Side of its peak.",
    "score": "Column of the participants table.",
    "n": "Patients with a score.",
    "rho": "Spearman's rank correlation in the patients, partial if there are covariates.",
    "p": "Two-sided p of rho, not corrected for the number of clusters.",
    "rho_low": "Lower end of the 95 % percentile bootstrap interval of rho.",
    "rho_high": "Upper end of that interval.",
    "q_fdr": "False discovery rate of p over all rows of the table (Benjamini and Hochberg).",
    "p_method": "exact: all orders of the score; orders: all orders of its residuals on the "
    "covariates; t: approximation by the t distribution.",
    "covariates": "Covariates that rho is adjusted for (partial correlation); n/a for none.",
}

LARGEST_EXACT = 8  # 8! = 40,320 orders
NO_VARIATION = 1e-9  # length of ranks, per participant, below which they are rounding


def spearman(x: np.ndarray, y: np.ndarray, covariates: np.ndarray) -> tuple[float, float]:
    r"""Spearman's rho, partial if there are covariates, and its two-sided p.

    Parameters
    ----------
    x, y : ndarray of shape (n,)
        Paired values, none missing; ties get their mean rank.
    covariates : ndarray of shape (n, n_covariates)
        Without columns for none.

    Returns
    -------
    rho, p : float
        NaN with fewer than 3 pairs, without a degree of freedom, if one of them does not vary
        beyond the covariates, or if a value is NaN.

    Notes
    -----
    rho is Pearson's correlation of the residuals of the ranks of x and y on those of the
    covariates. Up to 8 pairs p counts all orders: the share whose \|rho\| is at least the observed
    one. Without covariates this is exact, ties included; with covariates the residuals of y are
    permuted and the model refitted (Freedman and Lane, 1983), which is nearly exact. Above,
    :math:`t = \rho \sqrt{\nu / (1 - \rho^2)}` with :math:`\nu = n - 2 - c` degrees of freedom for
    c covariates.

    References
    ----------
    Freedman and Lane (1983). Journal of Business and Economic Statistics 1, 292-298.
    doi:10.1080/07350015.1983.10509354
    """
    n, n_covariates = covariates.shape
    df = n - 2 - n_covariates
    if df < 1 or np.isnan(x).any():
        return np.nan, np.nan
    columns = _ranks(covariates.T)
    rest_x, rest_y = (_rest(_ranks(values), columns) for values in (x, y))
    lengths = [np.linalg.norm(rest) for rest in (rest_x, rest_y)]
    if min(lengths) < NO_VARIATION * n:
        return np.nan, np.nan
    rho = float(np.clip(rest_x @ rest_y / np.prod(lengths), -1.0, 1.0))
    if n <= LARGEST_EXACT:
        orders = np.array(list(permutations(range(n))))
        permuted = _rest(rest_y[orders], columns[:, None])
        product = np.abs(permuted @ rest_x) / lengths[0]
        p = np.mean(product >= (abs(rho) - 1e-12) * np.linalg.norm(permuted, axis=1))
    elif abs(rho) == 1:
        p = 0.0
    else:
        p = 2 * special.stdtr(df, -abs(rho) * np.sqrt(df / (1 - rho**2)))
    return rho, float(p)


def p_method(n: int, *, n_covariates: int) -> str:
    """Return how `spearman` computes p: ``exact``, ``orders`` (of residuals) or ``t``."""
    if n > LARGEST_EXACT:
        return "t"
    return "orders" if n_covariates else "exact"


def spearman_interval(
    x: np.ndarray,
    y: np.ndarray,
    covariates: np.ndarray,
    *,
    n_bootstrap: int,
    seed: int,
    confidence: float,
) -> tuple[float, float]:
    """Percentile bootstrap interval of `spearman`, participants drawn with replacement.

    Samples in which a variable does not vary beyond the covariates have no rho and are skipped;
    NaN if none has one.
    """
    n, n_covariates = covariates.shape
    if n - 2 - n_covariates < 1:
        return np.nan, np.nan
    draws = np.random.default_rng(seed).integers(n, size=(n_bootstrap, n))
    columns = _ranks(covariates.T[:, draws])
    rest_x, rest_y = (_rest(_ranks(values[draws]), columns) for values in (x, y))
    product = np.sum(rest_x * rest_y, axis=1)
    lengths = [np.linalg.norm(rest, axis=1) for rest in (rest_x, rest_y)]
    varies = np.minimum(*lengths) > NO_VARIATION * n
    if not varies.any():
        return np.nan, np.nan
    rho = product[varies] / (lengths[0] * lengths[1])[varies]
    ends = np.quantile(rho, [(1 - confidence) / 2, (1 + confidence) / 2])
    low, high = np.clip(ends, -1.0, 1.0)  # rounding may lead beyond
    return float(low), float(high)


def fdr(p: np.ndarray) -> np.ndarray:
    """Benjamini-Hochberg q; NaN stays NaN and does not count.

    doi:10.1111/j.2517-6161.1995.tb02031.x
    """
    p = np.asarray(p, dtype=np.float64)
    q = np.full(p.shape, np.nan)
    tested = np.isfinite(p)
    if tested.any():
        q[tested] = stats.false_discovery_control(p[tested])
    return q


def _ranks(values: np.ndarray) -> np.ndarray:
    """Mean ranks along the last axis, with mean 0."""
    return stats.rankdata(values, axis=-1) - (values.shape[-1] + 1) / 2


def _rest(ranks: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Residuals of ranks ``(..., n)`` on columns ``(n_covariates, ..., n)``, all with mean 0."""
    if not len(columns):
        return ranks
    columns = np.moveaxis(columns, 0, -1)
    fitted = columns @ (np.linalg.pinv(columns) @ ranks[..., None])
    return ranks - fitted[..., 0]
