"""Results of all universes of one measure, collected from the jobs of its maps."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from restpain.multiverse.regions import Region

REGIONS = {
    "region_id": "Region: as the cluster of the main analysis, or with + if it is found only in "
    "other universes.",
    "seed": "Seed of the connectivity map; n/a for local measures.",
    "in_main": "Whether the main analysis has it.",
    "sign": "1: patients higher, -1: lower.",
    "region": "AAL2 region of the peak of the first cluster, or the nearest one.",
    "hemisphere": "Side of that peak.",
    "x_mm": "MNI x of that peak in mm.",
    "y_mm": "MNI y of that peak in mm.",
    "z_mm": "MNI z of that peak in mm.",
    "n_voxels": "Voxels of the first cluster, by which the region is defined.",
    "n_universes": "Universes of the measure.",
    "n_surviving": "Universes with a significant cluster in the region.",
    "t_median": "Median over the universes of T of the mean of the region.",
    "t_low": "Smallest of these T.",
    "t_high": "Largest of these T.",
}
TESTS = {
    "seed": "Seed of the connectivity map; n/a for local measures.",
    "inference": "Correction by which a cluster is significant: grf or permutation.",
    "observed": "Share of the universes with a significant cluster.",
    "mean_permuted": "Mean of that share over permuted groups.",
    "q95_permuted": "Its 95 % quantile over permuted groups.",
    "p": "(1 + permutations with a share as large) / (1 + permutations).",
}
SHARE_SIDECAR = {
    "Description": "Share of the universes in which the voxel lies in a significant cluster of "
    "this sign.",
    "Units": "1",
}
SAME = ("x_mm", "y_mm", "z_mm", "t", "n_voxels", "p_grf", "p_permutation", "hedges_g")


@dataclass(frozen=True)
class Collected:
    """Results of all universes of a measure.

    Attributes
    ----------
    clusters : DataFrame
        Clusters that are significant by the inference of their universe.
    voxels : list of ndarray of int
        Voxels of each row.
    significant, hits : ndarray of bool
        As in `GroupLevel`, in the order of the universes.
    """

    clusters: pd.DataFrame
    voxels: list[np.ndarray]
    significant: np.ndarray
    hits: np.ndarray


def collected(
    results: list[dict[str, np.ndarray]], clusters: list[pd.DataFrame], universes: list[dict]
) -> Collected:
    """Put the results of the jobs of a measure together.

    Parameters
    ----------
    results, clusters : list
        What ``fit_universes`` wrote: arrays and tables, one for each map.
    universes : list of dict
        Those of `measure_plan`, in the order of the result.
    """
    voxels, significant, hits = [], {}, {}
    for arrays, table in zip(results, clusters, strict=True):
        parts = np.split(arrays["voxels"], arrays["ends"])[: len(table)]
        voxels += parts
        for number, universe in enumerate(arrays["universe"]):
            significant[int(universe)] = arrays["significant"][number]
            hits[int(universe)] = arrays["hits"][number]
    filled = [table for table in clusters if len(table)] or clusters[:1]
    table = pd.concat(filled, ignore_index=True)
    inference = {one["universe"]: one["settings"]["group.inference"] for one in universes}
    survives = [bool(row[f"survives_{inference[row['universe']]}"]) for _, row in table.iterrows()]
    kept = np.flatnonzero(survives)
    order = [one["universe"] for one in universes]
    return Collected(
        table.iloc[kept].reset_index(drop=True),
        [voxels[number] for number in kept],
        np.array([significant[universe] for universe in order]),
        np.array([hits[universe] for universe in order]),
    )


def check_main(clusters: pd.DataFrame, main: pd.DataFrame, path: str) -> None:
    """Raise ``ValueError`` if universe 0 has other clusters than the main analysis."""
    own = clusters[clusters["universe"] == 0]
    own, main = (
        table[list(SAME)].astype(float).sort_values(list(SAME)).to_numpy() for table in (own, main)
    )
    if own.shape != main.shape or not np.array_equal(own, main, equal_nan=True):
        raise ValueError(
            f"universe 0 has {len(own)} clusters that are not those of {path} ({len(main)}); "
            "expected the same, since it is the main analysis; delete results/multiverse and run "
            "again"
        )


def region_rows(
    regions: list[Region],
    names: list[str],
    clusters: pd.DataFrame,
    specification: pd.DataFrame,
    seeds: list[str | None],
) -> pd.DataFrame:
    """Rows of `REGIONS`, from `matched_regions`, `region_names` and `specification_table`."""
    rows = []
    for region, name in zip(regions, names, strict=True):
        first = clusters.loc[region.clusters[min(region.clusters)]]
        curve = specification.loc[specification["region_id"] == name, "t"]
        rows.append(
            {
                "region_id": name,
                "seed": seeds[region.volume],
                "in_main": 0 in region.clusters,
                "sign": region.sign,
                **{key: first[key] for key in ("region", "hemisphere", "x_mm", "y_mm", "z_mm")},
                "n_voxels": len(region.voxels),
                "n_universes": len(curve),
                "n_surviving": len(region.clusters),
                "t_median": curve.median(),
                "t_low": curve.min(),
                "t_high": curve.max(),
            }
        )
    return pd.DataFrame(rows, columns=list(REGIONS))
