"""Anatomy of the simulated participants: a labelled head in MNI space and its deformations.

Points are ``(n, 3)`` in millimetres of RAS space; images come with the affine from voxel index
to millimetres. A participant's head is the template head moved by ``scanner = pose(x + u(x))``,
where ``u`` is the displacement of a smooth diffeomorphism and ``pose`` an affine matrix.
"""

from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
from scipy import ndimage

AIR, GM, WM, CSF, BONE, MARROW, FAT, MUSCLE, CORD = range(9)

# ASSUME: relative brightness of each label of the head in a T1-weighted gradient echo
T1_BRIGHTNESS = np.array([0.0, 0.62, 1.0, 0.22, 0.06, 0.5, 1.3, 0.45, 0.9])
# ASSUME: and in a T2*-weighted EPI at TE 30 ms with fat suppression
T2_STAR_BRIGHTNESS = np.array([0.0, 0.8, 0.62, 1.2, 0.03, 0.08, 0.12, 0.2, 0.5])

SCANNER_UNITS = 1000.0  # signal of brightness 1

# Thickness in mm, from the brain outwards, of the layers over the brain (ASSUME: adult values).
SHELLS = ((CSF, 2.0), (BONE, 1.5), (MARROW, 2.5), (BONE, 1.5), (MUSCLE, 1.5), (FAT, 4.0))
SKIN_MM = 1.5
HEAD_BOX_MM = np.array([[-105.0, -145.0, -135.0], [105.0, 115.0, 125.0]])
SHELL_GRID_MM = 2.0

WARP_GRID_MM = 5.0
WARP_FWHM_MM = 45.0  # ASSUME: scale of the differences between brains after an affine fit
WARP_SD_MM = 2.6  # ASSUME: per axis
WARP_SQUARINGS = 6


@dataclass(frozen=True)
class Anatomy:
    """How one participant's head lies in the scanner.

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


def template_path(image: str) -> Path:
    """Path of the ``t1``, ``gm`` or ``wm`` image of the MNI152 2009a template of nilearn."""
    name = f"mni_icbm152_{image}_tal_nlin_sym_09a_converted.nii.gz"
    # located without importing nilearn, which takes seconds
    return Path(str(distribution("nilearn").locate_file(f"nilearn/datasets/data/{name}")))


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


def transformed(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points moved by an affine matrix, in the precision of the points."""
    moved = points @ matrix[:3, :3].T.astype(points.dtype)
    return moved + matrix[:3, 3].astype(points.dtype)


def grid_points(shape, affine: np.ndarray) -> np.ndarray:
    """Millimetres of every voxel of a grid, C order, float32 of shape ``(n_voxels, 3)``."""
    axes = [np.arange(size, dtype=np.float32) for size in shape]
    indices = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return transformed(np.asarray(affine), indices)


def sampled(image: np.ndarray, affine: np.ndarray, points: np.ndarray, *, order: int):
    """Values of ``image`` at ``points`` in mm: nearest (order 0) or trilinear (order 1).

    Beyond the grid the image is zero.
    """
    indices = transformed(np.linalg.inv(affine), points)
    return ndimage.map_coordinates(image, indices.T, order=order, mode="constant", cval=0)


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


def smooth_field(shape, fwhm_voxels, rng: np.random.Generator) -> np.ndarray:
    """Gaussian random field of mean 0 and SD 1, float32.

    Mean and SD hold over repetitions, not in each field: a field that is smoother than its grid
    is wide has a mean of its own.

    Parameters
    ----------
    shape : sequence of int
        Voxels along each axis.
    fwhm_voxels : float or sequence of float
        Full width at half maximum of the smoothing kernel, of all axes or of each.
    rng : numpy.random.Generator
        Source of the field.
    """
    sigmas = np.broadcast_to(fwhm_voxels, len(shape)) / np.sqrt(8 * np.log(2))
    margins = np.ceil(3 * sigmas).astype(int)
    field = rng.standard_normal(np.asarray(shape) + 2 * margins, dtype=np.float32)
    for axis, (sigma, margin) in enumerate(zip(sigmas, margins, strict=True)):
        weights = np.exp(-0.5 * (np.arange(-margin, margin + 1) / sigma) ** 2)
        weights /= np.linalg.norm(weights)  # keeps the variance of white noise
        field = ndimage.correlate1d(field, weights, axis=axis, mode="wrap")
    return field[tuple(slice(margin, -margin) for margin in margins)]


