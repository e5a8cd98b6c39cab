"""Repetition times of a DICOM series by its headers."""

import numpy as np

from restpain.cohort.timing import TOLERANCE

DAY_S = 86400.0


def header_times(headers: list[dict]) -> dict[str, float]:
    """Seconds between two volumes, as the headers of a series say in several ways.

    Parameters
    ----------
    headers : list of dict
        In the order of time.

    Returns
    -------
    dict of float
        ``RepetitionTime``; ``TriggerTime`` and ``AcquisitionTime``, the usual (median) step from
        one image of a slice to the next. A way that says nothing is not there.
    """
    stated = [header["RepetitionTime"] for header in headers if "RepetitionTime" in header]
    place = headers[0].get("ImagePositionPatient")
    one_slice = [header for header in headers if header.get("ImagePositionPatient") == place]
    times = {
        "RepetitionTime": float(np.median(stated)) * 1e-3 if stated else 0.0,
        "TriggerTime": _step([one.get("TriggerTime") for one in one_slice]) * 1e-3,
        "AcquisitionTime": _step([seconds_of_day(one) for one in one_slice], period=DAY_S),
    }
    return {keyword: round(time, 6) for keyword, time in times.items() if time > 0}


def _step(times: list[float | None], *, period: float | None = None) -> float:
    """Median step of times; 0 where not all are known, or there is only one.

    Of whole seconds whose steps differ by one, the mean step, or 0 if they are too few for it.
    """
    if None in times or len(times) < 2:
        return 0.0
    steps = np.diff(times)
    if period:
        steps = (steps + period / 2) % period - period / 2  # past midnight
    if period and np.equal(np.mod(times, 1), 0).all() and np.ptp(steps) == 1:
        return float(steps.mean()) if TOLERANCE * steps.sum() >= 1 else 0.0
    return float(np.median(steps))


def seconds_of_day(header: dict) -> float | None:
    """AcquisitionTime, ``HHMMSS.ffffff``, in seconds; None if it is absent or no time."""
    text = header.get("AcquisitionTime", "").replace(":", "")
    try:
        return int(text[:2]) * 3600.0 + int(text[2:4]) * 60.0 + float(text[4:])
    except ValueError:
        return None
