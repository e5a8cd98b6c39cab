"""Paragraphs of Methods about maps that are given, in place of those about series."""

from collections.abc import Callable

from restpain.cohort.measures import map_scales
from restpain.presentation.numbers import joined, measure_name, shortest

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
CITED = ("alff", "falff", "reho")


def maps_paragraphs(settings: dict, grid: str, cite: Callable[..., str]) -> tuple[str, str]:
    """Origin of the maps, and what was done with them.

    Parameters
    ----------
    settings : dict
        The configuration in force.
    grid : str
        Voxels of the maps, in words.
    cite : callable
        Gives the mark of a reference by its key.
    """
    cohort, metrics = settings["cohort"], settings["metrics"]
    scales = map_scales(cohort)
    names = [measure_name(name) + (f" {cite(name)}" if name in CITED else "") for name in scales]
    first = (
        f"Maps of {joined(names)} in MNI space, made before by other programs, were taken as they "
        f"came, on their own grid of {grid}: nothing was registered or resampled. Which MNI152 "
        f"template they are in is not stated. {LEFT_OUT}"
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
        "The mask of a participant holds the voxels of the given mask without NaN in any map."
        if cohort["map_mask"]
        else "The mask of a participant holds the voxels of the MNI152 template brain (2009a, "
        "symmetric) in which no map is zero or NaN."
    )
    return first, " ".join(parts)
