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
    places, number, steps = _grid(mask, connectivity)
    t = np.asarray(t, dtype=np.float64)
    scores = np.zeros(len(t))
    for sign in (1, -1):
        scores += sign * _scores(sign * t, np.argsort(-sign * t), places, number, steps)
    return scores


def largest_tfce_scores(t: np.ndarray, mask: np.ndarray, *, connectivity: int) -> np.ndarray:
    """Largest TFCE score of each sign in each of many T maps ``(n_maps, n_voxels)``.

    Returns
    -------
    ndarray of float64, shape (n_maps, 2)
        Positive and negative, both as positive numbers.
    """
    places, number, steps = _grid(mask, connectivity)
    largest = np.zeros((len(t), 2))
    for row, values in enumerate(t.astype(np.float64)):
        order = np.argsort(values)
        largest[row, 0] = _scores(values, order[::-1], places, number, steps).max()
        largest[row, 1] = _scores(-values, order, places, number, steps).max()
    return largest


def _grid(mask: np.ndarray, connectivity: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of the voxels in a padded volume, voxel at each position (-1: none), steps."""
    places, volume = padded(mask)
    number = np.full(volume.size, -1, np.int32)  # half the memory is twice the cache
    number[places] = np.arange(len(places))
    return places.astype(np.int32), number, offsets(volume.shape, connectivity).astype(np.int32)


@njit(cache=True)
def _root(parent, gain, voxel):
    """Root of a voxel's cluster; shortens the way there, keeping the sum of gains along it."""
    while parent[parent[voxel]] != parent[voxel]:
        gain[voxel] += gain[parent[voxel]]
        parent[voxel] = parent[parent[voxel]]
        voxel = parent[voxel]
    return parent[voxel]


@njit(cache=True)
def _scores(heights, order, places, number, steps):
    """Scores of the positive voxels, from the highest (first in ``order``) down; 0 elsewhere.

    A voxel's score is its own gain plus those of its parents up to the root of its cluster.
    """
    n_voxels = heights.size
    parent = np.full(n_voxels, -1, np.int32)
    size = np.ones(n_voxels)
    level = np.zeros(n_voxels)
    gain = np.zeros(n_voxels)
    for voxel in order:
        height = heights[voxel]
        if height <= 0:
            break
        cube = height**3 / 3
        parent[voxel] = voxel
        level[voxel] = cube
        root = voxel
        for step in steps:
            neighbour = number[places[voxel] + step]
            if neighbour < 0 or parent[neighbour] < 0:
                continue
            other = _root(parent, gain, neighbour)
            if other == root:
                continue
            gain[other] += np.sqrt(size[other]) * (level[other] - cube)
            level[other] = cube
            if size[other] > size[root]:
                root, other = other, root
            parent[other] = root
            gain[other] -= gain[root]
            size[root] += size[other]
    for voxel in range(n_voxels):
        if parent[voxel] == voxel:
            gain[voxel] += np.sqrt(size[voxel]) * level[voxel]
    scores = np.zeros(n_voxels)
    for voxel in range(n_voxels):
        if parent[voxel] >= 0:
            above = voxel
            scores[voxel] = gain[above]
            while parent[above] != above:  # up to the root, several steps after the shortening
                above = parent[above]
                scores[voxel] += gain[above]
    return scores
