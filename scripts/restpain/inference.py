"""Cluster inference: from maps, or from T and Z maps, to labelled clusters."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special, stats

from restpain.clusters import peaks_table, signed_clusters
from restpain.design import Design
from restpain.models import Fit, fit_model, residual_map, t_to_z
from restpain.permutation import largest_clusters, permuted_orders, permuted_t
from restpain.random_field import cluster_probability, cluster_size_threshold, tail_thresholds
from restpain.smoothness import Smoothness, map_smoothness, residual_smoothness
from restpain.tfce import largest_scores


@dataclass(frozen=True)
class Correction:
    """How clusters are formed and corrected.

    Attributes
    ----------
    voxel_p, cluster_p, tails
        See `tail_thresholds`.
    connectivity : {6, 18, 26}
        Neighbours of a voxel that make one cluster.
    """

    voxel_p: float
    cluster_p: float
    tails: int
    connectivity: int

    @property
    def z_threshold(self) -> float:
        """Z that forms clusters."""
        return self._thresholds[0]

    @property
    def alpha(self) -> float:
        """Probability that a cluster of one sign must stay below."""
        return self._thresholds[1]

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
        voxel_p=voxel_p, cluster_p=cluster_p, tails=tails, connectivity=connectivity
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
        As `find_clusters`. ``p_grf`` is the probability for one sign times the number of
        tails, at most 1, and thus to be compared with ``cluster_p``.
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
    clusters["p_grf"] = np.minimum(
        1.0, correction.tails * cluster_probability(clusters["n_voxels"].to_numpy(), **field)
    )
    return labels, clusters, size_threshold


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
) -> PermutationNull:
    """Permute the participants (Freedman-Lane) and take the largest of every map.

    Clusters are formed at the T that belongs to the Z of `corrected_clusters`, with the same
    connectivity. See `permuted_t`, `largest_clusters` and `largest_scores`. Scores take
    twenty times as long as sizes, so ``with_scores`` asks for them where a cluster needs them.
    """
    orders = permuted_orders(len(maps), n_permutations=n_permutations, seed=seed)
    t_threshold = float(stats.t.isf(correction.voxel_p / correction.tails, design.df))
    connectivity = correction.connectivity
    sizes, scores = [np.zeros((0, 2), int)], [np.zeros((0, 2))]
    for t in permuted_t(maps, design.matrix, column=0, orders=orders):
        sizes.append(largest_clusters(t, mask, t_threshold=t_threshold, connectivity=connectivity))
        if with_scores:
            scores.append(largest_scores(t, mask, connectivity=connectivity))
    return PermutationNull(sizes=np.concatenate(sizes), scores=np.concatenate(scores))


def voxel_fdr(t: np.ndarray, df: int) -> np.ndarray:
    """Adjust the two-sided p of a T map ``(n_voxels,)``: its false discovery rates."""
    p = 2 * special.stdtr(df, -np.abs(np.asarray(t, dtype=np.float64)))
    return stats.false_discovery_control(p)
