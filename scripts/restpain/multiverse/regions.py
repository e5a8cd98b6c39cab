"""Clusters of all universes, matched to regions by their overlap."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from restpain.group.clusters import cluster_name

LEAST_SHARE = 0.5  # of the voxels of the smaller one that a cluster and a region have in common


@dataclass(frozen=True)
class Region:
    """Region of one measure and sign, found in one universe or more.

    Attributes
    ----------
    volume : int
        Volume of the maps (the seed), 0 for local measures.
    sign : int
        1: patients higher, -1: lower.
    voxels : ndarray of int
        Voxels of its first cluster, by which it is defined.
    clusters : dict of int
        By universe, the row of its cluster.
    """

    volume: int
    sign: int
    voxels: np.ndarray
    clusters: dict[int, int]


def matched_regions(clusters: pd.DataFrame, voxels: list[np.ndarray]) -> list[Region]:
    """Match the clusters of all universes to regions.

    The clusters are taken by universe, the main analysis first, and by decreasing size of T. A
    cluster belongs to the region of its volume and sign with which it has most voxels in common,
    if these are at least half of the voxels of the smaller of the two; otherwise it is the first
    cluster of a region of its own. Of several clusters of a universe, a region has the one with
    most voxels in common.

    Parameters
    ----------
    clusters : DataFrame
        ``universe``, ``volume``, ``sign`` and ``t`` of the clusters that count.
    voxels : list of ndarray of int
        Voxels of each row.

    Returns
    -------
    list of Region
        Those of the main analysis first.
    """
    regions: list[Region] = []
    common: dict[tuple[int, int], int] = {}  # by region and universe
    order = clusters.assign(height=-clusters["t"].abs()).sort_values(
        ["universe", "height"], kind="stable"
    )
    for row, cluster in zip(order.index, order.itertuples(), strict=True):
        best, most = None, 0
        for number, region in enumerate(regions):
            if (region.volume, region.sign) != (cluster.volume, cluster.sign):
                continue
            shared = len(np.intersect1d(region.voxels, voxels[row], assume_unique=True))
            smaller = min(len(region.voxels), len(voxels[row]))
            if shared > most and shared >= LEAST_SHARE * smaller:
                best, most = number, shared
        universe = int(cluster.universe)
        if best is None:
            common[len(regions), universe] = len(voxels[row])
            regions.append(
                Region(int(cluster.volume), int(cluster.sign), voxels[row], {universe: row})
            )
        elif most > common.get((best, universe), 0):
            common[best, universe] = most
            regions[best].clusters[universe] = row
    return regions


def region_names(regions: list[Region], measure: str) -> list[str]:
    """Ids of regions: those of the main analysis as its clusters, further ones by letter R."""
    names, further = [], 0
    for number, region in enumerate(regions, start=1):
        further += 0 not in region.clusters
        names.append(
            cluster_name(measure, number)
            if 0 in region.clusters
            else cluster_name(measure, further, suffix="+")
        )
    return names


def shares_of_universes(
    clusters: pd.DataFrame,
    voxels: list[np.ndarray],
    *,
    n_universes: int,
    n_voxels: int,
    n_volumes: int,
) -> np.ndarray:
    """Share of the universes in which a voxel lies in a cluster that counts, by sign.

    Returns
    -------
    ndarray of float32, shape (2, n_voxels, n_volumes)
        Positive and negative clusters.
    """
    counts = np.zeros((2, n_voxels, n_volumes), np.float32)
    for cluster, inside in zip(clusters.itertuples(), voxels, strict=True):
        counts[0 if cluster.sign > 0 else 1, inside, cluster.volume] += 1
    return counts / max(n_universes, 1)