def exponential(velocity: np.ndarray, *, voxel_mm: float) -> np.ndarray:
    """Displacement of the flow of a stationary velocity field after unit time.

    Scaling and squaring: the field is divided by a power of two and composed with itself. The
    displacement of ``-velocity`` is that of the inverse map.

    Parameters
    ----------
    velocity : ndarray of shape (3, nx, ny, nz)
        Velocity in mm along the axes of the grid.
    voxel_mm : float
        Edge of the grid's voxels in mm.

    Returns
    -------
    ndarray of shape (3, nx, ny, nz)
        Displacement in mm.

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
    """Where points of MNI space lie in the scanner."""
    return transformed(anatomy.pose, points + _displacement(anatomy, anatomy.forward, points))


def to_mni(anatomy: Anatomy, points: np.ndarray) -> np.ndarray:
    """Which points of MNI space lie at points of the scanner; inverse of `to_scanner`."""
    deformed = transformed(np.linalg.inv(anatomy.pose), points)
    return deformed + _displacement(anatomy, anatomy.backward, deformed)


def _displacement(anatomy: Anatomy, field: np.ndarray, points: np.ndarray) -> np.ndarray:
    indices = transformed(np.linalg.inv(anatomy.warp_affine), points).T
    return np.stack(
        [
            ndimage.map_coordinates(component, indices, order=1, mode="nearest")
            for component in field
        ],
        axis=-1,
    )


def oblique_affine(shape, voxel_mm, *, axes: np.ndarray, centre_mm) -> np.ndarray:
    """Affine of a grid whose centre lies at ``centre_mm`` and whose axes are unit columns."""
    affine = np.eye(4)
    affine[:3, :3] = axes * np.asarray(voxel_mm)
    affine[:3, 3] = centre_mm - affine[:3, :3] @ ((np.asarray(shape) - 1) / 2)
    return affine


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


def deformation_summary(anatomy: Anatomy, tissue: np.ndarray, affine: np.ndarray) -> dict:
    """Length of the displacements in mm over the brain, from labels in MNI space."""
    voxels = np.argwhere((tissue == GM) | (tissue == WM))[::101]
    points = transformed(affine, voxels.astype(np.float32))
    length = np.linalg.norm(_displacement(anatomy, anatomy.forward, points), axis=1)
    return {
        "mean_mm": round(float(length.mean()), 3),
        "p95_mm": round(float(np.percentile(length, 95)), 3),
        "max_mm": round(float(length.max()), 3),
    }


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
    """T1-weighted image of a participant, white matter about 1000, and its labels.

    Brightness of the labels averaged over one voxel, with a texture of 3 % and a smooth coil
    bias, and Rician noise (signal-to-noise ratio of white matter about 30).

    Parameters
    ----------
    labels : ndarray of shape (nx, ny, nz)
        Labels of the head in MNI space, 1 mm.
    label_affine : ndarray of shape (4, 4)
        Affine of the labels.
    anatomy : Anatomy
        The participant.
    shape, affine
        Grid of the image in scanner space.
    rng : numpy.random.Generator
        Source of bias, texture and noise.

    Returns
    -------
    image : ndarray of float32
        The image.
    tissue : ndarray of uint8
        Label at each voxel's centre.
    """
    voxel_mm = np.linalg.norm(affine[:3, :3], axis=0)
    brightness = box_blurred(
        T1_BRIGHTNESS.astype(np.float32)[labels], np.maximum(voxel_mm.mean(), 1) * np.ones(3)
    )
    image = np.empty(shape, np.float32)
    tissue = np.empty(shape, np.uint8)
    for plane in range(shape[0]):  # planes bound memory and do not change the result
        corner = affine @ translation([plane, 0, 0])
        points = to_mni(anatomy, grid_points((1, *shape[1:]), corner))
        image[plane] = sampled(brightness, label_affine, points, order=1).reshape(shape[1:])
        tissue[plane] = sampled(labels, label_affine, points, order=0).reshape(shape[1:])
    image *= 1 + 0.03 * smooth_field(shape, 4.0 / voxel_mm, rng)
    image *= coil_bias(shape, affine, sd=0.12, rng=rng)
    return SCANNER_UNITS * rician(image, sd=1 / 30, rng=rng), tissue


def coil_bias(shape, affine: np.ndarray, *, sd: float, rng: np.random.Generator) -> np.ndarray:
    """Smooth multiplicative field: the exponential of a quadratic of the position."""
    x, y, z = (grid_points(shape, affine) / np.float32(80)).T
    terms = np.stack([x, y, z, x * y, x * z, y * z, x**2, y**2, z**2])
    weights = (sd * rng.standard_normal(len(terms))).astype(np.float32)
    return np.exp(weights @ np.clip(terms, -2, 2)).reshape(shape)


def rician(signal: np.ndarray, *, sd: float, rng: np.random.Generator) -> np.ndarray:
    """Magnitude of a signal with independent Gaussian noise in both of its channels."""
    real = signal + np.float32(sd) * rng.standard_normal(signal.shape, dtype=np.float32)
    imaginary = np.float32(sd) * rng.standard_normal(signal.shape, dtype=np.float32)
    return np.hypot(real, imaginary)
