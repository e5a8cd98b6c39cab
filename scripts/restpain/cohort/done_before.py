"""Steps that a preprocessed series underwent before, against the configuration."""

from restpain.cohort.grids import NATIVE
from restpain.cohort.image_checks import report

REGRESSION, SMOOTHING, FILTERING = "nuisance regression", "smoothing", "filtering"
VOLUMES_TO_DROP = 10  # of raw series; paper
DONE = "done"  # preprocessing.nuisance where all of it was regressed before
BY_DESCRIPTION = {  # of XCP-D; fMRIPrep's preproc is neither
    "denoised": [REGRESSION],
    "denoisedSmoothed": [REGRESSION, SMOOTHING],
}
COARSER = 1.25  # voxels of the input, relative to those of the maps
OTHER_SERIES = "name another series in cohort.select.rest"
UNKNOWN = "a series whose name does not say that nuisance was regressed"


def volumes_to_drop(given: int | None, source: str) -> int:
    """``preprocessing.drop_volumes``; its null is 10 for raw series (the paper), 0 for others.

    Series that were preprocessed before, and those beside maps, keep all volumes.
    """
    default = 0 if source in ("derivatives", "maps") else VOLUMES_TO_DROP
    return default if given is None else given


def left_to_regress(nuisance: list[str] | str) -> list[str]:
    """Regressors of ``preprocessing.nuisance``; none where it is done."""
    return [] if nuisance == DONE else nuisance


def of_cpac(entities: dict[str, str]) -> bool:
    """Check by its entities whether a run is of C-PAC."""
    numbered = "-" in entities.get("desc", "")
    return numbered or "reg" in entities or entities.get("space") == "template"


def done_before_problems(
    who: str,
    run: dict,
    *,
    nuisance: list[str] | str,
    measures: list[str],
    fwhm_mm: float,
    voxel_mm: float | str,
) -> list[dict]:
    """Name the steps that would be done twice, or that a metric does not allow.

    Parameters
    ----------
    who : str
        participant_id.
    run : dict
        Facts of the run: ``steps`` that its name states, if any.
    nuisance : list of str or str
        ``preprocessing.nuisance``: regressors, or done.
    measures : list of str
        ``metrics.measures``.
    fwhm_mm : float
        ``metrics.fwhm_mm``.
    voxel_mm : float or str
        ``preprocessing.voxel_mm``, size of the voxels of the maps; native for those of the run.

    Returns
    -------
    list of dict
        Rows of the table of problems.
    """
    steps = run.get("steps", [])
    rows, add = report(who, run["label"])
    size = max(run["voxel_mm"])
    if voxel_mm != NATIVE and size > COARSER * voxel_mm:
        found = f"voxels of {size:g} mm, larger than those of the maps, {voxel_mm:g} mm"
        action = f"set preprocessing.voxel_mm to {size:g}, since interpolated neighbours are alike"
        add("warning", found, "voxels of about that size", f"{action} (ReHo)")
    if "setting" in run.get("entities", {}):
        found = "a series of a HALFpipe setting, which may be smoothed, filtered or cleaned"
        action = "look the setting up in its spec.json, and set preprocessing.nuisance"
        add("warning", found, "one that is none of these", f"{action} and metrics.fwhm_mm by it")
    if of_cpac(run.get("entities", {})):
        found = "a series of C-PAC, in its template, which may be cleaned and filtered"
        expected = "one that is neither, in MNI152"
        action = "look regressors, filter and template up in its pipeline configuration, and set"
        add("warning", found, expected, f"{action} preprocessing.nuisance by it")
    if SMOOTHING in steps and "reho" in measures:
        expected = "one that is not smoothed, since smoothing makes neighbours alike (ReHo)"
        action = f"{OTHER_SERIES}, or take reho out of metrics.measures"
        add("error", "a smoothed series", expected, action)
    if SMOOTHING in steps and fwhm_mm > 0:
        add("error", *_smoothed(fwhm_mm, OTHER_SERIES))
    if FILTERING in steps and "falff" in measures:
        expected = "one with all frequencies, for fALFF"
        action = f"{OTHER_SERIES}, or take falff out of metrics.measures"
        add("error", "a filtered series", expected, action)
    elif FILTERING in steps:
        add("warning", *_filtered(run))
    if REGRESSION in steps and nuisance != DONE:
        severity = "error" if nuisance else "warning"
        found = "a series from which nuisance was regressed before"
        action = f"set preprocessing.nuisance to {DONE}"
        add(severity, found, "one from which it was not", f"{action}, or {OTHER_SERIES}")
    elif nuisance == DONE and REGRESSION not in steps:
        action = "make sure that it was, or list regressors there"
        add("warning", UNKNOWN, f"one that does, since preprocessing.nuisance is {DONE}", action)
    return rows


def beside_maps_problems(who: str, run: dict, *, fwhm_mm: float) -> list[dict]:
    """Name the steps of a series beside maps that would be done twice, or that it may lack.

    Such a series is filtered, smoothed and correlated, and nothing is regressed out of it.
    """
    rows, add = report(who, run["label"])
    if SMOOTHING in run["steps"] and fwhm_mm > 0:
        add("error", *_smoothed(fwhm_mm, "name another series in cohort.series"))
    if FILTERING in run["steps"]:
        add("warning", *_filtered(run))
    if REGRESSION not in run["steps"]:
        expected = "one that does, since none is regressed out of cohort.series"
        add("warning", UNKNOWN, expected, "make sure that it was")
    return rows


def _smoothed(fwhm_mm: float, other_series: str) -> tuple[str, str, str]:
    """Found, expected and action about a smoothed series that is smoothed again."""
    expected = f"one that is not, since metrics.fwhm_mm is {fwhm_mm:g}"
    return "a smoothed series", expected, f"{other_series}, or set metrics.fwhm_mm to 0"


def _filtered(run: dict) -> tuple[str, str, str]:
    """Found, expected and action about a filtered series that is filtered again."""
    ends = " to ".join(f"{hz:g} Hz" for hz in run.get("filter_hz", []) if hz)
    found = f"a filtered series{f' ({ends} by its sidecar)' if ends else ''}"
    action = "make sure that the band of its filter holds all of metrics.band_hz"
    return found, "one with all frequencies", action
