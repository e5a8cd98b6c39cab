"""The page that tells the study: its words, its tables and its pictures, in one HTML file.

Everything is plain data until ``render_page`` fills the template, which escapes every text.
No date, no time and no path of the machine goes in, so that the same results give the same bytes.
"""

import base64
import hashlib
import io
import json
import re
from importlib import metadata

import pandas as pd
import yaml
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from PIL import Image

from restpain.figures_flow import exclusion_flow
from restpain.formatting import (
    EN_DASH,
    MINUS,
    integer,
    interval,
    is_missing,
    joined,
    number,
    p_value,
    region_name,
    shortest,
)
from restpain.report_audit import audit_section
from restpain.report_group import (
    error_rate_sentence,
    normality_rows,
    normality_sentence,
    score_maps_sentence,
)
from restpain.report_quality import QUALITY, RECOVERY_MM, quality_table, strip_plots
from restpain.report_recovery import recovery_section
from restpain.report_words import (
    certainty,
    classification_sentence,
    findings,
    key_figures,
    limits,
    methods_text,
    question,
    score_sentence,
)

PICTURE_WIDTH = 760  # pixels of an embedded quality picture
FIGURE_WIDTH = 2040
WEBP_QUALITY = {"figure": 88, "picture": 72}
PACKAGES = (
    "numpy", "scipy", "pandas", "numba", "nibabel", "nilearn", "matplotlib", "SimpleITK",
    "picsl-greedy", "pydicom", "scikit-learn", "autogluon.tabular", "torch", "snakemake", "Jinja2",
)  # fmt: skip
PATH_KEYS = (
    "cohort.data",
    "cohort.participants",
    "published",
    "quality.ratings",
    "connectivity.masks",
)


# ---------------------------------------------------------------- embedding


def embedded_picture(content: bytes, *, width: int, quality: int) -> str:
    """Shrink a picture to at most ``width`` pixels and give it as a WebP data URI."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    if picture.width > width:
        height = max(round(picture.height * width / picture.width), 1)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, format="WEBP", quality=quality, method=6)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def digest(content: bytes) -> str:
    """First 16 digits of the SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()[:16]


def versions() -> list[tuple[str, str]]:
    """Name and version of each package of ``PACKAGES`` that is installed here."""
    found = []
    for name in PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return found


# ---------------------------------------------------------------- settings


def remarks(text: str) -> dict[str, str]:
    """Remark behind each key of a configuration file, by dotted key.

    Understands block mappings whose keys stand on lines of their own; the remark of a list in
    several lines is the one behind its key.
    """
    found, path = {}, []
    for line in text.splitlines():
        match = re.match(r"^( *)([A-Za-z_]\w*):(.*)$", line)
        if not match:
            continue
        indent, key, rest = len(match[1]), match[2], match[3]
        while path and path[-1][0] >= indent:
            path.pop()
        path.append((indent, key))
        comment = re.search(r"(?:^|\s)#\s*(.*)$", rest)
        if comment:
            found[".".join(name for _, name in path)] = comment[1].strip()
    return found


def flattened(settings: dict, prefix: str = "") -> dict:
    """Dotted keys and values of nested mappings."""
    flat = {}
    for key, value in settings.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            flat |= flattened(value, f"{name}.")
        else:
            flat[name] = value
    return flat


def setting_rows(default_text: str, settings: dict) -> list[dict]:
    """List the settings in force with the provenance of their defaults.

    Each row has ``key``, ``value`` (as text), ``remark``, ``changed`` and ``default``. A path of
    the user's machine is not shown. The section of the simulation is left out where no data are
    simulated.
    """
    defaults = flattened(yaml.safe_load(default_text))
    why = remarks(default_text)
    simulated = settings["cohort"]["source"] == "simulated"
    rows = []
    for key, value in flattened(settings).items():
        if key.startswith("simulation.") and not simulated:
            continue
        changed = key not in defaults or defaults[key] != value
        shown = _setting_text(value)
        if key in PATH_KEYS and value and changed:
            shown = "set by the user (a path)"
        rows.append(
            {
                "key": key,
                "value": shown,
                "remark": why.get(key) or why.get(key.split(".")[0], ""),
                "changed": changed,
                "default": _setting_text(defaults.get(key)) if changed else "",
            }
        )
    return rows


