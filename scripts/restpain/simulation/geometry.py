"""Points, affine matrices and sampling of images, for the simulated participants.

Points are ``(n, 3)`` in millimetres of RAS space; images come with the affine from voxel index
to millimetres.
"""

import numpy as np
from scipy import ndimage

from restpain.preprocessing.points import applied


def translation(offset) -> np.ndarray:
    """Affine matrix that adds ``offset``."""
    matrix = np.eye(4)
    matrix[:3, 3] = offset
    return matrix


def rotation(angles_rad) -> np.ndarray:
    """Affine matrix that rotates about x, then y, then z of a right-handed frame."""
    (sx, sy, sz), (cx, cy, cz) = np.sin(angles_rad), np.cos(angles_rad)
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    matrix = np.eye(4)
    matrix[:3, :3] = about_z @ about_y @ about_x
    return matrix


def grid_points(shape, affine: np.ndarray) -> np.ndarray:
    """Millimetres of every voxel of a grid, C order, float32 of shape ``(n_voxels, 3)``."""
    axes = [np.arange(size, dtype=np.float32) for size in shape]
    indices = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return applied(np.asarray(affine), indices)


def nearest(image: np.ndarray, affine: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Values of the voxels of ``image`` nearest to ``points`` in mm; zero beyond the grid."""
    indices = applied(np.linalg.inv(affine), points)
    return ndimage.map_coordinates(image, indices.T, order=0, mode="constant", cval=0)


def oblique_affine(shape, voxel_mm, *, axes: np.ndarray, centre_mm) -> np.ndarray:
    """Affine of a grid whose centre lies at ``centre_mm`` and whose axes are unit columns."""
    affine = np.eye(4)
    affine[:3, :3] = axes * np.asarray(voxel_mm)
    affine[:3, 3] = centre_mm - affine[:3, :3] @ ((np.asarray(shape) - 1) / 2)
    return affine
