"""Images that are given in MNI space, on the grid of the maps."""

import numpy as np
from scipy.ndimage import distance_transform_edt

from restpain.io.images import GRID_TOLERANCE_MM, canonical_grid, on_canonical_axes
from restpain.preprocessing.points import applied, voxel_points
from restpain.preprocessing.splines import spline_coefficients, spline_values
from restpain.preprocessing.template import voxel_sizes
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
    return sampled(image, applied(np.linalg.inv(affine) @ target, voxel_points(like.shape)))


def regridded_series(
    volumes: np.ndarray,
    affine: np.ndarray,
    *,
    has_data: np.ndarray,
    within: np.ndarray,
    target: np.ndarray,
) -> np.ndarray:
    """Series at the voxels of a mask on the grid of the maps, by cubic B-splines.

    A spline swings where values end abruptly: voxels without data are given the values of the
    nearest voxel with data before.

    Parameters
    ----------
    volumes : ndarray of shape (n_volumes, x, y, z)
        Not modified.
    affine : ndarray of shape (4, 4)
        Their voxel indices to mm.
    has_data : ndarray of bool, shape (x, y, z)
        Voxels with data.
    within : ndarray of bool, shape (u, v, w)
        Mask on the grid of the maps.
    target : ndarray of shape (4, 4)
        Affine of that grid.

    Returns
    -------
    ndarray of shape (n_voxels, n_volumes), float32
        The very values where both grids are the same.
    """
    if is_same_grid(volumes.shape[1:], affine, like=within, target=target):
        return on_canonical_axes(np.moveaxis(volumes, 0, -1), affine)[within]
    nearest = distance_transform_edt(
        ~has_data, sampling=voxel_sizes(affine), return_distances=False, return_indices=True
    )
    nearest = np.ravel_multi_index(tuple(nearest), has_data.shape)
    points = applied(target, voxel_points(within.shape)[within])
    to_voxels = np.linalg.inv(affine)
    series = np.empty((len(points), len(volumes)), np.float32)
    for number, volume in enumerate(volumes):
        filled = np.take(volume, nearest)
        coefficients = spline_coefficients(filled)
        series[:, number], _ = spline_values(coefficients, points=points, to_voxels=to_voxels)
    return series
