"""Voxels that are searched for clusters: a seed and what smoothing mixes with it are not."""

import numpy as np
from scipy import ndimage

from restpain.group.models import Fit

SEARCH_SIDECAR = {
    "Description": "Participants with data in the test of each voxel; its degrees of freedom are "
    "their number minus the columns of the design. 0: not searched, for the reasons counted in "
    "NotSearched. SeedDistance is in mm; a seed is searched if it is null.",
    "Units": "1",
}


def near_seeds(
    seeds: np.ndarray, mask: np.ndarray, affine: np.ndarray, *, distance_mm: float
) -> np.ndarray:
    """Voxels of each seed, and those within a distance of one of its voxels.

    Parameters
    ----------
    seeds : ndarray of shape (n_voxels, n_seeds)
        Nonzero inside the seed, voxels in C order of the mask.
    mask, affine
        The group mask.
    distance_mm : float
        Between the centres of voxels, one smoothing FWHM; 0 for the seed alone.

    Returns
    -------
    ndarray of bool, shape (n_voxels, n_seeds)
    """
    voxel_mm = np.linalg.norm(affine[:3, :3], axis=0)
    near = np.zeros(seeds.shape, bool)
    for k, seed in enumerate(seeds.T):
        outside = np.ones(mask.shape, bool)
        outside[mask] = seed == 0
        if not outside.all():
            away_mm = ndimage.distance_transform_edt(outside, sampling=voxel_mm)
            near[:, k] = away_mm[mask] <= distance_mm + 1e-6
    return near


def part_of_mask(mask: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Mask of those voxels of a mask for which ``inside`` ``(n_voxels,)`` is True."""
    part = np.zeros(mask.shape, bool)
    part[mask] = inside
    return part


def reasons_left_out(fit: Fit, own: np.ndarray) -> dict[str, int]:
    """Count the voxels that are not searched by reason: ``own`` seed, too few data, no variation.

    ``own`` ``(n_voxels,)`` is True near the seed of the maps.
    """
    few = fit.n == 0
    return {
        "near_the_seed": int(own.sum()),
        "too_few_participants_with_data": int(np.sum(few & ~own)),
        "no_variation": int(np.sum(~fit.tested & ~few & ~own)),
    }
