"""Smoothness of maps: from the residuals of a model, or from one Z map."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import integrate, special

LARGEST_CORRELATION = 0.99999999
FWHM_PER_SIGMA = np.sqrt(8 * np.log(2))
# the degrees of freedom at which the correction is evaluated; linear between them, as in FSL
CORRECTION_NODES = (*range(5, 21), 25, 30, *range(40, 101, 10), 150, 200, 300, 500)


@dataclass(frozen=True)
class Smoothness:
    """Smoothness of a map."""

    dlh: float  # square root of the determinant of the gradient's covariance, per voxel
    fwhm_mm: tuple[float, float, float]  # full width at half maximum along x, y and z
    n_voxels: int  # of the mask


def residual_smoothness(
    residuals: Iterable[np.ndarray],
    *,
    sse: np.ndarray,
    n_maps: np.ndarray | int,
    df: float,
    mask: np.ndarray,
    voxel_mm: np.ndarray,
) -> Smoothness:
    """Smoothness of the field behind the T map, from standardised residuals.

    Parameters
    ----------
    residuals : iterable of ndarray of shape (n_voxels,)
        Residuals of each participant, of a model with an intercept; read one at a time to save
        memory. NaN: no data; a participant counts for two neighbours with data in both.
    sse : ndarray of shape (n_voxels,)
        Sum of the squared residuals; voxels with 0 count as 0 in all participants.
    n_maps : int or ndarray of shape (n_voxels,)
        Number of participants, in each voxel where they differ.
    df : float
        Degrees of freedom of the residuals, their mean over voxels; dLh is corrected for them,
        FWHM is not.
    mask : ndarray of bool, shape (x, y, z)
    voxel_mm : ndarray of shape (3,)

    Notes
    -----
    As ``y_Smoothest`` of DPABI and ``smoothest`` of FSL; see `_smoothness`. DPABI sums in single
    precision, which lowers dLh by up to 1 % for whole brains; here sums are double.
    """
    deviation = np.sqrt(sse / (n_maps - 1))
    scale = np.divide(1.0, deviation, out=np.zeros(len(sse)), where=deviation > 0)
    neighbours = _lower_neighbours(mask)
    sums = np.zeros((2, 3))
    for values in residuals:
        sums += _lag_sums(values * scale, neighbours)
    dlh, fwhm_mm = _smoothness(*sums, voxel_mm)
    return Smoothness(dlh * df_correction(df), fwhm_mm, int(mask.sum()))


def map_smoothness(z: np.ndarray, *, mask: np.ndarray, voxel_mm: np.ndarray) -> Smoothness:
    """Smoothness of one Z map ``(n_voxels,)``, including its effects."""
    sums = _lag_sums(np.asarray(z, dtype=np.float64), _lower_neighbours(mask))
    dlh, fwhm_mm = _smoothness(*sums, voxel_mm)
    return Smoothness(dlh, fwhm_mm, int(mask.sum()))


def kernel_roughness(fwhm_mm, voxel_mm: np.ndarray) -> float:
    """Theoretical dLh of white noise smoothed by a Gaussian kernel.

    ``fwhm_mm`` is the width of all axes or of each. No correction for degrees of freedom.
    """
    sigma = np.broadcast_to(fwhm_mm, 3) / np.abs(voxel_mm) / FWHM_PER_SIGMA
    return float(np.prod(sigma**2) ** -0.5 / np.sqrt(8))


def df_correction(df: float) -> float:
    r"""Factor on dLh for the smoothness of residuals with few degrees of freedom.

    Notes
    -----
    The roughness of the Gaussianised t field with :math:`\nu` degrees of freedom is that of
    its residuals times

    .. math:: \lambda_\nu = \int \frac{(t^2 + \nu - 1)^2}{(\nu - 1)(\nu - 2)}
              \frac{\psi_\nu(t)^2}{\varphi(z)} dz, \quad \Phi(z) = \Psi_\nu(t).

    DPABI takes :math:`2 \lambda_d - \lambda_{d-1}` for whole :math:`d`, with :math:`\lambda`
    linear between nodes, and its square root; 1.1 below 6, and :math:`\sqrt{1 + 1.0321 / d}`
    above 500. So does this function.

    References
    ----------
    Kiebel et al. (1999). NeuroImage 10, 756-766. doi:10.1006/nimg.1999.0508
    """
    if df < CORRECTION_NODES[0] + 1:
        return 1.1
    if df > CORRECTION_NODES[-1]:
        return float(np.sqrt(1.0321 / df + 1))
    whole = int(np.floor(df))
    low, high = np.interp([whole - 1, whole], CORRECTION_NODES, _roughness_ratios())
    return float(np.sqrt((high - low) * (df - whole + 1) + high))


@cache
def _roughness_ratios() -> np.ndarray:
    return np.array([_roughness_ratio(df) for df in CORRECTION_NODES])


def _roughness_ratio(df: int) -> float:
    log_constant = (
        special.gammaln((df + 1) / 2) - special.gammaln(df / 2) - 0.5 * np.log(df * np.pi)
    )

    def integrand(z):
        square = special.stdtrit(df, special.ndtr(-z)) ** 2
        log_density = log_constant - (df + 1) / 2 * np.log1p(square / df)
        log_normal = -0.5 * z**2 - 0.5 * np.log(2 * np.pi)
        polynomial = (square + df - 1) ** 2 / ((df - 1) * (df - 2))
        return polynomial * np.exp(2 * log_density - log_normal)

    return 2 * integrate.quad(integrand, 0, 12, epsabs=0, epsrel=1e-10)[0]


def _lower_neighbours(mask: np.ndarray) -> np.ndarray:
    """Voxels with all three lower neighbours in the mask, as positions in it, shape (4, n).

    The rows are the voxel and its neighbours at x - 1, y - 1 and z - 1.
    """
    number = np.full(mask.shape, -1)
    number[mask] = np.arange(mask.sum())
    inner = number[1:, 1:, 1:]
    lower = (number[:-1, 1:, 1:], number[1:, :-1, 1:], number[1:, 1:, :-1])
    complete = np.logical_and.reduce([part >= 0 for part in (inner, *lower)])
    return np.stack([part[complete] for part in (inner, *lower)])


def _lag_sums(values: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """Lagged products and mean squares, summed along each axis, shape (2, 3)."""
    here = values[neighbours[0]]
    lagged = [values[axis] for axis in neighbours[1:]]
    return np.array(
        [
            [np.nansum(here * there) for there in lagged],
            [np.nansum(0.5 * (here**2 + there**2)) for there in lagged],
        ]
    )


def _smoothness(
    products: np.ndarray, squares: np.ndarray, voxel_mm: np.ndarray
) -> tuple[float, tuple[float, float, float]]:
    r"""DLh and FWHM from lagged sums.

    :math:`\sigma^2 = -1 / (4 \ln |SS / S_2|)` along each axis, in voxels squared,
    :math:`dLh = (\sigma^2_x \sigma^2_y \sigma^2_z)^{-1/2} / \sqrt 8`.
    """
    if not np.all(squares > 0):
        raise ValueError(
            "smoothness cannot be estimated: the maps do not vary, or no voxel of the mask has "
            "all its lower neighbours in it"
        )
    correlation = np.minimum(np.abs(products / squares), LARGEST_CORRELATION)
    variance = -1 / (4 * np.log(np.maximum(correlation, np.finfo(float).tiny)))
    fwhm_mm = FWHM_PER_SIGMA * np.sqrt(variance) * np.abs(voxel_mm)
    return float(np.prod(variance) ** -0.5 / np.sqrt(8)), tuple(fwhm_mm.tolist())
