"""Metrics of the amplitude spectrum of time series: detrending, the ideal filter, ALFF and fALFF.

The functions without a suffix follow DPABI. Those with one (``_afni``, ``_sd``, ``_xcpd``) are the
definitions of other tools, for comparison. All compute in float64, whatever the precision of the
series, and pass through the voxels in blocks: blocks bound memory and do not change the result.
"""

from collections.abc import Iterator

import numpy as np

BLOCK_VALUES = 2**15  # float64 values of one block: 256 kB, so that it stays in the cache
ROUNDING = 64 * np.finfo(np.float64).eps  # a residual below this share of the series is none


def checked_series(series: np.ndarray, name: str) -> np.ndarray:
    """Return the series of a mask if they can be analysed; raise ``ValueError`` if not.

    Parameters
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        BOLD signal.
    name : str
        What the error calls it, such as the name of its file.

    Raises
    ------
    ValueError
        If there is no voxel, if there are fewer than three volumes (a line fits two exactly), or
        if a value is NaN or infinite.
    """
    if series.ndim != 2 or series.shape[1] < 3:
        n_volumes = series.shape[1] if series.ndim == 2 else 1
        raise ValueError(
            f"{name} has {n_volumes} volume{'s' * (n_volumes != 1)}, but a series needs at least 3"
        )
    if series.shape[0] == 0:
        raise ValueError(f"the mask of {name} is empty, so that there is nothing to compute")
    n_bad, first_bad = 0, None
    for block in voxel_blocks(series):
        bad = np.flatnonzero(~np.isfinite(series[block]).all(axis=1))
        if bad.size:
            first_bad = block.start + bad[0] if first_bad is None else first_bad
            n_bad += bad.size
    if n_bad:
        raise ValueError(
            f"{name} is NaN or infinite somewhere in {n_bad} of the {len(series)} voxels of its "
            f"mask (the first is number {first_bad} in C order); leave them out of the mask"
        )
    return series


