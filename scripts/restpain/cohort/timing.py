"""Repetition time, slice times and multiband factor of a rest run, decided once.

The index holds what is decided here, the check judges it (`restpain.cohort.timing_checks`), and
sidecar and header of the run carry it to all later jobs.

The repetition time is the one *stated*: ``RepetitionTime`` of the sidecar (BIDS) or of the headers
(DICOM). Others are compared with it, and agree within half a percent:

- times measured while scanning (``AcquisitionTime`` and ``TriggerTime`` of the volumes): one that
  agrees confirms the stated time; if there are any and all differ, nothing is certain;
- what a program made of them (the image's header, dcm2niix): never confirms, and one that differs
  makes the stated time uncertain unless a measured one confirms it. A header of 1 s (written where
  nothing is known) or of 1000 times or a thousandth of it (another unit) says nothing.

Without a stated time, the others must agree. ``preprocessing.repetition_time_s`` settles it.
``VolumeTiming`` (BIDS) counts as measured, if its steps agree with their median.

The repetition time holds any delay without acquisition (sparse sampling): ``DelayTime``, or what
``AcquisitionDuration`` leaves of the steps of ``VolumeTiming``. Slices are acquired before it.
"""

import math
import re

import numpy as np

from restpain.cohort.deidentify import AXES

TOLERANCE = 0.005  # relative, between two repetition times
SIDECAR, HEADER, CONVERTER = "sidecar", "image's header", "dcm2niix"
TR_INFO = "TRInfo.tsv"  # of DPARSF
STATED = (SIDECAR, TR_INFO, "RepetitionTime", "RepetitionTimeExcitation")
MADE = (HEADER, CONVERTER)  # all others are measured
CONFIGURED = "preprocessing.repetition_time_s"
SHORTEST_S, LONGEST_S = 0.05, 30.0
LONGEST_USUAL_S = 5.0  # of nearly all rest runs; longer ones are warned of
NUMBER = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,6})?")
UNKNOWN_S = 1.0  # what programs write into a header where they know no repetition time
DATA = "SliceTiming of the sidecar"
VOLUME_TIMES = "VolumeTiming"


def same_time(one: float, other: float) -> bool:
    """Check whether two repetition times agree."""
    return abs(one - other) <= TOLERANCE * abs(other)


def _is_positive(value) -> bool:
    return _is_number(value) and value > 0


def _is_number(value) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 1e9  # of infinity and NaN it is not
    )


USABLE = {
    "RepetitionTime": _is_positive,
    "SliceTiming": lambda value: (
        isinstance(value, list)
        and len(value) > 0
        and all(_is_number(one) and one >= 0 for one in value)
    ),
    "SliceEncodingDirection": lambda value: isinstance(value, str) and value in AXES,
    "MultibandAccelerationFactor": lambda value: _is_number(value) and value >= 1,
    "DelayTime": lambda value: _is_number(value) and value >= 0,
    VOLUME_TIMES: lambda value: (
        isinstance(value, list)
        and len(value) > 1
        and all(_is_number(one) and one >= 0 for one in value)
        and min(np.diff(value)) > 0
    ),
}


def _usable(sidecar: dict) -> dict:
    """Entries of a sidecar that concern the timing and have a value that can be used."""
    return {
        key: sidecar[key]
        for key, usable in USABLE.items()
        if sidecar.get(key) is not None and usable(sidecar[key])
    }


def is_plausible(seconds: float | None) -> bool:
    """Check whether a repetition time can be one of functional MRI, in seconds."""
    return seconds is not None and SHORTEST_S <= seconds <= LONGEST_S


def decided_time(times: dict[str, float]) -> tuple[float | None, str | None, bool]:
    """Repetition time by the rule of this module.

    Parameters
    ----------
    times : dict of float
        Seconds by source: ``STATED`` ones, measured ones, ``HEADER`` and ``CONVERTER``.

    Returns
    -------
    seconds : float or None
        None if no source knows it.
    source : str or None
        The source that is used.
    certain : bool
        False if the sources disagree and the rule does not say which one is right.
    """
    measured = [source for source in times if source not in (*STATED, *MADE)]
    known = [source for source in (*STATED, *measured, *MADE) if source in times]
    if not known:
        return None, None, True
    source, used = known[0], times[known[0]]
    others = [
        other
        for other in known[1:]
        if other not in STATED and not (other == HEADER and _says_nothing(times[HEADER], used))
    ]
    agreeing = {other for other in others if same_time(times[other], used)}
    certain = len(agreeing) == len(others) or bool(agreeing & set(measured))
    if CONVERTER in agreeing:
        used = times[CONVERTER]  # rounded as in the image and the sidecar that it wrote
    return used, source, certain


