"""Group comparison of the maps of one measure in all universes that share these maps.

Universes share what they can: the model is fitted once for each set of covariates and each group
mask, and the permuted maps of a fit are thresholded for all universes that have it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import ndimage, stats

from restpain.cohort.design import Design
from restpain.group.cluster_table import cluster_rows
from restpain.group.clusters import neighbourhood
from restpain.group.inference import (
    Correction,
    corrected_clusters,
    estimated_smoothness,
    voxel_fdr,
)
from restpain.group.models import Fit, fit_model, t_to_z
from restpain.group.permutation import (
    largest_of_voxels,
    permuted_t,
    size_thresholds,
    voxels_above,
)
from restpain.group.permutation_null import PermutationNull, degrees_of_freedom
from restpain.group.random_field import cluster_size_threshold
from restpain.group.search import part_of_mask


@dataclass(frozen=True)
class FittedMap:
    """T map of one volume with what corrects it, in the voxels that are searched.

    Attributes
    ----------
    maps : ndarray of shape (n_participants, n_voxels)
        In the order of ``design``.
    design : Design
    searched : ndarray of bool, shape (n_voxels_of_group_mask,)
        Voxels of the group mask that are searched.
    mask : ndarray of bool, shape (x, y, z)
        The same voxels.
    affine : ndarray of shape (4, 4)
    fit : Fit
        Its T in single precision, as the image of the main analysis has it.
    z : ndarray of float32, shape (n_voxels,)
    dlh : dict of float
        Smoothness by source, ``residuals`` and ``zmap``.
    """

    maps: np.ndarray
    design: Design
    searched: np.ndarray
    mask: np.ndarray
    affine: np.ndarray
    fit: Fit
    z: np.ndarray
    dlh: dict[str, float]


def fitted_map(
    maps: np.ndarray,
    design: Design,
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    near_seed: np.ndarray,
    sources: set[str],
) -> FittedMap:
    """Fit the comparison to the maps of one volume.

    Parameters
    ----------
    maps : ndarray of shape (n_participants, n_voxels)
        One row per row of the design; NaN: no data.
    design, mask, affine
        See `find_clusters`.
    near_seed : ndarray of bool, shape (n_voxels,)
        Voxels that are not searched.
    sources : set of str
        Sources of the smoothness that are needed.
    """
    # patients first, as the main analysis fits them: sums of floats depend on the order
    order = np.argsort(~design.patients, kind="stable")
    ordered = replace(
        design,
        matrix=design.matrix[order],
        participants=tuple(np.asarray(design.participants)[order]),
    )
    fit = fit_model(maps[order], ordered.matrix, column=0)
    inside = fit.tested & ~near_seed
    z = t_to_z(fit.t, fit.df).astype(np.float32)[inside]
    fit = fit.of_voxels(inside)
    maps = maps if inside.all() else maps[:, inside]
    searched = part_of_mask(mask, inside)
    dlh = {
        source: estimated_smoothness(
            maps[order], ordered, fit, z, searched, affine, source=source
        ).dlh
        for source in sorted(sources)
    }
    fit = Fit(fit.t.astype(np.float32), fit.df, fit.betas, fit.sse, fit.n)
    return FittedMap(maps, design, inside, searched, affine, fit, z, dlh)


def correction_of(settings: dict, *, n_maps: int = 1) -> Correction:
    """Correction of a universe, from its values of the group keys."""
    keys = ("voxel_p", "cluster_p", "tails", "connectivity", "inference")
    return Correction(**{key: settings[f"group.{key}"] for key in keys}).of_maps(n_maps)


def grf_size(fitted: FittedMap, correction: Correction, *, smoothness: str) -> int | None:
    """Voxels that GRF correction requires of a cluster; None if no voxel is searched."""
    if not fitted.mask.any():
        return None
    return cluster_size_threshold(
        alpha=correction.alpha,
        z_threshold=correction.z_threshold,
        dlh=fitted.dlh[smoothness],
        volume=int(fitted.mask.sum()),
    )


def permuted_sizes(
    fitted: FittedMap, corrections: list[Correction], *, orders: np.ndarray
) -> np.ndarray:
    """Largest clusters of a map and of its permutations, in voxels.

    Parameters
    ----------
    fitted : FittedMap
    corrections : list of Correction
        Their voxel p, tails and connectivity form the clusters.
    orders : ndarray of int, shape (n_permutations, n_participants)
        See `permuted_orders`.

    Returns
    -------
    ndarray of int, shape (n_corrections, 1 + n_permutations, 2)
        Positive and negative clusters, those of the map itself first.
    """
    sizes = np.zeros((len(corrections), 1 + len(orders), 2), int)
    thresholds = [_threshold(fitted, correction) for correction in corrections]
    row = 0
    for t in _maps(fitted, orders):
        above = {}
        for own, correction, threshold in zip(sizes, corrections, thresholds, strict=True):
            height = (correction.voxel_p, correction.tails)  # which several have in common
            if height not in above:
                above[height] = voxels_above(t, threshold)
            own[row : row + len(t)] = largest_of_voxels(
                above[height], len(t), fitted.mask, connectivity=correction.connectivity
            )
        row += len(t)
    return sizes


def sizes_near(
    fitted: FittedMap,
    correction: Correction,
    *,
    orders: np.ndarray,
    rows: np.ndarray,
    places: list[tuple[np.ndarray, int]],
) -> np.ndarray:
    """Largest cluster with a voxel in each place, of some rows of `permuted_sizes`.

    Parameters
    ----------
    fitted, correction, orders
        See `permuted_sizes`.
    rows : ndarray of int
        0 is the map itself, the others are its permutations, increasing.
    places : list of (ndarray of bool, int)
        Voxels of the fit's group mask, and the sign of the clusters that count there.

    Returns
    -------
    ndarray of int, shape (len(rows), n_places)
        In voxels; 0 where there is no cluster.
    """
    found = np.zeros((len(rows), len(places)), int)
    if not len(rows) or not len(places):
        return found
    inside = [(voxels[fitted.searched], sign) for voxels, sign in places]
    of_map = rows == 0
    threshold = _threshold(fitted, correction)
    row = 0
    for t in _maps(fitted, orders[rows[~of_map] - 1], own=of_map.any()):
        for height in t / threshold:
            found[row] = _near(height, fitted.mask, correction.connectivity, inside)
            row += 1
    return found


def _near(
    height: np.ndarray,
    mask: np.ndarray,
    connectivity: int,
    places: list[tuple[np.ndarray, int]],
) -> list[int]:
    """Voxels of the largest cluster of |height| >= 1 with a voxel in each place, of its sign."""
    sizes = [0] * len(places)
    for sign in (1, -1):
        above = sign * height >= 1
        reached = [k for k, (near, own) in enumerate(places) if own == sign and near[above].any()]
        if not reached:
            continue
        labels, _ = ndimage.label(part_of_mask(mask, above), neighbourhood(connectivity))
        labels = labels[mask]
        counts = np.bincount(labels)
        for k in reached:
            sizes[k] = int(counts[labels[places[k][0] & above]].max())
    return sizes


def _maps(fitted: FittedMap, orders: np.ndarray, *, own: bool = True) -> Iterator[np.ndarray]:
    """T of the map itself and of its permutations, as many at a time as memory holds."""
    if not fitted.mask.any():
        return
    if own:
        yield fitted.fit.t[None]
    if len(orders):
        yield from permuted_t(fitted.maps, fitted.design.matrix, column=0, orders=orders)


def _threshold(fitted: FittedMap, correction: Correction) -> np.ndarray | float:
    """T that forms clusters; ``(n_voxels,)`` where the degrees of freedom differ."""
    p = correction.voxel_p / correction.tails
    return stats.t.isf(p, degrees_of_freedom(fitted.maps, fitted.design))


def significant_sizes(sizes: np.ndarray, *, level: float, tails: int) -> np.ndarray:
    """Smallest size of each sign with a family-wise p below ``level`` among maps and permutations.

    Every row of ``sizes`` ``(1 + n_permutations, 2)`` is compared with all of them, so that the
    map itself is treated as its permutations are. ``(2,)``; more than any size where none is.
    """
    own = np.repeat(sizes.max(axis=1, keepdims=True), 2, axis=1) if tails == 2 else sizes
    required = np.full(2, np.iinfo(np.int64).max)
    for side, values in enumerate(own.T):
        distinct, counts = np.unique(values, return_counts=True)
        at_least = counts[::-1].cumsum()[::-1] / len(values)
        reached = distinct[(at_least < level) & (distinct > 0)]
        if len(reached):
            required[side] = reached[0]
    return required


def clusters_in_universe(
    fitted: FittedMap, correction: Correction, *, smoothness: str, null: np.ndarray
) -> tuple[pd.DataFrame, np.ndarray]:
    """Clusters that survive GRF correction or the permutation of cluster sizes.

    Parameters
    ----------
    fitted : FittedMap
    correction : Correction
        That of the universe.
    smoothness : {"residuals", "zmap"}
        Source of the smoothness.
    null : ndarray of int, shape (n_permutations, 2)
        Largest clusters of the permutations.

    Returns
    -------
    rows : DataFrame
        Those of `cluster_rows`, with ``sign``, ``survives_grf`` and ``survives_permutation``.
    labels : ndarray of int16, shape (x, y, z)
        Label of each row.
    """
    required = size_thresholds(null, level=correction.cluster_p, tails=correction.tails)
    by_grf = grf_size(fitted, correction, smoothness=smoothness)
    sizes = [size for size in (by_grf, required) if size is not None]
    smallest = tuple(np.min([np.broadcast_to(size, 2) for size in sizes], axis=0)) if sizes else 1
    fit, grid = fitted.fit, (fitted.mask, fitted.affine)
    labels, clusters, _ = corrected_clusters(
        fit.t,
        fitted.z,
        *grid,
        dlh=fitted.dlh[smoothness],
        correction=correction,
        smallest=smallest,
    )
    rows = cluster_rows(
        clusters,
        labels,
        *grid,
        maps=fitted.maps,
        design=fitted.design,
        t=fit.t,
        q=voxel_fdr(fit.t, fit.df) if len(clusters) else fit.t,
        null=PermutationNull(null, np.zeros((0, 2))),
        correction=correction,
    )
    n_voxels, signs = clusters["n_voxels"].to_numpy(), clusters["sign"].to_numpy()
    rows["sign"] = signs
    rows["survives_grf"] = n_voxels >= (np.inf if by_grf is None else by_grf)
    needed = np.full(2, np.inf) if required is None else np.asarray(required)
    rows["survives_permutation"] = n_voxels >= needed[np.where(signs > 0, 0, 1)]
    return rows, labels
