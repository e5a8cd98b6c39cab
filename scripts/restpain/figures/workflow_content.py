"""Text of Figure 1: stages of the run with settings and counts."""

import pandas as pd

from restpain.cohort.done_before import DONE
from restpain.cohort.measures import CONNECTIVITY, has_series, map_scales
from restpain.cohort.participants import Comparison, configured_comparison
from restpain.presentation.labels import NO_REGION, column_label, column_labels, level_label
from restpain.presentation.numbers import (
    counted,
    interval,
    joined,
    measure_name,
    number,
    shortest,
)

NUISANCE_NAMES = {
    "trend": "linear trend",
    "friston24": "24 motion regressors",
    "wm": "white matter",
    "csf": "cerebrospinal fluid",
    "acompcor": "aCompCor",
    "global": "global signal",
    "scrub": "scrubbing",
}


def exclusion_flow(
    roster: pd.DataFrame, comparison: Comparison, described: dict | None = None
) -> list[dict]:
    """Count recruited, excluded (with the reasons) and analysed participants of each group.

    Reasons are ordered by number, then by name; ``described`` (sidecar) may have their labels.
    """
    flow = []
    for group in comparison.groups:
        rows = roster[roster["group"] == group]
        reasons = rows.loc[rows["exclude"] != "", "exclude"]
        reasons = reasons.map(lambda text: level_label(text, "exclude", described or {}))
        reasons = reasons.value_counts()
        flow.append(
            {
                "group": group,
                "recruited": len(rows),
                "excluded": sorted(reasons.items(), key=lambda item: (-item[1], item[0])),
                "analysed": int((rows["exclude"] == "").sum()),
            }
        )
    return flow


def volumes_text(qc: list[dict], dropped: int) -> str:
    """Volumes dropped and kept, as a text."""
    kept = sorted({int(metrics["n_volumes"]) for metrics in qc})
    if not kept:
        return "no participant"
    text = f"{kept[0]}" if len(kept) == 1 else f"{kept[0]} to {kept[-1]}"
    return f"first {counted(dropped, 'volume')} dropped, {text} kept"


def workflow_content(
    *,
    roster: pd.DataFrame,
    func_qc: list[dict],
    mask: dict,
    clusters: dict[str, pd.DataFrame],
    seeds: pd.DataFrame,
    association: pd.DataFrame,
    published: pd.DataFrame,
    nested: pd.DataFrame,
    described: dict,
    settings: dict,
) -> dict:
    """Text of the boxes of the figure, from the settings and the results of a run.

    ``clusters`` holds the cluster table of each measure, ``fc`` last; ``described`` is the
    sidecar of the participants; ``settings`` is the configuration in force. Each box is
    ``(title, lines)``.
    """
    cohort, group = settings["cohort"], settings["group"]
    return {
        "cohort": exclusion_flow(roster, configured_comparison(settings), described),
        "preprocessing": _preprocessing_boxes(func_qc, settings),
        "metrics": _metric_boxes(seeds, settings),
        "group": _group_boxes(mask, group, column_labels(cohort["covariates"], described)),
        "clusters": [_cluster_words(key, len(table), seeds) for key, table in clusters.items()],
        "seeded": clusters_are_seeds(seeds, settings),
        "outcomes": _outcome_boxes(association, published, nested, described, settings),
        "simulated": cohort["source"] == "simulated",
    }


def clusters_are_seeds(seeds: pd.DataFrame, settings: dict) -> bool:
    """Tell if the seeds of this run are significant clusters of its local measures."""
    return len(seeds) > 0 and settings["connectivity"]["seeds"] in ("clusters", "union")


def _cluster_words(measure: str, n_clusters: int, seeds: pd.DataFrame) -> tuple[str, bool]:
    """Words on the clusters of a measure, and whether there is one."""
    counts = counted(n_clusters, "cluster")
    if measure == CONNECTIVITY and not len(seeds):
        counts = "not tested, no seed"
    return f"{measure_name(measure)}: {counts}", n_clusters > 0


def nuisance_text(nuisance: list[str] | str) -> str:
    """``preprocessing.nuisance`` in words."""
    if nuisance == DONE:
        return "nuisance regressed before"
    names = [NUISANCE_NAMES.get(name, name) for name in nuisance]
    return f"removed: {joined(names)}" if names else "no nuisance regression"


def _preprocessing_boxes(func_qc: list[dict], configured: dict) -> list[tuple]:
    cohort, settings = configured["cohort"], configured["preprocessing"]
    if cohort["source"] == "maps":
        placed = "given in MNI space, on their own grid"
        if has_series(configured):
            return [("Maps and series", [placed, "no registration", nuisance_text(DONE)])]
        return [("Maps", [placed, "no registration, no series"])]
    removed = nuisance_text(settings["nuisance"])
    if cohort["source"] == "derivatives":
        return [("Derivatives", ["preprocessed series in MNI space", removed])]
    timing = sorted({str(metrics.get("slice_timing", "")) for metrics in func_qc} - {""})
    start = "NIfTI" if cohort["source"] == "bids" else "DICOM to NIfTI"
    return [
        (start, [volumes_text(func_qc, settings["drop_volumes"])]),
        ("Time and motion", [f"slice timing: {joined(timing) or 'not recorded'}", "realignment"]),
        (
            "T1 to MNI152",
            [
                "bias field, brain, tissues",
                f"nonlinear registration at {shortest(settings['normalisation_mm'])} mm",
            ],
        ),
        (
            "One interpolation",
            [f"all transforms at once, {shortest(settings['voxel_mm'])} mm voxels", removed],
        ),
    ]


