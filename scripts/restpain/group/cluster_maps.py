"""Maps of the group comparison with their clusters, for the figures and the viewer."""

import numpy as np
import pandas as pd

from restpain.group.clusters import cluster_number

NO_SEEDS = pd.DataFrame(columns=["seed"])  # of maps that are given, without series


def maps_of_measures(
    measures: list[str],
    volumes: dict[str, list[np.ndarray]],
    clusters: list[pd.DataFrame],
    seeds: pd.DataFrame,
) -> list[dict]:
    """List one map per local measure and one per seed.

    Parameters
    ----------
    measures : list of str
        Such as ``["alff", "reho", "fc"]``; ``fc`` has a volume per seed.
    volumes : dict of list of ndarray
        By name, the images of the measures: (x, y, z), or (x, y, z, seeds).
    clusters : list of DataFrame
        The table of clusters of each measure.
    seeds : DataFrame
        One row per volume of the connectivity, in their order.

    Returns
    -------
    list of dict
        ``measure``, ``seed`` (row of ``seeds`` or None), ``clusters`` (those of this map), and
        under each name of ``volumes`` the map, (x, y, z).
    """
    maps = []
    for index, measure in enumerate(measures):
        images = {
            name: images[index] if images[index].ndim == 4 else images[index][..., None]
            for name, images in volumes.items()
        }
        for volume in range(next(iter(images.values())).shape[3]):
            seed, own = None, clusters[index]
            if measure == "fc":
                seed = seeds.iloc[volume]
                own = own[own["seed"] == seed["seed"]]
            parts = {name: image[..., volume] for name, image in images.items()}
            maps.append({"measure": measure, "seed": seed, "clusters": own} | parts)
    return maps


def single_clusters(maps: list[dict]) -> list[dict]:
    """List one entry per cluster of ``maps``, by measure and number.

    Each has ``measure``, ``row`` (of the table, as a named tuple), ``values`` (the map
    ``difference``) and ``labels`` (True inside the cluster).
    """
    found = []
    for shown in maps:
        for row in shown["clusters"].itertuples():
            number = cluster_number(row.cluster_id)
            found.append(
                {
                    "measure": shown["measure"],
                    "row": row,
                    "values": shown["difference"],
                    "labels": shown["labels"] == number,
                    "number": number,
                }
            )
    order = list(dict.fromkeys(shown["measure"] for shown in maps))
    return sorted(found, key=lambda one: (order.index(one["measure"]), one["number"]))


def strongest_of(maps: list[dict]) -> tuple[np.ndarray, np.ndarray]:
    """Strongest value at each voxel inside the clusters of several maps.

    Returns
    -------
    values : ndarray of shape (x, y, z)
        Where clusters lie, the value of ``difference`` farthest from zero among the maps that
        have one there.
    labels : ndarray of bool, shape (x, y, z)
        True inside a cluster of any map.
    """
    values = np.stack([shown["difference"] for shown in maps], axis=-1)
    inside = np.stack([shown["labels"] > 0 for shown in maps], axis=-1)
    strongest = np.abs(np.where(inside, values, 0)).argmax(axis=-1)[..., None]
    return np.take_along_axis(values, strongest, axis=-1)[..., 0], inside.any(axis=-1)
