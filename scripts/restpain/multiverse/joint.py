"""Joint tests: results over all universes against those of permuted groups."""

import numpy as np
import pandas as pd

QUANTILE = 0.95


def joint_test(observed: np.ndarray) -> dict[str, float]:
    """One-sided permutation p of a statistic that is large where groups differ.

    Parameters
    ----------
    observed : ndarray of shape (1 + n_permutations,)
        Of the true groups first, then of each permutation, in which all universes have the same
        permuted participants.

    Returns
    -------
    dict
        ``observed``, mean and 95 % quantile of the permutations, ``p``.
    """
    null = observed[1:]
    return {
        "observed": float(observed[0]),
        "mean_permuted": float(null.mean()),
        "q95_permuted": float(np.quantile(null, QUANTILE, method="higher")),
        "p": float((1 + np.sum(null >= observed[0])) / (1 + len(null))),
    }


def share_tests(significant: np.ndarray, inferences: list[str]) -> pd.DataFrame:
    """Test the share of universes with a significant cluster, volume by volume.

    Parameters
    ----------
    significant : ndarray of bool, shape (n_universes, n_volumes, 1 + n_permutations, n_kinds)
        See `GroupLevel.significant`.
    inferences : list of str
        Names of the kinds.

    Returns
    -------
    DataFrame
        ``volume``, ``inference`` and what `joint_test` gives of the share.
    """
    rows = [
        {"volume": volume, "inference": inference}
        | joint_test(significant[:, volume, :, kind].mean(axis=0))
        for volume in range(significant.shape[1])
        for kind, inference in enumerate(inferences)
    ]
    columns = ["volume", "inference", "observed", "mean_permuted", "q95_permuted", "p"]
    return pd.DataFrame(rows, columns=columns)
