"""Quality numbers of images: signal mask, tSNR, coverage, motion summary."""

import numpy as np
from scipy.ndimage import label

from restpain.preprocessing.nuisance import residuals

MIN_VOLUMES = 10
CARPET_VOXELS = 2000  # whose series before regression are kept
SIGNAL_SHARE = 0.1  # of the robust maximum of the mean image; below there is no signal


def kept_volumes(series: np.ndarray, *, drop: int, name: str) -> np.ndarray:
    """Volumes after the first ``drop``, time first; a view of ``(x, y, z, n_volumes)``.

    Raises
    ------
    ValueError
        If it is no series, fewer than 10 volumes remain, or a value is not finite.
    """
    if series.ndim != 4:
        raise ValueError(f"{name} has {series.ndim} dimensions, a series has 4")
    kept = series.shape[3] - drop
    if kept < MIN_VOLUMES:
        raise ValueError(
            f"{name} has {series.shape[3]} volumes; without the first {drop} "
            f"(preprocessing.drop_volumes) {max(kept, 0)} remain, fewer than {MIN_VOLUMES}"
        )
    volumes = np.moveaxis(series[..., drop:], -1, 0)
    if not np.isfinite(volumes).all():
        raise ValueError(f"{name} has values that are not finite (NaN or infinity)")
    return volumes


def without_gaps(series: np.ndarray, *, drop: int) -> np.ndarray:
    """Voxels with a number in each volume after the first ``drop``; the others are set to 0.

    Programs that write NaN outside the brain mean *no data*. ``(x, y, z, n_volumes)`` is changed
    in place.
    """
    has_data = np.isfinite(series[..., drop:]).all(axis=-1)
    if not has_data.all():
        series[~has_data] = 0
    return has_data


def varying(series: np.ndarray) -> np.ndarray:
    """Voxels of ``(x, y, z, n_volumes)`` with a number in each volume, and not all the same."""
    with np.errstate(invalid="ignore"):
        spread = series.max(axis=-1) - series.min(axis=-1)
    return np.isfinite(spread) & (spread > 0)


def signal_mask(mean_image: np.ndarray, *, candidates: np.ndarray) -> np.ndarray:
    """Voxels that have signal: the largest connected part of those that are not dark.

    Parameters
    ----------
    mean_image : ndarray of shape (x, y, z)
        Mean over time.
    candidates : ndarray of shape (x, y, z), bool
        Voxels that may count, such as the template brain inside the field of view.

    Returns
    -------
    ndarray of shape (x, y, z), bool
        Candidates brighter than a tenth of their 98th percentile that hang together by faces.

    Raises
    ------
    ValueError
        If there is no such voxel.
    """
    limit = SIGNAL_SHARE * np.percentile(mean_image[candidates], 98) if candidates.any() else 0
    bright = candidates & (mean_image > max(limit, 0))
    parts, n_parts = label(bright)
    if n_parts == 0:
        raise ValueError("the rest series has no signal anywhere in the template brain")
    return parts == 1 + np.argmax(np.bincount(parts.ravel())[1:])


def given_mask(
    series: np.ndarray, mean_image: np.ndarray, *, candidates: np.ndarray, has_mask: bool
) -> tuple[np.ndarray, str]:
    """Mask of a series that was preprocessed elsewhere, and the rule it follows in words.

    Series from which the mean was removed have no brightness to go by; they and series that
    come with a mask are judged by whether they vary.

    Parameters
    ----------
    series : ndarray of shape (n_candidates, n_volumes)
        Series of the candidates, in C order.
    mean_image : ndarray of shape (x, y, z)
        Mean over time.
    candidates : ndarray of shape (x, y, z), bool
        Template brain in the field of view, within the given mask if there is one.
    has_mask : bool
        True if the candidates lie in a mask that came with the series.

    Returns
    -------
    mask : ndarray of shape (x, y, z), bool
    rule : str

    Raises
    ------
    ValueError
        If no voxel is left.
    """
    spread = series.std(axis=1)
    if not has_mask and not is_demeaned(series):
        return signal_mask(mean_image, candidates=candidates), "template brain with signal"
    mask = candidates.copy()
    mask[candidates] = spread > 0
    if not mask.any():
        raise ValueError("the rest series varies nowhere in the template brain")
    whose = "the mask that came with the series" if has_mask else "the template brain"
    return mask, f"voxels of {whose} that vary"


def is_demeaned(series: np.ndarray) -> bool:
    """Check whether the mean was removed from the series ``(n_voxels, n_volumes)`` before."""
    return bool(np.median(np.abs(series.mean(axis=1))) < np.median(series.std(axis=1)))


def temporal_snr(series: np.ndarray) -> np.ndarray:
    """Mean over standard deviation in time, a linear trend taken out of the deviation.

    Of series ``(n_voxels, n_volumes)`` with their means; zero where the series is constant.
    """
    detrended, _ = residuals(series, np.linspace(-1, 1, series.shape[1])[:, None])
    mean, spread = series.mean(axis=1), detrended.std(axis=1)
    constant = spread <= 1e-6 * np.abs(mean)
    return np.where(constant, 0, mean / np.where(constant, 1, spread))


def carpet_series(series: np.ndarray) -> np.ndarray:
    """Series of about 2000 voxels at even distances in the C order of the mask; a view."""
    return series[:: max(1, -(-len(series) // CARPET_VOXELS))]


def coverage(mask: np.ndarray, *, of: np.ndarray) -> float:
    """Share of the voxels of a mask that another one covers."""
    return float((mask & of).sum() / of.sum())


def motion_summary(
    parameters: np.ndarray, *, jenkinson: np.ndarray, power: np.ndarray
) -> dict[str, float | None]:
    """Means of the framewise displacements and largest excursions, named with their units.

    Parameters ``(n_volumes, 6)`` are in mm and rad relative to the first volume; displacements in
    mm, NaN for the first volume. None where the motion is not known (NaN).
    """
    values = {
        "mean_fd_jenkinson_mm": jenkinson[1:].mean(),
        "mean_fd_power_mm": power[1:].mean(),
        "max_translation_mm": np.abs(parameters[:, :3]).max(),
        "max_rotation_deg": np.degrees(np.abs(parameters[:, 3:]).max()),
    }
    return {name: float(value) if np.isfinite(value) else None for name, value in values.items()}
