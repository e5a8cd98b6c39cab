"""Head motion: rigid realignment of a series to its mean, and framewise displacement."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from restpain.preprocessing.splines import (
    EDGE_VOXELS,
    mean_of_resampled,
    spline_coefficients,
    spline_values,
)
from restpain.preprocessing.template import voxel_sizes

FWHM_MM = 5.0  # smoothing before the estimation; SPM's default
SEPARATION_MM = 4.0  # between the points compared; SPM's default
MAX_POINTS = 20_000
MAX_POINTS_FIRST = 6_000  # in the first pass, which only serves the mean
MARGIN_VOXELS = 1  # at the edges of the image, which smoothing mixes with the outside
MAX_ITERATIONS = 40
FREE_ITERATIONS = 6  # then the points compared stay, or some may go in and out for ever
STEP_MM = 1e-3  # last step of the estimation
STEP_RAD = 1e-5
JENKINSON_RADIUS_MM = 80.0
POWER_RADIUS_MM = 50.0


def rigid_matrix(parameters: np.ndarray) -> np.ndarray:
    """4 x 4 matrix of six rigid parameters, in the convention of SPM.

    Parameters
    ----------
    parameters : ndarray of shape (6,)
        Translations x, y, z in mm, then pitch, roll, yaw in rad: the point is turned by yaw
        first, then roll, then pitch, about the origin, and translated last.
    """
    *translation, pitch, roll, yaw = parameters
    c, s = np.cos(pitch), np.sin(pitch)
    about_x = np.array([[1, 0, 0], [0, c, s], [0, -s, c]])
    c, s = np.cos(roll), np.sin(roll)
    about_y = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    c, s = np.cos(yaw), np.sin(yaw)
    about_z = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    matrix = np.eye(4)
    matrix[:3, :3] = about_x @ about_y @ about_z
    matrix[:3, 3] = translation
    return matrix


def rigid_parameters(matrix: np.ndarray) -> np.ndarray:
    """Six parameters of a rigid 4 x 4 matrix: the inverse of `rigid_matrix`."""
    rotation = matrix[:3, :3]
    roll = np.arcsin(np.clip(rotation[0, 2], -1, 1))
    pitch = np.arctan2(rotation[1, 2], rotation[2, 2])
    yaw = np.arctan2(rotation[0, 1], rotation[0, 0])
    return np.array([*matrix[:3, 3], pitch, roll, yaw])


@dataclass(frozen=True)
class Reference:
    """Points and derivatives of the image that volumes are aligned to.

    Attributes
    ----------
    points : ndarray of shape (n_points, 3), float32
        Coordinates in mm relative to ``centre``.
    jacobian : ndarray of shape (n_points, 7), float32
        Change of the image with three translations (mm), three rotations (rad) and its scale.
    normal : ndarray of shape (7, 7)
        Normal matrix over all points.
    centre : ndarray of shape (4, 4)
        Translation from coordinates relative to the centre to coordinates in mm.
    """

    points: np.ndarray
    jacobian: np.ndarray
    normal: np.ndarray
    centre: np.ndarray


def smoothed(volume: np.ndarray, *, affine: np.ndarray, fwhm_mm: float) -> np.ndarray:
    """Volume smoothed by a Gaussian of the full width at half maximum, float32."""
    sigma = fwhm_mm / np.sqrt(8 * np.log(2)) / voxel_sizes(affine)
    return gaussian_filter(volume.astype(np.float32), sigma, mode="nearest", truncate=3)


def alignment_reference(
    volume: np.ndarray, *, affine: np.ndarray, max_points: int = MAX_POINTS
) -> Reference:
    """Points, derivatives and normal matrix of an image that others are aligned to.

    Points are voxels about 4 mm apart, in the head or on its edges, at most ``max_points``. The
    outermost voxels are none: a head that the image cuts off would be held in place by the cut.
    """
    image = smoothed(volume, affine=affine, fwhm_mm=FWHM_MM)
    gradient = np.stack(np.gradient(image), axis=-1) @ np.linalg.inv(affine[:3, :3])
    energy = (gradient**2).sum(axis=-1)
    used = (image > 0.1 * np.percentile(image, 98)) | (energy > 0.02 * np.percentile(energy, 98))
    step = np.round(SEPARATION_MM / voxel_sizes(affine)).astype(int)
    grid = np.zeros(volume.shape, bool)
    grid[tuple(slice(MARGIN_VOXELS, -MARGIN_VOXELS, max(1, n)) for n in step)] = True
    index = np.argwhere(used & grid)
    if len(index) > max_points:
        # drawn, not strided: a stride may fall in step with the slices
        chosen = np.random.default_rng(0).permutation(len(index))[:max_points]
        index = index[np.sort(chosen)]

    position = index @ affine[:3, :3].T + affine[:3, 3]
    centre = np.eye(4)
    centre[:3, 3] = position.mean(axis=0)
    points = position - centre[:3, 3]
    slope = gradient[tuple(index.T)]
    value = image[tuple(index.T)]
    jacobian = np.concatenate([slope, np.cross(points, slope), value[:, None]], axis=1)
    return Reference(
        points.astype(np.float32), jacobian.astype(np.float32), jacobian.T @ jacobian, centre
    )


def _rotation(vector: np.ndarray) -> np.ndarray:
    # Rodrigues' formula
    angle = np.linalg.norm(vector)
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def aligned(
    reference: Reference, volume: np.ndarray, *, affine: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, bool]:
    """Rigid transform from the reference to a volume, least squares up to an intensity scale.

    Inverse compositional Gauss-Newton: the derivatives are those of the reference, computed
    once for all volumes; a step is composed from the right.

    Parameters
    ----------
    reference : Reference
        The image aligned to.
    volume : ndarray of shape (x, y, z)
        The image to align.
    affine : ndarray of shape (4, 4)
        From voxels to mm, of both.
    start : ndarray of shape (4, 4)
        First estimate.

    Returns
    -------
    transform : ndarray of shape (4, 4)
        From mm of the reference to mm of the volume.
    converged : bool
        True if the last step was below 0.001 mm and 0.00001 rad.

    References
    ----------
    Baker, Matthews (2004). International Journal of Computer Vision 56, 221-255.
    doi:10.1023/B:VISI.0000011205.11775.fd
    """
    coefficients = spline_coefficients(smoothed(volume, affine=affine, fwhm_mm=FWHM_MM))
    to_voxels = np.linalg.inv(affine)
    from_centre = np.linalg.inv(reference.centre)
    transform = start
    used = np.ones(len(reference.points), bool)
    for iteration in range(MAX_ITERATIONS):
        free = iteration < FREE_ITERATIONS
        values, inside = spline_values(
            coefficients,
            points=reference.points,
            to_voxels=to_voxels @ transform @ reference.centre,
            edge_voxels=-MARGIN_VOXELS if free else EDGE_VOXELS,
        )
        used = inside if free else used & inside
        values[~used] = 0
        outside = reference.jacobian[~used].astype(float)
        normal = reference.normal - outside.T @ outside
        *step, scale = np.linalg.solve(normal, values @ reference.jacobian)
        step = np.array(step) / scale
        move = np.eye(4)
        move[:3, :3] = _rotation(step[3:])
        move[:3, 3] = step[:3]
        transform = transform @ reference.centre @ np.linalg.inv(move) @ from_centre
        if np.abs(step[:3]).max() < STEP_MM and np.abs(step[3:]).max() < STEP_RAD:
            return transform, True
    return transform, False


def realigned(
    volumes: np.ndarray, *, affine: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rigid realignment in two passes: to the first volume, then to the mean of the result.

    Parameters
    ----------
    volumes : ndarray of shape (n_volumes, x, y, z)
        Series. Not modified.
    affine : ndarray of shape (4, 4)
        From voxels to mm.

    Returns
    -------
    transforms : ndarray of shape (n_volumes, 4, 4)
        From mm of the mean to mm of each volume.
    mean : ndarray of shape (x, y, z), float32
        Mean of the volumes moved by the first pass: the image that ``transforms`` refer to.
    converged : ndarray of shape (n_volumes,), bool
        True for volumes whose estimation converged.

    References
    ----------
    Friston et al. (1995). Human Brain Mapping 3, 165-189. doi:10.1002/hbm.460030303
    """
    reference = alignment_reference(volumes[0], affine=affine, max_points=MAX_POINTS_FIRST)
    transforms = np.empty((len(volumes), 4, 4))
    estimate = np.eye(4)
    for i, volume in enumerate(volumes):
        estimate, _ = aligned(reference, volume, affine=affine, start=estimate)
        transforms[i] = estimate

    mean = mean_of_resampled(volumes, to_voxels=np.linalg.inv(affine) @ transforms @ affine)
    reference = alignment_reference(mean, affine=affine)
    converged = np.empty(len(volumes), bool)
    for i, volume in enumerate(volumes):
        transforms[i], converged[i] = aligned(
            reference, volume, affine=affine, start=transforms[i]
        )
    return transforms, mean, converged


