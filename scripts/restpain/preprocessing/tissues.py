"""Grey matter, white matter and CSF of a T1, and its bias field, by expectation maximisation."""

import numba
import numpy as np

CLASSES = ("CSF", "GM", "WM")
PRIOR_FLOOR = 0.05  # no tissue is impossible anywhere in the brain: registration is not exact
BIAS_DEGREE = 3
N_ITERATIONS = 24
BIAS_ITERATIONS = range(5, 20, 3)
N_SWEEPS = 5
NEIGHBOUR_WEIGHT = 0.3  # of each of the six neighbours, in units of log probability
MAX_ESTIMATION_VOXELS = 60_000  # parameters need no more, and cost grows with their number


def segment(t1: np.ndarray, mask: np.ndarray, priors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Tissue probabilities of the voxels of a brain, and the bias field of the whole image.

    A Gaussian mixture with one class per tissue, weighted by prior maps; the logarithm of the
    bias field is a polynomial of degree 3, fitted to the classes' residuals. Last, a Markov
    random field of the six neighbours is relaxed by mean-field sweeps.

    The variance of CSF is at most that of grey matter: CSF is thin, most of its voxels hold grey
    matter, too, and a class as broad as these mixtures takes more and more of them.

    Parameters
    ----------
    t1 : ndarray of shape (x, y, z)
    mask : ndarray of shape (x, y, z)
        The brain.
    priors : ndarray of shape (n_voxels, 3)
        Prior probabilities of CSF, GM and WM in the voxels of the mask, C order. Rows are
        normalised and lifted by a floor here.

    Returns
    -------
    probabilities : ndarray of shape (n_voxels, 3)
        CSF, GM, WM; rows sum to 1.
    bias : ndarray of shape (x, y, z)
        Positive, geometric mean 1 over the brain; dividing by it corrects the T1. Beyond the
        bounding box of the brain it continues the values at the sides of the box.

    Raises
    ------
    ValueError
        If the mask is empty, the T1 is constant in it, or the classes cannot be separated.

    References
    ----------
    Ashburner and Friston (2005). NeuroImage 26, 839-851. doi:10.1016/j.neuroimage.2005.02.018
    Zhang, Brady and Smith (2001). IEEE Transactions on Medical Imaging 20, 45-57.
    doi:10.1109/42.906424
    """
    values = t1[mask].astype(np.float64)
    if len(values) == 0 or values.min() == values.max():
        raise ValueError("the T1 has no contrast in the brain mask, tissues cannot be separated")
    values /= np.percentile(values, 90)
    priors = priors / np.maximum(priors.sum(axis=1, keepdims=True), 1e-6)
    priors = priors * (1 - 3 * PRIOR_FLOOR) + PRIOR_FLOOR
    priors /= priors.sum(axis=1, keepdims=True)

    sample = slice(None, None, -(-len(values) // MAX_ESTIMATION_VOXELS))
    axes = _scaled_axes(mask)
    indices = np.argwhere(mask)[sample]
    basis = _polynomial([axis[i] for axis, i in zip(axes, indices.T, strict=True)])
    means, variances, weights, coefficients = _estimated(values[sample], priors[sample], basis)

    log_bias = _on_grid(axes, coefficients)
    log_bias -= log_bias[mask].mean()
    corrected = values / np.exp(log_bias[mask])
    evidence = _log_evidence(corrected, means, variances, weights) + np.log(priors)
    return _relaxed(evidence, mask), np.exp(log_bias).astype(np.float32)


def _scaled_axes(mask):
    """Coordinates along each axis, -1 to 1 over the brain and constant beyond it."""
    axes = []
    for axis, size in enumerate(mask.shape):
        inside = np.flatnonzero(mask.any(axis=tuple({0, 1, 2} - {axis})))
        middle, half = (inside[0] + inside[-1]) / 2, max((inside[-1] - inside[0]) / 2, 1)
        axes.append(np.clip((np.arange(size) - middle) / half, -1, 1))
    return axes


def _powers():
    steps = range(BIAS_DEGREE + 1)
    return [(i, j, k) for i in steps for j in steps for k in steps if i + j + k <= BIAS_DEGREE]


def _polynomial(coordinates):
    x, y, z = coordinates
    return np.stack([x**i * y**j * z**k for i, j, k in _powers()], axis=1)


def _on_grid(axes, coefficients):
    """Evaluate the polynomial on the whole grid, one axis after the other."""
    cube = np.zeros([BIAS_DEGREE + 1] * 3)
    for power, coefficient in zip(_powers(), coefficients, strict=True):
        cube[power] = coefficient
    for axis in axes:  # contracts the first axis and appends the new one
        cube = np.tensordot(cube, np.vander(axis, BIAS_DEGREE + 1, increasing=True), (0, 1))
    return cube


def _estimated(values, priors, basis):
    """Means, variances and weights of the classes, coefficients of the log bias."""
    probabilities = priors
    coefficients = np.zeros(basis.shape[1])
    corrected = values
    for iteration in range(N_ITERATIONS):
        # at first only where the prior is sure, since the classes' priors overlap widely
        share = probabilities**4 if iteration == 0 else probabilities
        count = share.sum(axis=0)
        means = (share * corrected[:, None]).sum(axis=0) / count
        spread = (share * (corrected[:, None] - means) ** 2).sum(axis=0) / count
        spread[0] = min(spread[0], spread[1])  # see the docstring of segment
        variances = np.maximum(spread, 1e-4)
        weights = probabilities.sum(axis=0) / priors.sum(axis=0)
        evidence = _log_evidence(corrected, means, variances, weights) + np.log(priors)
        probabilities = _normalised(evidence)
        if iteration in BIAS_ITERATIONS:
            coefficients = _bias_coefficients(values, probabilities, means, variances, basis)
            corrected = values / np.exp(basis @ coefficients)
    return means, variances, weights, coefficients


def _log_evidence(values, means, variances, weights):
    deviation = (values[:, None] - means) ** 2 / variances
    return np.log(weights) - 0.5 * np.log(variances) - 0.5 * deviation


def _normalised(evidence):
    probabilities = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    return probabilities / probabilities.sum(axis=1, keepdims=True)


def _bias_coefficients(values, probabilities, means, variances, basis):
    """Weighted least squares of the log ratio of values to what the classes predict."""
    precision = probabilities / variances
    predicted = (precision * means).sum(axis=1) / precision.sum(axis=1)
    brain = (probabilities[:, 1:].sum(axis=1) > 0.9) & (values > 0.05)  # CSF is too dark and thin
    if brain.sum() < len(values) / 10:
        raise ValueError(
            f"grey and white matter cannot be separated: {brain.mean():.0%} of the "
            "brain mask are surely not CSF, at least 10 % expected; look at the T1 and its "
            "contrast"
        )
    ratio = np.log(values[brain] / predicted[brain])
    weighted = basis[brain] * precision.sum(axis=1)[brain, None]
    return np.linalg.solve(weighted.T @ basis[brain], weighted.T @ ratio)


@numba.njit(cache=True)
def _sweep(evidence, probabilities, index, weight, updated):
    n_classes = evidence.shape[1]
    size_x, size_y, size_z = index.shape
    scores = np.empty(n_classes)
    for x in range(1, size_x - 1):
        for y in range(1, size_y - 1):
            for z in range(1, size_z - 1):
                voxel = index[x, y, z]
                if voxel < 0:
                    continue
                for c in range(n_classes):
                    scores[c] = evidence[voxel, c]
                for neighbour in (
                    index[x - 1, y, z],
                    index[x + 1, y, z],
                    index[x, y - 1, z],
                    index[x, y + 1, z],
                    index[x, y, z - 1],
                    index[x, y, z + 1],
                ):
                    if neighbour >= 0:
                        for c in range(n_classes):
                            scores[c] += weight * probabilities[neighbour, c]
                highest = scores[0]
                for c in range(1, n_classes):
                    highest = max(highest, scores[c])
                total = 0.0
                for c in range(n_classes):
                    scores[c] = np.exp(scores[c] - highest)
                    total += scores[c]
                for c in range(n_classes):
                    updated[voxel, c] = scores[c] / total


def _relaxed(evidence, mask):
    """Mean-field sweeps over the whole brain, all voxels at once."""
    box = tuple(slice(i.min(), i.max() + 1) for i in np.nonzero(mask))
    inside = np.pad(mask[box], 1)
    index = np.full(inside.shape, -1, np.int32)
    index[inside] = np.arange(len(evidence), dtype=np.int32)
    evidence = evidence.astype(np.float32)
    probabilities = _normalised(evidence)
    updated = np.empty_like(probabilities)
    for _ in range(N_SWEEPS):
        _sweep(evidence, probabilities, index, NEIGHBOUR_WEIGHT, updated)
        probabilities, updated = updated, probabilities
    return probabilities
