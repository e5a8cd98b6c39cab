"""Nuisance regression of a series, its confounds and quality numbers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import qr, solve_triangular

from restpain.cohort.confounds import MOTION
from restpain.cohort.derivatives import functional_sidecars
from restpain.io.images import write_masked, write_volume
from restpain.io.tables import write_json, write_table
from restpain.preprocessing.image_quality import (
    carpet_series,
    coverage,
    is_demeaned,
    motion_summary,
    temporal_snr,
)
from restpain.preprocessing.motion import displacement_power
from restpain.preprocessing.nuisance import BLOCK_VOXELS, regressors, residuals
from restpain.temporal_filter import band_bins, ideal_filter, padded_length

CONFOUNDS = {
    **{name: f"Translation of the head along {name[-1]}, mm" for name in MOTION[:3]},
    **{name: f"Rotation of the head about {name[-1]}, rad" for name in MOTION[3:]},
    "framewise_displacement_jenkinson": "Displacement from the volume before (Jenkinson): root "
    "mean square over a sphere of 80 mm radius, mm",
    "framewise_displacement_power": "Displacement from the volume before (Power): sum of the "
    "absolute changes of the six parameters, rotations on a 50 mm sphere, mm",
    "white_matter": "Mean of the eroded white matter, unit of the series",
    "csf": "Mean of the eroded cerebrospinal fluid, unit of the series",
    "global_signal": "Mean of the brain mask, unit of the series",
}
COMPONENT = "Principal component {} of white matter and cerebrospinal fluid (aCompCor), no unit"


@dataclass(frozen=True)
class RestSeries:
    """Rest series of one participant on the grid of the maps, before nuisance regression.

    Attributes
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        Series of the voxels of ``mask``.
    mask, template : ndarray of shape (x, y, z), bool
        Voxels with a series, and those of the template's brain.
    repetition_time : float
        Time between two volumes, in seconds.
    signals : dict
        Signals behind the regressors of `restpain.preprocessing.nuisance.regressors`, without
        ``displacement``; None for one that is not known.
    jenkinson : ndarray of shape (n_volumes,) or None
        Framewise displacement in mm, None if the motion is not known.
    dropped_volumes : int
        Volumes dropped at the start.
    timing : str
        Slice-timing correction, in words.
    origin : str
        Source of the signals, for the messages.
    affine : ndarray of shape (4, 4)
        Of the grid, from voxels to mm.
    reference : ndarray of shape (x, y, z)
        Mean image on the grid.
    quality : dict
        Numbers of the steps so far.
    """

    series: np.ndarray
    mask: np.ndarray
    template: np.ndarray
    repetition_time: float
    signals: dict[str, np.ndarray | None]
    jenkinson: np.ndarray | None
    dropped_volumes: int
    timing: str
    origin: str
    affine: np.ndarray
    reference: np.ndarray
    quality: dict


@dataclass(frozen=True)
class Denoised:
    """Residual series with sidecar, confounds and quality numbers.

    Attributes
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        Residuals.
    sidecar : dict
        Sidecar of the series.
    confounds : DataFrame
        One row per volume.
    columns : dict
        A sentence for each column of ``confounds``.
    quality : dict
        Numbers of motion, noise and regression.
    """

    series: np.ndarray
    sidecar: dict
    confounds: pd.DataFrame
    columns: dict[str, str]
    quality: dict


def denoised(
    rest: RestSeries, *, names: list[str], band_hz: tuple[float, float] | None
) -> Denoised:
    """Regress nuisance out of a series, with its confounds and its quality in numbers.

    Parameters
    ----------
    rest : RestSeries
        The series and the signals behind the regressors. Not modified.
    names : list of str
        Nuisance regressors, as of `restpain.preprocessing.nuisance.regressors`.
    band_hz : (float, float) or None
        Band in which data and confounds are compared (`residuals_in_band`); None for all
        frequencies.

    Raises
    ------
    ValueError
        If a signal that a regressor needs is not known, or too few volumes are left.
    """
    series, jenkinson = rest.series, rest.jenkinson
    n_volumes = series.shape[1]
    signals = rest.signals | {"displacement": jenkinson}
    matrix, columns = regressors(names, signals=signals, n_volumes=n_volumes, origin=rest.origin)
    if band_hz is None:
        result, degrees = residuals(series, matrix)
    else:
        result, degrees = residuals_in_band(
            series,
            matrix,
            has_trend="trend" in names,
            repetition_time=rest.repetition_time,
            band_hz=band_hz,
        )
    parameters = signals.get("motion")
    if parameters is None:
        parameters = np.full((n_volumes, 6), np.nan)
        jenkinson = np.full(n_volumes, np.nan)
    table, described = confounds_table(parameters, jenkinson=jenkinson, signals=signals)
    power = table["framewise_displacement_power"].to_numpy()
    return Denoised(
        result,
        {
            "Description": "Rest series without nuisance regressors and mean, neither filtered "
            "nor smoothed",
            "RepetitionTime": rest.repetition_time,
            "NuisanceRegressors": columns,
            "RegressionBandHz": band_hz if band_hz is None else list(band_hz),
            "DroppedVolumes": rest.dropped_volumes,
            "SliceTimingCorrection": rest.timing,
        },
        table,
        described,
        {
            **motion_summary(parameters, jenkinson=jenkinson, power=power),
            "tsnr_median": None if is_demeaned(series) else float(np.median(temporal_snr(series))),
            "repetition_time_s": rest.repetition_time,
            "n_volumes": n_volumes,
            "dropped_volumes": rest.dropped_volumes,
            "slice_timing": rest.timing,
            "coverage_of_template": coverage(rest.mask, of=rest.template),
            "regressors": columns,
            "residual_degrees_of_freedom": degrees,
        },
    )


def residuals_in_band(
    series: np.ndarray,
    matrix: np.ndarray,
    *,
    has_trend: bool,
    repetition_time: float,
    band_hz: tuple[float, float],
) -> tuple[np.ndarray, int]:
    r"""Residuals with weights estimated from data and regressors filtered alike.

    With the filter :math:`F` of the metrics (`restpain.temporal_filter.ideal_filter`), the weights
    :math:`b` minimise :math:`|F Y - F X b|` and the result is :math:`Y - X b`. It holds all
    frequencies; filtered with :math:`F` it is :math:`F Y - F X b`, orthogonal to the filtered
    regressors. The mean, and the linear trend if it is among the
    regressors, are taken out of data and regressors before.

    Parameters
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        Not modified.
    matrix : ndarray of shape (n_volumes, n_regressors)
        Regressors without the constant; may have no column.
    has_trend : bool
        True if the linear trend is one of them.
    repetition_time : float
        Time between two volumes, in seconds.
    band_hz : (float, float)
        Lower and upper edge of the band, in Hz.

    Returns
    -------
    residuals : ndarray of shape (n_voxels, n_volumes), of the type of ``series``
    degrees_of_freedom : int
        Those of the filtered series (the trace of :math:`F`, rounded down) less the rank of the
        filtered regressors.

    Raises
    ------
    ValueError
        If the regressors are as many as the degrees of freedom in the band, or more.

    References
    ----------
    Lindquist et al. (2019). Human Brain Mapping 40, 2358-2376. doi:10.1002/hbm.24528
    """
    n_volumes = len(matrix)
    band = {"repetition_time": repetition_time, "band_hz": band_hz}
    line = np.linspace(-1, 1, n_volumes)[:, None][:, : int(has_trend)]
    regressor, _ = residuals(matrix.T.astype(float), line)
    varying = np.linalg.norm(regressor, axis=1) > 1e-8 * np.linalg.norm(matrix, axis=0)
    regressor = regressor[varying]
    regressor /= np.linalg.norm(regressor, axis=1, keepdims=True)
    filtered = ideal_filter(regressor, **band)
    basis, triangle, order = qr(filtered.T, mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(triangle)) > 1e-8).sum())
    first, last = band_bins(n_volumes, **band)
    length = padded_length(n_volumes)
    bins = np.arange(first, last + 1)
    trace = np.where((bins == 0) | (bins == length / 2), 1, 2).sum() * n_volumes / length
    degrees = int(trace) - rank
    if degrees < 1:
        raise ValueError(
            f"{len(regressor)} nuisance regressors leave nothing of the {int(trace)} degrees of "
            f"freedom that {n_volumes} volumes have from {band_hz[0]:g} to {band_hz[1]:g} Hz; "
            "shorten preprocessing.nuisance or set preprocessing.filter to after_regression"
        )
    basis, triangle = basis[:, :rank], triangle[:rank, :rank]
    used = regressor[order[:rank]]
    result, _ = residuals(series, line)
    for begin in range(0, len(series), BLOCK_VOXELS):
        block = result[begin : begin + BLOCK_VOXELS].astype(float)
        weights = solve_triangular(triangle, (ideal_filter(block, **band) @ basis).T)
        result[begin : begin + BLOCK_VOXELS] = block - weights.T @ used
    return result, degrees


def confounds_table(
    parameters: np.ndarray, *, jenkinson: np.ndarray, signals: dict[str, np.ndarray | None]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Table of confounds, one row per volume, and a sentence for each of its columns.

    Parameters ``(n_volumes, 6)`` are in mm and rad, ``jenkinson`` in mm; NaN if unknown.
    ``signals`` are ``wm``, ``csf`` and ``global``, None if unknown, and ``acompcor`` if it was
    computed.
    """
    means = [signals.get(name) for name in ("wm", "csf", "global")]
    unknown = np.full(len(parameters), np.nan)
    means = [unknown if mean is None else mean for mean in means]
    columns = [*parameters.T, jenkinson, displacement_power(parameters), *means]
    table, described = dict(zip(CONFOUNDS, columns, strict=True)), dict(CONFOUNDS)
    components = signals.get("acompcor")
    for i, component in enumerate(() if components is None else components.T):
        table[f"a_comp_cor_{i:02d}"] = component
        described[f"a_comp_cor_{i:02d}"] = COMPONENT.format(i + 1)
    return pd.DataFrame(table), described


