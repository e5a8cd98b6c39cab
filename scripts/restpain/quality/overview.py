"""Content of the QC overview: a tile per participant, numbers, motion of the groups."""

import hashlib
import io

import pandas as pd
from PIL import Image

from restpain.cohort.ratings import RATINGS
from restpain.preprocessing.measured_steps import step_sentences
from restpain.presentation.numbers import counted, number, p_clause, shortest
from restpain.presentation.pages import resized, webp
from restpain.quality.group_motion import MOTION_NUMBERS
from restpain.quality.limits import CRITERIA, status
from restpain.quality.participant_page import FACTS, STATUSES, limit_text

THUMBNAIL_WIDTH, THUMBNAIL_QUALITY = 280, 45  # pixels; of WebP, of 100
SHOWN_FACTS = {key: FACTS[key] for key in ("repetition_time_s", "tsnr_median")}
MINUTES = next(one for one in CRITERIA if one.key == "minutes_unflagged")
SEVERITY = {"pass": 0, "warning": 1, "exclude": 2}
LEVEL = 0.05


def thumbnail(content: bytes, *, left: float) -> str:
    """Right part of a participant's picture (PNG), small, as a data URI.

    Parameters
    ----------
    content : bytes
        The picture.
    left : float
        Share of its width that is cut off at the left.
    """
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    picture = picture.crop((round(left * picture.width), 0, picture.width, picture.height))
    return webp(resized(picture, width=THUMBNAIL_WIDTH), quality=THUMBNAIL_QUALITY, method=4)


def worst_status(numbers: dict, limits: dict[str, float | None]) -> str:
    """Worst status of a participant's numbers; unknown ones do not count."""
    statuses = {status(criterion, numbers.get(criterion.key), limits) for criterion in CRITERIA}
    return max(statuses & set(SEVERITY), key=SEVERITY.get, default="unknown")


def overview_rows(
    quality: pd.DataFrame, pictures: dict[str, str], limits: dict[str, float | None]
) -> list[dict]:
    """Tiles and table rows of the participants, in an order that tells nothing of the groups.

    The order is that of the ids' SHA-256 digests; ``place`` is that in ``quality``.

    Parameters
    ----------
    quality : DataFrame
        ``quality.tsv``.
    pictures : dict
        Thumbnail (data URI) of each participant.
    limits : dict
        Of the configuration, by key.
    """
    rows = []
    for place, numbers in enumerate(
        quality.astype(object).where(quality.notna(), None).to_dict("records")
    ):
        worst = worst_status(numbers, limits)
        sign, words = STATUSES[worst]
        who = numbers["participant_id"]
        rows.append(
            {
                "name": who,
                "place": place,
                "group": numbers["group"] or "n/a",
                "page": f"{who}/figures/{who}_task-rest_desc-qc.html",
                "full_picture": f"{who}/figures/{who}_task-rest_desc-qc.png",
                "picture": pictures[who],
                "status": worst,
                "order": SEVERITY.get(worst, -1),
                "sign": sign,
                "words": words,
                "cells": {
                    criterion.key: {
                        "text": number(numbers[criterion.key], criterion.digits),
                        "value": "" if numbers[criterion.key] is None else numbers[criterion.key],
                        "status": status(criterion, numbers[criterion.key], limits),
                    }
                    for criterion in CRITERIA
                },
                "facts": [
                    {
                        "text": number(numbers[key], digits),
                        "value": "" if numbers[key] is None else numbers[key],
                    }
                    for key, (_, _, digits) in SHOWN_FACTS.items()
                ],
                "rating": numbers["rating"] or "",
                "reason": numbers["rating_reason"] or "",
                "exclude": numbers["exclude_detail"] or "",
            }
        )
    return sorted(rows, key=lambda row: hashlib.sha256(row["name"].encode()).digest())


def motion_sentences(motion: pd.DataFrame) -> list[str]:
    """Group comparison of each number of motion, a sentence each."""
    sentences = []
    for row in motion.itertuples():
        whose = (
            "Of the analysed participants"
            if row.participants == "analysed"
            else "Of all participants, those excluded by quality control included"
        )
        name = MOTION_NUMBERS[row.number]
        if not (row.n_patients and row.n_controls):
            sentences.append(f"{whose}, {name} is not known in both groups.")
            continue
        digits = 3 if row.number.endswith("_mm") else 1
        groups = (
            f"{whose}, {name}: {number(row.mean_patients, digits)} ± "
            f"{number(row.sd_patients, digits)} in {counted(row.n_patients, 'patient')} and "
            f"{number(row.mean_controls, digits)} ± {number(row.sd_controls, digits)} in "
            f"{counted(row.n_controls, 'control')}"
        )
        if pd.isna(row.t):
            tests = (
                "it varies too little to be tested"
                if pd.isna(row.u)
                else p_clause(row.p_mann_whitney, "Mann-Whitney p")
            )
        else:
            tests = (
                f"t = {number(row.t, 2)}, {p_clause(row.p_t)}; Welch {p_clause(row.p_welch)}; "
                f"Mann-Whitney {p_clause(row.p_mann_whitney)}"
            )
        sentences.append(f"{groups}; {tests}.")
    return sentences


def motion_differs(motion: pd.DataFrame) -> bool:
    """Tell if any test finds a difference in motion between the analysed groups."""
    analysed = motion[motion["participants"] == "analysed"]
    return bool((analysed[["p_t", "p_welch", "p_mann_whitney"]] < LEVEL).any(axis=None))


def overview_context(
    quality: pd.DataFrame,
    motion: pd.DataFrame,
    pictures: dict[str, str],
    limits: dict[str, float | None],
    *,
    left: float,
    simulated: bool,
) -> dict:
    """Context of the template of the QC overview; see `overview_rows` for the parameters.

    ``left`` is the share of a participant's whole picture that its thumbnail leaves out.
    """
    rows = overview_rows(quality, pictures, limits)
    return {
        "simulated": simulated,
        "left": left,
        "rows": rows,
        "head": [
            (criterion.name, criterion.unit, limit_text(criterion, limits))
            for criterion in CRITERIA
        ],
        "fact_head": [(name, unit) for name, unit, _ in SHOWN_FACTS.values()],
        "least_minutes": shortest(MINUTES.warn),
        "short": any(row["cells"][MINUTES.key]["status"] == "warning" for row in rows),
        "excluded": [row for row in rows if row["exclude"]],
        "n_rated": sum(bool(row["rating"]) for row in rows),
        "ratings": RATINGS,
        "limits_off": all(value is None for value in limits.values()),
        "measured": step_sentences(
            quality.astype(object).where(quality.notna(), None).to_dict("records")
        ),
        "motion": motion_sentences(motion),
        "motion_differs": motion_differs(motion),
    }
