"""Cluster inference: from maps, or from T and Z maps, to labelled clusters."""

import logging
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special, stats

from restpain.cohort.design import Design
from restpain.group.clusters import peaks_table, signed_clusters
from restpain.group.models import Fit, fit_model, residual_map, t_to_z
from restpain.group.permutation import (
    largest_clusters,
    permuted_orders,
    permuted_t,
    size_threshold,
)
from restpain.group.random_field import (
    cluster_probability,
    cluster_size_threshold,
    tail_thresholds,
)
from restpain.group.smoothness import Smoothness, map_smoothness, residual_smoothness
from restpain.group.tfce import largest_scores

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Correction:
    """How clusters are formed and corrected.

    Attributes
    ----------
    voxel_p, cluster_p, tails
        See `tail_thresholds`.
    connectivity : {6, 18, 26}
        Neighbours of a voxel that make one cluster.
    n_maps : int
        Maps searched together, such as those of all seeds: ``cluster_p`` is for all of them. The
        random field divides it by their number (Bonferroni), permutation takes the largest of
        them all.
    """

    voxel_p: float
    cluster_p: float
    tails: int
    connectivity: int
    n_maps: int = 1

    def of_maps(self, n_maps: int) -> "Correction":
        """Give the same correction for so many maps searched together."""
        return replace(self, n_maps=max(1, n_maps))

    @property
    def z_threshold(self) -> float:
        """Z that forms clusters."""
        return self._thresholds[0]

    @property
    def alpha(self) -> float:
        """Probability that a cluster of one sign in one map must stay below."""
        return self._thresholds[1] / self.n_maps

    @property
    def _thresholds(self) -> tuple[float, float]:
        return tail_thresholds(voxel_p=self.voxel_p, cluster_p=self.cluster_p, tails=self.tails)


