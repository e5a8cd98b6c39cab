"""Values of a T1 from zero and of ordinary size, whatever its offset and its scale.

Bias correction and the head's outline need values that begin at zero, and the nonlinear
registration holds an absolute threshold of contrast.
"""

import numpy as np

# 98th percentiles of images that are left as they are: whole numbers, and those of Philips times
# their scale; the thresholds of the registration are far below the contrast of such an image
ORDINARY = (64.0, 2.0**24)
SCALED_TO = 1024.0  # others lie in the half below it
TOLERANCE = 0.01  # of the brightness, below which an offset is noise or ringing


def from_zero(t1: np.ndarray) -> np.ndarray:
    """T1 shifted to begin at zero and scaled to ordinary values; an ordinary one as it is.

    A T1 whose values begin well above or below zero (UNI images of MP2RAGE, images with an
    offset) is shifted; a few slightly negative values, as resampling leaves them, are cut. The
    constant that surrounds a stripped or resampled image becomes zero. Very small and very large
    values are multiplied by a power of two, which rounds nothing.

    Parameters
    ----------
    t1 : ndarray of shape (x, y, z), float32

    Returns
    -------
    ndarray of shape (x, y, z), float32
        Not negative.

    Raises
    ------
    ValueError
        If voxels are no finite numbers, or all have the same value.
    """
    if not np.isfinite(t1).all():
        raise ValueError(
            f"the T1 has {np.count_nonzero(~np.isfinite(t1))} voxels that are not finite numbers; "
            "set them to 0 if they are background"
        )
    if t1.min() == t1.max():
        raise ValueError(f"the T1 has the value {t1.max():g} in every voxel; export it again")
    t1 = _shifted(t1)
    bright = float(np.percentile(t1[t1 > 0], 98))
    if ORDINARY[0] <= bright < ORDINARY[1]:
        return t1
    return np.ldexp(t1, int(np.floor(np.log2(SCALED_TO / bright))))


def _shifted(t1):
    lowest = float(t1.min())
    if lowest == 0:
        return t1
    if lowest > 0:
        return t1 - t1.min() if lowest > TOLERANCE * np.percentile(t1, 98) else t1
    around = _surrounding_value(t1)
    image = t1 if around is None else t1[t1 != around]
    lowest, bright = np.percentile(image, [1, 98])
    if lowest > -TOLERANCE * (bright - lowest):
        return np.maximum(t1, 0)
    offset = lowest if around is None else min(lowest, around)
    shifted = np.maximum(t1 - np.float32(offset), 0)
    shifted[t1 == around] = 0
    return shifted


def _surrounding_value(t1):
    """Value of more than half of the voxels on the six sides of an image, or None."""
    sides = [np.take(t1, end, axis).ravel() for axis in range(3) for end in (0, -1)]
    values, counts = np.unique(np.concatenate(sides), return_counts=True)
    most = counts.argmax()
    return values[most] if 2 * counts[most] > counts.sum() else None
