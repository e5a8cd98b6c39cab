"""Rows of a participant's QC page; the status of a number, as the QC overview shows it too."""

import re
from collections import Counter

from restpain.presentation.numbers import counted, joined, number, shortest
from restpain.quality.limits import CRITERIA, Criterion, shown, status

STATUSES = {  # sign and words of each status
    "pass": ("●", "pass"),
    "warning": ("▲", "warning"),
    "exclude": ("■", "exclude: beyond the limit of this run"),
    "unlimited": ("·", "no limit"),
    "unknown": ("○", "not known"),
}
FACTS = {  # beside the criteria: name, unit, digits
    "mean_fd_power_mm": ("mean FD (Power)", "mm", 3),
    "max_fd_mm": ("largest FD (Jenkinson)", "mm", 2),
    "max_translation_mm": ("largest translation", "mm", 2),
    "max_rotation_deg": ("largest rotation", "degrees", 2),
    "tsnr_median": ("temporal SNR, median", "", 0),
    "repetition_time_s": ("repetition time (TR)", "s", 3),
    "n_volumes": ("volumes kept", "", 0),
    "dropped_volumes": ("volumes dropped", "", 0),
    "n_flagged": ("volumes flagged", "", 0),
    "unsettled_volumes": ("volumes whose realignment did not converge", "", 0),
    "slice_timing": ("slice timing", "", None),
    "noise_fwhm_mm": ("width of the noise as given (FWHM)", "mm", 1),
    "power_above_band": ("power above the band as given, relative to that in it", "", 3),
    "residual_degrees_of_freedom": ("degrees of freedom left", "", 0),
    "affine_local_correlation": ("T1 on MNI, local correlation after the affine", "", 2),
    "dice_wm": ("Dice of white matter with the template", "", 3),
    "brain_volume_ml": ("brain volume", "ml", 0),
    "folded_voxels": ("folded voxels of the normalisation", "", 0),
}


def limit_text(criterion: Criterion, limits: dict[str, float | None]) -> str:
    """Values of a criterion that exclude a participant and values that are a warning."""
    levels = {"exclude": criterion.limit_in(limits), "warning": criterion.warn}
    words = [
        f"{name} {criterion.side} {shortest(level)}"
        for name, level in levels.items()
        if level is not None
    ]
    return "; ".join(words) or "no limit set"


def criterion_rows(numbers: dict, limits: dict[str, float | None]) -> list[dict]:
    """Values of a participant with status and limits, a row per criterion."""
    rows = []
    for criterion in CRITERIA:
        value = numbers.get(criterion.key)
        found = status(criterion, value, limits)
        sign, words = STATUSES[found]
        rows.append(
            {
                "name": criterion.name,
                "value": shown(criterion, value),
                "status": found,
                "sign": sign,
                "words": words,
                "limit": limit_text(criterion, limits),
            }
        )
    return rows


def fact_rows(numbers: dict) -> list[tuple[str, str]]:
    """Name and value of the known numbers that are no criteria."""
    rows = []
    for key, (name, unit, digits) in FACTS.items():
        value = numbers.get(key)
        if value is not None:
            text = value if digits is None else number(value, digits)
            rows.append((name, f"{text} {unit}" if unit else text))
    return rows


def processing_steps(numbers: dict) -> list[dict]:
    """List the steps of the rest series by whom they were done: ``by`` and ``steps``.

    Preprocessed images have the key ``preprocessed_by`` (`import_derivatives`), None if their
    dataset names no program.
    """
    dropped = f"{counted(numbers['dropped_volumes'], 'volume')} dropped at the start"
    columns = Counter(re.sub(r"_\d+$", "", name) for name in numbers["regressors"])
    regressors = [f"{name} ({n} columns)" if n > 1 else name for name, n in columns.items()]
    last = [f"nuisance regression: {', '.join(regressors) or 'none'}"]
    if "preprocessed_by" not in numbers:
        steps = [
            "T1: bias field, brain mask, tissues, normalisation to the template",
            dropped,
            f"slice timing: {numbers['slice_timing']}",
            "realignment, registration to the T1, one resampling to the template",
        ]
        return [{"by": "Done by this workflow", "steps": steps + last}]
    stated = joined(numbers.get("steps_before") or [])
    before = [
        "all steps up to the rest series in MNI space (that of its name: "
        f"{numbers['space_of_input']})"
        + (
            f"; its name states {stated}"
            if stated
            else ", such as realignment and normalisation; "
            "the images do not tell which of them were done"
        )
    ]
    if found := numbers.get("measured_steps"):
        before.append(f"warning: {joined(found)} by measurement (numbers above), not by name")
    if n := numbers.get("dropped_before"):
        before.append(f"{counted(n, 'volume')} dropped")
    if numbers["mean_fd_jenkinson_mm"] is not None:
        before.append("motion parameters, from the dataset")
        last.append("framewise displacement, from these motion parameters")
    placed = (
        "resampling to the grid of the maps" if numbers["resampled"] else "grid kept as it was"
    )
    steps = [dropped, placed, f"mask: {numbers['mask']}", *last]
    return [
        {
            "by": f"Preprocessed before, by: {numbers['preprocessed_by'] or 'not stated'}",
            "steps": before,
        },
        {"by": "Done by this workflow", "steps": steps},
    ]
