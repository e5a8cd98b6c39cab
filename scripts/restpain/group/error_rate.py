"""Empirical family-wise error of a cluster correction."""

import numpy as np

from restpain.intervals import wilson_interval

# Two groups, voxel p < 0.001, cluster p < 0.05, GRF correction of FSL's ordinary least squares:
# lowest, median and highest of the 64 settings of Eklund et al. (2016),
# doi:10.1073/pnas.1602413113, from the numbers published with it.
PUBLISHED_ERROR_RATE = (0.022, 0.060, 0.144)
PUBLISHED_THRESHOLDS = {"voxel_p": 0.001, "cluster_p": 0.05}


def family_wise_error(
    largest: np.ndarray, *, size_threshold: int, confidence: float
) -> dict[str, float | int | None]:
    """Share of null maps with a cluster of ``size_threshold`` voxels or more, of either sign.

    ``largest`` has the largest positive and negative cluster of each map, ``(n_maps, 2)``. The
    interval is Wilson's; rates are None without a map.
    """
    n_maps = len(largest)
    found = int(np.sum(largest.max(axis=1, initial=0) >= size_threshold))
    low, high = wilson_interval(found, n_maps, level=confidence)
    return {
        "n_permutations": n_maps,
        "n_with_cluster": found,
        "error_rate": found / n_maps if n_maps else None,
        "error_rate_low": low if n_maps else None,
        "error_rate_high": high if n_maps else None,
    }


def aimed_error_rate(*, cluster_p: float, tails: int) -> float:
    """Nominal family-wise error of the correction, clusters of either sign counted.

    With one tail each sign has ``cluster_p`` for itself.
    """
    return cluster_p if tails == 2 else 1 - (1 - cluster_p) ** 2
