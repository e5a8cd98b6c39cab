"""Acquisition times of slices, and their correction to one moment of the volume."""

import numpy as np
from scipy import fft

MARGIN_VOLUMES = 16  # of mirrored signal at each end, so that the shift knows no jump


def ordered_times(order: str, *, n_slices: int, repetition_time: float) -> np.ndarray:
    """Acquisition times of slices acquired one after the other, evenly over the repetition time.

    Parameters
    ----------
    order : str
        ``sequential`` (first slice first), ``reverse`` (last first), ``interleaved`` (counted
        from one: 1, 3, 5, ..., 2, 4, ...) or ``interleaved_even`` (2, 4, ..., 1, 3, ...).
    n_slices : int
        Number of slices.
    repetition_time : float
        Time between two volumes, in seconds.

    Returns
    -------
    ndarray of shape (n_slices,)
        Seconds after the start of the volume, in the order of the slices in the image.

    Raises
    ------
    ValueError
        If the order is none of these.
    """
    slices = np.arange(n_slices)
    acquired = {
        "sequential": slices,
        "reverse": slices[::-1],
        "interleaved": np.concatenate([slices[::2], slices[1::2]]),
        "interleaved_even": np.concatenate([slices[1::2], slices[::2]]),
    }
    if order not in acquired:
        raise ValueError(f"slice order {order!r} is not one of {', '.join(acquired)}")
    times = np.empty(n_slices)
    times[acquired[order]] = slices * repetition_time / n_slices
    return times


def slice_times(
    order: str | list[float] | None,
    *,
    sidecar: dict,
    n_slices: int,
    repetition_time: float,
    name: str,
) -> tuple[np.ndarray | None, str]:
    """Acquisition times of the slices of a series, and their source in words.

    Parameters
    ----------
    order : str, list of float or None
        ``off``, an order of `ordered_times`, the times themselves in seconds, or None for
        ``SliceTiming`` of the sidecar.
    sidecar : dict
        Sidecar of the series (BIDS); ``SliceEncodingDirection: k-`` reverses ``SliceTiming``.
    n_slices : int
        Number of slices.
    repetition_time : float
        Time between two volumes, in seconds.
    name : str
        File name for the messages.

    Returns
    -------
    times : ndarray of shape (n_slices,) or None
        Seconds after the start of the volume; None for no correction. Slices acquired together
        (multiband) share a time.
    source : str
        Source of the times, in words.

    Raises
    ------
    ValueError
        If nothing is known of the times, or they do not fit the series.
    """
    if order == "off":
        return None, "off, as configured"
    if isinstance(order, str):
        times = ordered_times(order, n_slices=n_slices, repetition_time=repetition_time)
        return times, f"{order} order, as configured"
    if order is not None:
        times, source = np.asarray(order, dtype=float), "times as configured"
    else:
        times = np.asarray(sidecar.get("SliceTiming", []), dtype=float)
        source = "SliceTiming of the sidecar"
        if times.size == 0:
            raise ValueError(
                f"{name} has no SliceTiming in its sidecar and preprocessing.slice_order is null; "
                "set slice_order to the order of your scanner, or to off"
            )
        if sidecar.get("SliceEncodingDirection", "k") == "k-":
            times = times[::-1]
    if times.size != n_slices:
        raise ValueError(f"{name} has {n_slices} slices, but {source}: {times.size} values")
    if times.min() < 0 or times.max() >= repetition_time:
        raise ValueError(
            f"{name}: {source}, from {times.min():g} to {times.max():g}, lie outside the "
            f"repetition time of {repetition_time:g} s; times are in seconds"
        )
    return times, source


def middle_time(times: np.ndarray) -> float:
    """Acquisition time of the slice at position ceil(n / 2) of the order of acquisition."""
    return float(np.sort(times)[(times.size + 1) // 2 - 1])


def shifted_in_time(series: np.ndarray, *, volumes: float) -> np.ndarray:
    r"""Values of a series at times shifted by a part of a volume.

    The Fourier shift theorem on the series less the line through its first and last value,
    continued at both ends by its point reflection under a cosine taper: so neither a drift nor
    the step from the last volume to the first rings into the series.

    Parameters
    ----------
    series : ndarray of shape (..., n_volumes)
        Series sampled every volume. Not modified.
    volumes : float
        Shift :math:`s` in volumes; result ``i`` is the signal at :math:`i + s`.

    Returns
    -------
    ndarray of shape (..., n_volumes), of the type of ``series``
    """
    n_volumes = series.shape[-1]
    margin = min(MARGIN_VOLUMES, n_volumes - 1)
    index = np.arange(n_volumes, dtype=series.dtype)
    first, last = series[..., :1], series[..., -1:]
    slope = (last - first) / np.array(max(n_volumes - 1, 1), series.dtype)

    length = fft.next_fast_len(n_volumes + 2 * margin, real=True)
    taper = np.cos(np.pi / 2 * np.arange(1, margin + 1) / (margin + 1)) ** 2
    padded = np.zeros((*series.shape[:-1], length), series.dtype)
    padded[..., :n_volumes] = series - (first + slope * index)
    after = -padded[..., n_volumes - 1 - margin : n_volumes - 1][..., ::-1]
    before = -padded[..., 1 : margin + 1][..., ::-1]
    padded[..., n_volumes : n_volumes + margin] = after * taper.astype(series.dtype)
    padded[..., length - margin :] = before * taper[::-1].astype(series.dtype)

    phase = np.exp(2j * np.pi * fft.rfftfreq(length) * volumes)
    spectrum = fft.rfft(padded, axis=-1)
    spectrum *= phase.astype(spectrum.dtype)
    shifted = fft.irfft(spectrum, n=length, axis=-1)[..., :n_volumes]
    return shifted + (first + slope * (index + series.dtype.type(volumes)))


def correct_slice_timing(
    volumes: np.ndarray, *, times: np.ndarray, repetition_time: float
) -> np.ndarray:
    """Shift every slice to the moment of the slice acquired in the middle of the volume.

    Parameters
    ----------
    volumes : ndarray of shape (n_volumes, x, y, n_slices)
        Series in the order it was acquired. Not modified.
    times : ndarray of shape (n_slices,)
        Acquisition time of each slice, in seconds.
    repetition_time : float
        Time between two volumes, in seconds.

    Returns
    -------
    ndarray of shape (n_volumes, x, y, n_slices)
        The series at `middle_time`, in the type of ``volumes``.

    References
    ----------
    Sladky et al. (2011). NeuroImage 58, 588-594. doi:10.1016/j.neuroimage.2011.06.078
    """
    shifts = (middle_time(times) - times) / repetition_time
    corrected = np.empty_like(volumes)
    for k, shift in enumerate(shifts):
        series = np.ascontiguousarray(np.moveaxis(volumes[..., k], 0, -1))
        corrected[..., k] = np.moveaxis(shifted_in_time(series, volumes=shift), -1, 0)
    return corrected


def timing_corrected(
    volumes: np.ndarray,
    order: str | list[float] | None,
    *,
    sidecar: dict,
    repetition_time: float,
    name: str,
) -> tuple[np.ndarray, str]:
    """Series after slice-timing correction, unless it is off, and the source of the times.

    ``volumes`` are as in `correct_slice_timing`, the other parameters as in `slice_times`.
    """
    times, source = slice_times(
        order,
        sidecar=sidecar,
        n_slices=volumes.shape[3],
        repetition_time=repetition_time,
        name=name,
    )
    if times is None:
        return volumes, source
    return correct_slice_timing(volumes, times=times, repetition_time=repetition_time), source
