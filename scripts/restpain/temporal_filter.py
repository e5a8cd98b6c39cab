"""Detrending and the ideal band-pass filter of time series, as DPABI computes them.

All functions compute in float64, whatever the precision of the series, and pass through the
voxels in blocks: blocks bound memory and do not change the result.
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
            f"mask (the first is number {first_bad} in C order); remove them from the mask"
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
        Add the mean of the series back, as DPABI's detrending step does; its
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
        result[block] = linear_residuals(values) + (mean if keep_mean else 0)
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
        Add the mean of the series back (DPABI's "add mean back").
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
    length, bins = band_slice(series.shape[1], repetition_time, band_hz)
    if out is None:
        out = np.empty(series.shape, _precision(series))
    for block in voxel_blocks(series):
        values = series[block].astype(np.float64)
        mean = values.mean(axis=1, keepdims=True)
        out[block] = band_limited(without_rounding(values - mean, values), length, bins)
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
    length, bins = band_slice(series.shape[1], repetition_time, band_hz)
    for block in voxel_blocks(series):
        residuals = linear_residuals(series[block].astype(np.float64))
        residuals -= residuals.mean(axis=1, keepdims=True)
        yield block, band_limited(residuals, length, bins)


def band_slice(
    n_volumes: int, repetition_time: float, band_hz: tuple[float, float]
) -> tuple[int, slice]:
    """Length of the transform and its bins in the band."""
    first, last = band_bins(n_volumes, repetition_time=repetition_time, band_hz=band_hz)
    return padded_length(n_volumes), slice(first, last + 1)


def _precision(series: np.ndarray) -> np.dtype:
    return series.dtype if series.dtype.kind == "f" else np.dtype(np.float32)


def linear_residuals(values: np.ndarray) -> np.ndarray:
    """Values without their line; float64, (n_voxels, n_volumes)."""
    n_volumes = values.shape[1]
    time = np.arange(n_volumes) - (n_volumes - 1) / 2
    residuals = values - values.mean(axis=1, keepdims=True)
    slope = (residuals * time).sum(axis=1, keepdims=True) / (time @ time)
    residuals -= slope * time
    return without_rounding(residuals, values)


def without_rounding(residuals: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Residuals, zero in each series where they are no larger than the rounding of the values."""
    size = np.abs(values).max(axis=1, keepdims=True)
    real = np.abs(residuals).max(axis=1, keepdims=True) > ROUNDING * size
    if not real.all():
        residuals *= real
    return residuals


def band_limited(values: np.ndarray, length: int, bins: slice) -> np.ndarray:
    """Values with the bins of their padded transform alone."""
    transform = np.fft.rfft(values, n=length, axis=1)
    transform[:, : bins.start] = transform[:, bins.stop :] = 0
    return np.fft.irfft(transform, n=length, axis=1)[:, : values.shape[1]]
