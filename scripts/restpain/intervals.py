"""Confidence intervals of proportions and of the area under the ROC curve."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri


def wilson_interval(n_right: float, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a proportion; (NaN, NaN) for none of none.

    ``n_right`` may be a mean over repeats and need not be whole.

    References
    ----------
    Wilson (1927). J Am Stat Assoc 22, 209-212. doi:10.1080/01621459.1927.10502953
    """
    if n == 0:
        return float("nan"), float("nan")
    z = float(ndtri((1 + level) / 2))
    share = n_right / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # the ends are 0 and 1 exactly where all or none are right, but for rounding
    low = 0.0 if n_right == 0 else float(centre - half)
    high = 1.0 if n_right == n else float(centre + half)
    return low, high


def auc_interval(
    auc: float, n_patients: int, n_controls: int, *, level: float = 0.95
) -> tuple[float, float]:
    r"""Newcombe's score-like interval of an AUC (method 5), which always has a width.

    (NaN, NaN) for an AUC of NaN.

    Notes
    -----
    The ends are the :math:`\theta` with :math:`|\hat\theta - \theta| = z \sqrt{V(\theta)}`,

    .. math:: V = \frac{\theta (1 - \theta)}{m n} \left[1 + \left(\frac{m + n}{2} - 1\right)
              \left(\frac{1 - \theta}{2 - \theta} + \frac{\theta}{1 + \theta}\right)\right].

    References
    ----------
    Newcombe (2006). Statistics in Medicine 25, 559-573. doi:10.1002/sim.2324
    """
    if np.isnan(auc):
        return float("nan"), float("nan")
    z = float(ndtri((1 + level) / 2))
    weight = (n_patients + n_controls) / 2 - 1

    def excess(theta):
        spread = 1 + weight * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        variance = theta * (1 - theta) / (n_patients * n_controls) * spread
        return (auc - theta) ** 2 - z**2 * variance

    # an AUC of 0 or 1 is a solution itself, and the other one is wanted
    low = brentq(excess, 0.0, auc - 1e-12) if auc > 0 else 0.0
    high = brentq(excess, auc + 1e-12, 1.0) if auc < 1 else 1.0
    return float(low), float(high)
