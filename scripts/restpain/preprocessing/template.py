"""Grids of the MNI152 template, and the template's images on them."""

import numpy as np
from scipy import ndimage

BOX_MM = ((-90.0, -126.0, -72.0), (90.0, 90.0, 108.0))  # centres of the outermost voxels
BRAIN_PROBABILITY = 0.5


def template_grid(voxel_mm: float) -> tuple[tuple[int, int, int], np.ndarray]:
    """Shape and affine of the grid of all maps: RAS, isotropic, -90 -126 -72 to 90 90 108 mm.

    The first voxel's centre lies on the lower corner of the box; the last one's on the upper
    corner, or the nearest multiple of ``voxel_mm`` below it. 3 mm give 61 x 73 x 61 voxels.

    Raises
    ------
    ValueError
        If ``voxel_mm`` is not positive.
    """
    return _box_grid(*BOX_MM, voxel_mm=voxel_mm)


def covering_grid(
    shape: tuple[int, int, int], affine: np.ndarray, *, voxel_mm: float
) -> tuple[tuple[int, int, int], np.ndarray]:
    """Shape and affine of an isotropic RAS grid over the whole of an image.

    The axes of the image, of ``shape`` and ``affine``, are those of RAS space: they may be
    flipped, not rotated or permuted.
    """
    corners = np.stack([affine[:3, 3], affine[:3, :3] @ (np.array(shape) - 1) + affine[:3, 3]])
    return _box_grid(corners.min(axis=0), corners.max(axis=0), voxel_mm=voxel_mm)


def _box_grid(low, high, *, voxel_mm):
    if not voxel_mm > 0:
        raise ValueError(f"the voxels of the template grid have {voxel_mm} mm, not more than 0")
    low, high = np.asarray(low, float), np.asarray(high, float)
    tolerance = 1e-6  # 180 / 0.9 must be 200 steps whatever the rounding
    shape = np.floor((high - low) / voxel_mm + tolerance).astype(int) + 1
    affine = np.diag([voxel_mm, voxel_mm, voxel_mm, 1.0])
    affine[:3, 3] = low
    return tuple(shape.tolist()), affine


def resampled(
    image: np.ndarray, affine: np.ndarray, *, shape: tuple[int, int, int], target: np.ndarray
) -> np.ndarray:
    """Image on another, usually coarser, grid: smoothed to the new voxel size, interpolated.

    Smoothing is Gaussian; its full width at half maximum takes voxels of the old size to the new
    one, sqrt(new^2 - old^2), and is zero where the new voxels are smaller. Interpolation is
    trilinear; beyond the image is zero. ``shape`` and ``target`` (to mm) are the new grid.
    """
    old, new = voxel_sizes(affine), voxel_sizes(target)
    fwhm = np.sqrt(np.maximum(new.max() ** 2 - old**2, 0)) / old
    smooth = ndimage.gaussian_filter(
        image.astype(np.float32), fwhm / np.sqrt(8 * np.log(2)), mode="constant", truncate=3
    )
    steps = np.linalg.inv(affine) @ target
    return ndimage.affine_transform(
        smooth, steps[:3, :3], steps[:3, 3], output_shape=shape, order=1
    )


def voxel_sizes(affine: np.ndarray) -> np.ndarray:
    """Edges of the voxels along the three axes, in mm."""
    return np.linalg.norm(affine[:3, :3], axis=0)


def template_images(
    sources: dict[str, np.ndarray],
    affine: np.ndarray,
    *,
    shape: tuple[int, int, int],
    target: np.ndarray,
) -> dict[str, np.ndarray]:
    """Template images on a grid of ``shape`` and affine ``target``.

    Parameters
    ----------
    sources : dict of ndarray of shape (x, y, z)
        ``T1w`` (brain only), ``mask`` (0 or 1), ``GM`` and ``WM`` (probabilities), on one grid.
    affine : ndarray of shape (4, 4)
        Their affine.

    Returns
    -------
    dict of ndarray of shape ``shape``
        ``T1w``, ``mask`` (boolean: brain share of the voxel above 0.5), ``GM``, ``WM`` and
        ``CSF`` (probabilities; CSF is what GM and WM leave of the brain mask).
    """
    brain = sources["mask"].astype(np.float32)
    tissues = {"GM": sources["GM"] * brain, "WM": sources["WM"] * brain}
    tissues["CSF"] = np.clip(brain - tissues["GM"] - tissues["WM"], 0, 1)
    images = {
        name: resampled(image, affine, shape=shape, target=target)
        for name, image in {"T1w": sources["T1w"], "mask": brain, **tissues}.items()
    }
    return images | {"mask": images["mask"] > BRAIN_PROBABILITY}
