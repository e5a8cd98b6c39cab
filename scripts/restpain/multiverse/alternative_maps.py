"""Maps of one participant under alternative choices of filter, smoothing and neighbourhood."""

from functools import cache

import numpy as np

from restpain.connectivity.correlation import correlation, fisher_z, seed_series
from restpain.metrics.alff import alff_and_falff, standardised
from restpain.metrics.reho import reho_in_band
from restpain.metrics.smoothing import smooth
from restpain.temporal_filter import ideal_filter


def alternative_maps(
    series: np.ndarray,
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    repetition_time: float,
    wanted: list[tuple[str, dict]],
    seeds: np.ndarray | None,
) -> list[np.ndarray]:
    """Standardised maps of a denoised series, one for each measure and its choices.

    They are those that `compute_metrics` and `correlate_seeds` make of the same choices. What
    several maps have in common is computed once.

    Parameters
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        Denoised, neither filtered nor smoothed. Not modified.
    mask, affine
        Its voxels.
    repetition_time : float
        Seconds between two volumes.
    wanted : list of (str, dict)
        Measure, and its values of the metric keys of `restpain.multiverse.universes`.
    seeds : ndarray of shape (n_voxels, n_seeds), optional
        Seeds of the measure fc.

    Returns
    -------
    list of ndarray of float32
        ``(n_voxels,)`` each; of fc ``(n_voxels, n_seeds)``.
    """

    def smoothed(values, kernel):
        return smooth(values, mask, affine=affine, fwhm_mm=kernel[0], kernel=kernel[1])

    def in_band(band):
        return {"repetition_time": repetition_time, "band_hz": band}

    @cache
    def regional_homogeneity(band, neighbours):
        return standardised(reho_in_band(series, mask, **in_band(band), neighbours=neighbours))

    # one kernel or band at a time: a smoothed or filtered copy of the series is the largest array
    maps: dict[int, np.ndarray] = {}
    choices = [(measure, *_choices(settings)) for measure, settings in wanted]
    for kernel in dict.fromkeys(one[2] for one in choices if one[0] in ("alff", "falff")):
        smooth_series = smoothed(series, kernel)
        amplitudes = cache(lambda band, of=smooth_series: alff_and_falff(of, **in_band(band)))
        for place, (measure, band, own, _) in enumerate(choices):
            if measure in ("alff", "falff") and own == kernel:
                maps[place] = standardised(amplitudes(band)[measure == "falff"])
        del smooth_series, amplitudes
    for band in dict.fromkeys(one[1] for one in choices if one[0] == "fc"):
        filtered = ideal_filter(series, **in_band(band))
        for place, (measure, own, kernel, _) in enumerate(choices):
            if measure == "fc" and own == band:
                connected = smoothed(filtered, kernel)
                maps[place] = fisher_z(correlation(connected, seed_series(connected, seeds)))
        del filtered
    for place, (measure, band, kernel, neighbours) in enumerate(choices):
        if measure == "reho":
            maps[place] = smoothed(regional_homogeneity(band, neighbours), kernel)
    return [maps[place].astype(np.float32) for place in range(len(wanted))]


def maps_by_series(plans: dict[str, dict]) -> dict[tuple, list[tuple[str, int, dict]]]:
    """List the maps that are to be computed, by the series they are made of.

    Parameters
    ----------
    plans : dict of dict
        By measure, see `measure_plan`. The first map of each is that of the main analysis, which
        is there.

    Returns
    -------
    dict of list
        By nuisance regressors (None for the series of the main analysis) and the band in which
        they are fitted (None for all frequencies): measure, number of the map and its settings.
    """
    wanted = {}
    for measure, plan in plans.items():
        own = _series_of(plan["maps"][0])
        for number, settings in enumerate(plan["maps"][1:], start=1):
            series = _series_of(settings)
            series = (None, None) if series == own else series
            wanted.setdefault(series, []).append((measure, number, settings))
    return wanted


def _series_of(settings: dict) -> tuple[tuple[str, ...], tuple[float, float] | None]:
    nuisance = settings["preprocessing.nuisance"]
    together = settings["preprocessing.filter"] == "simultaneous"
    band = tuple(settings["metrics.band_hz"]) if together else None
    return tuple(nuisance) if nuisance != "done" else (), band


def map_name(measure: str, number: int) -> str:
    """Name of the array with a map of a measure, in the file of a participant."""
    return f"{measure}_{number}"


def _choices(settings: dict) -> tuple[tuple, tuple, int]:
    """Band, kernel and neighbourhood of a map."""
    kernel = (settings["metrics.fwhm_mm"], settings["metrics.smoothing_kernel"])
    return tuple(settings["metrics.band_hz"]), kernel, settings["metrics.reho_neighbours"]
