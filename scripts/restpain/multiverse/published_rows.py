"""Published regions and the universes that have a cluster there."""

import numpy as np
import pandas as pd

from restpain.group.clusters import millimetres
from restpain.published.audit import region_row
from restpain.published.coordinates import region_key

PEAK = ["x_mm", "y_mm", "z_mm"]
MATCHES = {
    "row": "Row of the published table, counted from 0.",
    "universe": "Universe with a significant cluster of the row's sign and measure near its peak.",
    "t": "T at the peak of that cluster; of several, the one nearest to the published T.",
    "region": "AAL2 region of that peak.",
}
ROWS = {
    "measure": "Measure as printed.",
    "region": "Region as printed.",
    "hemisphere": "Side as printed.",
    "x_mm": "MNI x of the published peak in mm.",
    "y_mm": "MNI y of the published peak in mm.",
    "z_mm": "MNI z of the published peak in mm.",
    "t": "Published T.",
    "n_inconsistent": "Cells of the row that the audit of the published tables calls "
    "inconsistent.",
    "in_main": "Whether the main analysis has a cluster there.",
    "n_universes": "Universes of the study.",
    "n_matching": "Universes with a significant cluster of the same sign and measure near the "
    "peak.",
    "n_same_label": "Those of them whose cluster has its peak in the printed region.",
    "closest_t": "T nearest to the published one among these clusters.",
    "closest_universe": "The first universe with that T.",
}
READINGS = {
    "universe": "Number of the universe, see universes.tsv; best first.",
    "n_rows": "Published rows that the universe has.",
    "mean_t_difference": "Mean absolute difference of T from the published T of these rows.",
}


def rows_of_measure(published: pd.DataFrame | None, measure: str) -> pd.DataFrame:
    """Rows of a printed Table 2 of one measure that have a peak and a T, as numbers."""
    if published is None:
        return pd.DataFrame(columns=["region", *PEAK, "t"])
    rows = published[published["measure"].str.lower() == measure.lower()]
    numbers = rows[[*PEAK, "t"]].apply(pd.to_numeric, errors="coerce")
    return rows.assign(**numbers).dropna(subset=[*PEAK, "t"])


def places_of_rows(
    published: pd.DataFrame | None,
    measure: str,
    template: np.ndarray,
    affine: np.ndarray,
    *,
    match_mm: float,
) -> list[tuple[np.ndarray, int]]:
    """Voxels near each published peak of a measure, and the sign of its T.

    Parameters
    ----------
    published : DataFrame or None
        Table 2 as printed; None for none.
    measure : str
        Such as ``alff``.
    template : ndarray of bool, shape (x, y, z)
        The voxels.
    affine : ndarray of shape (4, 4)
        From voxels to mm.
    match_mm : float
        Largest distance of a voxel's centre to the peak.

    Returns
    -------
    list of (ndarray of bool, int)
        ``(n_voxels,)`` each, in the order of `rows_of_measure`.
    """
    centres = millimetres(np.argwhere(template), affine)
    return [
        (
            np.linalg.norm(centres - np.array(row[PEAK], float), axis=1) <= match_mm,
            int(np.sign(row["t"])),
        )
        for _, row in rows_of_measure(published, measure).iterrows()
    ]


def matches_of_rows(
    published: pd.DataFrame | None,
    measure: str,
    clusters: pd.DataFrame,
    voxels: list[np.ndarray],
    places: list[tuple[np.ndarray, int]],
) -> pd.DataFrame:
    """Rows of `MATCHES`: the universes that have a published row of a measure.

    Parameters
    ----------
    published, measure, places
        See `places_of_rows`.
    clusters, voxels
        Significant clusters of all universes and their voxels, see `Collected`.
    """
    found = []
    rows = rows_of_measure(published, measure)
    for (number, row), (near, sign) in zip(rows.iterrows(), places, strict=True):
        is_near = np.array([near[inside].any() for inside in voxels], bool)
        own = clusters[is_near & (clusters["sign"] == sign).to_numpy(bool)]
        own = own.assign(away=(own["t"] - row["t"]).abs()).sort_values("away", kind="stable")
        for _, cluster in own.drop_duplicates("universe").sort_values("universe").iterrows():
            found.append({"row": number} | {key: cluster[key] for key in list(MATCHES)[1:]})
    return pd.DataFrame(found, columns=list(MATCHES))


