"""Gaussian smoothing of maps and series in a mask."""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.sparse import csr_array

from restpain.preprocessing.template import voxel_sizes

BLOCK_VOLUMES = 32  # volumes smoothed at a time: bounds memory and does not change the result
SIGMAS_PER_FWHM = 1 / math.sqrt(8 * math.log(2))


def spm_kernel(fwhm_voxels: float) -> np.ndarray:
    r"""Weights of SPM12's smoothing along one axis: a Gaussian convolved with a triangle.

    Parameters
    ----------
    fwhm_voxels : float
        Full width at half maximum of the Gaussian, in voxels.

    Returns
    -------
    ndarray of shape (2 h + 1,)
        Weights at the distances -h to h voxels, ``h = round(6 sigma)``; their sum is 1.

    Notes
    -----
    The Gaussian is integrated over a linear B-spline, so that the effective width is larger than
    ``fwhm_voxels``:

    .. math:: w(x) = \int g(u) \max(0, 1 - |x - u|) \, du,

    with :math:`g` of variance :math:`\sigma^2` (plus the machine epsilon, as in SPM).
    """
    sigma = fwhm_voxels * SIGMAS_PER_FWHM
    half = math.floor(6 * sigma + 0.5)
    variance = sigma**2 + np.finfo(np.float64).eps
    # a Gaussian convolved with a triangle is the second difference of its twofold integral
    integral = np.array([_twofold_integral(x, variance) for x in range(-half - 1, half + 2)])
    weights = np.maximum(integral[2:] - 2 * integral[1:-1] + integral[:-2], 0)
    return weights / weights.sum()


def _twofold_integral(x: float, variance: float) -> float:
    """Return the value at ``x`` of a function whose second derivative is the Gaussian."""
    return x * math.erf(x / math.sqrt(2 * variance)) / 2 + math.sqrt(
        variance / (2 * math.pi)
    ) * math.exp(-(x**2) / (2 * variance))


def gaussian_kernel(fwhm_voxels: float) -> np.ndarray:
    """Weights of a Gaussian sampled at the voxels, cut at four standard deviations, of sum 1.

    The convention of ``scipy.ndimage.gaussian_filter`` and of nilearn.
    """
    sigma = fwhm_voxels * SIGMAS_PER_FWHM
    half = math.floor(4 * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-half, half + 1) / sigma) ** 2)
    return weights / weights.sum()


def smooth(
    values: np.ndarray,
    mask: np.ndarray,
    *,
    affine: np.ndarray,
    fwhm_mm: float,
    kernel: str,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Values of a mask's voxels, smoothed in three dimensions.

    As in DPABI (SPM) the volume outside the mask counts as zero, so that values fall towards the
    edges of the mask, and the result is kept in the mask only.

    Parameters
    ----------
    values : ndarray of shape (n_voxels,) or (n_voxels, n_volumes)
        A map, or volumes that are each smoothed alone. Voxels in C order of the mask. Not
        modified.
    mask : ndarray of bool of shape (nx, ny, nz)
        The voxels that have values.
    affine : ndarray of shape (4, 4)
        Voxel indices to mm; gives the size of a voxel along each axis.
    fwhm_mm : float
        Full width at half maximum, in mm; 0 for no smoothing.
    kernel : {"spm", "gaussian"}
        `spm_kernel` or `gaussian_kernel`. At the borders of the grid both take zeros from beyond;
        ``spm`` divides by the weights inside the grid along the third axis, as SPM does, and along
        no other.
    out : ndarray of the shape of ``values``, optional
        Where the result goes, a C-contiguous array; ``values`` itself saves the memory of a copy.

    Returns
    -------
    ndarray of the shape of ``values``
        ``out``, else a new array in the precision of ``values`` (float32 for integers); sums are
        accumulated in float64. A value that is NaN or infinite spreads; SPM would take zero for
        it.

    Raises
    ------
    ValueError
        If the width is negative or the kernel unknown.
    """
    kernels = {"spm": spm_kernel, "gaussian": gaussian_kernel}
    if kernel not in kernels:
        raise ValueError(f"the smoothing kernel is {kernel!r}, but must be spm or gaussian")
    if not fwhm_mm >= 0:
        raise ValueError(f"fwhm_mm is {fwhm_mm}, but must not be negative")
    if out is None:
        dtype = values.dtype if values.dtype.kind == "f" else np.dtype(np.float32)
        out = np.empty(values.shape, dtype)
    if fwhm_mm == 0 or values.size == 0:
        out[...] = values
        return out
    weights = [kernels[kernel](fwhm_mm / size) for size in voxel_sizes(affine)]
    passes = _passes(mask, weights, renormalise_last=kernel == "spm")

    columns, smoothed = values.reshape(len(values), -1), out.reshape(len(values), -1)
    for start in range(0, columns.shape[1], BLOCK_VOLUMES):
        volumes = slice(start, start + BLOCK_VOLUMES)
        block = columns[:, volumes].astype(np.float64, order="C")
        for sums, scale in passes:
            block = sums @ block
            block *= scale
        smoothed[:, volumes] = block
    return out


def _passes(
    mask: np.ndarray, weights: list[np.ndarray], *, renormalise_last: bool
) -> list[tuple[csr_array, np.ndarray]]:
    """Weighted sums along each axis, as a matrix, and the factor of each of its rows.

    A pass makes the voxels that its input can reach and that the later passes need, and no other:
    the rows of its matrix; the columns are the voxels of its input.
    """
    halves = [len(kernel) // 2 for kernel in weights]
    passes, source = [], mask
    for axis in range(3):
        needed = mask
        for later in range(axis + 1, 3):
            needed = _widened(needed, later, halves[later])
        target = _widened(source, axis, halves[axis]) & needed
        size = mask.shape[axis]
        scale = np.ones(size)
        if axis == 2 and renormalise_last:
            scale /= np.convolve(np.ones(size), weights[2])[halves[2] : halves[2] + size]
        scale = scale[np.nonzero(target)[axis]][:, None]
        passes.append((_weighted_sums(source, target, axis, weights[axis]), scale))
        source = target
    return passes


def _weighted_sums(
    source: np.ndarray, target: np.ndarray, axis: int, weights: np.ndarray
) -> csr_array:
    """Matrix that sums the voxels of ``source`` along one axis, for each voxel of ``target``."""
    half = len(weights) // 2
    margin = [(half, half) if dimension == axis else (0, 0) for dimension in range(3)]
    number = np.full(source.shape, -1, dtype=np.int32)
    number[source] = np.arange(np.count_nonzero(source), dtype=np.int32)
    lines = sliding_window_view(
        np.pad(number, margin, constant_values=-1), len(weights), axis=axis
    )
    columns = lines[target]
    inside = columns >= 0
    stops = np.concatenate([[0], inside.sum(axis=1).cumsum()])
    entries = np.broadcast_to(weights, columns.shape)[inside]
    shape = (len(columns), np.count_nonzero(source))
    return csr_array((entries, columns[inside], stops), shape=shape)


def _widened(region: np.ndarray, axis: int, steps: int) -> np.ndarray:
    """Region grown by some voxels in both directions of an axis."""
    source = np.moveaxis(region, axis, 0)
    wide = source.copy()
    for step in range(1, min(steps, len(source) - 1) + 1):
        wide[step:] |= source[:-step]
        wide[:-step] |= source[step:]
    return np.moveaxis(wide, 0, axis)