def motion_parameters(transforms: np.ndarray) -> np.ndarray:
    """Six parameters of the head's position in each volume relative to the first.

    As SPM reports them: the rigid transform from the volume to the first volume.

    Parameters
    ----------
    transforms : ndarray of shape (n_volumes, 4, 4)
        From mm of a common space to mm of each volume.

    Returns
    -------
    ndarray of shape (n_volumes, 6)
        Translations x, y, z in mm, rotations in rad; zero in the first row.
    """
    to_first = transforms[0] @ np.linalg.inv(transforms)
    return np.array([rigid_parameters(matrix) for matrix in to_first])


def displacement_jenkinson(transforms: np.ndarray, *, centre_mm: np.ndarray) -> np.ndarray:
    r"""Framewise displacement of Jenkinson: root mean square over a sphere of 80 mm radius.

    Parameters
    ----------
    transforms : ndarray of shape (n_volumes, 4, 4)
        From mm of a common space to mm of each volume.
    centre_mm : ndarray of shape (3,)
        Centre of the sphere.

    Returns
    -------
    ndarray of shape (n_volumes,)
        In mm; NaN for the first volume.

    Notes
    -----
    With :math:`M - I = (A, b)` of the motion :math:`M` between two volumes, centre :math:`c`
    and radius :math:`R`: :math:`\sqrt{R^2 \mathrm{tr}(A^T A) / 5 + |b + A c|^2}`.

    References
    ----------
    Jenkinson et al. (2002). NeuroImage 17, 825-841. doi:10.1006/nimg.2002.1132
    """
    between = transforms[1:] @ np.linalg.inv(transforms[:-1]) - np.eye(4)
    turn, shift = between[:, :3, :3], between[:, :3, 3]
    at_centre = shift + turn @ centre_mm
    square = JENKINSON_RADIUS_MM**2 / 5 * (turn**2).sum(axis=(1, 2)) + (at_centre**2).sum(axis=1)
    return np.concatenate([[np.nan], np.sqrt(square)])


def displacement_power(parameters: np.ndarray) -> np.ndarray:
    """Framewise displacement of Power: sum of absolute changes, rotations on a 50 mm sphere.

    Parameters
    ----------
    parameters : ndarray of shape (n_volumes, 6)
        Translations in mm, rotations in rad.

    Returns
    -------
    ndarray of shape (n_volumes,)
        In mm; NaN for the first volume.

    References
    ----------
    Power et al. (2012). NeuroImage 59, 2142-2154. doi:10.1016/j.neuroimage.2011.10.018
    """
    change = np.abs(np.diff(parameters, axis=0))
    change[:, 3:] *= POWER_RADIUS_MM
    return np.concatenate([[np.nan], change.sum(axis=1)])
