"""Cubic B-spline interpolation of images at points anywhere in space.

All compiled code of the functional preprocessing is here: numba's cache of a function does not
notice changes in another module that the function calls.
"""

import math

import numpy as np
from numba import njit

EDGE_VOXELS = 0.5  # beyond the centre of the outermost voxel: where the image ends
POLE = math.sqrt(3) - 2  # of the cubic B-spline prefilter
START_TERMS = 16  # of the geometric series that starts the recursion; the rest is below 1e-9


@njit(cache=True)
def _filter_first_axis(values):
    # in place; rows are filtered together, so that the inner loop runs along memory
    n, m = values.shape
    pole = np.float32(POLE)
    gain = np.float32(6.0)
    start = values[0].copy()
    weight = pole
    for i in range(1, min(n, START_TERMS)):
        for j in range(m):
            start[j] += weight * values[i, j]
        weight *= pole
    for j in range(m):
        values[0, j] = gain * start[j]
    for i in range(1, n):
        for j in range(m):
            values[i, j] = gain * values[i, j] + pole * values[i - 1, j]
    last = np.float32(POLE / (POLE * POLE - 1.0))
    for j in range(m):
        values[n - 1, j] = last * (values[n - 1, j] + pole * values[n - 2, j])
    for i in range(n - 2, -1, -1):
        for j in range(m):
            values[i, j] = pole * (values[i + 1, j] - values[i, j])


@njit(cache=True)
def _filter_last_axis(values):
    n, m = values.shape
    pole = np.float32(POLE)
    gain = np.float32(6.0)
    last = np.float32(POLE / (POLE * POLE - 1.0))
    for i in range(n):
        line = values[i]
        start = line[0]
        weight = pole
        for k in range(1, min(m, START_TERMS)):
            start += weight * line[k]
            weight *= pole
        line[0] = gain * start
        for k in range(1, m):
            line[k] = gain * line[k] + pole * line[k - 1]
        line[m - 1] = last * (line[m - 1] + pole * line[m - 2])
        for k in range(m - 2, -1, -1):
            line[k] = pole * (line[k + 1] - line[k])


@njit(cache=True)
def _filter_volume(volume):
    nx, ny, nz = volume.shape
    _filter_first_axis(volume.reshape(nx, ny * nz))
    for i in range(nx):
        _filter_first_axis(volume[i])
    _filter_last_axis(volume.reshape(nx * ny, nz))


@njit(cache=True, inline="always")
def _mirror(index, n):
    if index < 0:
        return -index
    if index >= n:
        return 2 * n - 2 - index
    return index


@njit(cache=True, inline="always")
def _weights(t):
    u = np.float32(1.0) - t
    sixth = np.float32(1.0 / 6.0)
    third2 = np.float32(2.0 / 3.0)
    half = np.float32(0.5)
    return (
        sixth * u * u * u,
        third2 - half * t * t * (np.float32(1.0) + u),
        third2 - half * u * u * (np.float32(1.0) + t),
        sixth * t * t * t,
    )


@njit(cache=True)
def _sample(coefficients, points, matrix, edge, values, inside):
    nx, ny, nz = coefficients.shape
    m = matrix.astype(np.float32)
    for i in range(points.shape[0]):
        px, py, pz = points[i, 0], points[i, 1], points[i, 2]
        x = m[0, 0] * px + m[0, 1] * py + m[0, 2] * pz + m[0, 3]
        y = m[1, 0] * px + m[1, 1] * py + m[1, 2] * pz + m[1, 3]
        z = m[2, 0] * px + m[2, 1] * py + m[2, 2] * pz + m[2, 3]
        if (
            x < -edge
            or y < -edge
            or z < -edge
            or x > nx - 1 + edge
            or y > ny - 1 + edge
            or z > nz - 1 + edge
        ):
            values[i] = 0.0
            inside[i] = False
            continue
        ix, iy, iz = int(math.floor(x)), int(math.floor(y)), int(math.floor(z))
        wx = _weights(np.float32(x - ix))
        wy = _weights(np.float32(y - iy))
        w0, w1, w2, w3 = _weights(np.float32(z - iz))
        k0, k1 = _mirror(iz - 1, nz), _mirror(iz, nz)
        k2, k3 = _mirror(iz + 1, nz), _mirror(iz + 2, nz)
        total = np.float32(0.0)
        for a in range(4):
            plane = coefficients[_mirror(ix - 1 + a, nx)]
            part = np.float32(0.0)
            for b in range(4):
                line = plane[_mirror(iy - 1 + b, ny)]
                part += wy[b] * (w0 * line[k0] + w1 * line[k1] + w2 * line[k2] + w3 * line[k3])
            total += wx[a] * part
        values[i] = total


