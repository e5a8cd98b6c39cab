"""Quality criteria with their limits, and the exclusions that follow from them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from restpain.cohort.ratings import EXCLUDE
from restpain.preprocessing.nuisance import SCRUB_ABOVE_MM
from restpain.presentation.numbers import MISSING, number

FLAG_ABOVE_MM = SCRUB_ABOVE_MM  # of Jenkinson's displacement


@dataclass(frozen=True)
class Criterion:
    """One quality number that limits may apply to.

    Attributes
    ----------
    key : str
        Its column in ``quality.tsv``.
    name, unit : str
        As readers see it.
    digits : int
        Decimals shown.
    limit : str or None
        Key of the section ``quality`` of the configuration. It begins with ``max_`` or ``min_``,
        which says on which side a participant is excluded. None: no limit applies, and low
        values are a warning.
    warn : float or None
        A value beyond it is a warning and excludes no participant. None: no such value.
    """

    key: str
    name: str
    unit: str
    digits: int
    limit: str | None
    warn: float | None

    @property
    def side(self) -> str:
        """Word for the bad side of a limit."""
        return "above" if (self.limit or "").startswith("max_") else "below"

    def limit_in(self, limits: dict[str, float | None]) -> float | None:
        """Return the limit of this criterion in the configuration; None if there is none."""
        return None if self.limit is None else limits[self.limit]

    def beyond(self, value: float, limit: float | None) -> bool:
        """Return if a value is on the bad side of a limit; no if either is missing."""
        if limit is None or pd.isna(value):
            return False
        return value > limit if self.side == "above" else value < limit


CRITERIA = (
    # Parkes et al. (2018) doi:10.1016/j.neuroimage.2017.12.073, their stringent criteria
    Criterion("mean_fd_jenkinson_mm", "mean FD", "mm", 3, "max_mean_fd_mm", 0.25),
    Criterion("flagged_share", "share of flagged volumes", "", 2, "max_flagged_share", 0.2),
    Criterion("n_unflagged", "volumes not flagged", "", 0, "min_unflagged_volumes", None),
    # Satterthwaite et al. (2013) doi:10.1016/j.neuroimage.2012.08.052 and Parkes et al. (2018);
    # the limit for exclusion is that of the volumes
    Criterion("minutes_unflagged", "unflagged data", "min", 1, None, 4.0),
    # ASSUME: the rest are ours, from what went wrong and what did not on real data
    Criterion("coverage_of_template", "template coverage", "", 3, "min_coverage", 0.95),
    Criterion("dice_gm", "Dice of grey matter with the template", "", 3, "min_dice_gm", 0.78),
    Criterion(
        "coregistration_cost",
        "boundary-based registration cost",
        "",
        2,
        "max_coregistration_cost",
        0.5,
    ),
)
COLUMNS = {
    "participant_id": "Participant.",
    "group": "Group, as in participants.tsv.",
    "mean_fd_jenkinson_mm": "Mean framewise displacement of Jenkinson in mm.",
    "mean_fd_power_mm": "Mean framewise displacement of Power in mm.",
    "max_fd_mm": "Largest framewise displacement of Jenkinson in mm.",
    "n_volumes": "Volumes kept.",
    "dropped_volumes": "Volumes dropped at the start.",
    "n_flagged": f"Volumes with a displacement of Jenkinson above {FLAG_ABOVE_MM} mm.",
    "flagged_share": "Their share of the volumes kept.",
    "n_unflagged": "Volumes kept that are not flagged.",
    "repetition_time_s": "Repetition time (TR) in s.",
    "minutes_unflagged": "Unflagged data in min: n_unflagged times repetition_time_s, over 60.",
    "coverage_of_template": "Share of the template brain that the rest series covers.",
    "tsnr_median": "Median temporal signal-to-noise ratio before denoising.",
    "coregistration_cost": "Boundary-based cost of the mean EPI on the T1; 1 is no contrast.",
    "dice_gm": "Dice of the participant's grey matter on the template with the template's.",
    "dice_wm": "The same of white matter.",
    "noise_fwhm_mm": "Width of the noise of a given series in mm (full width at half maximum).",
    "power_above_band": "Power of a given series above metrics.band_hz, relative to that in it.",
    "measured_steps": "Steps before that the two show and no name states; n/a if none.",
    "residual_degrees_of_freedom": "Degrees of freedom left after nuisance regression.",
    "rating": "The user's rating: pass, doubtful or exclude; n/a if not rated.",
    "rating_reason": "The user's reason.",
    "exclude": "Reason why the participant is excluded from the group level; n/a if analysed.",
    "exclude_detail": "The same with the participant's values.",
}


def status(criterion: Criterion, value: float, limits: dict[str, float | None]) -> str:
    """Status of a value: pass, warning, exclude, unlimited (no limit applies) or unknown."""
    if pd.isna(value):
        return "unknown"
    limit = criterion.limit_in(limits)
    if limit is None and criterion.warn is None:
        return "unlimited"
    if criterion.beyond(value, limit):
        return "exclude"
    return "warning" if criterion.beyond(value, criterion.warn) else "pass"


def flagged_volumes(jenkinson: np.ndarray) -> np.ndarray:
    """Volumes that moved by more than 0.2 mm from the one before; ``(n_volumes,)``, bool."""
    return np.nan_to_num(jenkinson) > FLAG_ABOVE_MM


def flag_numbers(
    jenkinson: np.ndarray, *, repetition_time_s: float | None
) -> dict[str, float | None]:
    """Count flagged and other volumes, with their share and minutes, and the largest displacement.

    Parameters
    ----------
    jenkinson : ndarray of shape (n_volumes,)
        Framewise displacement in mm; all NaN where the motion is not known, which gives None.
    repetition_time_s : float or None
        Without it the minutes are None.
    """
    if not np.isfinite(jenkinson).any():
        keys = ("n_flagged", "flagged_share", "n_unflagged", "minutes_unflagged", "max_fd_mm")
        return dict.fromkeys(keys)
    n_flagged = int(flagged_volumes(jenkinson).sum())
    n_unflagged = len(jenkinson) - n_flagged
    return {
        "n_flagged": n_flagged,
        "flagged_share": n_flagged / len(jenkinson),
        "n_unflagged": n_unflagged,
        "minutes_unflagged": repetition_time_s and n_unflagged * repetition_time_s / 60,
        "max_fd_mm": float(np.nanmax(jenkinson)),
    }


def exceeded(numbers: dict, limits: dict[str, float | None]) -> list[Criterion]:
    """Criteria whose limit a participant exceeds.

    Raises
    ------
    ValueError
        If a number that has a limit is not known.
    """
    found = []
    for criterion in CRITERIA:
        limit, value = criterion.limit_in(limits), numbers.get(criterion.key)
        if limit is not None and pd.isna(value):
            raise ValueError(
                f"quality.{criterion.limit} is {limit:g}, but {criterion.name} of "
                f"{numbers['participant_id']} is not known; set the limit to null or exclude the "
                "participant"
            )
        if criterion.beyond(value, limit):
            found.append(criterion)
    return found


def limit_words(criterion: Criterion, limits: dict[str, float | None]) -> str:
    """Name, side and value of a limit, such as ``mean FD above 0.25 mm``."""
    unit = f" {criterion.unit}" if criterion.unit else ""
    return f"{criterion.name} {criterion.side} {limits[criterion.limit]:g}{unit}"


def exclusion_reason(
    numbers: dict, rating: str, reason: str, limits: dict[str, float | None]
) -> str:
    """Reason why a participant is excluded from the group level; empty if analysed.

    Limits are named without the participant's value, so that the exclusion flow counts equal
    reasons as one.
    """
    reasons = [limit_words(criterion, limits) for criterion in exceeded(numbers, limits)]
    if rating == EXCLUDE:
        reasons.insert(
            0, f"rated exclude: {reason}" if reason else "rated exclude, no reason given"
        )
    return f"quality: {'; '.join(reasons)}" if reasons else ""


def exclusion_detail(numbers: dict, reason: str, limits: dict[str, float | None]) -> str:
    """Reason of an exclusion with the participant's own values."""
    values = [
        f"{criterion.name} {number(numbers[criterion.key], criterion.digits)}"
        for criterion in exceeded(numbers, limits)
    ]
    return f"{reason} ({', '.join(values)})" if values else reason