def _setting_text(value) -> str:
    if value is None:
        return "none"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "; ".join(", ".join(f"{k} {v}" for k, v in item.items()) for item in value)
    if isinstance(value, list):
        return ", ".join(_setting_text(item) for item in value) or "none"
    return json.dumps(value) if isinstance(value, bool) else str(value)


# ---------------------------------------------------------------- tables


def span(rows: list[dict], key: str) -> list[dict]:
    """Mark the first row of each run of equal ``key`` with the run's length, for a tall cell."""
    for index, row in enumerate(rows):
        first = index == 0 or rows[index - 1][key] != row[key]
        length = 0
        if first:
            length = 1
            while index + length < len(rows) and rows[index + length][key] == row[key]:
                length += 1
        row["span"] = length
    return rows


def demographic_rows(table: pd.DataFrame) -> list[dict]:
    """Cells of Table 1."""
    marks = {"two-sample t": "a", "chi-square": "b"}
    return [
        {
            "row": row.row,
            "level": row.level,
            "patients": "" if is_missing(row.patients) else row.patients,
            "controls": "" if is_missing(row.controls) else row.controls,
            "p": "" if is_missing(row.p) else p_value(row.p),
            "mark": marks.get(row.test, ""),
            "alternative": "" if is_missing(row.p) else p_value(row.p_welch_or_fisher),
            "smd": "" if is_missing(row.smd) else number(row.smd, 2),
            "missing": integer(row.missing),
            "indent": "(NRS" in row.row,
        }
        for row in table.itertuples()
    ]


def region_rows(table: pd.DataFrame) -> list[dict]:
    """Cells of Table 2."""
    rows = []
    for row in table.itertuples():
        distance = 0 if is_missing(row.region_distance_mm) else row.region_distance_mm
        survives = set() if is_missing(row.survives) else set(str(row.survives).split(","))
        rows.append(
            {
                "measure": row.measure,
                "region": region_name(row.region),
                "label": "" if is_missing(row.region) else row.region,
                "near": f"{shortest(distance)} mm away" if distance > 0 else "",
                "hemisphere": row.hemisphere,
                "brodmann": EN_DASH if is_missing(row.brodmann_area) else row.brodmann_area,
                "peak": [number(value, 0) for value in (row.x_mm, row.y_mm, row.z_mm)],
                "t": number(row.t, 2),
                "n_voxels": integer(row.n_voxels),
                "p_grf": p_value(row.p_grf),
                "p_permutation": p_value(row.p_permutation),
                "fdr": "yes" if "fdr" in {name.strip() for name in survives} else "no",
                "g": number(row.hedges_g, 2),
                "g_interval": interval(row.hedges_g_low, row.hedges_g_high, 2),
                "cluster_id": row.cluster_id,
                "seed": "" if is_missing(row.seed) else row.seed,
                "composition": "" if is_missing(row.composition) else row.composition,
                "subpeaks": "" if is_missing(row.subpeaks) else row.subpeaks,
            }
        )
    return span(rows, "measure")


def classification_rows(table: pd.DataFrame) -> tuple[list[dict], list[dict]]:
    """Cells of Table 3: the published protocol's rows, and those of the other arms."""
    published, others = [], []
    for row in table.itertuples():
        cells = {
            "measure": row.measure,
            "auc": number(row.auc, 3),
            "sensitivity": number(row.sensitivity_percent, 1),
            "specificity": number(row.specificity_percent, 1),
            "accuracy": number(row.accuracy_percent, 1),
        }
        if row.arm == "A":
            together = row.cluster_id == "all"
            published.append(
                cells
                | {
                    "measure": "All" if row.measure == "all" else row.measure,
                    "region": "all features together" if together else region_name(row.region),
                    "hemisphere": "" if is_missing(row.hemisphere) else row.hemisphere,
                    "loocv": number(row.loocv_auc, 3),
                    "cutoff": number(row.cutoff, 3),
                    "sd": number(row.auc_sd, 2),
                    "feature": number(row.feature_auc, 2),
                    "feature_interval": interval(row.feature_auc_low, row.feature_auc_high, 2),
                    "cluster_id": "" if together else row.cluster_id,
                }
            )
        else:
            others.append(
                cells
                | {
                    "arm": row.arm,
                    "features": "" if is_missing(row.region) else row.region,
                    "interval": interval(row.auc_low, row.auc_high, 2),
                    "p": p_value(row.p_permutation),
                    "sensitivity_interval": interval(row.sensitivity_low, row.sensitivity_high, 0),
                    "specificity_interval": interval(row.specificity_low, row.specificity_high, 0),
                    "brier": number(row.brier, 3),
                    "empty_folds": integer(row.folds_without_region),
                }
            )
    return span(published, "measure"), others


