"""Paragraphs of Methods about maps that are given, in place of those about preprocessing."""

from collections.abc import Callable

from restpain.cohort.measures import has_series, map_scales
from restpain.presentation.numbers import joined, measure_name, shortest
from restpain.report.methods_of_seeds import seeds_text

SCALES = {
    "mean": "had been divided by {their} mean before",
    "zscore": "had been standardised to z before",
    "raw": "{was} divided by {their} mean over the mask of the participant",
}
LEFT_OUT = (
    "No series was given. Left out are therefore seed connectivity and the classification with "
    "it, motion (as a covariate, as a limit and as an arm of the classification), the other "
    "quality numbers of series, and the pages of quality control."
)
LEFT_OUT_BESIDE_SERIES = (
    "The motion of these series is not known. Left out are therefore motion (as a covariate, as a "
    "limit and as an arm of the classification), the other quality numbers of series, and the "
    "pages of quality control."
)
CITED = ("alff", "falff", "reho")


def maps_paragraphs(settings: dict, facts: dict, cite: Callable[..., str]) -> tuple[str, str]:
    """Origin of the maps, and of series beside them, and what was done with them.

    Parameters
    ----------
    settings : dict
        The configuration in force.
    facts : dict
        ``grid`` of the maps, in words; of series beside them ``volumes`` and ``before``, see
        `restpain.report.section_methods.methods_text`.
    cite : callable
        Gives the mark of a reference by its key.
    """
    cohort, metrics = settings["cohort"], settings["metrics"]
    scales = map_scales(cohort)
    names = [measure_name(name) + (f" {cite(name)}" if name in CITED else "") for name in scales]
    first = (
        f"Maps of {joined(names)} in MNI space, made before by other programs, were taken as they "
        f"came, on their own grid of {facts['grid']}: nothing was registered or resampled. Which "
        "MNI152 template they are in is not stated. "
    )
    series = has_series(settings)
    first += (
        f"Series on the same grid ({facts['volumes']}), preprocessed before and cleaned of "
        f"nuisance by other programs, were taken for seed connectivity alone.{facts['before']} No "
        "volume was dropped and nothing was regressed out of them here. "
        f"{LEFT_OUT_BESIDE_SERIES}"
        if series
        else LEFT_OUT
    )
    parts = []
    for scale, words in SCALES.items():
        of_scale = [measure_name(name) for name, own in scales.items() if own == scale]
        if of_scale:
            one = len(of_scale) == 1
            filled = words.format(their="its" if one else "their", was="was" if one else "were")
            parts.append(f"{joined(of_scale)} {filled}.")
    if cohort["smooth_maps"] and metrics["fwhm_mm"]:
        parts.append(
            f"Maps were then smoothed with {shortest(metrics['fwhm_mm'])} mm (full width at half "
            "maximum)."
        )
    else:
        parts.append("Maps were not smoothed here.")
    parts.append(
        "The mask of a participant holds the voxels of the given mask without NaN in any map"
        f"{', where the series varies' if series else ''}."
        if cohort["map_mask"]
        else "The mask of a participant holds the voxels of the MNI152 template brain (2009a, "
        f"symmetric) in which no map is zero or NaN{' and the series varies' if series else ''}."
    )
    if series:
        parts.append(seeds_text(settings, cite))
    return first, " ".join(parts)