def find_clusters(
    maps: np.ndarray,
    design: Design,
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    voxel_p: float,
    cluster_p: float,
    tails: int,
    connectivity: int,
    smoothness: str,
    n_maps: int = 1,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Clusters in which patients differ from controls, corrected by random field theory.

    It sees nothing but these maps and this design, so that it can be run on the
    participants of a training set.

    Parameters
    ----------
    maps : ndarray of shape (n_participants, n_voxels)
        One map per row of the design, voxels in C order of the mask.
    design : Design
        Two-sample design.
    mask : ndarray of bool, shape (x, y, z)
        Voxels searched.
    affine : ndarray of shape (4, 4)
        From voxels to mm.
    voxel_p, cluster_p, tails
        See `tail_thresholds`.
    connectivity : {6, 18, 26}
        Neighbours of a voxel that make one cluster.
    smoothness : {"residuals", "zmap"}
        What the smoothness of the field is estimated from.
    n_maps : int
        Maps corrected together, see `Correction`.

    Returns
    -------
    labels : ndarray of int16, shape (x, y, z)
        1..k by decreasing |peak t|, 0 elsewhere.
    clusters : DataFrame
        label, x_mm, y_mm, z_mm, t, z, n_voxels, sign (1: patients higher, -1: lower), p_grf;
        no row if nothing survives.
    """
    fit = fit_model(maps, design.matrix, column=0)
    z = t_to_z(fit.t, fit.df).astype(np.float32)
    field = estimated_smoothness(maps, design, fit, z, source=smoothness, mask=mask, affine=affine)
    correction = Correction(
        voxel_p=voxel_p,
        cluster_p=cluster_p,
        tails=tails,
        connectivity=connectivity,
        n_maps=n_maps,
    )
    labels, clusters, _ = corrected_clusters(
        fit.t, z, mask, affine, dlh=field.dlh, correction=correction
    )
    return labels, clusters


def estimated_smoothness(
    maps: np.ndarray,
    design: Design,
    fit: Fit,
    z: np.ndarray,
    *,
    source: str,
    mask: np.ndarray,
    affine: np.ndarray,
) -> Smoothness:
    """Smoothness of the comparison, from its residuals or from its Z map (``source``)."""
    voxel_mm = np.linalg.norm(affine[:3, :3], axis=0)
    if source == "zmap":
        return map_smoothness(z, mask=mask, voxel_mm=voxel_mm)
    residuals = (
        residual_map(values, row, fit.betas)
        for values, row in zip(maps, design.matrix, strict=True)
    )
    return residual_smoothness(
        residuals,
        sse=fit.sse,
        n_maps=len(maps),
        df=fit.df,
        mask=mask,
        voxel_mm=voxel_mm,
    )


def smoothness_in_force(
    z: np.ndarray, mask: np.ndarray, affine: np.ndarray, fitted: dict, *, source: str
) -> tuple[float, tuple[float, float, float]]:
    """DLh and FWHM in mm behind the correction of one volume.

    Those of the residuals stand in ``fitted``, the volume's entry in ``model.json``; for the
    source ``zmap`` they are those of its Z map ``(n_voxels,)``.
    """
    if source == "zmap":
        field = map_smoothness(z, mask=mask, voxel_mm=np.linalg.norm(affine[:3, :3], axis=0))
        return field.dlh, field.fwhm_mm
    return fitted["dlh"], fitted["fwhm_mm"]


def corrected_clusters(
    t: np.ndarray,
    z: np.ndarray,
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    dlh: float,
    correction: Correction,
) -> tuple[np.ndarray, pd.DataFrame, int]:
    """Clusters of a T map that random field theory finds too large to be chance.

    Parameters
    ----------
    t, z : ndarray of shape (n_voxels,)
        T map and the Z map that is thresholded, in C order of the mask.
    mask, affine
        See `find_clusters`.
    dlh : float
        Smoothness, see `cluster_probability`.
    correction : Correction
        How clusters are formed and corrected.

    Returns
    -------
    labels, clusters
        As `find_clusters`. ``p_grf`` is the probability for one sign times the numbers of
        tails and of maps, at most 1, and thus to be compared with ``cluster_p``.
    size_threshold : int
        Voxels that a cluster must have to survive.
    """
    z_threshold = correction.z_threshold
    field = {"z_threshold": z_threshold, "dlh": dlh, "volume": int(mask.sum())}
    size_threshold = cluster_size_threshold(alpha=correction.alpha, **field)
    t_volume, z_volume = np.zeros(mask.shape), np.zeros(mask.shape, np.float32)
    t_volume[mask], z_volume[mask] = t, z
    labels = signed_clusters(
        z_volume,
        z_threshold=z_threshold,
        smallest=size_threshold,
        connectivity=correction.connectivity,
    )
    clusters = peaks_table(t_volume, z_volume, labels, affine)
    n_tests = correction.tails * correction.n_maps
    clusters["p_grf"] = np.minimum(
        1.0, n_tests * cluster_probability(clusters["n_voxels"].to_numpy(), **field)
    )
    return labels, clusters, size_threshold


NULL_COLUMNS = {
    "volume": "Volume of the maps, counted from 0: the seed, or 0 for local measures.",
    "permutation": "Number of the permutation, counted from 0.",
    "size_positive": "Voxels of the largest positive cluster.",
    "size_negative": "Voxels of the largest negative cluster.",
    "score_positive": "Largest threshold-free enhanced score; n/a where no cluster asks for it.",
    "score_negative": "Largest threshold-free enhanced score of negative T, as a positive number.",
}


@dataclass(frozen=True)
class PermutationNull:
    """What permuted participants reach, largest of each map, positive and negative.

    Attributes
    ----------
    sizes : ndarray of int, shape (n_permutations, 2)
        Largest cluster in voxels.
    scores : ndarray of float, shape (n_permutations, 2)
        Largest threshold-free enhanced score; no row if left out.
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
    """Permute the participants (Freedman-Lane) and take the largest of every map.

    Clusters are formed at the T that belongs to the Z of `corrected_clusters`, with the same
    connectivity. See `permuted_t`, `largest_clusters` and `largest_scores`. Scores take
    twenty times as long as sizes, so ``with_scores`` asks for them where a cluster needs them.
    Permutations are counted from ``first``, see `permuted_orders`.
    """
    orders = permuted_orders(len(maps), n_permutations=n_permutations, seed=seed, first=first)
    t_threshold = float(stats.t.isf(correction.voxel_p / correction.tails, design.df))
    connectivity = correction.connectivity
    sizes, scores = [np.zeros((0, 2), int)], [np.zeros((0, 2))]
    for t in permuted_t(maps, design.matrix, column=0, orders=orders):
        sizes.append(largest_clusters(t, mask, t_threshold=t_threshold, connectivity=connectivity))
        if with_scores:
            scores.append(largest_scores(t, mask, connectivity=connectivity))
        logger.info("%d of %d permutations", sum(map(len, sizes)), n_permutations)
    return PermutationNull(sizes=np.concatenate(sizes), scores=np.concatenate(scores))


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
    """Put the parts of `null_table` together: one `PermutationNull` per map.

    Without a part there are no permutations.
    """
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


def largest_of_all(nulls: list[PermutationNull]) -> PermutationNull:
    """Largest over several maps of each permutation, all maps permuted in the same orders.

    Scores only if every map has them.
    """
    return PermutationNull(
        sizes=np.max([null.sizes for null in nulls], axis=0),
        scores=np.max([null.scores for null in nulls], axis=0)
        if all(len(null.scores) for null in nulls)
        else np.zeros((0, 2)),
    )


def voxel_fdr(t: np.ndarray, df: int) -> np.ndarray:
    """Adjust the two-sided p of T of any shape, all voxels together: false discovery rates."""
    p = 2 * special.stdtr(df, -np.abs(np.asarray(t, dtype=np.float64)))
    return stats.false_discovery_control(p, axis=None).reshape(p.shape)


def correction_of_maps(
    t: np.ndarray,
    df: int,
    nulls: list[PermutationNull],
    *,
    correction: Correction,
    across: bool,
) -> tuple[Correction, list[PermutationNull], np.ndarray]:
    """Correct each of several maps for itself, or all of them together (``across``).

    Parameters
    ----------
    t : ndarray of shape (n_voxels, n_maps)
        T maps, such as one per seed.
    df : int
        Their degrees of freedom.
    nulls : list of PermutationNull
        Of each map.
    correction : Correction
        For one map.

    Returns
    -------
    correction : Correction
        With the number of maps searched together.
    nulls : list of PermutationNull
        What each map is compared with: its own permutations, or the largest of all maps.
    q : ndarray of shape (n_voxels, n_maps)
        False discovery rates.
    """
    n_maps = t.shape[1]
    if not n_maps:
        return correction, nulls, np.zeros(t.shape)
    if across:
        nulls = [largest_of_all(nulls)] * n_maps
        return correction.of_maps(n_maps), nulls, voxel_fdr(t, df)
    q = np.stack([voxel_fdr(column, df) for column in t.T], axis=1)
    return correction, nulls, q


def clusters_by_permutation(
    z: np.ndarray, mask: np.ndarray, null: PermutationNull, *, correction: Correction
) -> tuple[int | None, int | None]:
    """Smallest cluster that survives the permutation, and how many of a Z map do.

    They are counted whether or not the random field finds them. None without permutations, or
    with too few of them.
    """
    smallest = size_threshold(null.sizes, level=correction.cluster_p, tails=correction.tails)
    if smallest is None:
        return None, None
    volume = np.zeros(mask.shape, np.float32)
    volume[mask] = z
    labels = signed_clusters(
        volume,
        z_threshold=correction.z_threshold,
        smallest=smallest,
        connectivity=correction.connectivity,
    )
    return smallest, int(labels.max())
