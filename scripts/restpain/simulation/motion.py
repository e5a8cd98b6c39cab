"""Motion of the simulated heads, and its effect on the brightness of the voxels."""

from dataclasses import replace

import numpy as np
from scipy import ndimage

from restpain.simulation.anatomy import Anatomy, to_scanner
from restpain.simulation.geometry import oblique_affine, rotation, translation

OVERSAMPLING = 3  # points along each edge of a voxel
BRAIN_CENTRE_MM = np.array([0.0, -19.0, 5.0])
MOTION_UNITS = np.array([1.0] * 3 + [1 / 80] * 3)  # 1 mm at 80 mm from the centre
# Per axis: SD of the drift over the series, of a jump and of the jitter; mean number of jumps; SD
# of the logarithm of a participant's motion. Sources: docs/simulation.md.
MOTION_DRIFT_MM = 0.25
MOTION_JUMP_MM = 0.12
MOTION_JUMPS = 2
MOTION_JITTER_MM = 0.022
RESTLESSNESS_SD = 0.35


def dense_affine(affine: np.ndarray) -> np.ndarray:
    """Affine of the dense grid whose points 1, 4, 7, ... are the centres of the voxels."""
    shrink = np.diag([1 / OVERSAMPLING] * 3 + [1.0])
    return affine @ shrink @ translation([-(OVERSAMPLING // 2)] * 3)


def head_motion(n_volumes: int, rng: np.random.Generator, *, ratio: float = 1.0) -> np.ndarray:
    """Motion of the head: a slow drift, some jumps and a jitter, the first volume at rest.

    Parameters
    ----------
    n_volumes : int
        Number of volumes.
    rng : numpy.random.Generator
        Source of the motion; participants differ in restlessness.
    ratio : float
        Factor of all motion: ratio of the motion of two groups.

    Returns
    -------
    ndarray of shape (n_volumes, 6)
        Translations along x, y, z in mm, then rotations about x, y, z in rad, of `motion_matrix`.
    """
    time = np.linspace(0, 1, n_volumes)
    motion = np.zeros((n_volumes, 6))
    restlessness = ratio * np.exp(RESTLESSNESS_SD * rng.standard_normal())
    for axis, unit in enumerate(restlessness * MOTION_UNITS):
        slope, bend = MOTION_DRIFT_MM * rng.standard_normal(2)
        motion[:, axis] = unit * (slope * time + bend * time * (time - 1))
        motion[:, axis] += unit * MOTION_JITTER_MM * rng.standard_normal(n_volumes)
    for _ in range(rng.poisson(MOTION_JUMPS)):
        onset = rng.integers(1, n_volumes)
        motion[onset:] += restlessness * MOTION_JUMP_MM * rng.standard_normal(6) * MOTION_UNITS
    return motion - motion[0]


def motion_matrix(motion: np.ndarray, centre_mm: np.ndarray) -> np.ndarray:
    """Affine matrix that moves points of the resting head: about its centre, then along."""
    return translation(centre_mm + motion[:3]) @ rotation(motion[3:]) @ translation(-centre_mm)


def moved_since(anatomy: Anatomy, rng: np.random.Generator) -> tuple[Anatomy, np.ndarray]:
    """Let the head settle between two series, by about a millimetre and half a degree.

    Returns
    -------
    anatomy : Anatomy
        The same participant in the new position.
    matrix : ndarray of shape (4, 4)
        From old to new positions in the scanner.
    """
    shift = np.concatenate([rng.normal(0, 0.6, size=3), rng.normal(0, np.deg2rad(0.4), size=3)])
    matrix = motion_matrix(shift, to_scanner(anatomy, BRAIN_CENTRE_MM[None])[0])
    return replace(anatomy, pose=matrix @ anatomy.pose), matrix


def moved_brightness(
    brightness: np.ndarray,
    *,
    shape,
    affine: np.ndarray,
    motion: np.ndarray,
    centre_mm: np.ndarray,
) -> np.ndarray:
    """Brightness of each voxel in one volume, from that of the dense grid at rest."""
    resting = np.linalg.inv(motion_matrix(motion, centre_mm))
    steps = np.linalg.inv(dense_affine(affine)) @ resting @ affine
    return ndimage.affine_transform(
        brightness, steps[:3, :3], steps[:3, 3], output_shape=tuple(shape), order=1
    )


def rest_grid(
    matrix, voxel_mm, anatomy: Anatomy, rng: np.random.Generator
) -> tuple[tuple[int, int, int], np.ndarray]:
    """Grid of axial slices over the brain, tilted with the head as an operator would plan it.

    Indices run as they are stored: columns to the left, rows to the back, slices upwards.
    """
    planned = np.linalg.qr(anatomy.pose[:3, :3])[0]
    planned = planned * np.sign(np.diag(planned))
    inaccuracy = rotation(np.deg2rad(2.5) * rng.uniform(-1, 1, size=3))[:3, :3]
    storage = np.diag([-1.0, -1.0, 1.0])
    centre_mm = to_scanner(anatomy, BRAIN_CENTRE_MM[None])[0] + rng.uniform(-2, 2, size=3)
    shape = tuple(matrix)
    axes = planned @ inaccuracy @ storage
    return shape, oblique_affine(shape, voxel_mm, axes=axes, centre_mm=centre_mm)
