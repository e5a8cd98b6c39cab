"""Nonlinear registration of a T1 to the template, its inverse and what follows from both.

A displacement ``(x, y, z, 3)`` is in mm, on the voxels of the template at the resolution of
registration, whose axes are those of RAS space: a template point p lies at ``A(p + u(p))`` in the
T1, with the affine ``A`` found before.
"""

import io

import numpy as np
import picsl_greedy
import SimpleITK
from scipy import ndimage

from restpain.preprocessing.points import applied, voxel_points
from restpain.preprocessing.template import voxel_sizes
from restpain.preprocessing.trilinear import sampled

# normalised cross-correlation over patches of 7 voxels at 4, 2 and 1 times the voxel size;
# smoothing of updates and of the whole warp that left no fold in any head tried
OPTIONS = "-m NCC 3x3x3 -n 60x40x10 -s 3vox 0.7vox"
RIM_MM = 4.0  # beyond the brain mask in which the images are still compared
# beyond the brain mask in which the T1 is kept: cut at the mask itself, its edge would lie on the
# mask's edge under any affine and hold the warp there; cut further out, the scalp comes in
T1_RIM_MM = 3.0
MARGIN_MM = 12.0  # beyond the brain mask in which the warp may differ from zero
N_INVERSIONS = 12  # fixed-point steps; each shrinks the error by the local strain


def on_template(
    t1: np.ndarray,
    affine: np.ndarray,
    to_t1: np.ndarray,
    *,
    shape: tuple[int, int, int],
    grid: np.ndarray,
    displacement: np.ndarray | None = None,
) -> np.ndarray:
    """T1 on the grid of the template, averaged over each voxel.

    Parameters
    ----------
    t1 : ndarray of shape (x, y, z)
    affine : ndarray of shape (4, 4)
        Voxel indices of the T1 to RAS mm.
    to_t1 : ndarray of shape (4, 4)
        RAS mm of the template to RAS mm of the T1.
    shape : (int, int, int)
        Voxels of the template.
    grid : ndarray of shape (4, 4)
        Voxel indices of the template to RAS mm.
    displacement : ndarray of shape (*shape, 3), optional
        In mm; none is the affine alone.

    Returns
    -------
    ndarray of shape ``shape``, float32
        Zero beyond the T1.
    """
    voxels = voxel_points(shape)
    if displacement is not None:
        voxels = voxels + displacement / voxel_sizes(grid)
    to_voxel = np.linalg.inv(affine) @ to_t1 @ grid
    n = int(np.ceil(np.linalg.norm(to_voxel[:3, :3], axis=0).max() - 0.2))  # T1 voxels in one
    n = max(n, 1)
    offsets = (np.arange(n) + 0.5) / n - 0.5
    total = np.zeros(shape, np.float32)
    centre = applied(to_voxel, voxels).astype(np.float32)
    for offset in np.stack(np.meshgrid(offsets, offsets, offsets), axis=-1).reshape(-1, 3):
        total += sampled(t1, centre + (to_voxel[:3, :3] @ offset).astype(np.float32))
    return total / len(offsets) ** 3


def nonlinear_displacement(
    moving: np.ndarray, template: np.ndarray, mask: np.ndarray, *, voxel_mm: float
) -> np.ndarray:
    """Displacement ``(x, y, z, 3)`` in mm from the template's points to an affinely aligned T1.

    Greedy diffeomorphic registration of the program greedy, single-threaded and without its random
    jitter and noise, so that two runs give the same numbers. ``moving`` is the T1 on the
    template's grid of ``voxel_mm``; the similarity is taken over the brain ``mask`` of the
    template and its rim.

    References
    ----------
    Yushkevich et al. (2016). Alzheimer's & Dementia 12, P126-P127.
    doi:10.1016/j.jalz.2016.06.205
    """
    # the head farther out is masked: its bright scalp would be drawn to the brain's edge
    distance = ndimage.distance_transform_edt(~mask, sampling=voxel_mm)
    box = tuple(slice(i.min(), i.max() + 1) for i in np.nonzero(distance <= MARGIN_MM))
    images = {
        "template": template * mask,
        "t1": moving * (distance <= T1_RIM_MM),
        "rim": (distance <= RIM_MM).astype(np.float32),
    }
    greedy = picsl_greedy.GreedyFloat3D()
    messages = io.StringIO()
    greedy.execute(
        f"-d 3 -V 0 -threads 1 -jitter 0 -noise 0 -i template t1 -gm rim {OPTIONS} -o warp",
        messages,
        messages,
        warp=None,
        **{name: _itk_image(image[box], voxel_mm) for name, image in images.items()},
    )
    displacement = np.zeros((*mask.shape, 3), np.float32)
    displacement[box] = SimpleITK.GetArrayFromImage(greedy["warp"]).transpose(2, 1, 0, 3)
    return displacement


def _itk_image(image, voxel_mm):
    # without origin and direction, millimetres run along the axes of the array
    itk = SimpleITK.GetImageFromArray(np.ascontiguousarray(image.T, np.float32))
    itk.SetSpacing([voxel_mm] * 3)
    return itk


