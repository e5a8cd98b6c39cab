"""T1-weighted images of the simulated participants."""

import numpy as np
from scipy import ndimage

from restpain.preprocessing.points import applied
from restpain.preprocessing.template import voxel_sizes
from restpain.simulation.anatomy import Anatomy, to_mni
from restpain.simulation.geometry import (
    grid_points,
    nearest,
    oblique_affine,
    rotation,
    translation,
)
from restpain.simulation.head import CSF, GM, WM
from restpain.simulation.random_fields import coil_bias, rician, smooth_field

# ASSUME: relative brightness of each label of the head in a T1-weighted gradient echo
T1_BRIGHTNESS = np.array([0.0, 0.62, 1.0, 0.22, 0.06, 0.5, 1.3, 0.45, 0.9])
SCANNER_UNITS = 1000.0  # signal of brightness 1


def t1_grid(voxel_mm: float, rng: np.random.Generator) -> tuple[tuple[int, int, int], np.ndarray]:
    """Grid of a sagittal T1 over the whole head, some degrees off the axes of the scanner.

    Indices run as they are stored: columns to the back, rows down, slices from right to left.
    """
    field_of_view_mm = np.array([240.0, 240.0, 192.0])
    shape = tuple(np.ceil(field_of_view_mm / voxel_mm).astype(int).tolist())
    storage = np.array([[0, 0, -1], [-1, 0, 0], [0, -1, 0]])
    tilt = rotation(np.deg2rad(3.0) * rng.uniform(-1, 1, size=3))[:3, :3]
    return shape, oblique_affine(
        shape, [voxel_mm] * 3, axes=tilt @ storage, centre_mm=np.array([0.0, -15.0, 5.0])
    )


def tissue_volumes_ml(tissue: np.ndarray, affine: np.ndarray) -> dict[str, float]:
    """Volumes of grey matter, white matter, CSF and of the three together, in ml."""
    voxel_ml = abs(np.linalg.det(affine[:3, :3])) / 1000
    names = {"gm_ml": GM, "wm_ml": WM, "csf_ml": CSF}
    volumes = {name: round((tissue == label).sum() * voxel_ml, 1) for name, label in names.items()}
    return volumes | {"intracranial_ml": round(sum(volumes.values()), 1)}


def box_blurred(image: np.ndarray, widths) -> np.ndarray:
    """Mean over a box of ``widths`` voxels around each voxel; widths need not be whole."""
    for axis, width in enumerate(widths):
        reach = int(np.ceil((width - 1) / 2))
        offsets = np.arange(-reach, reach + 1)
        covered = np.clip(width / 2 - (np.abs(offsets) - 0.5), 0, 1)
        image = ndimage.correlate1d(image, covered / covered.sum(), axis=axis, mode="nearest")
    return image


def t1_image(
    labels: np.ndarray,
    label_affine: np.ndarray,
    anatomy: Anatomy,
    *,
    shape,
    affine: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """T1-weighted image of a participant, white matter about 1000, and the label at each voxel.

    Brightness of the labels averaged over one voxel, with a texture of 3 % and a smooth coil
    bias, and Rician noise (signal-to-noise ratio of white matter about 30). ``labels`` are of the
    head in MNI space at 1 mm; ``shape`` and ``affine`` are the grid in scanner space.
    """
    voxel_mm = voxel_sizes(affine)
    brightness = box_blurred(
        T1_BRIGHTNESS.astype(np.float32)[labels], np.maximum(voxel_mm.mean(), 1) * np.ones(3)
    )
    to_voxel = np.linalg.inv(label_affine)
    linear = {"order": 1, "mode": "constant", "cval": 0.0}
    image = np.empty(shape, np.float32)
    tissue = np.empty(shape, np.uint8)
    for plane in range(shape[0]):  # planes bound memory and do not change the result
        corner = affine @ translation([plane, 0, 0])
        points = to_mni(anatomy, grid_points((1, *shape[1:]), corner))
        voxels = applied(to_voxel, points)
        image[plane] = ndimage.map_coordinates(brightness, voxels.T, **linear).reshape(shape[1:])
        tissue[plane] = nearest(labels, label_affine, points).reshape(shape[1:])
    image *= 1 + 0.03 * smooth_field(shape, 4.0 / voxel_mm, rng)
    image *= coil_bias(shape, affine, sd=0.12, rng=rng)
    return SCANNER_UNITS * rician(image, sd=1 / 30, rng=rng), tissue
