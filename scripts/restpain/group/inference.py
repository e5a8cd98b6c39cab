"""Cluster inference: GRF correction of T and Z maps to labelled clusters, and voxel-wise FDR."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special, stats

from restpain.cohort.design import Design
from restpain.group.clusters import peaks_table, signed_clusters
from restpain.group.models import Fit, fit_model, residual_map, t_to_z
from restpain.group.random_field import (
    cluster_probability,
    cluster_size_threshold,
    tail_thresholds,
)
from restpain.group.search import part_of_mask
from restpain.group.smoothness import Smoothness, map_smoothness, residual_smoothness

NO_SMOOTHNESS = Smoothness(None, (None,) * 3, 0)  # of no voxel


@dataclass(frozen=True)
class Correction:
    """Thresholds that form and correct clusters.

    Attributes
    ----------
    voxel_p, cluster_p, tails
        See `tail_thresholds`.
    connectivity : {6, 18, 26}
        Neighbours of a voxel that make one cluster.
    inference : {"grf", "permutation"}
        What a cluster must survive: GRF correction, or the permutation of cluster sizes.
    n_maps : int
        Maps corrected together, such as those of all seeds: ``cluster_p`` is for all of them. GRF
        correction divides it by their number (Bonferroni), permutation takes the largest
        statistic of all maps.
    """

    voxel_p: float
    cluster_p: float
    tails: int
    connectivity: int
    inference: str = "grf"
    n_maps: int = 1

    def of_maps(self, n_maps: int) -> "Correction":
        """Return the same correction for ``n_maps`` maps together."""
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
    searched: np.ndarray | None = None,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Clusters in which patients differ from controls, significant after GRF correction.

    The result depends on these maps and this design alone, as the training set of an outer fold
    requires.

    Parameters
    ----------
    maps : ndarray of shape (n_participants, n_voxels)
        One map per row of the design, voxels in C order of the mask. NaN: no data.
    design : Design
        Two-sample design.
    mask : ndarray of bool, shape (x, y, z)
        Voxels of the maps.
    affine : ndarray of shape (4, 4)
        From voxels to mm.
    voxel_p, cluster_p, tails, connectivity, n_maps
        See `Correction`.
    smoothness : {"residuals", "zmap"}
        Source of the estimated smoothness.
    searched : ndarray of bool, shape (n_voxels,), optional
        Voxels searched; all by default. Those without a test (`Fit.tested`) are not.

    Returns
    -------
    labels : ndarray of int16, shape (x, y, z)
        1..k by decreasing |peak t|, 0 elsewhere.
    clusters : DataFrame
        label, x_mm, y_mm, z_mm, t, z, n_voxels, sign (1: patients higher, -1: lower), p_grf;
        no row if no cluster is significant.
    """
    fit = fit_model(maps, design.matrix, column=0)
    inside = fit.tested if searched is None else fit.tested & searched
    if not inside.all():
        maps, fit, mask = maps[:, inside], fit.of_voxels(inside), part_of_mask(mask, inside)
    correction = Correction(
        voxel_p=voxel_p,
        cluster_p=cluster_p,
        tails=tails,
        connectivity=connectivity,
        n_maps=n_maps,
    )
    labels, clusters, _, _ = clusters_of_fit(
        maps, design, fit, mask, affine, correction=correction, smoothness=smoothness
    )
    return labels, clusters


def clusters_of_fit(
    maps: np.ndarray,
    design: Design,
    fit: Fit,
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    correction: Correction,
    smoothness: str,
) -> tuple[np.ndarray, pd.DataFrame, int | None, Smoothness]:
    """Clusters of the T of a fit after GRF correction with the smoothness of these maps.

    Maps, fit and mask hold the voxels that are searched. Returns what `corrected_clusters` does,
    and the smoothness.
    """
    z = t_to_z(fit.t, fit.df).astype(np.float32)
    field = estimated_smoothness(maps, design, fit, z, mask, affine, source=smoothness)
    found = corrected_clusters(fit.t, z, mask, affine, dlh=field.dlh, correction=correction)
    return *found, field


