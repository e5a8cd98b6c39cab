"""Smooth random fields, coil bias and noise of the simulated images."""

import numpy as np
from scipy import ndimage

from restpain.simulation.geometry import grid_points


def smooth_field(shape, fwhm_voxels, rng: np.random.Generator) -> np.ndarray:
    """Gaussian random field of mean 0 and SD 1, float32.

    Mean and SD hold over repetitions, not in each field: a field that is smoother than its grid is
    wide has a mean of its own. ``fwhm_voxels`` is the width of the smoothing kernel, of all axes
    or of each.
    """
    sigmas = np.broadcast_to(fwhm_voxels, len(shape)) / np.sqrt(8 * np.log(2))
    margins = np.ceil(3 * sigmas).astype(int)
    field = rng.standard_normal(np.asarray(shape) + 2 * margins, dtype=np.float32)
    for axis, (sigma, margin) in enumerate(zip(sigmas, margins, strict=True)):
        weights = np.exp(-0.5 * (np.arange(-margin, margin + 1) / sigma) ** 2)
        weights /= np.linalg.norm(weights)  # keeps the variance of white noise
        field = ndimage.correlate1d(field, weights, axis=axis, mode="wrap")
    return field[tuple(slice(margin, -margin) for margin in margins)]


def complex_normal(shape, rng: np.random.Generator) -> np.ndarray:
    """White noise whose real and imaginary parts have mean 0 and SD 1, complex64."""
    real = rng.standard_normal(shape, dtype=np.float32)
    return real + 1j * rng.standard_normal(shape, dtype=np.float32)


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
