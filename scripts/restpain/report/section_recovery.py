"""Section Simulation ground truth: recovery of simulated effects, false clusters, errors."""

import pandas as pd

from restpain.presentation.numbers import (
    EN_DASH,
    counted,
    is_missing,
    joined,
    measure_name,
    number,
    region_name,
    signed_percent,
)
from restpain.presentation.pages import Section, embedded_figure
from restpain.recovery.table import STAGES

ERROR_NAMES = {
    "motion_rms_mm": "realignment",
    "coregistration_rms_mm": "coregistration",
    "normalisation_rms_mm": "normalisation",
    "total_rms_mm": "all steps combined",
}


def recovery_section(tables: list[pd.DataFrame], figure: bytes) -> Section:
    """Tables of ``recovery_content``, in its order, and the figure (PNG)."""
    return Section(
        "recovery",
        "Simulation ground truth",
        "Simulation ground truth",
        {"recovery": recovery_content(*tables), "recovery_figure": embedded_figure(figure)},
    )


def recovery_content(
    effects: pd.DataFrame,
    clusters: pd.DataFrame,
    stages: pd.DataFrame,
    participants: pd.DataFrame,
) -> dict:
    """Words and cells of the section, from the tables of `restpain.recovery.table`.

    Returns
    -------
    dict
        ``summary``, ``errors`` (sentences), ``effects``, ``others`` and ``stages`` (rows of
        cells), ``stage_names``.
    """
    return {
        "summary": _summary(effects, clusters),
        "errors": _errors(participants),
        "effects": [_effect_cells(row) for row in effects.itertuples()],
        "others": [
            {
                "cluster": row.cluster_id,
                "region": region_name(row.region),
                "label": "" if is_missing(row.region) else row.region,
                "seed": "" if is_missing(row.seed) else row.seed,
                "verdict": {
                    "false cluster": "false: overlaps no simulated effect",
                    "touches": f"touches the region of effect {row.effects}",
                    "simulated seed": f"elsewhere, but its seed overlaps effect {row.effects}",
                }[row.verdict],
                "t": number(row.t, 2),
                "n_voxels": str(row.n_voxels),
            }
            for row in clusters[clusters["verdict"] != "recovers"].itertuples()
        ],
        "stage_names": list(STAGES),
        "stages": [_stage_cells(rows) for _, rows in stages.groupby("effect", sort=True)],
    }


def _summary(effects: pd.DataFrame, clusters: pd.DataFrame) -> str:
    false = int((clusters["verdict"] == "false cluster").sum())
    named = clusters.loc[clusters["verdict"] == "false cluster", "cluster_id"].tolist()
    if effects.empty:
        text = "No effect was simulated: a null cohort, in which any cluster is false. "
    else:
        n_found = int((effects["verdict"] == "found").sum())
        was = "was" if n_found == 1 else "were"
        text = f"{n_found} of {counted(len(effects), 'simulated effect')} {was} recovered. "
    if clusters.empty:
        return f"{text}There is no significant cluster, so none is false."
    is_or_are = "is" if false == 1 else "are"
    which = f" ({joined(named)})" if false else ""
    return (
        f"{text}Of {counted(len(clusters), 'significant cluster')}, {false or 'none'} {is_or_are} "
        f"false{which}, that is, without overlap with a simulated effect."
    )


def _errors(participants: pd.DataFrame) -> str:
    parts = [
        f"{name} {number(participants[column].median(), 2)} mm "
        f"(largest {number(participants[column].max(), 2)})"
        for column, name in ERROR_NAMES.items()
    ]
    return (
        f"Errors against the true positions (root mean square over the brain, median of the "
        f"participants): {joined(parts)}; the simulated motion itself "
        f"{number(participants['motion_true_rms_mm'].median(), 2)} mm."
    )


def _effect_cells(row) -> dict:
    found = row.verdict == "found"
    nearest = ""
    if not found and not is_missing(row.nearest_cluster):
        nearest = (
            f"nearest {row.nearest_cluster}, {number(row.nearest_mm, 0)} mm away, "
            f"{row.nearest_sign} sign"
        )
    return {
        "number": row.effect,
        "measure": measure_name(row.measure),
        "region": region_name(row.region),
        "label": row.region + ("" if is_missing(row.seed) else f", seed {row.seed}"),
        "change": signed_percent(row.change_percent, 0),
        "verdict": row.verdict,
        "clusters": row.clusters if found else (nearest or EN_DASH),
        "dice": number(row.dice, 2) if found else EN_DASH,
        "share": f"{number(100 * row.share_found, 0)} %" if found else EN_DASH,
        "t": number(row.t, 2) if found else EN_DASH,
        "g": number(row.hedges_g, 2),
        "observed": signed_percent(row.observed_change_percent, 0),
        "distance": number(row.peak_to_region_mm, 0) if found else EN_DASH,
    }


def _stage_cells(rows: pd.DataFrame) -> dict:
    first = rows.iloc[0]
    by_stage = rows.set_index("stage")
    cells = []
    for stage in STAGES:
        row = by_stage.loc[stage]
        text = {"change": signed_percent(row["change_percent"], 1), "kept": "", "g": ""}
        if stage != "simulated":
            if not is_missing(row["kept_percent"]):
                text["kept"] = f"{number(row['kept_percent'], 0)} % left"
            text["g"] = f"g {number(row['hedges_g'], 2)}"
        cells.append(text)
    return {
        "number": int(first["effect"]),
        "measure": measure_name(first["measure"]),
        "region": region_name(first["region"]),
        "cells": cells,
    }