def estimated_smoothness(
    maps: np.ndarray,
    design: Design,
    fit: Fit,
    z: np.ndarray,
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    source: str,
) -> Smoothness:
    """Smoothness of the comparison, from its residuals or from its Z map (``source``)."""
    if not mask.any():
        return NO_SMOOTHNESS
    voxel_mm = np.linalg.norm(affine[:3, :3], axis=0)
    if source == "zmap":
        return map_smoothness(z, mask=mask, voxel_mm=voxel_mm)
    pairs = zip(maps, design.matrix, strict=True)
    residuals = (residual_map(values, row, fit.betas) for values, row in pairs)
    sizes = {"n_maps": fit.n, "df": float(np.mean(fit.df))}
    return residual_smoothness(residuals, sse=fit.sse, mask=mask, voxel_mm=voxel_mm, **sizes)


def smoothness_for_correction(
    z: np.ndarray, mask: np.ndarray, affine: np.ndarray, fitted: dict, *, source: str
) -> tuple[float, tuple[float, float, float]]:
    """DLh and FWHM in mm used to correct one volume.

    For the source ``residuals`` those in ``fitted``, the volume's entry in ``model.json``; for
    ``zmap`` those of its Z map ``(n_voxels,)``.
    """
    if source == "zmap" and mask.any():
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
    smallest: tuple[int, int] | None = None,
) -> tuple[np.ndarray, pd.DataFrame, int | None]:
    """Clusters of a T map that are significant after GRF correction, or large enough.

    Parameters
    ----------
    t, z : ndarray of shape (n_voxels,)
        T map and the Z map that is thresholded, in C order of the mask.
    mask, affine
        See `find_clusters`.
    dlh : float
        Smoothness, see `cluster_probability`.
    correction : Correction
        Thresholds.
    smallest : tuple of int, optional
        Voxels that a positive and a negative cluster need; by default those that GRF correction
        requires.

    Returns
    -------
    labels, clusters
        As `find_clusters`. ``p_grf`` is the probability for one sign times the numbers of tails
        and of maps, at most 1, to be compared with ``cluster_p``.
    size_threshold : int or None
        Voxels that GRF correction requires; None if no voxel is searched.
    """
    if not mask.any():
        labels = np.zeros(mask.shape, np.int16)
        return labels, peaks_table(labels, labels, labels, affine).assign(p_grf=[]), None
    z_threshold = correction.z_threshold
    field = {"z_threshold": z_threshold, "dlh": dlh, "volume": int(mask.sum())}
    size_threshold = cluster_size_threshold(alpha=correction.alpha, **field)
    t_volume, z_volume = np.zeros(mask.shape), np.zeros(mask.shape, np.float32)
    t_volume[mask], z_volume[mask] = t, z
    labels = signed_clusters(
        z_volume,
        z_threshold=z_threshold,
        smallest=size_threshold if smallest is None else smallest,
        connectivity=correction.connectivity,
    )
    clusters = peaks_table(t_volume, z_volume, labels, affine)
    n_tests = correction.tails * correction.n_maps
    clusters["p_grf"] = np.minimum(
        1.0, n_tests * cluster_probability(clusters["n_voxels"].to_numpy(), **field)
    )
    return labels, clusters, size_threshold


def voxel_fdr(t: np.ndarray, df: np.ndarray | int) -> np.ndarray:
    """Benjamini-Hochberg q of the two-sided p of T of any shape, all voxels pooled.

    A NaN is not tested; its q is NaN.
    """
    tested = ~np.isnan(t)
    if not tested.all():
        q = np.full(t.shape, np.nan)
        if tested.any():
            q[tested] = voxel_fdr(t[tested], df[tested] if np.ndim(df) else df)
        return q
    p = 2 * special.stdtr(df, -np.abs(np.asarray(t, dtype=np.float64)))
    return stats.false_discovery_control(p, axis=None).reshape(p.shape)
