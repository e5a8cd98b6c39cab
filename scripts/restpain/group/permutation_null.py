"""Permutation null: largest cluster and TFCE score of each map, and the correction by them."""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from restpain.cohort.design import Design
from restpain.group.clusters import signed_clusters
from restpain.group.inference import Correction, voxel_fdr
from restpain.group.missing import incomplete_voxels
from restpain.group.permutation import (
    largest_clusters,
    permuted_orders,
    permuted_t,
    size_thresholds,
)
from restpain.group.tfce import largest_tfce_scores

logger = logging.getLogger(__name__)

NULL_COLUMNS = {
    "volume": "Volume of the maps, counted from 0: the seed, or 0 for local measures.",
    "permutation": "Number of the permutation, counted from 0.",
    "size_positive": "Voxels of the largest positive cluster.",
    "size_negative": "Voxels of the largest negative cluster.",
    "score_positive": "Largest TFCE score; n/a where no cluster needs it.",
    "score_negative": "Largest TFCE score of negative T, as a positive number.",
}


@dataclass(frozen=True)
class PermutationNull:
    """Largest statistics of each permuted map, positive and negative.

    Attributes
    ----------
    sizes : ndarray of int, shape (n_permutations, 2)
        Largest cluster in voxels.
    scores : ndarray of float, shape (n_permutations, 2)
        Largest TFCE score; no row if not computed.
    """

    sizes: np.ndarray
    scores: np.ndarray


def permutation_null(
    maps: np.ndarray,
    design: Design,
    mask: np.ndarray,
    *,
    correction: Correction,
    n_permutations: int,
    seed: int,
    with_scores: bool,
    first: int = 0,
) -> PermutationNull:
    """Largest cluster size and TFCE score of each permutation of the participants (Freedman-Lane).

    Clusters are formed at the T that belongs to the Z of `corrected_clusters`,
    with the same connectivity. Scores take twice as long as sizes: ``with_scores`` is for
    maps with a cluster that needs them. Permutations are counted from ``first``, see
    `permuted_orders`.
    """
    if not mask.any():
        return PermutationNull(np.zeros((n_permutations, 2), int), np.zeros((0, 2)))
    orders = permuted_orders(len(maps), n_permutations=n_permutations, seed=seed, first=first)
    df = degrees_of_freedom(maps, design)
    t_threshold = stats.t.isf(correction.voxel_p / correction.tails, df)
    connectivity = correction.connectivity
    sizes, scores = [np.zeros((0, 2), int)], [np.zeros((0, 2))]
    for t in permuted_t(maps, design.matrix, column=0, orders=orders):
        sizes.append(largest_clusters(t, mask, t_threshold=t_threshold, connectivity=connectivity))
        if with_scores:
            scores.append(largest_tfce_scores(t, mask, connectivity=connectivity))
        logger.info("%d of %d permutations", sum(map(len, sizes)), n_permutations)
    return PermutationNull(sizes=np.concatenate(sizes), scores=np.concatenate(scores))


def degrees_of_freedom(maps: np.ndarray, design: Design) -> np.ndarray | int:
    """Participants with data (not NaN) minus columns of the design, at least 1.

    ``(n_voxels,)`` if they differ between the voxels.
    """
    incomplete = incomplete_voxels(maps)
    if not incomplete.any():
        return design.df
    df = np.full(len(incomplete), design.df)
    df[incomplete] -= np.isnan(maps[:, incomplete]).sum(axis=0)
    return np.maximum(df, 1)


def null_table(nulls: list[PermutationNull], *, first: int) -> pd.DataFrame:
    """Rows of `NULL_COLUMNS` for the permutations of several maps, counted from ``first``."""
    parts = []
    for volume, null in enumerate(nulls):
        n_permutations = len(null.sizes)
        scores = null.scores if len(null.scores) else np.full((n_permutations, 2), np.nan)
        part = pd.DataFrame(
            {"volume": volume, "permutation": np.arange(first, first + n_permutations)}
        )
        part[["size_positive", "size_negative"]] = null.sizes
        part[["score_positive", "score_negative"]] = scores
        parts.append(part)
    return pd.concat(parts) if parts else pd.DataFrame(columns=list(NULL_COLUMNS))


