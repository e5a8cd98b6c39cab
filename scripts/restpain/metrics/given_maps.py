"""Maps that are given: on the axes of RAS space, in one mask, on one scale."""

import numpy as np

from restpain.metrics.alff import standardised
from restpain.metrics.smoothing import smooth
from restpain.presentation.numbers import measure_name

SCALES = {
    "mean": "divided by its mean before",
    "zscore": "in z scores",
    "raw": "divided by its mean over the mask",
}


def mask_of_maps(
    maps: dict[str, np.ndarray],
    *,
    given: np.ndarray | None,
    template: np.ndarray,
    varies: np.ndarray | None,
) -> np.ndarray:
    """Voxels of a participant in which all maps, and a series beside them, have data.

    NaN and infinite values are no data. Without a mask, zero is none either, since programs write
    it outside the brain, and only voxels of the template brain count.

    Parameters
    ----------
    maps : dict of ndarray of shape (x, y, z)
        By measure.
    given : ndarray of shape (x, y, z) or None
        Mask of 0 and 1 (or NaN), if there is one.
    template : ndarray of bool, shape (x, y, z)
        Brain of the template.
    varies : ndarray of bool, shape (x, y, z), or None
        Where a series beside the maps has data, if there is one.

    Returns
    -------
    ndarray of bool, shape (x, y, z)

    Raises
    ------
    ValueError
        If no voxel is left.
    """
    finite = np.all([np.isfinite(values) for values in maps.values()], axis=0)
    if given is not None:
        mask = finite & (np.nan_to_num(given) != 0)
    else:
        mask = finite & template & np.all([values != 0 for values in maps.values()], axis=0)
    names = list(maps)
    if varies is not None:
        mask &= varies
        names.append("series")
    if not mask.any():
        raise ValueError(
            f"no voxel of the {'mask' if given is not None else 'template brain'} has data in "
            f"{' and '.join(names)}; make sure that all are in MNI space and of one "
            "person"
        )
    return mask


def prepared_map(
    values: np.ndarray, mask: np.ndarray, *, affine: np.ndarray, scale: str, fwhm_mm: float, kernel
) -> np.ndarray:
    """Values of a map in the mask, ``(n_voxels,)``: on its scale, then smoothed if asked for.

    Parameters
    ----------
    values : ndarray of shape (x, y, z)
    mask : ndarray of bool, shape (x, y, z)
    affine : ndarray of shape (4, 4)
        Voxel indices to mm.
    scale : {"mean", "zscore", "raw"}
        A raw map is divided by its mean over the mask; the others stay as they are.
    fwhm_mm : float
        Full width at half maximum; 0 for no smoothing.
    kernel : {"spm", "gaussian"}
    """
    inside = values[mask]
    if scale == "raw":
        inside = standardised(inside)
    return smooth(inside, mask, affine=affine, fwhm_mm=fwhm_mm, kernel=kernel)


def map_sidecar(measure: str, *, scale: str, fwhm_mm: float, kernel: str) -> dict:
    """Describe a prepared map and its smoothing, for its sidecar."""
    smoothed = f", then smoothed with {fwhm_mm:g} mm" if fwhm_mm else ", not smoothed here"
    sidecar = {
        "Description": f"Given map of {measure_name(measure)}, {SCALES[scale]}{smoothed}",
        "Units": "1",
        "SmoothingFWHM": fwhm_mm,
    }
    return sidecar | ({"SmoothingKernel": kernel} if fwhm_mm else {})