def _metric_boxes(seeds: pd.DataFrame, settings: dict) -> list[tuple]:
    given = settings["cohort"]["source"] == "maps"
    boxes = _map_boxes(settings) if given else _series_boxes(settings["metrics"])
    return [*boxes, _seed_box(seeds, settings)] if has_series(settings) else boxes


def _band_and_smoothing(metrics: dict) -> tuple[str, str]:
    low, high = metrics["band_hz"]
    return f"{low:g}\N{EN DASH}{high:g} Hz", f"{shortest(metrics['fwhm_mm'])} mm FWHM"


def _series_boxes(metrics: dict) -> list[tuple]:
    band, smooth = _band_and_smoothing(metrics)
    texts = {
        "alff": (
            "ALFF",
            [f"smoothed {smooth}", f"mean amplitude, {band}", "\N{DIVISION SIGN} mean"],
        ),
        "falff": ("fALFF", [f"smoothed {smooth}", f"share of amplitude in {band}"]),
        "reho": (
            "ReHo",
            [
                f"Kendall\N{RIGHT SINGLE QUOTATION MARK}s W, "
                f"{metrics['reho_neighbours']} voxels, {band}",
                f"\N{DIVISION SIGN} mean, then smoothed {smooth}",
            ],
        ),
    }
    return [texts[measure] for measure in metrics["measures"]]


def _seed_box(seeds: pd.DataFrame, settings: dict) -> tuple:
    band, smooth = _band_and_smoothing(settings["metrics"])
    origin = {
        "clusters": "the significant clusters",
        "union": "union of the significant clusters",
        "coordinates": "spheres at given coordinates",
        "masks": "given masks",
    }[settings["connectivity"]["seeds"]]
    if not len(seeds):
        origin = "no significant cluster"
    lines = [f"{counted(len(seeds), 'seed')}: {origin}", f"Fisher z of r, {band}, {smooth}"]
    return "Seed FC", lines


def _map_boxes(settings: dict) -> list[tuple]:
    words = {
        "mean": "\N{DIVISION SIGN} mean before",
        "zscore": "z scores",
        "raw": "\N{DIVISION SIGN} mean in the mask",
    }
    fwhm = settings["metrics"]["fwhm_mm"] * settings["cohort"]["smooth_maps"]
    smoothed = f"smoothed {shortest(fwhm)} mm FWHM" if fwhm else "not smoothed here"
    return [
        (measure_name(measure), [words[scale], smoothed])
        for measure, scale in map_scales(settings["cohort"]).items()
    ]


def _group_boxes(mask: dict, group: dict, covariates: list[str]) -> list[tuple]:
    adjusted = f"adjusted for {joined(covariates)}" if covariates else "no covariate"
    sides = "two-tailed" if group["tails"] == 2 else "one-tailed for each of both signs"
    lines = [f"patients \N{MINUS SIGN} controls, {adjusted}"]
    if "n_voxels" in mask:
        lines.append(f"{mask['n_voxels']:,} voxels of the group mask".replace(",", " "))
    permutations = group["n_permutations"]
    permuted = f"{permutations} permutations" if permutations else "no permutation test"
    inference = {"grf": "GRF correction", "permutation": "Permutation of cluster size"}
    return [
        ("Two-sample t", lines),
        (
            inference[group["inference"]],
            [
                f"voxel p < {group['voxel_p']:g}, cluster p < {group['cluster_p']:g}, {sides}",
                permuted,
            ],
        ),
    ]


def _outcome_boxes(association, published, nested, described: dict, settings: dict) -> list[tuple]:
    score = settings["cohort"]["score"]
    found = int((association["q_fdr"] < 0.05).sum()) if len(association) else 0
    lines = ["no score given"]
    if score:  # labels may be long: they wrap in the box, a title does not
        lines = [
            f"Spearman with {column_label(score, described)}, "
            f"{counted(len(association), 'feature')}",
        ]
        lines += [f"{found} with q < 0.05"] if len(association) else []
    best = ["no feature to classify with"]
    if len(published):
        single = published["cluster_id"] != "all"  # beside them, features pooled
        low, high = (number(auc, 2) for auc in published["auc"].astype(float).agg(["min", "max"]))
        best = [
            f"{counted(single.sum(), 'feature')}, regions chosen on all participants",
            f"AUC {low}" if low == high else f"AUC {low} to {high}",
        ]
    classification = settings["classification"]
    leak_free = ["not run"]
    arm_b = nested[nested["arm"].astype(str).str.startswith("B")]
    if len(arm_b):
        row = arm_b.iloc[0]
        auc = f"AUC {number(row['auc'], 2)}"
        leak_free = [
            f"all steps refitted in {classification['n_folds']} folds",
            f"{auc}, no fold with a region"
            if row["features"] == NO_REGION
            else f"{auc} ({interval(row['auc_low'], row['auc_high'], 2)})",
        ]
    return [
        ("Correlation with score", lines),
        ("Arm A, published protocol", best),
        ("Arm B, nested CV", leak_free),
    ]