def correlation_rows(table: pd.DataFrame) -> list[dict]:
    """Cells of Table 4."""
    rows = [
        {
            "measure": row.measure,
            "region": region_name(row.region),
            "hemisphere": row.hemisphere,
            "rho": number(row.rho, 3),
            "p": p_value(row.p),
            "interval": interval(row.rho_low, row.rho_high, 2),
            "q": p_value(row.q_fdr),
            "n": integer(row.n),
            "cluster_id": row.cluster_id,
        }
        for row in table.itertuples()
    ]
    return span(rows, "measure")


def plain_rows(table: pd.DataFrame) -> dict:
    """Any table as its header and its cells as text."""

    def cell(value) -> str:
        if is_missing(value):
            return EN_DASH
        return shortest(value) if isinstance(value, float) else str(value)

    return {
        "head": [str(name).replace("_", " ") for name in table.columns],
        "rows": [[cell(value) for value in row] for row in table.itertuples(index=False)],
    }


# ---------------------------------------------------------------- page


def page_context(
    *,
    settings: dict,
    default_text: str,
    roster: pd.DataFrame,
    tables: dict[str, pd.DataFrame],
    func_qc: list[dict],
    anat_qc: list[dict],
    pictures: list[bytes],
    figures: dict[str, bytes],
    mask: dict,
    models: dict[str, dict],
    corrections: dict[str, list[dict]],
    error_rates: list[dict],
    normality: pd.DataFrame,
    motion: list[str],
    score_maps: dict[str, dict],
    seeds: pd.DataFrame,
    checks: dict[str, pd.DataFrame],
    recovery: tuple[list[pd.DataFrame], bytes] | None,
    published_tables: tuple[pd.DataFrame, pd.DataFrame] | None,
    files: list[tuple[str, bytes]],
) -> dict:
    """Collect everything the template shows.

    Parameters
    ----------
    settings, default_text
        The configuration in force, and the text of the file with the defaults and their remarks.
    roster : DataFrame
        All recruited participants.
    tables : dict of DataFrame
        ``demographics``, ``regions``, ``classification``, ``correlation``: Tables 1 to 4.
    func_qc, anat_qc, pictures
        Quality numbers and pictures of the analysed participants, in the order of the roster.
    figures : dict of bytes
        ``workflow`` (SVG), ``group_maps``, ``regions``, ``roc`` (PNG).
    mask, models, corrections
        Of the group level, the last two by measure.
    error_rates : list of dict
        Family-wise error of the random field in this cohort, of each local measure.
    normality : DataFrame
        Jarque-Bera and three tests of every feature.
    motion : list of str
        How the groups compare in motion (``quality_wall.motion_sentences``).
    score_maps : dict
        How the maps were correlated with the clinical score, by measure.
    checks : dict of DataFrame
        Findings of the checks made before the computing, by title.
    recovery : (list of DataFrame, bytes) or None
        Tables and figure of what was recovered of the truth; None without simulated data.
    published_tables : (DataFrame, DataFrame) or None
        Findings of the audit of the published tables, and the comparison with ours.
    files : list of (name, content)
        Files to list with their digest.
    """
    cohort = settings["cohort"]
    patients, controls = cohort["patients"], cohort["controls"]
    included = roster[roster["exclude"] == ""]
    flow = exclusion_flow(roster, groups=[patients, controls])
    regions, classification = tables["regions"], tables["classification"]
    quality = quality_table(included, func_qc, anat_qc)
    kept = sorted({int(metrics["n_volumes"]) for metrics in func_qc})
    timing = sorted({str(metrics.get("slice_timing", "not recorded")) for metrics in func_qc})
    first_model = next(iter(models.values()))
    paragraphs, references = methods_text(
        settings,
        {
            "kept": f"{kept[0]} kept" if len(set(kept)) == 1 else f"{kept[0]} to {kept[-1]} kept",
            "timing": joined(timing),
            "df": first_model["df"],
            "n_voxels": mask.get("n_voxels"),
        },
    )
    published, arms = classification_rows(classification)
    n_test = classification.loc[classification["arm"] == "A", "n_test"].dropna()
    return {
        "simulated": cohort["source"] == "simulated",
        "patients": patients,
        "controls": controls,
        "n": {group["group"]: group["analysed"] for group in flow},
        "flow": flow,
        "score": cohort["score"],
        "question": question(settings),
        "facts": key_figures(flow, regions, classification),
        "findings": [
            *findings(regions, settings["metrics"]["measures"]),
            score_sentence(tables["correlation"], cohort["score"]),
            classification_sentence(classification),
        ],
        "certainty": [
            *certainty(
                regions, classification, corrections, quality, patients=patients, controls=controls
            ),
            error_rate_sentence(error_rates),
            normality_sentence(models, normality),
        ],
        "limits": limits(
            flow, classification, settings, float(n_test.iloc[0]) if len(n_test) else None
        ),
        "demographics": demographic_rows(tables["demographics"]),
        "regions": region_rows(regions),
        "normality": normality_rows(normality),
        "published": published,
        "arms": arms,
        "correlation": correlation_rows(tables["correlation"]),
        "score_maps": score_maps_sentence(score_maps, cohort["score"]),
        "group": settings["group"],
        "covariates": joined(cohort["covariates"]),
        "df": first_model["df"],
        "n_seeds": len(seeds),
        "n_repeats": settings["classification"]["n_repeats"],
        "workflow": Markup(figures["workflow"].decode("utf-8")),
        "pictures": {
            name: embedded_picture(
                figures[name], width=FIGURE_WIDTH, quality=WEBP_QUALITY["figure"]
            )
            for name in ("group_maps", "regions", "roc")
        },
        "motion": motion,
        "strips": strip_plots(quality, patients=patients, controls=controls),
        "quality": _quality_rows(quality, pictures),
        "quality_head": [(name, unit) for _, _, name, unit, *_ in QUALITY],
        "methods": paragraphs,
        "references": references,
        "settings": setting_rows(default_text, settings),
        "checks": [(title, plain_rows(table)) for title, table in checks.items()],
        "recovery": None if recovery is None else recovery_section(*recovery[0]),
        "recovery_figure": None
        if recovery is None
        else embedded_picture(recovery[1], width=FIGURE_WIDTH, quality=WEBP_QUALITY["figure"]),
        "recovery_mm": RECOVERY_MM,
        "audit": None if published_tables is None else audit_section(*published_tables),
        "versions": versions(),
        "files": [(name, digest(content)) for name, content in files],
        "minus": MINUS,
    }


def _quality_rows(quality: pd.DataFrame, pictures: list[bytes]) -> list[dict]:
    return [
        {
            "name": row["participant_id"],
            "group": row["group"],
            "cells": [number(row[key], digits) for key, _, _, _, digits, _ in QUALITY],
            "volumes": integer(row["n_volumes"]),
            "df": integer(row["residual_degrees_of_freedom"]),
            "picture": embedded_picture(
                picture, width=PICTURE_WIDTH, quality=WEBP_QUALITY["picture"]
            ),
        }
        for (_, row), picture in zip(quality.iterrows(), pictures, strict=True)
    ]


def render_page(template: str, context: dict) -> str:
    """Fill the template; every text is escaped, an unknown name is an error."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template).render(context)
