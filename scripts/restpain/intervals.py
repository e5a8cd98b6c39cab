"""Confidence intervals of proportions."""

import numpy as np
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
