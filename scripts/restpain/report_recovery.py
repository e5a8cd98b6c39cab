"""The section of the planted effects: what was put into simulated data, and what was found."""

import numpy as np
import pandas as pd

from restpain.formatting import EN_DASH, is_missing, measure_name, number, region_name
from restpain.report_page import Section

RECOVERY_MM = 9  # three voxels of the paper's size
INSIDE_MM = 1.0  # the planted regions are drawn on a grid of 1 mm


def recovery_section(
    effects: list[dict],
    regions: pd.DataFrame,
    seeds: pd.DataFrame,
    labels: np.ndarray,
    affine: np.ndarray,
) -> Section:
    """Show planted effects against found clusters; parameters as of ``recovery_rows``."""
    return Section(
        "recovery",
        "Planted and found",
        "Planted and found",
        {
            "recovery": recovery_rows(effects, regions, seeds, labels, affine),
            "recovery_mm": RECOVERY_MM,
        },
    )


def recovery_rows(
    effects: list[dict],
    regions: pd.DataFrame,
    seeds: pd.DataFrame,
    labels: np.ndarray,
    affine: np.ndarray,
) -> list[dict]:
    """Compare each planted effect with the nearest cluster of its measure.

    Clusters that recover none of the effects follow, as ``not planted``: false ones, or what a
    planted effect did elsewhere.

    Parameters
    ----------
    effects : list of dict
        ``measure``, ``region``, ``change`` (relative), ``label``, and ``seed`` for connectivity.
    regions, seeds : DataFrame
        Table 2 and the table of seeds.
    labels : ndarray of shape (x, y, z)
        Planted regions; a voxel holds the effect's ``label``.
    affine : ndarray of shape (4, 4)
        Of ``labels``, to mm.
    """
    rows, recovered = [], set()
    for effect in effects:
        voxels = np.argwhere(labels == effect["label"])
        places = voxels @ affine[:3, :3].T + affine[:3, 3]
        found = regions[regions["measure"] == measure_name(effect["measure"])]
        row = {
            "measure": measure_name(effect["measure"]),
            "region": region_name(effect["region"]),
            "label": effect["region"] + (f", seed {effect['seed']}" if effect.get("seed") else ""),
            "change": f"{number(100 * effect['change'], 0)} %",
            "cluster": "none",
            "distance": EN_DASH,
            "sign": EN_DASH,
            "verdict": "not found",
        }
        if len(found):
            peaks = found[["x_mm", "y_mm", "z_mm"]].to_numpy(float)
            distances = np.array([np.linalg.norm(places - peak, axis=1).min() for peak in peaks])
            nearest = int(distances.argmin())
            cluster = found.iloc[nearest]
            same = np.sign(cluster["t"]) == np.sign(effect["change"])
            near = distances[nearest] <= RECOVERY_MM
            inside = distances[nearest] < INSIDE_MM
            row |= {
                "cluster": _cluster_words(cluster, seeds),
                "distance": "0" if inside else number(distances[nearest], 0),
                "sign": "same" if same else "opposite",
                "verdict": "recovered" if same and near else "not found",
            }
            if same and near:
                recovered.add(cluster["cluster_id"])
        rows.append(row)
    for _, cluster in regions[~regions["cluster_id"].isin(recovered)].iterrows():
        rows.append(
            {
                "measure": cluster["measure"],
                "region": "nothing",
                "label": "",
                "change": EN_DASH,
                "cluster": _cluster_words(cluster, seeds),
                "distance": EN_DASH,
                "sign": EN_DASH,
                "verdict": "not planted",
            }
        )
    return rows


def _cluster_words(cluster: pd.Series, seeds: pd.DataFrame) -> str:
    words = f"{cluster['cluster_id']}, {cluster['region']}"
    if not is_missing(cluster["seed"]):
        origin = seeds.loc[seeds["seed"] == cluster["seed"], "region"]
        where = f" in {origin.iloc[0]}" if len(origin) and not is_missing(origin.iloc[0]) else ""
        words += f" (seed {cluster['seed']}{where})"
    return words