def inverse_displacement(displacement: np.ndarray, *, voxel_mm: float) -> np.ndarray:
    """Displacement back: v with v(y) = -u(y + v(y)), by fixed-point iteration.

    ``displacement`` is ``(x, y, z, 3)`` in mm, zero beyond the grid of voxels of ``voxel_mm``.
    """
    voxels = voxel_points(displacement.shape[:3]).reshape(-1, 3)
    back = -displacement.reshape(-1, 3)
    moving = np.arange(len(back))
    for _ in range(N_INVERSIONS):
        before = back[moving]
        back[moving] = -_sampled_vectors(displacement, voxels[moving] + before / voxel_mm)
        # a step that changes nothing is the last one of its voxel
        moving = moving[(back[moving] != before).any(axis=1)]
    return back.reshape(displacement.shape)


def _sampled_vectors(field, coordinates):
    components = np.ascontiguousarray(np.moveaxis(field, -1, 0))
    return np.stack([sampled(component, coordinates) for component in components], axis=-1)


def jacobian_determinant(
    displacement: np.ndarray, mask: np.ndarray, *, voxel_mm: float
) -> np.ndarray:
    """Local change of volume of ``p + u(p)`` by central differences; not positive is a fold.

    ``displacement`` is ``(x, y, z, 3)`` in mm, on voxels of ``voxel_mm``; the result has the
    voxels of ``mask``, ``(n_voxels,)``.
    """
    gradient = np.stack(
        [
            np.stack([slope[mask] for slope in np.gradient(component, voxel_mm)], axis=-1)
            for component in np.moveaxis(displacement, -1, 0)
        ],
        axis=-2,
    )
    return np.linalg.det(gradient + np.eye(3, dtype=gradient.dtype))


def point_field(
    displacement: np.ndarray,
    grid: np.ndarray,
    to_t1: np.ndarray,
    *,
    shape: tuple[int, int, int],
    affine: np.ndarray,
) -> np.ndarray:
    """Location in the T1 of each voxel of an output grid, ``(*shape, 3)`` in RAS mm, float32.

    ``displacement`` is in mm on the voxels of ``grid`` (to RAS mm of the template), ``to_t1`` maps
    RAS mm of the template to RAS mm of the T1; ``shape`` and ``affine`` are the output grid.
    """
    points = applied(affine, voxel_points(shape).astype(float))
    shift = _sampled_vectors(displacement, applied(np.linalg.inv(grid), points))
    return applied(to_t1, points + shift).astype(np.float32)


def brain_voxels(
    shape: tuple[int, int, int],
    affine: np.ndarray,
    *,
    mask: np.ndarray,
    grid: np.ndarray,
    inverse: np.ndarray,
    to_t1: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Brain mask of the T1, carried over from the template, with template coordinates.

    Parameters
    ----------
    shape : (int, int, int)
        Voxels of the T1.
    affine : ndarray of shape (4, 4)
        Its voxel indices to RAS mm.
    mask : ndarray of shape (x, y, z)
        Brain mask of the template.
    grid : ndarray of shape (4, 4)
        Voxel indices of the template to RAS mm.
    inverse : ndarray of shape (x, y, z, 3)
        From :func:`inverse_displacement`, in mm.
    to_t1 : ndarray of shape (4, 4)
        RAS mm of the template to RAS mm of the T1.

    Returns
    -------
    brain : ndarray of shape ``shape``
        Voxels in which the interpolated mask exceeds 0.5.
    coordinates : ndarray of shape (n_voxels, 3)
        Voxel coordinates of its voxels in the template, C order.
    """
    # the box of the template's grid in the T1; beyond it there is no brain
    corners = voxel_points((2, 2, 2)).reshape(-1, 3) * (np.array(mask.shape) - 1)
    corners = applied(np.linalg.inv(affine) @ to_t1 @ grid, corners)
    low = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, shape)
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int) + 1, 0, shape)
    brain = np.zeros(shape, bool)
    found = []
    to_template = np.linalg.inv(to_t1 @ grid) @ affine
    for first in range(low[0], high[0], 32):  # slabs bound memory and do not change the result
        last = min(first + 32, high[0])
        corner = np.array([first, low[1], low[2]], np.float32)
        points = voxel_points((last - first, *(high - low)[1:])) + corner
        voxels = applied(to_template, points)
        voxels += _sampled_vectors(inverse, voxels) / np.float32(voxel_sizes(grid)[0])
        inside = sampled(mask, voxels) > 0.5
        brain[first:last, low[1] : high[1], low[2] : high[2]] = inside
        found.append(voxels[inside])
    return brain, np.concatenate(found) if found else np.zeros((0, 3), np.float32)


def dice(first: np.ndarray, second: np.ndarray) -> float:
    """Overlap of two masks: twice the common voxels over the sum of both; 1 if both are empty."""
    total = int(first.sum()) + int(second.sum())
    return 2 * int((first & second).sum()) / total if total else 1.0