def _says_nothing(in_header: float, used: float) -> bool:
    other_unit = any(same_time(in_header * factor, used) for factor in (1e3, 1e-3))
    return in_header == UNKNOWN_S or other_unit


def bids_timing(sidecar: dict, *, header_time: float | None = None, matrix: list[int]) -> dict:
    """Facts of the timing of a run with a sidecar.

    Parameters
    ----------
    sidecar : dict
        The merged sidecar as it is, of any content.
    header_time : float, optional
        Seconds between two volumes by the header of the image; 0 or None if it does not say.
    matrix : list of int
        Voxels along the three axes.

    Returns
    -------
    dict
        ``repetition_time_s``, ``repetition_time_source`` and ``repetition_times_s`` (seconds by
        source); ``slice_times_s`` (in the order of the slices in the image), ``slice_axis`` (0, 1
        or 2) and ``slice_times_source``; ``multiband_factor`` (None if not known);
        ``unusable_timing``, keys of the sidecar with the value that cannot be used, in words.
    """
    given = _usable(sidecar)
    unusable = {
        key: _in_words(key, sidecar[key])
        for key in USABLE
        if sidecar.get(key) is not None and key not in given
    }
    times = {SIDECAR: given.get("RepetitionTime"), HEADER: round(header_time or 0.0, 6)}
    return _facts(times, given, sidecar, matrix=matrix, unusable=unusable)


def dicom_timing(times: dict[str, float | None], sidecar: dict, *, matrix: list[int]) -> dict:
    """Facts of the timing of a DICOM series, as `bids_timing` gives them.

    Parameters
    ----------
    times : dict
        Seconds between two volumes by DICOM keyword: ``RepetitionTime``, and the usual step of
        ``TriggerTime`` and ``AcquisitionTime``; None or 0 for what the headers do not say.
    sidecar : dict
        That of the converter, dcm2niix; empty if it made none.
    matrix : list of int
        Voxels along the three axes of the converted image.
    """
    given = _usable(sidecar)
    excitation = sidecar.get("RepetitionTimeExcitation")
    if _is_positive(excitation):
        times = times | {"RepetitionTimeExcitation": excitation}
    times = times | {CONVERTER: given.get("RepetitionTime")}
    return _facts(times, given, sidecar, matrix=matrix, unusable={})


def _facts(
    times: dict[str, float | None],
    given: dict,
    sidecar: dict,
    *,
    matrix: list[int],
    unusable: dict[str, str],
) -> dict:
    volumes = given.get(VOLUME_TIMES)
    steps = np.diff(volumes or [0, 0])
    step = round(float(np.median(steps)), 6)
    equal = all(same_time(one, step) for one in steps)
    times = times | {VOLUME_TIMES: step if equal else None}
    times = {source: time for source, time in times.items() if time and math.isfinite(time)}
    seconds, source, _ = decided_time(times)
    direction = given.get("SliceEncodingDirection") or "k"
    axis, slices = "ijk".index(direction[0]), given.get("SliceTiming")
    if slices and direction.endswith("-"):
        slices = slices[::-1]
    along = "" if axis == 2 else f", slices along {direction[0]}"
    return {
        "repetition_time_s": seconds,
        "repetition_time_source": source,
        "repetition_times_s": times,
        "slice_times_s": slices or None,
        "slice_times_source": DATA + along if slices else None,
        "slice_axis": axis,
        "multiband_factor": _multiband_factor(given, sidecar, slices, matrix[axis]),
        "delay_s": _delay(given, sidecar, step),
        "volume_steps_s": None if equal else [float(min(steps)), float(max(steps))],
        "n_volume_times": len(volumes) if volumes else None,
        "unusable_timing": unusable,
    }