def nulls_of_tables(tables: list[pd.DataFrame], *, n_maps: int) -> list[PermutationNull]:
    """One `PermutationNull` per map from the parts of `null_table`; without a part no rows."""
    table = pd.concat(tables) if tables else pd.DataFrame(columns=list(NULL_COLUMNS))
    table = table.sort_values(["volume", "permutation"])
    nulls = []
    for volume in range(n_maps):
        rows = table[table["volume"] == volume]
        scores = rows[["score_positive", "score_negative"]].to_numpy(np.float64)
        nulls.append(
            PermutationNull(
                sizes=rows[["size_positive", "size_negative"]].to_numpy(np.int64),
                scores=scores[np.isfinite(scores).all(axis=1)],
            )
        )
    return nulls


def largest_of_maps(nulls: list[PermutationNull]) -> PermutationNull:
    """Largest over several maps of each permutation; scores only if every map has them.

    All maps are permuted in the same orders.
    """
    return PermutationNull(
        sizes=np.max([null.sizes for null in nulls], axis=0),
        scores=np.max([null.scores for null in nulls], axis=0)
        if all(len(null.scores) for null in nulls)
        else np.zeros((0, 2)),
    )


def correction_of_maps(
    t: np.ndarray,
    df: np.ndarray | int,
    nulls: list[PermutationNull],
    *,
    correction: Correction,
    across: bool,
) -> tuple[Correction, list[PermutationNull], np.ndarray]:
    """Correction of several maps, each for itself or all together (``across``).

    Parameters
    ----------
    t : ndarray of shape (n_voxels, n_maps)
        T maps, such as one per seed; NaN in voxels that are not searched.
    df : int or ndarray of shape (n_voxels, n_maps)
        Their degrees of freedom.
    nulls : list of PermutationNull
        Of each map.
    correction : Correction
        For one map.

    Returns
    -------
    correction : Correction
        With the number of maps corrected together.
    nulls : list of PermutationNull
        Null of each map: its own permutations, or the largest of all maps.
    q : ndarray of shape (n_voxels, n_maps)
        False discovery rates.
    """
    n_maps = t.shape[1]
    if not n_maps:
        return correction, nulls, np.zeros(t.shape)
    if across:
        nulls = [largest_of_maps(nulls)] * n_maps
        return correction.of_maps(n_maps), nulls, voxel_fdr(t, df)
    degrees = np.broadcast_to(df, t.shape) if np.ndim(df) else np.full(n_maps, df)
    q = [voxel_fdr(*pair) for pair in zip(t.T, degrees.T, strict=True)]
    q = np.stack(q, axis=1)
    return correction, nulls, q


def required_sizes(null: PermutationNull, correction: Correction) -> tuple[int, int] | None:
    """Voxels that a cluster of each sign needs by permutation, if that is the inference, or None.

    Raises
    ------
    ValueError
        If permutation is the inference and there are too few of them for ``cluster_p``.
    """
    if correction.inference == "grf":
        return None
    sizes = size_thresholds(null.sizes, level=correction.cluster_p, tails=correction.tails)
    if sizes is None:
        raise ValueError(
            f"{len(null.sizes)} permutations cannot give a p below {correction.cluster_p:g}; draw "
            "more of them"
        )
    return sizes


def cluster_counts(
    z: np.ndarray,
    mask: np.ndarray,
    null: PermutationNull,
    *,
    grf_size: int | None,
    correction: Correction,
) -> dict[str, int | None]:
    """Clusters of a Z map ``(n_voxels,)`` that survive GRF correction, permutation, and both.

    ``grf_size`` are the voxels that GRF correction requires, None without a voxel. What concerns
    permutation is None without permutations, or with too few; its size is that which suffices for
    both signs.
    """
    smallest = size_thresholds(null.sizes, level=correction.cluster_p, tails=correction.tails)
    volume = np.zeros(mask.shape, np.float32)
    volume[mask] = z
    labels = signed_clusters(
        volume,
        z_threshold=correction.z_threshold,
        smallest=1,
        connectivity=correction.connectivity,
    )
    # sizes of all labels, 0 for those of the other sign
    by_sign = [np.bincount(labels[sign * volume > 0])[1:] for sign in (1, -1)]

    def clusters_of(*required: int | tuple[int, int] | None) -> int | None:
        if None in required:
            return None
        needed = np.max([np.broadcast_to(size, 2) for size in required], axis=0)
        return sum(int(np.sum(own >= size)) for own, size in zip(by_sign, needed, strict=True))

    counts = {"grf": clusters_of(grf_size) or 0, "permutation": clusters_of(smallest)}
    return {
        "cluster_size_permutation": None if smallest is None else max(smallest),
        "n_clusters": counts[correction.inference],
        "n_clusters_grf": counts["grf"],
        "n_clusters_permutation": counts["permutation"],
        "n_clusters_both": None if smallest is None else clusters_of(grf_size, smallest) or 0,
    }