def shown(criterion: Criterion, value) -> str:
    """Value of a criterion with its unit, for readers."""
    text = number(value, criterion.digits)
    return f"{text} {criterion.unit}" if criterion.unit and text != MISSING else text


def quality_row(
    participant_id: str,
    group: str | None,
    numbers: dict,
    jenkinson: np.ndarray,
    rating: str,
    reason: str,
    limits: dict[str, float | None],
) -> dict:
    """Row of ``quality.tsv`` with the columns of ``COLUMNS``.

    Parameters
    ----------
    numbers : dict
        Quality metrics of the rest series and of the anatomy, where there is one.
    jenkinson : ndarray of shape (n_volumes,)
        Framewise displacement in mm.
    rating, reason : str
        Of the user; empty if not rated.
    limits : dict
        The limits of the configuration by key; None switches a limit off.
    """
    known = {"participant_id": participant_id, "group": group} | numbers
    known |= flag_numbers(jenkinson, repetition_time_s=numbers.get("repetition_time_s"))
    exclude = exclusion_reason(known, rating, reason, limits)
    known |= {
        "measured_steps": ", ".join(numbers.get("measured_steps") or []) or None,
        "rating": rating or None,
        "rating_reason": reason or None,
        "exclude": exclude or None,
        "exclude_detail": exclusion_detail(known, exclude, limits) if exclude else None,
    }
    return {name: known.get(name) for name in COLUMNS}
