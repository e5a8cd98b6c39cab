"""Values of a volume between its voxels, by trilinear interpolation."""

import numba
import numpy as np


@numba.njit(cache=True)
def _sample(volume, coordinates):
    size_x, size_y, size_z = volume.shape
    values = np.zeros(coordinates.shape[0], np.float32)
    for point in range(coordinates.shape[0]):
        x, y, z = coordinates[point]
        if not (0 <= x <= size_x - 1 and 0 <= y <= size_y - 1 and 0 <= z <= size_z - 1):
            continue
        i, j, k = min(int(x), size_x - 2), min(int(y), size_y - 2), min(int(z), size_z - 2)
        u, v, w = x - i, y - j, z - k
        low = (volume[i, j, k] * (1 - u) + volume[i + 1, j, k] * u) * (1 - v) + (
            volume[i, j + 1, k] * (1 - u) + volume[i + 1, j + 1, k] * u
        ) * v
        high = (volume[i, j, k + 1] * (1 - u) + volume[i + 1, j, k + 1] * u) * (1 - v) + (
            volume[i, j + 1, k + 1] * (1 - u) + volume[i + 1, j + 1, k + 1] * u
        ) * v
        values[point] = low * (1 - w) + high * w
    return values


def sampled(volume: np.ndarray, coordinates: np.ndarray) -> np.ndarray:
    """Values of a volume at points in voxel coordinates; zero beyond its outermost voxels.

    Parameters
    ----------
    volume : ndarray of shape (x, y, z)
        At least two voxels along each axis.
    coordinates : ndarray of shape (..., 3)
        Voxel coordinates; 0 is the centre of the first voxel.

    Returns
    -------
    ndarray of shape (...), float32
    """
    points = np.ascontiguousarray(coordinates.reshape(-1, 3), np.float32)
    values = _sample(np.ascontiguousarray(volume, np.float32), points)
    return values.reshape(coordinates.shape[:-1])


def applied(affine: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points moved by an affine: ``(4, 4)`` and ``(..., 3)`` give ``(..., 3)``, same precision."""
    affine = affine.astype(points.dtype) if points.dtype.kind == "f" else affine
    return points @ affine[:3, :3].T + affine[:3, 3]


def voxel_points(shape: tuple[int, int, int]) -> np.ndarray:
    """Return the indices of all voxels of a grid, ``(x, y, z, 3)``, float32."""
    return np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1).astype(np.float32)
