"""Trilinear interpolation, and the objective of the affine registration that is built on it.

All compiled code of the anatomical registration is here: numba's cache of a function does not
notice changes in another module that the function calls. Loops over elements instead of slices and
NumPy's functions are compiled in a third of the time.

An affine has twelve parameters: shifts in mm, rotations in rad, logarithms of zooms, shears.
"""

import numba
import numpy as np

CENTRE_MM = np.array([0.0, -20.0, 8.0])  # rotation, zoom and shear about the middle of the brain
# zooms and shears of a head against the MNI template: mean and spread of adults (log zooms)
PRIOR_MEAN = np.array([-0.067, -0.033, -0.107, 0.0, 0.0, 0.0])
PRIOR_SD = np.array([0.08, 0.08, 0.08, 0.04, 0.04, 0.04])
PRIOR_WEIGHT = 0.004
# beyond given volumes (log determinants) the prior is steep: the outline of a whole head is a
# broad false optimum at about 1.4 times the template, which the weak prior alone lets win
STEEPNESS = 10.0


@numba.njit(cache=True)
def _interpolated(volume, x, y, z):
    """Value at one point in voxel coordinates; zero beyond the outermost voxels."""
    size_x, size_y, size_z = volume.shape
    if not (0 <= x <= size_x - 1 and 0 <= y <= size_y - 1 and 0 <= z <= size_z - 1):
        return 0.0
    i, j, k = min(int(x), size_x - 2), min(int(y), size_y - 2), min(int(z), size_z - 2)
    u, v, w = x - i, y - j, z - k
    low = (volume[i, j, k] * (1 - u) + volume[i + 1, j, k] * u) * (1 - v) + (
        volume[i, j + 1, k] * (1 - u) + volume[i + 1, j + 1, k] * u
    ) * v
    high = (volume[i, j, k + 1] * (1 - u) + volume[i + 1, j, k + 1] * u) * (1 - v) + (
        volume[i, j + 1, k + 1] * (1 - u) + volume[i + 1, j + 1, k + 1] * u
    ) * v
    return low * (1 - w) + high * w


@numba.njit(cache=True)
def _sample(volume, coordinates):
    values = np.empty(coordinates.shape[0], np.float32)
    for point in range(coordinates.shape[0]):
        x, y, z = coordinates[point]
        values[point] = _interpolated(volume, x, y, z)
    return values


def sampled(volume: np.ndarray, coordinates: np.ndarray) -> np.ndarray:
    """Values of a volume at points in voxel coordinates; zero beyond its outermost voxels.

    Points ``(..., 3)`` give values ``(...)`` in float32; 0 is the centre of the first voxel. The
    volume has at least two voxels along each axis.
    """
    points = np.ascontiguousarray(coordinates.reshape(-1, 3), np.float32)
    values = _sample(np.ascontiguousarray(volume, np.float32), points)
    return values.reshape(coordinates.shape[:-1])


@numba.njit(cache=True)
def _product(left, right):
    result = np.zeros((left.shape[0], right.shape[1]))
    for i in range(left.shape[0]):
        for j in range(right.shape[1]):
            for k in range(left.shape[1]):
                result[i, j] += left[i, k] * right[k, j]
    return result


@numba.njit(cache=True)
def _rotation(axis, angle):
    i, j = (axis + 1) % 3, (axis + 2) % 3
    rotation = np.zeros((3, 3))
    rotation[axis, axis] = 1.0
    rotation[i, i] = rotation[j, j] = np.cos(angle)
    rotation[j, i] = np.sin(angle)
    rotation[i, j] = -rotation[j, i]
    return rotation


