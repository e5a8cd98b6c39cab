"""ALFF and fALFF as DPABI computes them, and division by the mean over the brain.

All compute in float64, whatever the precision of the series, and pass through the voxels in
blocks: blocks bound memory and do not change the result.
"""

import numpy as np

from restpain.temporal_filter import band_slice, linear_residuals, voxel_blocks


def alff_and_falff(
    series: np.ndarray, *, repetition_time: float, band_hz: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    r"""ALFF and fractional ALFF of each series, as DPABI computes them.

    The series are detrended (`detrend`) and padded with zeros to `padded_length`. ALFF is the
    mean amplitude of the bins in the band (`band_bins`), fALFF the sum of the amplitudes in the
    band over the sum of all but the constant. Neither is divided by its mean over the brain here.

    Parameters
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        BOLD signal. Not modified.
    repetition_time : float
        Time between two volumes, in seconds.
    band_hz : (float, float)
        Lower and upper edge of the band, in Hz.

    Returns
    -------
    alff : ndarray of shape (n_voxels,)
        In the unit of ``series``. Zero where the series is a constant or a line.
    falff : ndarray of shape (n_voxels,)
        A fraction. Zero where the series is a constant or a line (DPABI: the ratio of rounding
        errors, or zero if the series itself is zero).

    Raises
    ------
    ValueError
        If no frequency of the spectrum lies in the band.

    Notes
    -----
    With :math:`X_k` the transform of length :math:`P` of the :math:`n` detrended values,

    .. math:: A_k = 2 |X_k| / n, \quad
        \mathrm{ALFF} = \frac{1}{k_2 - k_1 + 1} \sum_{k=k_1}^{k_2} A_k, \quad
        \mathrm{fALFF} = \sum_{k=k_1}^{k_2} A_k \Big/ \sum_{k=1}^{P/2} A_k .

    The Nyquist bin has the weight of the others. The division is by :math:`n`, not by :math:`P`.

    References
    ----------
    Zang et al. (2007). Brain and Development 29, 83-91. doi:10.1016/j.braindev.2006.07.002
    Zou et al. (2008). Journal of Neuroscience Methods 172, 137-141.
    doi:10.1016/j.jneumeth.2008.04.012
    Yan et al. (2016). Neuroinformatics 14, 339-351. doi:10.1007/s12021-016-9299-4
    """
    n_voxels, n_volumes = series.shape
    length, bins = band_slice(n_volumes, repetition_time, band_hz)
    low, fractional = np.empty(n_voxels), np.zeros(n_voxels)
    for block in voxel_blocks(series):
        amplitude = amplitude_spectrum(linear_residuals(series[block].astype(np.float64)), length)
        amplitude *= 2 / n_volumes
        in_band = amplitude[:, bins]
        low[block] = in_band.mean(axis=1)
        total = amplitude[:, 1:].sum(axis=1)
        np.divide(in_band.sum(axis=1), total, out=fractional[block], where=total > 0)
    return low, fractional


def standardised(values: np.ndarray) -> np.ndarray:
    """Values divided by their mean over the mask: mALFF, mfALFF, mReHo.

    Parameters
    ----------
    values : ndarray of shape (n_voxels,)
        A map in a mask. Every voxel of the mask counts in the mean, also those that are zero.

    Raises
    ------
    ValueError
        If the mean is not positive.
    """
    mean = values.mean(dtype=np.float64) if values.size else 0.0
    if not mean > 0:
        raise ValueError(
            f"the mean over the {values.size} voxels of the mask is {mean:g}, so that the map "
            f"cannot be divided by it: there is no signal in the mask"
        )
    return values / mean


def amplitude_spectrum(values: np.ndarray, length: int) -> np.ndarray:
    """Modulus of the transform of the values padded with zeros to ``length``."""
    return np.abs(np.fft.rfft(values, n=length, axis=1))