def published_table(
    published: pd.DataFrame,
    matches: dict[str, pd.DataFrame],
    universes: pd.DataFrame,
    inconsistent: dict[str, int] | None,
) -> pd.DataFrame:
    """Rows of `ROWS`: how each published row fares over the universes.

    Parameters
    ----------
    published : DataFrame
        Table 2 as printed.
    matches : dict of DataFrame
        By measure, see `matches_of_rows`.
    universes : DataFrame
        ``universes.tsv``: a column for each measure names the universe whose results each shares.
    inconsistent : dict of int, optional
        By the name of the row (`region_row`), its cells that the audit calls inconsistent.
    """
    table = []
    for measure, found in matches.items():
        for number, row in rows_of_measure(published, measure).iterrows():
            own = found[found["row"] == number]
            shared = universes[measure]
            printed = region_key(row["region"])
            same = own[np.array([region_key(name) == printed for name in own["region"]], bool)]
            nearest = own.loc[(own["t"] - row["t"]).abs().idxmin()] if len(own) else None
            table.append(
                {key: row[key] for key in ("measure", "region", "hemisphere", *PEAK, "t")}
                | {
                    "n_inconsistent": (inconsistent or {}).get(region_row(row)),
                    "in_main": 0 in set(own["universe"]),
                    "n_universes": len(universes),
                    "n_matching": int(shared.isin(own["universe"]).sum()),
                    "n_same_label": int(shared.isin(same["universe"]).sum()),
                    "closest_t": None if nearest is None else nearest["t"],
                    "closest_universe": None if nearest is None else nearest["universe"],
                }
            )
    columns = {"n_inconsistent": "Int64", "closest_universe": "Int64"}
    return pd.DataFrame(table, columns=list(ROWS)).astype(columns)


def readings_table(
    published: pd.DataFrame, matches: dict[str, pd.DataFrame], universes: pd.DataFrame
) -> pd.DataFrame:
    """Rows of `READINGS`, the best reading first; parameters as of `published_table`.

    Best is the one with most published rows, then that with the smallest mean difference of T.
    """
    differences = {universe: [] for universe in universes["universe"]}
    for measure, found in matches.items():
        printed = rows_of_measure(published, measure)["t"]
        away = (found["t"].astype(float) - found["row"].map(printed).astype(float)).abs()
        by_universe = {universe: list(own) for universe, own in away.groupby(found["universe"])}
        for universe, shared in zip(universes["universe"], universes[measure], strict=True):
            differences[universe] += by_universe.get(shared, [])
    table = pd.DataFrame(
        [
            {
                "universe": universe,
                "n_rows": len(found),
                "mean_t_difference": np.mean(found) if found else np.nan,
            }
            for universe, found in differences.items()
        ],
        columns=list(READINGS),
    )
    return table.sort_values(
        ["n_rows", "mean_t_difference", "universe"], ascending=[False, True, True]
    ).reset_index(drop=True)


def rows_reproduced(
    hits: dict[str, tuple[np.ndarray, np.ndarray]], universes: pd.DataFrame
) -> np.ndarray:
    """Count the published rows that each universe has, of the true and of permuted groups.

    Parameters
    ----------
    hits : dict of (ndarray of int, ndarray of bool)
        By measure, numbers of its universes, and `GroupLevel.hits` of them.
    universes : DataFrame
        See `published_table`.

    Returns
    -------
    ndarray of int, shape (n_universes, 1 + n_permutations)
    """
    total = 0
    for measure, (numbers, found) in hits.items():
        place = {int(universe): row for row, universe in enumerate(numbers)}
        total = total + found.sum(axis=2)[[place[universe] for universe in universes[measure]]]
    return total
