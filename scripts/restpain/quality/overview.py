"""What the page of all participants says: one tile of each, numbers, motion of the groups."""

import io

import pandas as pd
from PIL import Image

from restpain.cohort.ratings import RATINGS
from restpain.presentation.numbers import integer, number, p_clause
from restpain.quality.group_motion import MOTION_NUMBERS
from restpain.quality.limits import JUDGED, light
from restpain.quality.participant_page import LIGHT_SIGNS, LIGHT_WORDS, as_webp, limit_text

THUMBNAIL_WIDTH, THUMBNAIL_QUALITY = 280, 45  # pixels; of WebP, of 100
SEVERITY = {"good": 0, "look": 1, "beyond": 2}
LEVEL = 0.05


def thumbnail(content: bytes, *, left: float) -> str:
    """Right part of a participant's picture (PNG), small, as a data URI.

    Parameters
    ----------
    content : bytes
        The picture.
    left : float
        Share of its width that is left out at the left.
    """
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    picture = picture.crop((round(left * picture.width), 0, picture.width, picture.height))
    height = max(round(picture.height * THUMBNAIL_WIDTH / picture.width), 1)
    small = picture.resize((THUMBNAIL_WIDTH, height), Image.Resampling.LANCZOS)
    return as_webp(small, quality=THUMBNAIL_QUALITY)


def worst_light(numbers: dict, limits: dict[str, float | None]) -> str:
    """Worst light of a participant's judged numbers; unknown ones do not count."""
    lights = {light(judged, numbers.get(judged.key), limits) for judged in JUDGED}
    return max(lights & set(SEVERITY), key=SEVERITY.get, default="unknown")


def wall_rows(
    quality: pd.DataFrame, pictures: dict[str, str], limits: dict[str, float | None]
) -> list[dict]:
    """One tile and row of the table per participant.

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
    for numbers in quality.astype(object).where(quality.notna(), None).to_dict("records"):
        colour = worst_light(numbers, limits)
        who = numbers["participant_id"]
        rows.append(
            {
                "name": who,
                "group": numbers["group"],
                "page": f"{who}/figures/{who}_task-rest_desc-qc.html",
                "picture": pictures[who],
                "light": colour,
                "order": SEVERITY.get(colour, -1),
                "sign": LIGHT_SIGNS[colour],
                "words": LIGHT_WORDS[colour],
                "cells": [
                    {
                        "text": number(numbers[judged.key], judged.digits),
                        "value": "" if numbers[judged.key] is None else numbers[judged.key],
                        "light": light(judged, numbers[judged.key], limits),
                    }
                    for judged in JUDGED
                ],
                "tsnr": integer(numbers["tsnr_median"]),
                "tsnr_value": "" if numbers["tsnr_median"] is None else numbers["tsnr_median"],
                "rating": numbers["rating"] or "",
                "reason": numbers["rating_reason"] or "",
                "exclude": numbers["exclude_detail"] or "",
            }
        )
    return rows


def motion_sentences(motion: pd.DataFrame) -> list[str]:
    """Say of each number of motion how the groups compare, in a sentence."""
    sentences = []
    for row in motion.itertuples():
        whose = (
            "Of the analysed participants"
            if row.participants == "analysed"
            else "Of all, those left out by quality control included"
        )
        name = MOTION_NUMBERS[row.number]
        if not (row.n_patients and row.n_controls):
            sentences.append(f"{whose}, {name} is not known in both groups.")
            continue
        digits = 3 if row.number.endswith("_mm") else 1
        groups = (
            f"{whose}, {name}: {number(row.mean_patients, digits)} ± "
            f"{number(row.sd_patients, digits)} in {row.n_patients} patients and "
            f"{number(row.mean_controls, digits)} ± {number(row.sd_controls, digits)} in "
            f"{row.n_controls} controls"
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
    """Whether any test finds a difference in motion of the analysed participants."""
    analysed = motion[motion["participants"] == "analysed"]
    return bool((analysed[["p_t", "p_welch", "p_mann_whitney"]] < LEVEL).any(axis=None))


def wall_context(
    quality: pd.DataFrame,
    motion: pd.DataFrame,
    pictures: dict[str, str],
    limits: dict[str, float | None],
    *,
    simulated: bool,
) -> dict:
    """Everything that the template of the wall shows; see `wall_rows` for the parameters."""
    rows = wall_rows(quality, pictures, limits)
    return {
        "simulated": simulated,
        "rows": rows,
        "head": [(judged.name, judged.unit, limit_text(judged, limits)) for judged in JUDGED],
        "left_out": [row for row in rows if row["exclude"]],
        "n_rated": sum(bool(row["rating"]) for row in rows),
        "ratings": RATINGS,
        "limits_off": all(value is None for value in limits.values()),
        "motion": motion_sentences(motion),
        "motion_differs": motion_differs(motion),
    }