def write_denoised(
    outputs: dict[str, str], result: Denoised, rest: RestSeries, *, sources: list[str]
) -> None:
    """Write a denoised series and what belongs to it.

    ``outputs`` are the paths of ``denoised``, ``mask``, ``boldref``, ``carpet``, ``confounds`` and
    ``qc``; ``rest`` is the series before regression, of which the carpet keeps a part, ``sources``
    the BIDS URIs of what it was made from.
    """
    mask, affine, boldref = rest.mask, rest.affine, rest.reference
    sidecars = functional_sidecars(
        result.sidecar, sources=sources, boldref_stripped=not boldref[~mask].any()
    )
    write_masked(
        outputs["denoised"],
        result.series,
        mask,
        affine,
        repetition_time=result.sidecar["RepetitionTime"],
        sidecar=sidecars["denoised"],
    )
    for name, image in (("mask", mask), ("boldref", boldref)):
        write_volume(outputs[name], image, affine, sidecar=sidecars[name])
    carpet = carpet_series(rest.series).astype(np.float32)
    write_volume(
        outputs["carpet"],
        carpet[:, None, None],
        np.eye(4),
        repetition_time=result.sidecar["RepetitionTime"],
        sidecar=sidecars["carpet"],
    )
    write_table(outputs["confounds"], result.confounds, result.columns)
    write_json(outputs["qc"], result.quality | rest.quality)
