"""Common head of the simulated participants: labels of tissues in MNI space.

The brain is that of the template; skull, scalp, face and neck are built around it.
"""

from importlib.metadata import distribution
from pathlib import Path

import numpy as np
from scipy import ndimage

from restpain.simulation.geometry import grid_points, translation

AIR, GM, WM, CSF, BONE, MARROW, FAT, MUSCLE, CORD = range(9)
# Thickness in mm, from the brain outwards, of the layers over the brain (ASSUME: adult values).
SHELLS = ((CSF, 2.0), (BONE, 1.5), (MARROW, 2.5), (BONE, 1.5), (MUSCLE, 1.5), (FAT, 4.0))
SKIN_MM = 1.5
HEAD_BOX_MM = np.array([[-105.0, -145.0, -135.0], [105.0, 115.0, 125.0]])
SHELL_GRID_MM = 2.0


def template_path(image: str) -> Path:
    """Path of the ``t1``, ``gm`` or ``wm`` image of the MNI152 2009a template of nilearn."""
    name = f"mni_icbm152_{image}_tal_nlin_sym_09a_converted.nii.gz"
    # located without importing nilearn, which takes seconds
    return Path(str(distribution("nilearn").locate_file(f"nilearn/datasets/data/{name}")))


def head_labels(
    *, t1: np.ndarray, gm: np.ndarray, wm: np.ndarray, affine: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Label image of a whole head around the template brain, at 1 mm.

    The brain's labels are the likeliest tissue of the template; skull, scalp, face and neck,
    which the template lacks, are layers of constant thickness around the brain and simple
    solids below it. They give brain extraction and registration a full head to work on.

    Parameters
    ----------
    t1 : ndarray of shape (nx, ny, nz)
        Template T1, zero outside the brain.
    gm, wm : ndarray of shape (nx, ny, nz)
        Probabilities of grey and white matter, 0 to 1.
    affine : ndarray of shape (4, 4)
        Affine of the template, 1 mm, axes along RAS.

    Returns
    -------
    labels : ndarray of uint8
        The labels of this module (AIR, GM, ...).
    affine : ndarray of shape (4, 4)
        Affine of ``labels``: the template's grid, extended.
    """
    brain = (t1 > 0) | (gm + wm > 0.5)
    tissue = np.where(gm >= wm, GM, WM)
    tissue = np.where(gm + wm < 0.5, CSF, tissue) * brain
    head_affine = translation(HEAD_BOX_MM[0])
    shape = (HEAD_BOX_MM[1] - HEAD_BOX_MM[0] + 1).astype(int)
    first = np.rint(affine[:3, 3] - HEAD_BOX_MM[0]).astype(int)
    inside = tuple(
        slice(start, start + size) for start, size in zip(first, tissue.shape, strict=True)
    )

    embedded = np.zeros(shape, np.uint8)
    embedded[inside] = tissue
    labels = _head_without_brain(embedded > 0, head_affine)
    labels[embedded > 0] = embedded[embedded > 0]
    return labels, head_affine


def _head_without_brain(brain: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Layers and solids around a brain; what the closed brain encloses is CSF."""
    step = int(SHELL_GRID_MM)
    coarse = brain[::step, ::step, ::step]
    closed = ndimage.binary_closing(np.pad(coarse, 10), iterations=6)[10:-10, 10:-10, 10:-10]
    outside = ndimage.distance_transform_edt(~closed, sampling=step)
    inside = ndimage.distance_transform_edt(closed, sampling=step)
    distance = ndimage.gaussian_filter(outside - inside, 1.0)

    coarse_affine = affine @ np.diag([step, step, step, 1])
    points = grid_points(coarse.shape, coarse_affine)
    body = np.minimum(_depth_below_surface(points).reshape(coarse.shape), 1e3)
    scalp = sum(thickness for _, thickness in SHELLS)
    surface = np.minimum(distance - scalp - SKIN_MM, body)  # negative inside the head

    fine = [_upsampled(image, step, brain.shape) for image in (distance, surface)]
    labels = _layers(*fine)
    _carve_solids(labels, fine[0], affine)
    return labels


def _layers(distance: np.ndarray, surface: np.ndarray) -> np.ndarray:
    """Labels by distance from the brain and, beyond its layers, by depth below the surface."""
    labels = np.zeros(distance.shape, np.uint8)
    labels[surface < 0] = MUSCLE
    labels[(surface < -SKIN_MM) & (surface > -6)] = FAT
    outer = 0.0
    labels[distance <= 0] = CSF
    for label, thickness in SHELLS[:4]:
        labels[(distance > outer) & (distance <= outer + thickness)] = label
        outer += thickness
    return labels


def _depth_below_surface(points: np.ndarray) -> np.ndarray:
    """Roughly the distance in mm from the surface of face and neck, negative inside."""
    face = _ellipsoid(points, (0, 38, -62), (62, 52, 72))
    axis = points[:, :2] - np.array([0, -30], np.float32)
    neck = np.where(points[:, 2] < -35, np.hypot(axis[:, 0], axis[:, 1]) - 58, 1e3)
    return np.minimum(face, neck)


def _ellipsoid(points: np.ndarray, centre, radii) -> np.ndarray:
    scaled = (points - np.asarray(centre, np.float32)) / np.asarray(radii, np.float32)
    return (np.linalg.norm(scaled, axis=1) - 1) * min(radii)


def _carve_solids(labels: np.ndarray, distance: np.ndarray, affine: np.ndarray) -> None:
    """Eyes, airways, jaw and spine, where they leave the brain's layers untouched."""
    solids = (  # label, centre in mm, radii in mm; later ones win
        (BONE, (0, 48, -95), (48, 40, 14)),
        (MARROW, (0, 48, -95), (44, 36, 10)),
        (MUSCLE, (0, 40, -95), (36, 34, 16)),
        (FAT, (-33, 62, -30), (18, 20, 18)),
        (FAT, (33, 62, -30), (18, 20, 18)),
        (CSF, (-33, 66, -30), (12, 12, 12)),
        (CSF, (33, 66, -30), (12, 12, 12)),
        (AIR, (0, 64, -48), (13, 24, 22)),
        (AIR, (-28, 58, -62), (13, 16, 14)),
        (AIR, (28, 58, -62), (13, 16, 14)),
        (AIR, (0, 14, -90), (11, 9, 40)),
        (BONE, (0, -45, -115), (20, 18, 40)),
        (MARROW, (0, -41, -115), (17, 12, 38)),
        (CSF, (0, -49, -100), (10, 9, 60)),
        (CORD, (0, -49, -100), (6, 5, 60)),
    )
    for label, centre, radii in solids:
        low = np.floor(np.asarray(centre) - radii - affine[:3, 3]).astype(int)
        high = np.ceil(np.asarray(centre) + radii - affine[:3, 3]).astype(int) + 1
        box = tuple(slice(max(start, 0), stop) for start, stop in zip(low, high, strict=True))
        corner = affine @ translation([part.start for part in box])
        solid = _ellipsoid(grid_points(labels[box].shape, corner), centre, radii) < 0
        allowed = (distance[box] > 7.5) | ((label in (CSF, CORD)) & (distance[box] > 0))
        labels[box][solid.reshape(labels[box].shape) & allowed] = label


def _upsampled(image: np.ndarray, step: int, shape) -> np.ndarray:
    """Linear interpolation from every ``step``-th voxel to all voxels of ``shape``."""
    return ndimage.affine_transform(
        image.astype(np.float32),
        np.full(3, 1 / step),
        output_shape=tuple(shape),
        order=1,
        mode="nearest",
    )
