"""Points of grids, and points moved by affines."""

import numpy as np


def applied(affine: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points moved by an affine: ``(4, 4)`` and ``(..., 3)`` give ``(..., 3)``, same precision."""
    affine = affine.astype(points.dtype) if points.dtype.kind == "f" else affine
    return points @ affine[:3, :3].T + affine[:3, 3]


def voxel_points(shape: tuple[int, int, int]) -> np.ndarray:
    """Return the indices of all voxels of a grid, ``(x, y, z, 3)``, float32."""
    return np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1).astype(np.float32)
