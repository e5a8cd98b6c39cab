"""Simulated effects matched with significant clusters, and their attenuation by stage."""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from restpain.group.cluster_table import CONFIDENCE
from restpain.group.clusters import cluster_number, hedges_g, millimetres

STAGES = {
    "simulated": "the simulator's own setting",
    "acquired": "series as measured, sampled where the truth says the voxels are; not regressed, "
    "not smoothed",
    "normalised": "the same, sampled where realignment, coregistration and normalisation say "
    "they are",
    "regressed": "without the nuisance regressors",
    "smoothed": "after smoothing, as it is tested",
}
EFFECTS = {
    "effect": "Number of the simulated effect, in the order of sourcedata/truth/truth.json.",
    "measure": "Measure that it changes.",
    "region": "AAL2 region that it changes, wholly or, with size_mm, in a part.",
    "seed": "AAL2 region at the other end of a connection; n/a for local measures.",
    "change_percent": "Simulated change in the patients in percent, in the simulator's unit: "
    "amplitude of the fluctuations (alff), share of variance in common with the neighbours "
    "(reho), correlation of the two signals (fc).",
    "n_voxels_planted": "Voxels of the analysis grid at least half in the region, in the group "
    "mask.",
    "verdict": "found: a cluster of the measure with the right sign overlaps the region (and, "
    "for fc, its seed the seed of the effect); not found; not tested: no map of that measure, or "
    "no seed there.",
    "clusters": "The clusters that do.",
    "n_voxels_found": "Their voxels together.",
    "dice": "Overlap of these voxels with the region: twice the common ones over the sum; 0 if "
    "not found.",
    "share_found": "Share of the region's voxels in these clusters.",
    "x_mm": "MNI x in mm of their highest peak.",
    "y_mm": "MNI y in mm of that peak.",
    "z_mm": "MNI z in mm of that peak.",
    "t": "T of that peak, patients minus controls.",
    "peak_to_region_mm": "Distance of that peak to the nearest voxel of the region; 0 inside.",
    "peak_to_centre_mm": "Distance of that peak to the centre of mass of the region.",
    "observed_change_percent": "Patients against controls in the region of the effect, in the "
    "maps that are tested; percent of the controls (fc: of r with the seed of the effect).",
    "hedges_g": "The same in standard deviations; without covariates.",
    "nearest_cluster": "Where nothing was found: the cluster of the measure with the peak "
    "nearest to the region.",
    "nearest_mm": "Distance of its peak to the region.",
    "nearest_sign": "Its sign against that of the effect: same or opposite.",
}
CLUSTERS = {
    "cluster_id": "Significant cluster, as in Table 2.",
    "measure": "Measure that differs.",
    "region": "AAL2 region of its peak.",
    "seed": "Seed of the connectivity map; n/a for local measures.",
    "x_mm": "MNI x of the peak in mm.",
    "y_mm": "MNI y of the peak in mm.",
    "z_mm": "MNI z of the peak in mm.",
    "t": "T of the peak, patients minus controls.",
    "n_voxels": "Size in voxels.",
    "verdict": "recovers: one of the simulated effects; touches: overlaps the region of another "
    "simulated effect, or that of its own with the wrong sign; simulated seed: connectivity of a "
    "seed in the region of an effect, elsewhere; false cluster: overlaps no simulated effect.",
    "effects": "Numbers of the effects that it recovers or touches, or that its seed lies in.",
}
STAGE_COLUMNS = {
    "effect": "Number of the simulated effect.",
    "measure": "Measure that it changes.",
    "region": "Region that it changes.",
    "stage": "; ".join((f"{name}: {text}" for name, text in STAGES.items())) + ".",
    "patients": "Mean of the patients in the region of the effect; n/a for the simulated change.",
    "controls": "Mean of the controls.",
    "change_percent": "Patients against controls in percent of the controls.",
    "kept_percent": "Share of the previous stage's change that is left, in percent; for the "
    "first measured stage against the simulated change, n/a for reho, whose simulated change has "
    "another unit.",
    "hedges_g": "Standardised difference, patients minus controls, without covariates; the "
    "region was not chosen by its difference.",
    "hedges_g_low": "Lower end of its 95 % confidence interval.",
    "hedges_g_high": "Upper end of that interval.",
}
PARTICIPANTS = {
    "participant_id": "Label of the participant.",
    "group": "Group of the participant.",
    "motion_true_rms_mm": "Motion that was simulated, after the dropped volumes: displacement "
    "of the brain's voxels about their mean position, root mean square over voxels and "
    "volumes, mm.",
    "motion_rms_mm": "What realignment left of it, in the same way, mm.",
    "coregistration_rms_mm": "Error of the rigid transform from the T1 to the series, mean "
    "over the volumes; root mean square over the brain's voxels, mm.",
    "normalisation_rms_mm": "Distance between the found and the true location of the template "
    "brain's voxels in the T1, root mean square, mm.",
    "normalisation_p95_mm": "95th percentile of that distance, mm.",
    "total_rms_mm": "All three together: distance in the series between where a voxel was "
    "looked for and where it was, root mean square over voxels and volumes, mm.",
    "total_p95_mm": "95th percentile of that distance, mm.",
}


