"""Deformation and pose of a simulated head relative to the common head.

A participant's head is the template head moved by ``scanner = pose(x + u(x))``, where ``u`` is
the displacement of a smooth diffeomorphism and ``pose`` an affine matrix.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from restpain.preprocessing.points import applied
from restpain.preprocessing.template import template_grid
from restpain.simulation.geometry import grid_points, rotation, translation
from restpain.simulation.head import GM, HEAD_BOX_MM, WM
from restpain.simulation.random_fields import smooth_field

WARP_GRID_MM = 5.0
WARP_FWHM_MM = 45.0  # ASSUME: scale of the differences between brains after an affine fit
WARP_SD_MM = 2.6  # ASSUME: per axis
WARP_SQUARINGS = 6
TRUTH_GRID_MM = 3.0
TRUTH_STEP_MM = 1 / 64


@dataclass(frozen=True)
class Anatomy:
    """Deformation and position of one participant's head.

    Attributes
    ----------
    pose : ndarray of shape (4, 4)
        Size, shear, rotation and position: from deformed MNI to scanner millimetres.
    forward, backward : ndarray of shape (3, nx, ny, nz)
        Displacements in mm of the diffeomorphism and of its inverse.
    warp_affine : ndarray of shape (4, 4)
        Affine of the grid of both displacements.
    """

    pose: np.ndarray
    forward: np.ndarray
    backward: np.ndarray
    warp_affine: np.ndarray


def random_anatomy(rng: np.random.Generator) -> Anatomy:
    """Draw a participant: smooth differences of shape, size, and position of the head."""
    pose = random_pose(rng)
    shape = np.ceil((HEAD_BOX_MM[1] - HEAD_BOX_MM[0]) / WARP_GRID_MM).astype(int) + 1
    velocity = WARP_SD_MM * np.stack(
        [smooth_field(shape, WARP_FWHM_MM / WARP_GRID_MM, rng) for _ in range(3)]
    )
    return Anatomy(
        pose=pose,
        forward=exponential(velocity, voxel_mm=WARP_GRID_MM),
        backward=exponential(-velocity, voxel_mm=WARP_GRID_MM),
        warp_affine=translation(HEAD_BOX_MM[0]) @ np.diag([WARP_GRID_MM] * 3 + [1.0]),
    )


def random_pose(rng: np.random.Generator) -> np.ndarray:
    """Draw size, shear and position of a head, as an affine matrix from MNI to scanner.

    Brains of adults are smaller than the template: edges about 0.93 of its own, a volume of
    about 0.8. The head is tilted by some degrees and off the centre by some millimetres.
    """
    size = 0.93 + 0.02 * rng.standard_normal() + 0.015 * rng.standard_normal(3)
    shears = np.eye(4)
    shears[[0, 0, 1], [1, 2, 2]] = 0.015 * rng.standard_normal(3)
    angles = np.deg2rad([4.0, 3.0, 4.0]) * rng.uniform(-1, 1, size=3)
    position = np.array([4.0, 8.0, 8.0]) * rng.uniform(-1, 1, size=3)
    return translation(position) @ rotation(angles) @ shears @ np.diag([*size, 1.0])


def exponential(velocity: np.ndarray, *, voxel_mm: float) -> np.ndarray:
    """Displacement of the flow of a stationary velocity field after unit time, both in mm.

    Scaling and squaring: the field ``(3, nx, ny, nz)`` is divided by a power of two and composed
    with itself. The displacement of ``-velocity`` is that of the inverse map.

    References
    ----------
    Arsigny et al. (2006). MICCAI, LNCS 4190, 924-931. doi:10.1007/11866565_113
    """
    displacement = velocity / (2**WARP_SQUARINGS * voxel_mm)
    indices = np.indices(velocity.shape[1:], dtype=velocity.dtype)
    for _ in range(WARP_SQUARINGS):
        moved = indices + displacement
        displacement = displacement + np.stack(
            [
                ndimage.map_coordinates(component, moved, order=1, mode="nearest")
                for component in displacement
            ]
        )
    return displacement * voxel_mm


def to_scanner(anatomy: Anatomy, points: np.ndarray) -> np.ndarray:
    """Points of the scanner at points of MNI space."""
    return applied(anatomy.pose, points + _displacement(anatomy, anatomy.forward, points))


def to_mni(anatomy: Anatomy, points: np.ndarray) -> np.ndarray:
    """Points of MNI space at points of the scanner; inverse of `to_scanner`."""
    deformed = applied(np.linalg.inv(anatomy.pose), points)
    return deformed + _displacement(anatomy, anatomy.backward, deformed)


def true_transform(anatomy: Anatomy) -> tuple[np.ndarray, np.ndarray]:
    """Location in the scanner of each voxel of a 3 mm template grid, and the affine of the grid.

    In mm, rounded to 1/64 so that the image compresses.
    """
    shape, affine = template_grid(TRUTH_GRID_MM)
    points = to_scanner(anatomy, grid_points(shape, affine))
    return (np.rint(points / TRUTH_STEP_MM) * TRUTH_STEP_MM).reshape(*shape, 3), affine


def _displacement(anatomy: Anatomy, field: np.ndarray, points: np.ndarray) -> np.ndarray:
    indices = applied(np.linalg.inv(anatomy.warp_affine), points).T
    return np.stack(
        [
            ndimage.map_coordinates(component, indices, order=1, mode="nearest")
            for component in field
        ],
        axis=-1,
    )


def deformation_summary(anatomy: Anatomy, tissue: np.ndarray, affine: np.ndarray) -> dict:
    """Length of the displacements in mm over the brain, from labels in MNI space."""
    chosen = np.flatnonzero((tissue == GM) | (tissue == WM))[::101]
    voxels = np.stack(np.unravel_index(chosen, tissue.shape), axis=-1)
    points = applied(affine, voxels.astype(np.float32))
    length = np.linalg.norm(_displacement(anatomy, anatomy.forward, points), axis=1)
    return {
        "mean_mm": round(float(length.mean()), 3),
        "p95_mm": round(float(np.percentile(length, 95)), 3),
        "max_mm": round(float(length.max()), 3),
    }
