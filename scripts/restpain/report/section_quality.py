"""Section Quality control: numbers and pictures of each participant."""

import html

import numpy as np
import pandas as pd
from markupsafe import Markup

from restpain.cohort.participants import Comparison
from restpain.presentation.numbers import integer, number
from restpain.presentation.pages import Section, embedded_picture
from restpain.report.sentences import compared_groups

PICTURE_WIDTH = 760  # pixels
PICTURE_QUALITY = 72  # of WebP, of 100
QUALITY = (
    # key, file, name, unit, digits, better is
    ("mean_fd_jenkinson_mm", "func", "Mean motion (FD, Jenkinson)", "mm", 2, "lower"),
    ("tsnr_median", "func", "Temporal SNR", "", 1, "higher"),
    ("dice_gm", "anat", "Dice of grey matter with the template", "", 3, "higher"),
    ("coverage_of_template", "func", "Coverage of the template", "", 3, "higher"),
)


def quality_section(
    quality: pd.DataFrame,
    pictures: list[bytes],
    motion: list[str],
    comparison: Comparison,
    groups: dict[str, str],
) -> Section:
    """Numbers (``quality_table``) and pictures (PNG) of each participant.

    ``motion`` has the sentences of ``overview.motion_sentences``, ``groups`` how each group is
    shown.
    """
    return Section(
        "quality",
        "Quality control",
        "Quality control",
        {
            "motion": motion,
            "strips": strip_plots(quality, comparison),
            "quality": _quality_rows(quality, pictures, groups),
            "quality_head": [(name, unit) for _, _, name, unit, *_ in QUALITY],
        },
    )


def _quality_rows(
    quality: pd.DataFrame, pictures: list[bytes], groups: dict[str, str]
) -> list[dict]:
    return [
        {
            "name": row["participant_id"],
            "group": groups[row["group"]],
            "cells": [number(row[key], digits) for key, _, _, _, digits, _ in QUALITY],
            "volumes": integer(row["n_volumes"]),
            "df": integer(row["residual_degrees_of_freedom"]),
            "picture": embedded_picture(picture, width=PICTURE_WIDTH, quality=PICTURE_QUALITY),
        }
        for (_, row), picture in zip(quality.iterrows(), pictures, strict=True)
    ]


def quality_table(included: pd.DataFrame, func: list[dict], anat: list[dict]) -> pd.DataFrame:
    """One row per participant with its quality numbers; ``anat`` is empty for derivatives."""
    rows = []
    for index, (participant, group) in enumerate(
        included[["participant_id", "group"]].itertuples(index=False)
    ):
        sources = {"func": func[index], "anat": anat[index] if anat else {}}
        row = {"participant_id": participant, "group": group}
        for key, file, *_ in QUALITY:
            row[key] = sources[file].get(key, np.nan)
        row["n_volumes"] = sources["func"].get("n_volumes")
        row["residual_degrees_of_freedom"] = sources["func"].get("residual_degrees_of_freedom")
        rows.append(row)
    return pd.DataFrame(rows)


def strip_plots(table: pd.DataFrame, comparison: Comparison) -> list[dict]:
    """One small plot per quality number: a dot per participant, the groups on two lines."""
    plots = []
    for key, _, name, unit, digits, better in QUALITY:
        values = table[key].astype(float)
        if values.notna().sum() == 0:
            continue
        groups = [values[table["group"] == label].dropna() for label in comparison.groups]
        plots.append(
            {
                "name": name,
                "unit": unit,
                "better": better,
                "svg": Markup(_strip_svg(name, groups, digits, table["participant_id"])),
                "words": compared_groups(groups, digits, unit),
            }
        )
    return plots


def _strip_svg(name: str, groups: list[pd.Series], digits: int, names: pd.Series) -> str:
    pooled = pd.concat(groups)
    low, high = pooled.min(), pooled.max()
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    low, high = low - room, high + room

    def position(value: float) -> float:
        return 62 + 250 * (value - low) / (high - low)

    parts = [
        '<line x1="62" y1="66" x2="312" y2="66" stroke="#8a96a3"/>',
        '<text x="0" y="22" class="s">patients</text><text x="0" y="50" class="s">controls</text>',
        f'<text x="62" y="80" class="s">{number(low, digits)}</text>',
        f'<text x="312" y="80" class="s" text-anchor="end">{number(high, digits)}</text>',
    ]
    for group, y, colour in zip(groups, (18, 46), ("#b2521b", "#35618f"), strict=True):
        for index, value in group.items():
            parts.append(
                f'<circle cx="{position(value):.1f}" cy="{y}" r="4" fill="{colour}" '
                f'fill-opacity="0.6"><title>{html.escape(str(names[index]))}: '
                f"{number(value, digits)}</title></circle>"
            )
        if len(group):
            x = position(group.mean())
            parts.append(
                f'<line x1="{x:.1f}" y1="{y - 10}" x2="{x:.1f}" y2="{y + 10}" '
                f'stroke="{colour}" stroke-width="2.5"/>'
            )
    return (
        f'<svg viewBox="0 0 320 84" role="img" aria-label="{html.escape(name)}">'
        + "".join(parts)
        + "</svg>"
    )
