"""Acquisition times of slices, and their correction to one moment of the volume."""

import numpy as np
from scipy import fft

from restpain.cohort.timing import slice_times_source

MARGIN_VOLUMES = 16  # of mirrored signal at each end, so that the shift knows no jump


def ordered_times(
    order: str, *, n_slices: int, repetition_time: float, multiband_factor: int = 1
) -> np.ndarray:
    """Acquisition times of slices acquired one after the other, evenly over the repetition time.

    Seconds after the start of the volume, in the order of the slices in the image. ``order`` is
    ``sequential`` (first slice first), ``reverse`` (last first), ``interleaved`` (counted from
    one: 1, 3, 5, ..., 2, 4, ...) or ``interleaved_even`` (2, 4, ..., 1, 3, ...). With a
    ``multiband_factor`` of m, m slices at equal distances in the volume are acquired together:
    with n / m groups, slice k and slice k + n / m share a time, and the order is that of the
    groups.

    Raises
    ------
    ValueError
        If the order is none of these, or the groups are not of one size.
    """
    n_groups, left = divmod(n_slices, multiband_factor)
    if left or multiband_factor % 1:
        raise ValueError(
            f"{n_slices} slices make no groups of {multiband_factor:g} (multiband factor); give "
            "their times as a list in preprocessing.slice_order"
        )
    groups = np.arange(n_groups := int(n_groups))
    acquired = {
        "sequential": groups,
        "reverse": groups[::-1],
        "interleaved": np.concatenate([groups[::2], groups[1::2]]),
        "interleaved_even": np.concatenate([groups[1::2], groups[::2]]),
    }
    if order not in acquired:
        raise ValueError(f"slice order {order!r} is not one of {', '.join(acquired)}")
    times = np.empty(n_groups)
    times[acquired[order]] = groups * repetition_time / n_groups
    return np.tile(times, n_slices // n_groups)


def slice_times(
    order: str | list[float] | None, *, facts: dict, n_slices: int, name: str
) -> np.ndarray | None:
    """Acquisition times of the slices of a run.

    Parameters
    ----------
    order : str, list of float or None
        ``off``, an order of `ordered_times`, the times themselves in seconds, or None for
        those of the data.
    facts : dict
        Timing of the run; see `restpain.cohort.timing.bids_timing`.
    n_slices : int
        Number of slices.
    name : str
        File name for the messages.

    Returns
    -------
    ndarray of shape (n_slices,) or None
        Seconds after the start of the volume; None for no correction. Slices acquired together
        (multiband) share a time.

    Raises
    ------
    ValueError
        If nothing is known of the times, or they do not fit the run.
    """
    repetition_time = facts["repetition_time_s"]
    if order == "off":
        return None
    if isinstance(order, str):
        return ordered_times(
            order,
            n_slices=n_slices,
            repetition_time=repetition_time - facts["delay_s"],
            multiband_factor=facts["multiband_factor"] or 1,
        )
    times = np.asarray((facts["slice_times_s"] if order is None else order) or [], dtype=float)
    source = slice_times_source(facts, order)
    if times.size == 0:
        raise ValueError(
            f"{name} has no SliceTiming in its sidecar and preprocessing.slice_order is null; "
            "set slice_order to the order of your scanner, or to off"
        )
    if times.size != n_slices:
        raise ValueError(f"{name} has {n_slices} slices, but {source}: {times.size} values")
    if times.min() < 0 or times.max() >= repetition_time:
        raise ValueError(
            f"{name}: {source}, from {times.min():g} to {times.max():g}, lie outside the "
            f"repetition time of {repetition_time:g} s; times are in seconds"
        )
    return times


def middle_time(times: np.ndarray) -> float:
    """Acquisition time of the slice at position ceil(n / 2) of the order of acquisition."""
    return float(np.sort(times)[(times.size + 1) // 2 - 1])


def shifted_in_time(series: np.ndarray, *, volumes: float) -> np.ndarray:
    """Values of series ``(..., n_volumes)`` at times shifted by a part of a volume.

    The Fourier shift theorem on the series less the line through its first and last value,
    continued at both ends by its point reflection under a cosine taper: so neither a drift nor
    the step from the last volume to the first rings into the series. Result ``i`` is the signal at
    :math:`i + s` with the shift :math:`s` in ``volumes``, in the type of the series.
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
    volumes: np.ndarray, *, times: np.ndarray, repetition_time: float, axis: int = 2
) -> np.ndarray:
    """Shift every slice to the moment of the slice acquired in the middle of the volume.

    ``volumes`` ``(n_volumes, x, y, z)`` are in the order they were acquired, their slices lie
    along ``axis`` (0, 1 or 2 for x, y or z), ``times`` ``(n_slices,)`` are in seconds. The result
    is the series at `middle_time`, in the same type.

    References
    ----------
    Sladky et al. (2011). NeuroImage 58, 588-594. doi:10.1016/j.neuroimage.2011.06.078
    """
    shifts = (middle_time(times) - times) / repetition_time
    corrected = np.empty_like(volumes)
    of_slices, into_slices = (np.moveaxis(array, axis + 1, 0) for array in (volumes, corrected))
    for uncorrected, target, shift in zip(of_slices, into_slices, shifts, strict=True):
        series = np.ascontiguousarray(np.moveaxis(uncorrected, 0, -1))
        target[:] = np.moveaxis(shifted_in_time(series, volumes=shift), -1, 0)
    return corrected


def timing_corrected(
    volumes: np.ndarray, order: str | list[float] | None, *, facts: dict, name: str
) -> tuple[np.ndarray, str]:
    """Series after slice-timing correction, unless it is off, and the source of the times.

    ``volumes`` are as in `correct_slice_timing`, the other parameters as in `slice_times`.

    Raises
    ------
    ValueError
        If the repetition time is missing, or see `slice_times`.
    """
    seconds, axis = facts["repetition_time_s"], facts["slice_axis"]
    if seconds is None:
        raise ValueError(f"{name} has no repetition time: RepetitionTime is not in its sidecar")
    times = slice_times(order, facts=facts, n_slices=volumes.shape[axis + 1], name=name)
    source = slice_times_source(facts, order)
    if times is None:
        return volumes, source
    corrected = correct_slice_timing(volumes, times=times, repetition_time=seconds, axis=axis)
    return corrected, source