def spline_coefficients(volume: np.ndarray) -> np.ndarray:
    """Coefficients of the cubic B-spline through the voxels, mirrored at the edge voxels.

    Parameters
    ----------
    volume : ndarray of shape (x, y, z)
        At least two voxels along each axis, all finite. Not modified.

    Returns
    -------
    ndarray of shape (x, y, z), float32

    References
    ----------
    Unser, Aldroubi, Eden (1993). IEEE Transactions on Signal Processing 41, 821-833.
    doi:10.1109/78.193220
    """
    coefficients = np.array(volume, dtype=np.float32, order="C")
    _filter_volume(coefficients)
    return coefficients


def spline_values(
    coefficients: np.ndarray,
    *,
    points: np.ndarray,
    to_voxels: np.ndarray,
    edge_voxels: float = EDGE_VOXELS,
) -> tuple[np.ndarray, np.ndarray]:
    """Values of a spline at points in space.

    Parameters
    ----------
    coefficients : ndarray of shape (x, y, z)
        From `spline_coefficients`.
    points : ndarray of shape (n_points, 3), float32
        Coordinates in mm.
    to_voxels : ndarray of shape (4, 4)
        From these coordinates to voxel indices of the image.
    edge_voxels : float
        End of the image: so far beyond the outermost voxel centres, or before if negative.

    Returns
    -------
    values : ndarray of shape (n_points,), float32
        Zero outside.
    inside : ndarray of shape (n_points,), bool
        True for points in the image.
    """
    values = np.empty(len(points), np.float32)
    inside = np.ones(len(points), bool)
    _sample(coefficients, points, to_voxels, np.float32(edge_voxels), values, inside)
    return values, inside


def resampled_series(
    volumes: np.ndarray, *, points: np.ndarray, to_voxels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Series at points in space, each volume interpolated once with its own transform.

    Parameters
    ----------
    volumes : ndarray of shape (n_volumes, x, y, z)
        Series. Not modified.
    points : ndarray of shape (n_points, 3), float32
        Coordinates in mm, the same for all volumes.
    to_voxels : ndarray of shape (n_volumes, 4, 4)
        From these coordinates to voxel indices, for each volume.

    Returns
    -------
    series : ndarray of shape (n_points, n_volumes), float32
    inside : ndarray of shape (n_points,), bool
        True for points inside the image in every volume.
    """
    values = np.empty((len(volumes), len(points)), np.float32)
    inside = np.ones(len(points), bool)
    for volume, matrix, row in zip(volumes, to_voxels, values, strict=True):
        coefficients = spline_coefficients(volume)
        _sample(coefficients, points, matrix, np.float32(EDGE_VOXELS), row, inside)
    return np.ascontiguousarray(values.T), inside


def mean_of_resampled(volumes: np.ndarray, *, to_voxels: np.ndarray) -> np.ndarray:
    """Mean of the volumes after each is moved, on their own grid.

    Parameters
    ----------
    volumes : ndarray of shape (n_volumes, x, y, z)
        Series. Not modified.
    to_voxels : ndarray of shape (n_volumes, 4, 4)
        From voxel indices of the result to voxel indices of each volume.

    Returns
    -------
    ndarray of shape (x, y, z), float32
        Mean over the volumes that cover the voxel; zero where none does.
    """
    shape = volumes.shape[1:]
    points = np.indices(shape, dtype=np.float32).reshape(3, -1).T
    total = np.zeros(len(points))
    covered = np.zeros(len(points), np.int64)
    for volume, matrix in zip(volumes, to_voxels, strict=True):
        values, inside = spline_values(
            spline_coefficients(volume), points=points, to_voxels=matrix
        )
        total += values
        covered += inside
    return (total / np.maximum(covered, 1)).astype(np.float32).reshape(shape)
