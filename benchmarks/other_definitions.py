"""ALFF and fALFF as AFNI, C-PAC and XCP-D define them, to compare with.

All compute in float64 and pass through the voxels in blocks, as `restpain.metrics.alff` does.
"""

import numpy as np

from restpain.metrics.alff import amplitude_spectrum
from restpain.temporal_filter import (
    band_limited,
    band_slice,
    linear_residuals,
    voxel_blocks,
    without_rounding,
)


def alff_and_falff_afni(
    series: np.ndarray, *, repetition_time: float, band_hz: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    r"""ALFF and fALFF as AFNI's 3dRSFC defines them, for comparison.

    Differs from `alff_and_falff`: a quadratic trend is removed; the transform is not padded; the
    edges of the band go to the nearest bins; the amplitudes are summed, not averaged, and scaled
    by :math:`2 / \sqrt n`; the Nyquist bin is left out (and, if ``n`` is odd, the one before).

    .. math:: \mathrm{ALFF} = \frac{2}{\sqrt n} \sum_{k=k_1}^{k_2} |X_k|, \quad
        \mathrm{fALFF} = \sum_{k=k_1}^{k_2} |X_k| \Big/ \sum_{k=1}^{\lfloor n/2 \rfloor - 1} |X_k|,
        \quad k_i = \mathrm{round}(f_i \, n \, TR).

    The program also filters the series before, at a length it likes better, which moves the edges
    of the band by part of a bin; that is not done here.

    Parameters and returns are those of `alff_and_falff`.

    References
    ----------
    Taylor and Saad (2013). Brain Connectivity 3, 523-535. doi:10.1089/brain.2013.0154
    """
    n_voxels, n_volumes = series.shape
    first, last = (round(edge * n_volumes * repetition_time) for edge in band_hz)
    last = min(last, n_volumes // 2 - 1)
    bins = slice(_nonempty(max(first, 1), last, band_hz), last + 1)
    trend, _ = np.linalg.qr(np.vander(np.linspace(-1, 1, n_volumes), 3))
    total, fractional = np.empty(n_voxels), np.zeros(n_voxels)
    for block in voxel_blocks(series):
        values = series[block].astype(np.float64)
        residuals = without_rounding(values - values @ trend @ trend.T, values)
        magnitude = amplitude_spectrum(residuals, n_volumes)[:, : n_volumes // 2]
        in_band = magnitude[:, bins].sum(axis=1)
        everything = magnitude[:, 1:].sum(axis=1)
        total[block] = 2 * in_band / np.sqrt(n_volumes)
        np.divide(in_band, everything, out=fractional[block], where=everything > 0)
    return total, fractional


def alff_and_falff_sd(
    series: np.ndarray, *, repetition_time: float, band_hz: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """ALFF as a standard deviation: of the band-passed series, and its share of the whole.

    The definition of C-PAC, called RSFA (resting-state fluctuation amplitude) by AFNI. It is the
    root of a sum of powers where ALFF is a mean of amplitudes: one strong frequency weighs more.
    The series are detrended, then filtered (`ideal_filter`); the divisor is ``n - 1``.

    Parameters and returns are those of `alff_and_falff`.

    References
    ----------
    Kannurpatti and Biswal (2008). NeuroImage 40, 1567-1574. doi:10.1016/j.neuroimage.2007.11.062
    """
    length, bins = band_slice(series.shape[1], repetition_time, band_hz)
    spread, fractional = np.empty(len(series)), np.zeros(len(series))
    for block in voxel_blocks(series):
        residuals = linear_residuals(series[block].astype(np.float64))
        spread[block] = band_limited(residuals, length, bins).std(axis=1, ddof=1)
        whole = residuals.std(axis=1, ddof=1)
        np.divide(spread[block], whole, out=fractional[block], where=whole > 0)
    return spread, fractional


def alff_xcpd(
    series: np.ndarray, *, repetition_time: float, band_hz: tuple[float, float]
) -> np.ndarray:
    r"""ALFF as XCP-D defines it for series without censored volumes, for comparison.

    Differs from `alff_and_falff`: only the mean is removed; the transform is not padded; the
    edges of the band go to the nearest bins and the upper one is outside; twice the root of the
    one-sided power (``scaling="spectrum"`` of scipy's periodogram) is averaged, so that a sine
    counts :math:`\sqrt 2` times as much as in `alff_and_falff`.

    .. math:: \mathrm{ALFF} = \frac{2}{k_2 - k_1} \sum_{k=k_1}^{k_2 - 1} \frac{\sqrt 2 |X_k|}{n}

    The constant and, if ``n`` is even, the Nyquist bin are not doubled in power. An upper edge
    of 0 means the highest bin.

    Parameters and returns are those of `alff`.

    References
    ----------
    Mehta et al. (2024). Imaging Neuroscience 2, 1-26. doi:10.1162/imag_a_00257
    """
    n_voxels, n_volumes = series.shape
    frequencies = np.fft.rfftfreq(n_volumes, d=repetition_time)
    low, high = band_hz[0], band_hz[1] or frequencies[-1]
    first, last = (int(np.abs(frequencies - edge).argmin()) for edge in (low, high))
    bins = slice(_nonempty(first, last - 1, band_hz), last)
    weights = np.full(frequencies.size, np.sqrt(2) / n_volumes)
    weights[0] = 1 / n_volumes
    if n_volumes % 2 == 0:
        weights[-1] = 1 / n_volumes
    result = np.empty(n_voxels)
    for block in voxel_blocks(series):
        values = series[block].astype(np.float64)
        centred = without_rounding(values - values.mean(axis=1, keepdims=True), values)
        result[block] = 2 * (amplitude_spectrum(centred, n_volumes) * weights)[:, bins].mean(
            axis=1
        )
    return result


def zscored(values: np.ndarray) -> np.ndarray:
    """Values minus their mean over the mask, over their standard deviation (divisor n - 1)."""
    return (values - values.mean()) / values.std(ddof=1)


def _nonempty(first: int, last: int, band_hz: tuple[float, float]) -> int:
    """First bin, if there is one up to the last."""
    if first > last:
        raise ValueError(
            f"no frequency of the spectrum lies between {band_hz[0]} and {band_hz[1]} Hz"
        )
    return first
