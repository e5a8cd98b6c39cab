"""Null maps of participants: Gaussian random fields of known smoothness."""

import numpy as np
from scipy import ndimage

from restpain.group.smoothness import FWHM_PER_SIGMA

REACH_SIGMAS = 4.5  # where the kernel is cut; the rest weighs less than 1e-4


def smooth_noise(
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    fwhm_mm: float | tuple[float, float, float],
    n_maps: int,
    rng: np.random.Generator,
) -> np.ndarray:
    r"""Independent Gaussian random fields of mean 0 and SD 1, with the same smoothness everywhere.

    White noise is smoothed on the box around the mask, widened by the reach of the kernel, so
    that every voxel has all of the noise it needs: at the edges of the mask or of the image,
    variance and smoothness are those of the middle.

    Parameters
    ----------
    mask, affine
        Grid and the voxels of the maps.
    fwhm_mm : float or three floats
        Full width at half maximum of the Gaussian kernel, of all axes of the grid or of each,
        as `restpain.group.smoothness` estimates it. 0 for white noise.

    Returns
    -------
    ndarray of float32, shape (n_maps, n_voxels)
        Voxels in C order of the mask.

    Raises
    ------
    ValueError
        If a width is negative, or the mask is empty.

    Notes
    -----
    With the kernel :math:`w_i \propto e^{-i^2 / 2 \sigma^2}`, :math:`\sum w_i^2 = 1`, along each
    axis, neighbours :math:`k` voxels apart correlate with :math:`e^{-k^2 / 4 \sigma^2}`, but for
    the sampling of the kernel: below a width of 1.5 voxels they correlate less.
    """
    widths = np.broadcast_to(np.asarray(fwhm_mm, dtype=float), 3)
    if not np.all(widths >= 0):
        raise ValueError(f"fwhm_mm is {fwhm_mm}, but must not be negative")
    if not mask.any():
        raise ValueError("the mask of the random maps is empty")
    box = ndimage.find_objects(mask.astype(np.uint8))[0]
    inside = mask[box]
    kernels = [
        _kernel(width / size)
        for width, size in zip(widths, np.linalg.norm(affine[:3, :3], axis=0), strict=True)
    ]
    reach = np.array([len(kernel) // 2 for kernel in kernels])
    maps = np.empty((n_maps, np.count_nonzero(mask)), np.float32)
    for k in range(n_maps):
        field = rng.standard_normal(inside.shape + 2 * reach, dtype=np.float32)
        for axis, kernel in enumerate(kernels):
            field = ndimage.correlate1d(field, kernel, axis=axis, mode="constant")
            complete = slice(reach[axis], reach[axis] + inside.shape[axis])
            field = field[(slice(None),) * axis + (complete,)]
        maps[k] = field[inside]
    return maps


def _kernel(fwhm_voxels: float) -> np.ndarray:
    """Gaussian weights whose squares add up to 1, which keeps the variance of white noise."""
    sigma = fwhm_voxels / FWHM_PER_SIGMA
    reach = int(np.ceil(REACH_SIGMAS * sigma))
    distance = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (distance / max(sigma, 1e-9)) ** 2)
    return weights / np.linalg.norm(weights)