def _delay(given: dict, sidecar: dict, step: float) -> float:
    """Seconds of the repetition time in which no slice is acquired."""
    duration = sidecar.get("AcquisitionDuration")
    if "DelayTime" not in given and "RepetitionTime" not in given and _is_positive(duration):
        return round(max(step - duration, 0.0), 6)  # of VolumeTiming; else it may be of the run
    return float(given.get("DelayTime", 0.0))


def _in_words(key: str, value) -> str:
    """Value of a sidecar that cannot be used; of text, which may name somebody, only numbers."""
    if isinstance(value, list) and value:
        numbers = [one for one in value if _is_number(one)]
        if n_others := len(value) - len(numbers):
            which = "1 entry that is no number"
            return "a list with " + (
                which if n_others == 1 else f"{n_others} entries that are no numbers"
            )
        if key == VOLUME_TIMES and min(numbers) >= 0:
            return "a list that does not increase"
        return f"a list with {min(numbers):g}"
    if _is_number(value):
        return f"{value:g}"
    if isinstance(value, str):
        return f'the text "{value}"' if NUMBER.fullmatch(value) else "text"
    return "no number"


def _multiband_factor(
    given: dict, sidecar: dict, times: list[float] | None, n_slices: int
) -> float | None:
    """Slices acquired at once: as stated, or as the slice times that coincide say."""
    stated = given.get("MultibandAccelerationFactor")
    out_of_plane = sidecar.get("ParallelReductionFactorOutOfPlane")
    if stated is None and sidecar.get("MRAcquisitionType") != "3D" and _is_number(out_of_plane):
        stated = max(out_of_plane, 1)
    if times and len(times) == n_slices:
        n_excitations = excitations(times)
        if n_excitations > 1 and n_slices % n_excitations == 0:
            return max(stated or 1, n_slices // n_excitations)
    return stated


def excitations(times: list[float]) -> int:
    """Count the slice times that differ by more than rounding."""
    ordered = np.sort(times)
    rounding = 0.25 * (ordered[-1] - ordered[0]) / len(ordered)
    return 1 + int(np.count_nonzero(np.diff(ordered) > rounding))


def configured_time(seconds: float) -> dict:
    """Facts of any run where ``preprocessing.repetition_time_s`` is a number."""
    return {"repetition_time_s": seconds, "repetition_time_source": CONFIGURED}


def fitting_slice_times(run: dict) -> list[float] | None:
    """Slice times of the data if they fit the number of slices and the repetition time."""
    times, n_slices = run["slice_times_s"], run["matrix"][run["slice_axis"]]
    if not times or len(times) != n_slices or max(times) >= run["repetition_time_s"]:
        return None
    return times


def decided_sidecar(sidecar: dict, run: dict) -> dict:
    """Sidecar of a run as it is written: with what the index decided.

    Parameters
    ----------
    sidecar : dict
        Allowed entries of the sidecar of the data; what fits stays as it is.
    run : dict
        Facts of the rest run in the index.
    """
    times, direction = fitting_slice_times(run), "ijk"[run["slice_axis"]]
    decided = {"RepetitionTime": run["repetition_time_s"], "SliceTiming": times}
    decided["DelayTime"] = run["delay_s"] or None
    if "SliceEncodingDirection" in sidecar or run["slice_axis"] != 2:
        decided["SliceEncodingDirection"] = direction
    written = {key: value for key, value in (sidecar | decided).items() if value is not None}
    factor = run["multiband_factor"]
    if bids_timing(written, matrix=run["matrix"])["multiband_factor"] != factor and factor:
        written["MultibandAccelerationFactor"] = factor
    return written


def slice_times_source(run: dict, order: str | list[float] | None) -> str | None:
    """Source of the slice times in words.

    Parameters
    ----------
    run : dict
        Facts of the rest run.
    order : str, list of float or None
        ``preprocessing.slice_order``; None for the times of the data.

    Returns
    -------
    str or None
        None if nothing is known of them.
    """
    if order is None:
        return run["slice_times_source"]
    if not isinstance(order, str):
        return "times as configured"
    if order == "off":
        return "off, as configured"
    factor = run["multiband_factor"] or 1
    together = f" of groups of {factor:g} slices (multiband)" if factor > 1 else ""
    delay = f" before a delay of {run['delay_s']:g} s" if run["delay_s"] else ""
    return f"{order} order{together}{delay}, as configured"
