"""Sentence of Methods about seed connectivity, the same for all series."""

from collections.abc import Callable

from restpain.presentation.numbers import EN_DASH, shortest


def seeds_text(settings: dict, cite: Callable[..., str]) -> str:
    """Seeds, filter and smoothing of connectivity, and what becomes of a seed in its own map.

    Parameters
    ----------
    settings : dict
        The configuration in force.
    cite : callable
        Gives the mark of a reference by its key.
    """
    connectivity, metrics = settings["connectivity"], settings["metrics"]
    low, high = metrics["band_hz"]
    fwhm = shortest(metrics["fwhm_mm"])
    origin = {
        "clusters": "each significant cluster of these measures",
        "union": "the union of the significant clusters of these measures",
        "coordinates": f"spheres of {shortest(connectivity['radius_mm'])} mm radius "
        "at given coordinates",
        "masks": "given masks",
    }[connectivity["seeds"]]
    own_seed = (
        "a seed was searched for clusters of its own map, too"
        if connectivity["search_seed"]
        else f"a seed and the voxels within {fwhm} mm of it were left out of its own map's search"
    )
    return (
        f"Functional connectivity is the Fisher-transformed Pearson correlation of a seed's mean "
        f"series ({origin}) with every voxel, at {low:g}{EN_DASH}{high:g} Hz and smoothed with "
        f"{fwhm} mm {cite('fc')}; {own_seed}."
    )