def voxel_blocks(series: np.ndarray) -> Iterator[slice]:
    """Consecutive voxels of series, few enough for their values to stay in the cache."""
    step = max(1, BLOCK_VALUES // series.shape[1])
    for start in range(0, len(series), step):
        yield slice(start, min(start + step, len(series)))


def padded_length(n_volumes: int) -> int:
    """Length of the transform: the next power of two, ``n_volumes`` itself if it is one."""
    return 1 << (n_volumes - 1).bit_length()


def band_bins(
    n_volumes: int, *, repetition_time: float, band_hz: tuple[float, float]
) -> tuple[int, int]:
    """First and last bin of the padded spectrum that lie in the band, both inside.

    Bin ``k`` of the transform of length ``P`` (`padded_length`) has the frequency ``k / (P TR)``.
    The first is ``ceil(low P TR)`` and the last ``floor(high P TR)``, computed in floating point
    as DPABI does, so that an edge on a bin is subject to rounding. An upper edge of 0, or one at
    or beyond the Nyquist frequency, means no upper edge.

    Raises
    ------
    ValueError
        If the repetition time is not positive, the edges are negative or in the wrong order, or
        no bin lies in the band. (DPABI takes the Nyquist bin for a lower edge beyond it.)
    """
    if not repetition_time > 0:
        raise ValueError(f"the repetition time is {repetition_time} s, but must be positive")
    low, high = band_hz
    length = padded_length(n_volumes)
    nyquist = 1 / (2 * repetition_time)
    if not (low >= 0 and (high == 0 or high > low)):
        raise ValueError(f"the band {low} to {high} Hz has no width; give the lower edge first")
    first = int(np.ceil(low * length * repetition_time))
    last = int(np.floor(high * length * repetition_time))
    if high >= nyquist or high == 0:
        last = length // 2
    if low == nyquist:
        first = length // 2
    if first > last or low > nyquist:
        raise ValueError(
            f"no frequency between {low} and {high} Hz: {n_volumes} volumes every "
            f"{repetition_time:g} s give steps of {1 / (length * repetition_time):.4f} Hz up to "
            f"{nyquist:.4f} Hz"
        )
    return first, last


def detrend(series: np.ndarray, *, keep_mean: bool = False) -> np.ndarray:
    """Residuals of the least-squares line of each series.

    Parameters
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        BOLD signal, any unit. Not modified.
    keep_mean : bool
        Whether the mean of the series is added back, as DPABI's detrending step does; its
        metrics do not.

    Returns
    -------
    ndarray of shape (n_voxels, n_volumes)
        In the precision of ``series`` (float32 for integers) and in its unit. Exactly zero (plus
        the mean, if kept) where nothing but rounding remains, such as in a constant voxel; DPABI
        leaves the rounding, which has a spectrum and ranks of its own.
    """
    result = np.empty(series.shape, _precision(series))
    for block in voxel_blocks(series):
        values = series[block].astype(np.float64)
        mean = values.mean(axis=1, keepdims=True)
        result[block] = _residuals(values) + (mean if keep_mean else 0)
    return result


def ideal_filter(
    series: np.ndarray,
    *,
    repetition_time: float,
    band_hz: tuple[float, float],
    keep_mean: bool = False,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Series with the frequencies of the band alone.

    The mean is subtracted, the series padded with zeros to `padded_length`, all bins of its
    transform outside `band_bins` set to zero, and the first ``n_volumes`` values of the inverse
    transform kept. There is no taper and no detrending. As the padding is cut off, the result is
    not exactly confined to the band nor exactly of zero mean.

    Parameters
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        BOLD signal, any unit. Not modified.
    repetition_time : float
        Time between two volumes, in seconds.
    band_hz : (float, float)
        Lower and upper edge of the band, in Hz.
    keep_mean : bool
        Whether the mean of the series is added back (DPABI's "add mean back").
    out : ndarray of shape (n_voxels, n_volumes), optional
        Where the result goes; ``series`` itself saves the memory of a copy.

    Returns
    -------
    ndarray of shape (n_voxels, n_volumes)
        ``out``, else a new array in the precision of ``series`` (float32 for integers), in the
        unit of ``series``. Exactly zero (plus the mean, if kept) where the series is constant.

    Raises
    ------
    ValueError
        If no frequency of the spectrum lies in the band.
    """
    length, bins = _band(series.shape[1], repetition_time, band_hz)
    if out is None:
        out = np.empty(series.shape, _precision(series))
    for block in voxel_blocks(series):
        values = series[block].astype(np.float64)
        mean = values.mean(axis=1, keepdims=True)
        out[block] = _filtered(_without_rounding(values - mean, values), length, bins)
        if keep_mean:
            out[block] += mean
    return out


def detrended_and_filtered(
    series: np.ndarray, *, repetition_time: float, band_hz: tuple[float, float]
) -> Iterator[tuple[slice, np.ndarray]]:
    """Blocks of voxels of the detrended, then filtered series, in float64.

    The same as `ideal_filter` of `detrend`, without rounding to the precision of the series and
    without holding all of it: for metrics that read a series once.

    Yields
    ------
    (slice, ndarray of shape (n_block, n_volumes))
        The voxels and their series.
    """
    length, bins = _band(series.shape[1], repetition_time, band_hz)
    for block in voxel_blocks(series):
        residuals = _residuals(series[block].astype(np.float64))
        residuals -= residuals.mean(axis=1, keepdims=True)
        yield block, _filtered(residuals, length, bins)


def alff(
    series: np.ndarray, *, repetition_time: float, band_hz: tuple[float, float]
) -> np.ndarray:
    """Amplitude of low-frequency fluctuations, as DPABI computes it; see `alff_and_falff`."""
    return alff_and_falff(series, repetition_time=repetition_time, band_hz=band_hz)[0]


def falff(
    series: np.ndarray, *, repetition_time: float, band_hz: tuple[float, float]
) -> np.ndarray:
    """Fractional ALFF, as DPABI computes it; see `alff_and_falff`."""
    return alff_and_falff(series, repetition_time=repetition_time, band_hz=band_hz)[1]


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
    length, bins = _band(n_volumes, repetition_time, band_hz)
    low, fractional = np.empty(n_voxels), np.zeros(n_voxels)
    for block in voxel_blocks(series):
        amplitude = _magnitude(_residuals(series[block].astype(np.float64)), length)
        amplitude *= 2 / n_volumes
        in_band = amplitude[:, bins]
        low[block] = in_band.mean(axis=1)
        total = amplitude[:, 1:].sum(axis=1)
        np.divide(in_band.sum(axis=1), total, out=fractional[block], where=total > 0)
    return low, fractional


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
        residuals = _without_rounding(values - values @ trend @ trend.T, values)
        magnitude = _magnitude(residuals, n_volumes)[:, : n_volumes // 2]
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
    length, bins = _band(series.shape[1], repetition_time, band_hz)
    spread, fractional = np.empty(len(series)), np.zeros(len(series))
    for block in voxel_blocks(series):
        residuals = _residuals(series[block].astype(np.float64))
        spread[block] = _filtered(residuals, length, bins).std(axis=1, ddof=1)
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
        centred = _without_rounding(values - values.mean(axis=1, keepdims=True), values)
        result[block] = 2 * (_magnitude(centred, n_volumes) * weights)[:, bins].mean(axis=1)
    return result


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


def _band(
    n_volumes: int, repetition_time: float, band_hz: tuple[float, float]
) -> tuple[int, slice]:
    """Length of the transform and its bins in the band."""
    first, last = band_bins(n_volumes, repetition_time=repetition_time, band_hz=band_hz)
    return padded_length(n_volumes), slice(first, last + 1)


def _precision(series: np.ndarray) -> np.dtype:
    return series.dtype if series.dtype.kind == "f" else np.dtype(np.float32)


def _residuals(values: np.ndarray) -> np.ndarray:
    """Values without their line; float64, (n_voxels, n_volumes)."""
    n_volumes = values.shape[1]
    time = np.arange(n_volumes) - (n_volumes - 1) / 2
    residuals = values - values.mean(axis=1, keepdims=True)
    slope = (residuals * time).sum(axis=1, keepdims=True) / (time @ time)
    residuals -= slope * time
    return _without_rounding(residuals, values)


def _without_rounding(residuals: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Residuals, zero in each series where they are no larger than the rounding of the values."""
    size = np.abs(values).max(axis=1, keepdims=True)
    real = np.abs(residuals).max(axis=1, keepdims=True) > ROUNDING * size
    if not real.all():
        residuals *= real
    return residuals


def _magnitude(values: np.ndarray, length: int) -> np.ndarray:
    """Modulus of the transform of the values padded with zeros to ``length``."""
    return np.abs(np.fft.rfft(values, n=length, axis=1))


def _filtered(values: np.ndarray, length: int, bins: slice) -> np.ndarray:
    """Values with the bins of their padded transform alone."""
    transform = np.fft.rfft(values, n=length, axis=1)
    transform[:, : bins.start] = transform[:, bins.stop :] = 0
    return np.fft.irfft(transform, n=length, axis=1)[:, : values.shape[1]]