def dice(first: np.ndarray, second: np.ndarray) -> float:
    """Twice the common voxels of two masks over the sum of their voxels; 0 if both are empty."""
    total = np.count_nonzero(first) + np.count_nonzero(second)
    return 2 * np.count_nonzero(first & second) / total if total else 0.0


def distance_to(voxels: np.ndarray, affine: np.ndarray, points_mm: np.ndarray) -> np.ndarray:
    """Distance in mm of points ``(n, 3)`` to the centre of the nearest voxel of a mask.

    Infinite if the mask is empty.
    """
    if not voxels.any():
        return np.full(len(points_mm), np.inf)
    return cKDTree(millimetres(np.argwhere(voxels), affine)).query(points_mm)[0]


def recovered_effects(
    effects: list[dict],
    clusters: pd.DataFrame,
    labels: dict[str, np.ndarray],
    seeds: dict[str, np.ndarray],
    affine: np.ndarray,
    *,
    tested: list[str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Match simulated effects and significant clusters.

    Parameters
    ----------
    effects : list of dict
        ``measure``, ``region`` (name), ``change``, ``voxels`` (ndarray of bool on the grid) and,
        for connectivity, ``seed`` (name) and ``seed_voxels``.
    clusters : DataFrame
        Rows of the cluster tables of all measures; ``measure`` in the spelling of the effects.
    labels : dict of ndarray
        Cluster images by measure, 3D or, for ``fc``, with a volume per seed.
    seeds : dict of ndarray of bool
        Voxels of each seed, by its name.
    affine : ndarray of shape (4, 4)
        Of the grid.
    tested : list of str
        Measures of which there are maps.

    Returns
    -------
    effects, clusters : DataFrame
        With the columns `EFFECTS` and `CLUSTERS`.
    """
    found = [
        row | {"voxels": _cluster_voxels(labels[row["measure"]], row["cluster_id"])}
        for row in clusters.to_dict("records")
    ]
    rows, verdicts = [], {cluster["cluster_id"]: {} for cluster in found}
    for number, effect in enumerate(effects, start=1):
        own = []
        for cluster in found:
            verdict = _relation(effect, cluster, seeds)
            if verdict is not None:
                verdicts[cluster["cluster_id"]].setdefault(verdict, []).append(number)
            if verdict == "recovers":
                own.append(cluster)
        rows.append({"effect": number} | _effect_row(effect, own, found, seeds, affine, tested))
    listed = []
    for cluster in found:
        of_cluster = verdicts[cluster["cluster_id"]]
        verdict = next(
            (name for name in ("recovers", "touches", "simulated seed") if name in of_cluster),
            "false cluster",
        )
        numbers = ",".join(map(str, of_cluster.get(verdict, [])))
        listed.append(cluster | {"verdict": verdict, "effects": numbers or None})
    return (
        pd.DataFrame(rows, columns=list(EFFECTS)),
        pd.DataFrame(listed, columns=list(CLUSTERS)),
    )


def _cluster_voxels(labels: np.ndarray, cluster_id: str) -> np.ndarray:
    voxels = labels == cluster_number(cluster_id)
    return voxels.any(axis=3) if voxels.ndim == 4 else voxels


def _relation(effect: dict, cluster: dict, seeds: dict[str, np.ndarray]) -> str | None:
    """Relation of a cluster to a simulated effect; None if there is none."""
    regions = [effect["voxels"]]
    if effect["measure"] == "fc":
        regions.append(effect["seed_voxels"])
    overlaps = np.any(cluster["voxels"] & effect["voxels"])
    seed = seeds.get(cluster["seed"]) if cluster["measure"] == "fc" else None
    same_sign = np.sign(cluster["t"]) == np.sign(effect["change"])
    linked = effect["measure"] != "fc" or _meet(seed, [effect["seed_voxels"]])
    if cluster["measure"] == effect["measure"] and overlaps and same_sign and linked:
        return "recovers"
    if _meet(cluster["voxels"], regions):
        return "touches"
    return "simulated seed" if _meet(seed, regions) else None


def _meet(voxels: np.ndarray | None, regions: list[np.ndarray]) -> bool:
    return voxels is not None and any(np.any(voxels & region) for region in regions)


def _effect_row(effect, own, found, seeds, affine, tested) -> dict:
    region = effect["voxels"]
    row = {
        "measure": effect["measure"],
        "region": effect["region"],
        "seed": effect.get("seed"),
        "change_percent": round(100 * effect["change"], 6),
        "n_voxels_planted": int(region.sum()),
        "verdict": "found" if own else "not found",
        "dice": 0.0,
        "n_voxels_found": 0,
        "share_found": 0.0,
    }
    if own:
        voxels = np.any([cluster["voxels"] for cluster in own], axis=0)
        highest = max(own, key=lambda cluster: abs(cluster["t"]))
        peak = np.array([[highest[axis] for axis in ("x_mm", "y_mm", "z_mm")]], dtype=float)
        centre = millimetres(np.argwhere(region), affine).mean(axis=0)
        return row | {
            "clusters": ",".join(cluster["cluster_id"] for cluster in own),
            "n_voxels_found": int(voxels.sum()),
            "dice": dice(voxels, region),
            "share_found": np.count_nonzero(voxels & region) / np.count_nonzero(region),
            **{name: highest[name] for name in ("x_mm", "y_mm", "z_mm", "t")},
            "peak_to_region_mm": float(distance_to(region, affine, peak)[0]),
            "peak_to_centre_mm": float(np.linalg.norm(peak[0] - centre)),
        }
    has_seed = effect["measure"] != "fc" or any(
        _meet(voxels, [effect["seed_voxels"]]) for voxels in seeds.values()
    )
    if effect["measure"] not in tested or not has_seed:
        row |= {"verdict": "not tested", "dice": np.nan, "share_found": np.nan}
    others = [cluster for cluster in found if cluster["measure"] == effect["measure"]]
    if others and region.any():
        peaks = np.array([[c[axis] for axis in ("x_mm", "y_mm", "z_mm")] for c in others], float)
        distances = distance_to(region, affine, peaks)
        nearest = others[int(distances.argmin())]
        same = np.sign(nearest["t"]) == np.sign(effect["change"])
        row |= {
            "nearest_cluster": nearest["cluster_id"],
            "nearest_mm": float(distances.min()),
            "nearest_sign": "same" if same else "opposite",
        }
    return row


def stage_table(
    effects: list[dict], values: dict[str, np.ndarray], patients: np.ndarray
) -> pd.DataFrame:
    """Difference of the groups in the regions of the effects, stage by stage.

    Parameters
    ----------
    effects : list of dict
        ``measure``, ``region`` and ``change`` of each effect.
    values : dict of ndarray of shape (n_participants, n_effects)
        Mean over each region at each measured stage of `STAGES`, in their order.
    patients : ndarray of bool, shape (n_participants,)
        True for patients.

    Returns
    -------
    DataFrame
        With the columns `STAGE_COLUMNS`.
    """
    rows = []
    for index, effect in enumerate(effects):
        name = {key: effect[key] for key in ("measure", "region")} | {"effect": index + 1}
        simulated = 100 * effect["change"]
        rows.append(name | {"stage": "simulated", "change_percent": round(simulated, 6)})
        previous = np.nan if effect["measure"] == "reho" else simulated
        for stage, columns in values.items():
            known = ~np.isnan(columns[:, index])
            groups = [columns[known & who, index] for who in (patients, ~patients)]
            row = name | {"stage": stage}
            if min(map(len, groups)) > 1:
                means = [float(group.mean()) for group in groups]
                change = 100 * (means[0] - means[1]) / means[1] if means[1] else np.nan
                g, low, high = hedges_g(*groups, confidence=CONFIDENCE)
                row |= {
                    "patients": means[0],
                    "controls": means[1],
                    "change_percent": change,
                    "kept_percent": 100 * change / previous if previous else np.nan,
                    "hedges_g": g,
                    "hedges_g_low": low,
                    "hedges_g_high": high,
                }
                previous = change
            rows.append(row)
    return pd.DataFrame(rows, columns=list(STAGE_COLUMNS))


def with_observed(effects: pd.DataFrame, stages: pd.DataFrame) -> pd.DataFrame:
    """Table of the effects with the difference that the last stage of each has."""
    last = stages[stages["stage"] == "smoothed"].set_index("effect")
    return effects.assign(
        observed_change_percent=effects["effect"].map(last["change_percent"]),
        hedges_g=effects["effect"].map(last["hedges_g"]),
    )
