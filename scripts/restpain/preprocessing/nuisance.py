"""Nuisance regressors of a series, and its residuals without them."""

import numpy as np
import pandas as pd
from scipy.linalg import qr
from scipy.ndimage import binary_erosion

from restpain.cohort.confounds import COLUMNS, N_COMPONENTS, numbers

TISSUES = {"wm": (0.9, 2), "csf": (0.7, 1)}  # probability as DPARSF's masks, layers eroded
MIN_TISSUE_VOXELS = 15  # below, the mask is eroded less
SCRUB_ABOVE_MM = 0.2  # ASSUME: DPARSF's threshold of Jenkinson's displacement
NEEDS = {  # signal of a regressor, and how to name it
    "friston24": ("motion", "motion parameters (trans_x to rot_z)"),
    "wm": ("wm", "signal of white matter (white_matter)"),
    "csf": ("csf", "signal of cerebrospinal fluid (csf)"),
    "global": ("global", "global signal (global_signal)"),
    "acompcor": ("acompcor", "components of noise (a_comp_cor_00 to a_comp_cor_04)"),
    "scrub": ("displacement", "motion parameters (trans_x to rot_z)"),
}
BLOCK_VOXELS = 8192  # bounds memory, does not change the result


def eroded_tissue(
    probability: np.ndarray, brain_mask: np.ndarray, *, above: float, erosions: int
) -> tuple[np.ndarray, int]:
    """Eroded mask of one tissue, away from the others, and the layers that were taken off.

    Voxels of ``brain_mask`` with a probability above ``above``, less ``erosions`` layers (6
    neighbours), or fewer if less than 15 voxels would remain. Empty if no voxel is that probable.
    """
    masks = [probability > above]
    for _ in range(erosions):
        masks.append(binary_erosion(masks[-1]))
    for taken in range(erosions, 0, -1):
        mask = masks[taken] & brain_mask
        if mask.sum() >= MIN_TISSUE_VOXELS:
            return mask, taken
    return masks[0] & brain_mask, 0


def tissue_signals(
    series: np.ndarray,
    mask: np.ndarray,
    *,
    white_matter: np.ndarray,
    csf: np.ndarray,
    with_components: bool,
) -> tuple[dict[str, np.ndarray | None], dict[str, int]]:
    """Mean series of the participant's own eroded tissues and of the whole mask.

    White matter (above 0.9) loses two layers of voxels, cerebrospinal fluid (above 0.7) one, or
    fewer if little is left.

    Parameters
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        Series of the voxels of ``mask``.
    mask : ndarray of shape (x, y, z), bool
        Voxels with a series.
    white_matter, csf : ndarray of shape (x, y, z)
        Probabilities on the grid of ``mask``.
    with_components : bool
        Compute the principal components of both tissues, too.

    Returns
    -------
    signals : dict
        ``wm``, ``csf`` and ``global`` of shape (n_volumes,), None for a tissue without a voxel;
        ``acompcor`` of shape (n_volumes, 5) or None.
    facts : dict
        Voxels and erosions of both masks.
    """
    signals = {"global": series.mean(axis=0, dtype=float)}
    facts, noise = {}, np.zeros(mask.shape, bool)
    for name, probability in (("wm", white_matter), ("csf", csf)):
        above, erosions = TISSUES[name]
        tissue, taken = eroded_tissue(probability, mask, above=above, erosions=erosions)
        found = series[tissue[mask]]
        signals[name] = found.mean(axis=0, dtype=float) if len(found) else None
        facts |= {f"{name}_voxels": len(found), f"{name}_erosions": taken}
        noise |= tissue
    signals["acompcor"] = None
    if with_components:
        signals["acompcor"] = principal_components(series[noise[mask]], n_components=N_COMPONENTS)
    return signals, facts


def fmriprep_signals(table: pd.DataFrame) -> dict[str, np.ndarray | None]:
    """Signals in a table of confounds of fMRIPrep; None where a column is missing or has gaps.

    ``motion`` of shape (n_volumes, 6), ``wm``, ``csf`` and ``global`` of shape (n_volumes,),
    ``acompcor`` of shape (n_volumes, 5).
    """
    signals = {}
    for name, columns in COLUMNS.items():
        signals[name] = None
        if set(columns) <= set(table.columns):
            values = np.stack([numbers(table[column]) for column in columns], axis=1)
            if np.isfinite(values).all():
                signals[name] = values[:, 0] if len(columns) == 1 else values
    return signals


def friston24(parameters: np.ndarray) -> np.ndarray:
    """Motion regressors of Friston: parameters, those of the volume before, and their squares.

    ``(n_volumes, 24)``; the volume before the first counts as zero, as in DPARSF.

    References
    ----------
    Friston et al. (1996). Magnetic Resonance in Medicine 35, 346-355.
    doi:10.1002/mrm.1910350312
    """
    before = np.concatenate([np.zeros((1, 6)), parameters[:-1]])
    both = np.concatenate([parameters, before], axis=1)
    return np.concatenate([both, both**2], axis=1)


