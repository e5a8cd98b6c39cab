"""Threshold-free cluster enhancement (TFCE)."""

import numpy as np
from numba import njit

from restpain.group.permutation import offsets, padded


def tfce_scores(t: np.ndarray, mask: np.ndarray, *, connectivity: int) -> np.ndarray:
    r"""TFCE scores of a T map, each sign for itself, with the sign of T.

    Parameters
    ----------
    t : ndarray of shape (n_voxels,)
        T map, voxels in C order of the mask.
    mask : ndarray of bool, shape (x, y, z)
    connectivity : {6, 18, 26}

    Returns
    -------
    ndarray of float64, shape (n_voxels,)

    Notes
    -----
    :math:`\int_0^{|t|} e(h)^{1/2} h^2 dh`, where e(h) is the number of voxels of the cluster that
    the voxel belongs to at height h. The integral is exact: clusters are grown from the highest
    voxel down, and each adds what it gathered since it last changed. Programs that add up steps of
    a hundredth of the maximum differ by up to some per cent.

    References
    ----------
    Smith and Nichols (2009). NeuroImage 44, 83-98. doi:10.1016/j.neuroimage.2008.03.061
    """
    places, n_places, steps = _grid(mask, connectivity)
    scores = np.zeros(len(t))
    for sign in (1, -1):
        own = sign * np.asarray(t, dtype=np.float64)
        order = np.argsort(-own)[: np.count_nonzero(own > 0)]
        scores[order] = sign * _scores(own[order], places[order], n_places, steps)
    return scores


def largest_tfce_scores(t: np.ndarray, mask: np.ndarray, *, connectivity: int) -> np.ndarray:
    """Largest TFCE score of each sign in each of many T maps ``(n_maps, n_voxels)``.

    Returns
    -------
    ndarray of float64, shape (n_maps, 2)
        Positive and negative, both as positive numbers.
    """
    places, n_places, steps = _grid(mask, connectivity)
    largest = np.zeros((len(t), 2))
    for row, values in enumerate(t):
        order = np.argsort(values)
        rising = values[order]
        ends = np.searchsorted(rising, 0, side="left"), np.searchsorted(rising, 0, side="right")
        for column, chosen in enumerate((slice(None, ends[1] - 1, -1), slice(0, ends[0]))):
            heights = np.abs(rising[chosen].astype(np.float64))
            scores = _scores(heights, places[order[chosen]], n_places, steps)
            largest[row, column] = scores.max(initial=0)
    return largest


def _grid(mask: np.ndarray, connectivity: int) -> tuple[np.ndarray, int, np.ndarray]:
    """Positions of the voxels in a padded volume, its size, and steps to the neighbours."""
    places, volume = padded(mask)
    return places.astype(np.int32), volume.size, offsets(volume.shape, connectivity)


@njit(cache=True)
def _root(parent, cluster):
    """Cluster that a cluster is now a part of; shortens the way there."""
    while parent[cluster] != cluster:
        parent[cluster] = parent[parent[cluster]]
        cluster = parent[cluster]
    return cluster


@njit(cache=True)
def _scores(heights, places, n_places, steps):
    """Scores of voxels of positive height, from the highest down.

    Each local maximum starts a cluster, a voxel joins the clusters around it, and clusters that
    meet become one. ``gain`` is what a voxel would have gathered that was in the cluster from its
    start; a voxel gathers what its clusters gain after it joined.
    """
    n_voxels = heights.size
    cluster_at = np.full(n_places, -1, np.int32)
    cluster_of = np.empty(n_voxels, np.int32)
    gain_before = np.empty(n_voxels)
    # of each cluster, as many as there are local maxima
    parent, into = np.empty(n_voxels, np.int32), np.empty(n_voxels, np.int32)
    size, level, gain, gain_there = (
        np.empty(n_voxels),
        np.empty(n_voxels),
        np.empty(n_voxels),
        np.empty(n_voxels),
    )
    merged = np.empty(n_voxels, np.int32)
    n_clusters = n_merged = 0
    for voxel in range(n_voxels):
        place, cube = places[voxel], heights[voxel] ** 3 / 3
        root = seen = -1
        for step in steps:
            near = cluster_at[place + step]
            if near < 0 or near == seen:
                continue
            seen = near
            other = _root(parent, near)
            if other == root:
                continue
            gain[other] += np.sqrt(size[other]) * (level[other] - cube)
            level[other] = cube
            if root < 0:
                root = other
                continue
            if size[other] > size[root]:
                root, other = other, root
            parent[other] = into[other] = root
            gain_there[other] = gain[root]
            size[root] += size[other]
            merged[n_merged] = other
            n_merged += 1
        if root < 0:
            root = n_clusters
            parent[root], size[root], level[root], gain[root] = root, 0, cube, 0
            n_clusters += 1
        size[root] += 1
        cluster_at[place] = cluster_of[voxel] = root
        gain_before[voxel] = gain[root]
    for cluster in range(n_clusters):
        if parent[cluster] == cluster:
            gain[cluster] += np.sqrt(size[cluster]) * level[cluster]
    for cluster in merged[:n_merged][::-1]:  # what it was merged into has its whole gain
        gain[cluster] += gain[into[cluster]] - gain_there[cluster]
    return gain[cluster_of] - gain_before