@numba.njit(cache=True)
def affine_matrix(parameters, centre):
    """Affine of twelve parameters, ``(4, 4)``: shears, zooms and turns about a centre, a shift."""
    shear = np.zeros((3, 3))
    shear[0, 1], shear[0, 2], shear[1, 2] = parameters[9], parameters[10], parameters[11]
    for axis in range(3):
        shear[axis, axis] = 1.0
        zoom = np.exp(parameters[6 + axis])
        for i in range(axis + 1):
            shear[i, axis] *= zoom
    linear = _product(_rotation(1, parameters[4]), _rotation(2, parameters[5]))
    linear = _product(_product(_rotation(0, parameters[3]), linear), shear)
    matrix = np.zeros((4, 4))
    matrix[3, 3] = 1.0
    for i in range(3):
        matrix[i, 3] = parameters[i]
        for j in range(3):
            matrix[i, j] = linear[i, j]
            matrix[i, 3] -= linear[i, j] * centre[j]
    return matrix


@numba.njit(cache=True)
def _correlation(matrix, volume, points, values, flatness):
    n = points.shape[0]
    total = total_square = reference = reference_square = product = 0.0
    for point in range(n):
        a, b, c = points[point]
        x = matrix[0, 0] * a + matrix[0, 1] * b + matrix[0, 2] * c + matrix[0, 3]
        y = matrix[1, 0] * a + matrix[1, 1] * b + matrix[1, 2] * c + matrix[1, 3]
        z = matrix[2, 0] * a + matrix[2, 1] * b + matrix[2, 2] * c + matrix[2, 3]
        value = _interpolated(volume, x, y, z)
        total += value
        total_square += value * value
        reference += values[point]
        reference_square += values[point] * values[point]
        product += value * values[point]
    variance = max(total_square - total * total / n, flatness * n)
    reference_variance = reference_square - reference * reference / n
    return (product - total * reference / n) / np.sqrt(variance * reference_variance)


@numba.njit(cache=True)
def penalised_misfit(
    shift, base, steps, prior, log_volumes, centre, to_voxel, volume, points, values, flatness
):
    r"""Penalty of zooms and shears less the correlation at points of the template.

    Parameters
    ----------
    shift : ndarray of shape (n_steps,)
        Where the search is, in units of the steps.
    base : ndarray of shape (12,)
        Parameters it started from.
    steps : ndarray of shape (n_steps, 12)
    prior : ndarray of shape (3, 6)
        Mean, SD and (first element) weight w of zooms and shears.
    log_volumes : ndarray of shape (2,)
        Range of the logarithm of the determinant.
    centre : ndarray of shape (3,)
        In mm.
    to_voxel : ndarray of shape (4, 4)
        mm of the T1 to its voxels.
    volume : ndarray of shape (x, y, z)
        The T1, locally normalised.
    points : ndarray of shape (n_points, 3)
        Of the template, in mm.
    values : ndarray of shape (n_points,)
        The template there, locally normalised.
    flatness : float
        Least variance of the T1 at the points.

    Returns
    -------
    float
        :math:`\frac{w}{2} \sum (p - m)^2 / s^2 + S e^2 - r`, with e by how much the log
        volume is out of its range.
    """
    parameters = np.empty(12)
    for k in range(12):
        parameters[k] = base[k]
    for step in range(len(shift)):
        for k in range(12):
            parameters[k] += shift[step] * steps[step, k]
    penalty = 0.0
    for k in range(6):
        penalty += ((parameters[6 + k] - prior[0, k]) / prior[1, k]) ** 2
    log_volume = parameters[6] + parameters[7] + parameters[8]
    excess = max(log_volume - log_volumes[1], log_volumes[0] - log_volume, 0.0)
    matrix = _product(to_voxel, affine_matrix(parameters, centre))
    correlation = _correlation(matrix, volume, points, values, flatness)
    return 0.5 * prior[2, 0] * penalty + STEEPNESS * excess**2 - correlation


@numba.njit(cache=True)
def correlations(candidates, centre, to_voxel, volume, points, values, flatness):
    """Correlation of candidates, ``(n, 12)``; the rest as in `penalised_misfit`."""
    scores = np.empty(candidates.shape[0])
    for row in range(candidates.shape[0]):
        matrix = _product(to_voxel, affine_matrix(candidates[row], centre))
        scores[row] = _correlation(matrix, volume, points, values, flatness)
    return scores
