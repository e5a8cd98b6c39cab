"""Images that are given in MNI space, on the grid of the maps."""

import numpy as np

from restpain.io.images import GRID_TOLERANCE_MM
from restpain.preprocessing.points import applied, voxel_points
from restpain.preprocessing.template import canonical_grid, on_canonical_axes
from restpain.preprocessing.trilinear import sampled


def is_same_grid(
    shape: tuple[int, int, int], affine: np.ndarray, *, like: np.ndarray, target: np.ndarray
) -> bool:
    """Check whether a grid is that of the image ``like`` with affine ``target``.

    Its axes may have another order or direction: no value has to be interpolated.
    """
    own, turned = canonical_grid(shape, affine)
    return own == like.shape and np.allclose(turned, target, atol=GRID_TOLERANCE_MM)


def regridded(
    image: np.ndarray, affine: np.ndarray, *, like: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """Image ``(x, y, z)`` on the grid of another one, float32; zero beyond its outermost voxels.

    Trilinear, and the very values where both grids are the same. Of a region of 0 and 1 it gives
    its share in each voxel. ``like`` is an image on the grid, ``target`` the affine of the grid.
    """
    if is_same_grid(image.shape, affine, like=like, target=target):
        return on_canonical_axes(image, affine).astype(np.float32)
    return sampled(
        image, _voxels(np.ones(like.shape, bool), affine, target).reshape(*like.shape, 3)
    )


def regridded_series(
    volumes: np.ndarray, affine: np.ndarray, *, within: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """Series at the voxels of a mask, ``(n_voxels, n_volumes)``, float32; as `regridded`.

    Parameters
    ----------
    volumes : ndarray of shape (n_volumes, x, y, z)
    affine : ndarray of shape (4, 4)
        Their voxel indices to mm.
    within : ndarray of bool, shape (u, v, w)
        Mask on the grid.
    target : ndarray of shape (4, 4)
        Affine of the grid.
    """
    if is_same_grid(volumes.shape[1:], affine, like=within, target=target):
        return on_canonical_axes(np.moveaxis(volumes, 0, -1), affine)[within]
    voxels = _voxels(within, affine, target)
    return np.stack([sampled(volume, voxels) for volume in volumes], axis=1)


def _voxels(within: np.ndarray, affine: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Voxels of a mask in voxel coordinates of the image with this affine, ``(n_voxels, 3)``."""
    return applied(np.linalg.inv(affine) @ target, voxel_points(within.shape)[within])