def principal_components(series: np.ndarray, *, n_components: int) -> np.ndarray:
    """First principal components in time of the series of noise voxels (aCompCor).

    The series ``(n_voxels, n_volumes)`` of white matter and CSF are detrended linearly and scaled
    to unit variance; constant ones do not count. Components, ``(n_volumes, n_components)``, have
    unit length each, the largest weight positive.

    Raises
    ------
    ValueError
        If there are not more voxels with signal than components.

    References
    ----------
    Behzadi et al. (2007). NeuroImage 37, 90-101. doi:10.1016/j.neuroimage.2007.04.042
    """
    trend = np.linspace(-1, 1, series.shape[1])[:, None]
    detrended, _ = residuals(series, trend)
    spread = detrended.std(axis=1)
    varying = spread > 1e-6 * np.abs(series).max(axis=1)
    detrended = detrended[varying] / spread[varying, None]
    if len(detrended) <= n_components:
        raise ValueError(
            f"acompcor needs more than {n_components} voxels of white matter and cerebrospinal "
            f"fluid, but there are {len(detrended)}; remove it from preprocessing.nuisance"
        )
    _, vectors = np.linalg.eigh(detrended.T.astype(float) @ detrended.astype(float))
    components = vectors[:, : -n_components - 1 : -1]
    peaks = components[np.abs(components).argmax(axis=0), np.arange(n_components)]
    return components * np.sign(peaks)


def spikes(displacement: np.ndarray, *, above_mm: float) -> np.ndarray:
    """One regressor per volume with more displacement than a threshold: one there, else zero."""
    return np.eye(len(displacement))[:, np.nan_to_num(displacement) > above_mm]


def regressors(
    names: list[str], *, signals: dict[str, np.ndarray | None], n_volumes: int, origin: str
) -> tuple[np.ndarray, list[str]]:
    """Nuisance regressors by their names in the configuration.

    Parameters
    ----------
    names : list of str
        Out of trend, friston24, wm, csf, acompcor, global, scrub.
    signals : dict
        Signals behind the regressors, as far as known: ``motion`` of shape (n_volumes, 6), ``wm``,
        ``csf`` and ``global`` of shape (n_volumes,), ``acompcor`` of shape (n_volumes, 5) and
        ``displacement`` (Jenkinson, mm) of shape (n_volumes,).
    n_volumes : int
        Number of volumes.
    origin : str
        Source of the signals, for the message.

    Returns
    -------
    matrix : ndarray of shape (n_volumes, n_regressors)
        Without the constant.
    columns : list of str
        A name for each regressor.

    Raises
    ------
    ValueError
        If a signal that a regressor needs is not known.
    """
    blocks, columns = [np.empty((n_volumes, 0))], []
    for name in names:
        if name == "trend":
            block = np.linspace(-1, 1, n_volumes)[:, None]
        else:
            source, words = NEEDS[name]
            block = signals.get(source)
            if block is None:
                raise ValueError(
                    f"the regressor {name} of preprocessing.nuisance cannot be made: {origin} "
                    f"has no {words}"
                )
            if name == "friston24":
                block = friston24(block)
            elif name == "scrub":
                block = spikes(block, above_mm=SCRUB_ABOVE_MM)
            block = block.reshape(n_volumes, -1)
        blocks.append(block)
        columns += [name] if block.shape[1] == 1 else _numbered(name, block.shape[1])
    return np.concatenate(blocks, axis=1), columns


def _numbered(name: str, count: int) -> list[str]:
    return [f"{name}_{i:02d}" for i in range(1, count + 1)]


def residuals(series: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, int]:
    """Residuals of ordinary least squares on regressors and a constant.

    The mean of each series goes with the constant and is not added back. Regressors that depend
    linearly on others count once (QR with pivoting).

    Parameters
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        Not modified.
    matrix : ndarray of shape (n_volumes, n_regressors)
        Regressors without the constant; may have no column.

    Returns
    -------
    residuals : ndarray of shape (n_voxels, n_volumes), of the type of ``series``
    degrees_of_freedom : int
        Number of volumes less the rank of regressors and constant.

    Raises
    ------
    ValueError
        If the regressors and the constant are as many as the volumes or more.
    """
    n_volumes, n_regressors = matrix.shape
    if n_regressors + 1 >= n_volumes:
        raise ValueError(
            f"{n_regressors} nuisance regressors and the mean leave nothing of {n_volumes} "
            "volumes; shorten preprocessing.nuisance"
        )
    centred = matrix - matrix.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    varying = length > 1e-10 * np.maximum(np.abs(matrix).max(axis=0, initial=0), 1e-300)
    design = np.column_stack(
        [np.full(n_volumes, n_volumes**-0.5), centred[:, varying] / length[varying]]
    )
    basis, triangle, _ = qr(design, mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(triangle)) > 1e-8).sum())
    basis = basis[:, :rank]
    result = np.empty_like(series)
    for begin in range(0, len(series), BLOCK_VOXELS):
        block = series[begin : begin + BLOCK_VOXELS].astype(float)
        result[begin : begin + BLOCK_VOXELS] = block - (block @ basis) @ basis.T
    return result, n_volumes - rank
