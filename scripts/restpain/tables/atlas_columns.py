"""Regions of clusters in further atlases, for Table 2."""

import numpy as np
import pandas as pd

from restpain.atlas import LEAST_PERCENT, NAMED, Atlas, composition_text
from restpain.group.clusters import cluster_number, millimetres
from restpain.presentation.numbers import atlas_name, is_missing, joined, region_name, shortest

PARTS = {
    "region": "Region of the peak in the atlas {name}{origin}, or the nearest one.",
    "distance_mm": "Distance of the peak to that region of {name} in mm; 0 inside.",
    "composition": "Share of the cluster's voxels in each region of {name}.",
}


def atlas_columns(names: list[str]) -> dict[str, str]:
    """Columns of some atlases and their descriptions: ``AAL3_region`` and so on."""
    columns = {}
    for name in names:
        origin = f", {most_probable_words()}" if name in NAMED else " of the user"
        for part, text in PARTS.items():
            columns[f"{name}_{part}"] = text.format(name=atlas_name(name), origin=origin)
    return columns


def atlases_of(columns) -> list[str]:
    """Names of the atlases that have columns in a table."""
    return [name.removesuffix("_region") for name in columns if name.endswith("_region")]


def most_probable_words() -> str:
    """Say what a region is in an atlas of probabilities."""
    return f"the most probable region where its probability is at least {LEAST_PERCENT} %"


def atlases_note(names: list[str]) -> str:
    """Note of Table 2 on the columns of further atlases; an empty text without any."""
    if not names:
        return ""
    note = f"{joined([atlas_name(name) for name in names])}: region of the peak, or the nearest "
    note += "one and its distance"
    for name in filter(NAMED.__contains__, names):
        note += f"; in {atlas_name(name)}, {most_probable_words()}"
    return f"{note}. Region and share of the cluster are those of AAL2."


def regions_in_atlases(
    clusters: pd.DataFrame, labels: np.ndarray, affine: np.ndarray, atlases: dict[str, Atlas]
) -> pd.DataFrame:
    """Columns of ``atlas_columns`` for the clusters of a measure.

    A voxel has the label of the atlas at its centre: that of the nearest voxel of the atlas.

    Parameters
    ----------
    clusters : DataFrame
        Rows with ``cluster_id`` and peak; the id ends in the cluster's number.
    labels : ndarray of shape (x, y, z) or (x, y, z, n_volumes)
        Number of the cluster of each voxel.
    affine : ndarray of shape (4, 4)
        From voxels to mm of MNI space.
    atlases : dict of Atlas
        By name.
    """
    found = {column: [] for column in atlas_columns(list(atlases))}
    for row in clusters.itertuples():
        voxels = np.argwhere(labels == cluster_number(row.cluster_id))[:, :3]
        places = millimetres(voxels, affine)
        for name, atlas in atlases.items():
            region, distance = atlas.nearest((row.x_mm, row.y_mm, row.z_mm))
            found[f"{name}_region"].append(region)
            found[f"{name}_distance_mm"].append(distance)
            found[f"{name}_composition"].append(composition_text(atlas.composition(places)))
    return pd.DataFrame(found, index=clusters.index)


def region_in_words(row: pd.Series, name: str) -> str:
    """Region of the peak in an atlas, or what is near and how far: ``near Thal VPL L, 4 mm``."""
    label, distance = row[f"{name}_region"], row[f"{name}_distance_mm"]
    if is_missing(label):
        return ""
    return near_words(f"{region_name(label)}{side_letter(label)}", distance)


def near_words(region: str, distance_mm: float) -> str:
    """Region of a peak inside it, or that the peak is near it and how far away."""
    return f"near {region}, {shortest(round(distance_mm))} mm" if distance_mm > 0 else region


def side_letter(label: str) -> str:
    """Side of a label as a letter behind its name: `` L`` or `` R``, nothing without a side."""
    return f" {label[-1]}" if label.endswith(("_L", "_R")) else ""
