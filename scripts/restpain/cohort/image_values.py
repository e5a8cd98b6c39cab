"""Facts of the values of an image, and the sentences about them.

Magnitudes beyond 32767 that were stored as 16-bit numbers with a sign wrapped around: the
brightest voxels are negative, 65536 below what they were.
"""

import math
import zlib
from pathlib import Path

import numpy as np
from isal import isal_zlib

from restpain.io.files import opened
from restpain.io.nibabel_without_pydicom import nib
from restpain.presentation.numbers import counted

VALUES_AT_A_TIME = 1 << 21
INT16 = np.iinfo(np.int16)
# What wraps comes out at the lower end: slightly negative values are those of filters, and
# nothing is asked of them
BELOW = -8192
# Share of the steps from such a voxel up to a neighbour that is not negative which are shorter
# around the end of the range than through zero. A smooth image has nearly all or nearly none;
# noise over the whole range, as in the air of a UNI image of MP2RAGE, has 5/8.
WRAPPED_SHARE = 2 / 3
DAMAGED = (OSError, EOFError, ValueError, zlib.error, isal_zlib.IsalError)


def value_facts(stored: nib.arrayproxy.ArrayProxy) -> dict:
    """Facts of the values of an image that lies in a file (`read_value_facts`).

    Empty for files that cannot be read to their end.
    """
    try:
        with opened(stored.file_like) as file:
            return read_value_facts(stored, file)
    except DAMAGED:
        return {}


def read_value_facts(stored: nib.arrayproxy.ArrayProxy, file) -> dict:
    """Facts of the values of an image from its opened file, read a part at a time.

    Returns
    -------
    dict
        ``n_not_finite``, values that are NaN or infinite; of the others ``smallest``, ``largest``,
        ``share_negative`` and ``wrapped``, if they look like wrapped magnitudes. Empty for
        colours, and for files that end early; complex numbers are only counted.
    """
    if stored.dtype.kind not in "iufc":
        return {}
    n_values, n_read, n_finite, n_negative = math.prod(stored.shape), 0, 0, 0
    low, high, where = np.inf, -np.inf, 0
    zero, way = -stored.inter / stored.slope, np.sign(stored.slope)  # as stored
    file.read(stored.offset)
    while n_read < n_values:
        n = min(VALUES_AT_A_TIME, n_values - n_read)
        content = file.read(n * stored.dtype.itemsize)
        if len(content) < n * stored.dtype.itemsize:
            return {}
        values = np.frombuffer(content, stored.dtype)
        if stored.dtype.kind in "fc" and not (good := np.isfinite(values)).all():
            n_finite += int(np.count_nonzero(good))
            values = np.where(good, values, values[good][0]) if good.any() else values[:0]
        else:
            n_finite += n
        if stored.dtype.kind != "c" and len(values):
            if values.min() < low:
                low, where = values.min(), n_read + int(values.argmin())
            high = max(high, values.max())
            if low < zero or way < 0:
                n_negative += int(np.count_nonzero(way * values < way * zero))
        n_read += n
    facts = {"n_not_finite": n_values - n_finite}
    if low > high:
        return facts
    ends = sorted(float(end) * float(stored.slope) + float(stored.inter) for end in (low, high))
    facts |= {"smallest": ends[0], "largest": ends[1], "share_negative": n_negative / n_finite}
    in_range = stored.inter == 0 and INT16.min <= low < BELOW and high <= INT16.max
    return facts | {"wrapped": bool(in_range and wrapped(_volume(stored, where)))}


def _volume(stored, where):
    """Numbers as stored of the volume that holds the value at a place of the file."""
    place = np.unravel_index(where, stored.shape, order="F")[3:]
    return np.asarray(stored[(..., *place)], dtype=np.float64) / stored.slope


def wrapped(volume: np.ndarray) -> bool:
    """Tell bright voxels of a volume that wrapped around from other negative values.

    Three things must hold: the sides of the volume, where there is air, are not mostly negative;
    voxels below -8192 have more than one value, so that none fills what is missing; and of the
    steps from them to neighbours that are not negative more than two thirds are higher than
    32768, so that 65536 more in the negative voxel would make the step smaller.
    """
    deep = volume < BELOW
    sides = [np.take(volume, end, axis).ravel() for axis in range(3) for end in (0, -1)]
    if not deep.any() or np.ptp(volume[deep]) == 0 or np.mean(np.concatenate(sides) < 0) > 0.5:
        return False
    steps = []
    for axis in range(3):
        for way in (np.asarray, np.flip):
            along = np.moveaxis(way(volume), axis, 0)
            first, second = along[:-1], along[1:]
            steps.append((second - first)[(first < BELOW) & (second >= 0)])
    steps = np.concatenate(steps)
    return len(steps) > 0 and float(np.mean(steps > INT16.max + 1)) > WRAPPED_SHARE


def value_problem(facts: dict) -> tuple[str, str, str] | None:
    """Found, expected and action about the values of an image; None if nothing is wrong."""
    if facts.get("n_not_finite"):
        return (
            counted(facts["n_not_finite"], "NaN or infinite value"),
            "numbers everywhere",
            "find out what wrote them; a raw image has none",
        )
    if facts.get("wrapped"):
        return (
            f"values from {facts['smallest']:g} to {facts['largest']:g}, the negative ones next "
            "to the brightest: magnitudes above 32767 wrapped around in 16 bits",
            "magnitudes from 0",
            "convert the image again from its source as 16 bits without a sign or as 32 bits",
        )
    return None


def check_values(path: str | Path, *, name: str) -> None:
    """Refuse a converted image whose values cannot be right.

    Raises
    ------
    ValueError
        With the sentence of the check; ``name`` is how it names the image.
    """
    if problem := value_problem(value_facts(nib.load(path).dataobj)):
        found, expected, action = problem
        raise ValueError(f"{name}: {found}; expected {expected}; {action}")
