"""Quality gate of the T1-to-template affine."""

import numpy as np
from scipy import ndimage

from restpain.preprocessing.affine import POOR_OBJECTIVE, AffineFit

# ranges of a plausible affine; right fits .67-.78, .57-.69 and .68-.93,
# wrong ones .20-.36, .15-.43 and .71-1.56
MIN_OBJECTIVE = POOR_OBJECTIVE
MIN_LOCAL_CORRELATION = 0.5
DETERMINANT_RANGE = (0.5, 1.15)
LOCAL_BOX = 9  # voxels


def local_correlation(first: np.ndarray, second: np.ndarray, mask: np.ndarray) -> float:
    """Mean over a mask of the signed correlation in boxes of 9 x 9 x 9 voxels; 0 in flat ones."""

    def mean(image):
        return ndimage.uniform_filter(image, LOCAL_BOX)

    first, second = (image / image[mask].mean() for image in (first, second))
    mean_first, mean_second = mean(first), mean(second)
    variance_first = mean(first * first) - mean_first**2
    variance_second = mean(second * second) - mean_second**2
    covariance = mean(first * second) - mean_first * mean_second
    scale = np.sqrt(np.maximum(variance_first * variance_second, 1e-12))
    flat = (variance_first < 1e-5) | (variance_second < 1e-5)
    return float(np.where(flat, 0, covariance / scale)[mask].mean())


def check_affine(fit: AffineFit, local: float, name: str) -> None:
    """Refuse an affine whose quality is out of range.

    ``local`` is the `local_correlation` of template and T1 under the affine at 2 mm, ``name`` the
    file for the message.

    Raises
    ------
    ValueError
        If the objective, the local correlation or the determinant is out of its range.
    """
    low, high = DETERMINANT_RANGE
    if (
        fit.objective < MIN_OBJECTIVE
        or local < MIN_LOCAL_CORRELATION
        or not low <= fit.determinant <= high
    ):
        raise ValueError(
            f"{name} could not be aligned with the template: objective {fit.objective:.3f} (at "
            f"least {MIN_OBJECTIVE} expected), local correlation {local:.3f} (at least "
            f"{MIN_LOCAL_CORRELATION}), head volume {fit.determinant:.3f} of the template "
            f"({low} to {high}); look at the T1, its orientation and cropping, and exclude the "
            "participant with a reason if it cannot be repaired"
        )
