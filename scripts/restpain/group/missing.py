"""Participants without data in some voxels: NaN in their maps, never 0."""

from collections.abc import Iterator

import numpy as np

from restpain.cohort.participants import SMALLEST_GROUP
from restpain.io.images import read_masked

BLOCK = 4096  # voxels at a time; bounds memory


def uncovered(mask_paths: list[str], mask: np.ndarray, affine: np.ndarray) -> np.ndarray | None:
    """Voxels of the group mask that each participant does not cover.

    Parameters
    ----------
    mask_paths : list of str
        Brain mask of each participant; none where the group mask needs all participants.
    mask, affine
        The group mask.

    Returns
    -------
    ndarray of bool, shape (n_participants, n_voxels), or None
        None where all participants cover all voxels.
    """
    if not mask_paths:
        return None
    missing = np.array([read_masked(path, mask, affine) == 0 for path in mask_paths])
    return missing if missing.any() else None


def covered_enough(
    counts: np.ndarray, n_members: tuple[int, int], *, mask_coverage: float
) -> tuple[np.ndarray, int]:
    """Voxels of the group mask, booleans, and the number of participants that each needs.

    Parameters
    ----------
    counts : ndarray of int, shape (2, ...)
        Participants of each group that cover each voxel.
    n_members : tuple of int
        Participants of each group.
    mask_coverage : float
        Share of all participants that must cover a voxel. Of each group there must be 3, or all
        if there are fewer, or there is nothing to compare.
    """
    needed = int(np.ceil(mask_coverage * sum(n_members) - 1e-9))
    inside = counts.sum(axis=0) >= max(needed, 1)
    for covered, members in zip(counts, n_members, strict=True):
        inside &= covered >= min(SMALLEST_GROUP, members)
    return inside, needed


def incomplete_voxels(maps: np.ndarray) -> np.ndarray:
    """Voxels of maps ``(n_participants, n_voxels)`` in which somebody has no data, booleans."""
    found = np.zeros(maps.shape[1], bool)
    for start in range(0, maps.shape[1], BLOCK):
        block = slice(start, start + BLOCK)
        found[block] = np.isnan(maps[:, block]).any(axis=0)
    return found


def data_patterns(maps: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give sets of participants with data, and the voxels where they and no others have them.

    Voxels in which all participants have data are left out.

    Yields
    ------
    participants : ndarray of bool, shape (n_participants,)
    voxels : ndarray of int
    """
    voxels = np.flatnonzero(incomplete_voxels(maps))
    if not len(voxels):
        return
    present = ~np.isnan(maps[:, voxels])
    _, first, kind = np.unique(
        np.packbits(present, axis=0), axis=1, return_index=True, return_inverse=True
    )
    order = np.argsort(kind.ravel(), kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(kind.ravel()))[:-1])
    for example, part in zip(first, parts, strict=True):
        yield present[:, example], voxels[part]
