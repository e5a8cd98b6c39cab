"""A small made-up study: settings, tables and pictures that the tests of the report share."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from PIL import Image

from restpain.cohort.done_before import volumes_to_drop
from restpain.recovery.table import (
    PARTICIPANTS,
    STAGES,
    recovered_effects,
    stage_table,
    with_observed,
)

CONFIG = Path(__file__).parents[1] / "config.yaml"

REGIONS = pd.DataFrame(
    {
        "measure": ["ALFF", "ALFF", "FC"],
        "region": ["Temporal_Inf_L", "Temporal_Inf_R", "Precentral_R"],
        "hemisphere": ["left", "right", "right"],
        "brodmann_area": ["20", None, "6"],
        "x_mm": [-51.0, 48.0, 42.0],
        "y_mm": [-30.0, -36.0, -6.0],
        "z_mm": [-24.0, -21.0, 45.0],
        "t": [-6.2, 4.9, -5.5],
        "n_voxels": [100, 79, 41],
        "volume_mm3": [2700.0, 2133.0, 1107.0],
        "p_grf": [0.0001, 0.003, 0.02],
        "p_permutation": [0.002, 0.004, 0.08],
        "q_fdr_peak": [0.01, 0.02, 0.3],
        "survives": ["grf,permutation,fdr", "grf,permutation", "grf"],
        "hedges_g": [-1.6, 1.2, -1.3],
        "hedges_g_low": [-2.4, 0.4, -2.1],
        "hedges_g_high": [-0.8, 2.0, -0.5],
        "region_distance_mm": [0.0, 4.2, 0.0],
        "composition": ["Temporal_Inf_L 100 %"] * 3,
        "subpeaks": [None, None, "39,-9,48 (-4.1)"],
        "cluster_id": ["ALFF1", "ALFF2", "FC1"],
        "seed": [None, None, "ALFF1"],
        "seed_share": [None, None, 0.0],
    }
)
ONE_SAMPLE = REGIONS.assign(group=["patients", "patients", "controls"])
PUBLISHED = pd.DataFrame(
    {
        "cluster_id": ["ALFF1", "ALFF2"],
        "measure": ["alff", "alff"],
        "region": ["Temporal_Inf_L", "Temporal_Inf_R"],
        "hemisphere": ["left", "right"],
        "auc": [0.9, 0.8],
        "auc_sd": [0.1, 0.2],
        "auc_undefined_splits": [0, 0],
        "cv_auc": [0.85, 0.7],
        "cutoff": [0.5, 0.4],
        "sensitivity_percent": [80.0, 70.0],
        "specificity_percent": [75.0, 65.0],
        "accuracy_percent": [77.5, 67.5],
        "n_train": [18, 18],
        "n_test": [2, 2],
        "cv_folds": [18, 18],
        "feature_auc": [0.88, 0.8],
        "feature_auc_low": [0.7, 0.6],
        "feature_auc_high": [0.99, 0.95],
        "feature_cutoff": [0.9, 1.1],
        "feature_patients": ["lower", "higher"],
        "learners": ["XT 1.00", "XT 1.00"],
    }
)
NESTED = pd.DataFrame(
    {
        "arm": ["B nested", "D dummy"],
        "features": ["ALFF, ReHo, FC of the regions of each fold", "none"],
        "auc": [0.6, 0.5],
        "auc_low": [0.35, 0.5],
        "auc_high": [0.8, 0.5],
        "p_permutation": [0.2, 1.0],
        "cutoff_rule": ["Youden", "Youden"],
        "sensitivity_percent": [60.0, 100.0],
        "sensitivity_low": [31.0, 72.0],
        "sensitivity_high": [83.0, 100.0],
        "specificity_percent": [60.0, 0.0],
        "specificity_low": [31.0, 0.0],
        "specificity_high": [83.0, 28.0],
        "accuracy_percent": [60.0, 50.0],
        "balanced_accuracy_percent": [60.0, 50.0],
        "brier": [0.24, 0.25],
        "n": [20, 20],
        "folds_without_region": [1, 5],
    }
)
ASSOCIATION = pd.DataFrame(
    {
        "cluster_id": ["ALFF1", "ALFF2"],
        "measure": ["alff", "alff"],
        "region": ["Temporal_Inf_L", "Temporal_Inf_R"],
        "hemisphere": ["left", "right"],
        "score": ["nrs", "nrs"],
        "n": [10, 10],
        "rho": [0.131, -0.2],
        "p": [0.57, 0.4],
        "rho_low": [-0.5, -0.7],
        "rho_high": [0.7, 0.4],
        "q_fdr": [0.57, 0.57],
    }
)
FINDINGS = pd.DataFrame(
    {
        "table": [1, 1, 2],
        "row": ["Age", "Age", "ALFF, <b>, left"],
        "column": ["cp", "p", "peak"],
        "published": ["2±1", "0.067", "0, 0, 0"],
        "recomputed": ["2.0", "0.547", None],
        "verdict": ["consistent", "inconsistent", "cannot be checked"],
        "rule": ["mean_possible", "p_from_means", "in_brain"],
        "arithmetic": ["76 / 21", "t -0.61", "far"],
    }
)
COMPARED = pd.DataFrame({"table": [1, 1], "verdict": ["the same", "the same"]})
NORMALITY = pd.DataFrame(
    {
        "cluster_id": ["ALFF1", "ALFF1", "ALFF2", "ALFF2"],
        "group": ["CP", "HC"] * 2,
        "n": [10] * 4,
        "jarque_bera": [0.5, 1.5, 7.0, 0.4],
        "p": [0.78, 0.47, 0.03, 0.82],
        "t": [-5.5, -5.5, 2.2, 2.2],
        "p_t": [1e-5, 1e-5, 0.04, 0.04],
        "t_welch": [-5.4, -5.4, 2.1, 2.1],
        "p_welch": [2e-5, 2e-5, 0.05, 0.05],
        "p_permutation": [0.002, 0.002, 0.06, 0.06],
    }
)
MODEL = {
    "df": 15,
    "jarque_bera_share_if_normal": 0.031,
    "volumes": [{"seed": None, "jarque_bera_share": 0.042}],
}
SCORE_MAP = {
    "measure": "alff",
    "score": "nrs",
    "n": 10,
    "reason": None,
    "volumes": [
        {
            "seed": None,
            "inference": "grf",
            "n_permutations": 500,
            "n_clusters": 2,
            "n_clusters_grf": 2,
            "n_clusters_permutation": 1,
            "n_clusters_both": 1,
        }
    ],
}
ERROR_RATE = {
    "measure": "alff",
    "aimed": 0.05,
    "n_permutations": 500,
    "n_with_cluster": 40,
    "error_rate": 0.08,
    "error_rate_low": 0.0593,
    "error_rate_high": 0.1071,
    "voxel_p": 0.001,
    "cluster_p": 0.05,
    "tails": 2,
}


def settings() -> dict:
    """Read the configuration of the repository, with the labels of the paper, as in force."""
    read = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    read["cohort"] |= {"source": "simulated", "patients": "CP", "controls": "HC"}
    read["preprocessing"]["drop_volumes"] = volumes_to_drop(None, "simulated")
    return read


def recovery_tables(n_effects: int = 2) -> tuple[list[pd.DataFrame], bytes]:
    """Give the tables and the figure of what was recovered: one effect found, one missed."""
    affine = np.diag([3.0, 3.0, 3.0, 1.0])
    labels = np.zeros((12, 12, 12), np.int16)
    labels[2:5, 2:5, 2:5], labels[8:10, 8:10, 8:10] = 1, 2
    effects = [
        {"measure": "alff", "region": "Temporal_Inf_L", "change": -0.5},
        {"measure": "reho", "region": "Temporal_Mid_R", "change": 1.0},
    ][:n_effects]
    for effect, voxels in zip(effects, (labels == 1, np.roll(labels == 2, -5, 0)), strict=False):
        effect["voxels"] = voxels
    clusters = pd.DataFrame(
        {
            "cluster_id": ["ALFF1", "ALFF2"],
            "measure": "alff",
            "region": ["Temporal_Inf_L", "<b>Lingual_L"],
            "seed": None,
            "x_mm": [9.0, 27.0],
            "y_mm": [9.0, 27.0],
            "z_mm": [9.0, 27.0],
            "t": [-6.2, 4.9],
            "n_voxels": [27, 8],
        }
    )
    maps = {"alff": labels, "reho": np.zeros_like(labels), "fc": labels[..., None][..., :0]}
    found, listed = recovered_effects(effects, clusters, maps, {}, affine, tested=["alff", "reho"])
    noise = np.random.default_rng(0).normal(0, 0.05, (6, n_effects))
    patients = np.arange(6) < 3
    values = {
        stage: 1 - 0.4 * patients[:, None] + noise for stage in STAGES if stage != "simulated"
    }
    errors = {name: np.linspace(0.1, 0.6, 6) for name in PARTICIPANTS if name.endswith("_mm")}
    participants = pd.DataFrame(
        {
            "participant_id": [f"sub-{number}" for number in range(1, 7)],
            "group": ["CP"] * 3 + ["HC"] * 3,
            **errors,
        }
    )
    stages = stage_table(effects, values, patients)
    return [with_observed(found, stages), listed, stages, participants], picture()


def picture(width: int = 40) -> bytes:
    """Give a grey PNG."""
    content = io.BytesIO()
    Image.new("RGB", (width, 20), "grey").save(content, format="PNG")
    return content.getvalue()
