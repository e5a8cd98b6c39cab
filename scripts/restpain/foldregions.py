"""Regions and features of one outer fold, chosen on its training participants alone."""

import numpy as np
import pandas as pd

from restpain.design import Design
from restpain.folds import Fold
from restpain.inference import find_clusters

REGION_COLUMNS = ["fold", "cluster_id", "seed", "x_mm", "y_mm", "z_mm", "t", "n_voxels"]


def fold_regions(
    maps: np.ndarray,
    design: Design,
    fold: Fold,
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    name: str,
    settings: dict,
) -> tuple[np.ndarray, pd.DataFrame, pd.DataFrame, str]:
    """Clusters in which the training groups differ, and their mean in every participant.

    Parameters
    ----------
    maps : ndarray of shape (n_participants, n_voxels)
        One map per participant of the fold, voxels in C order of the mask.
    design : Design
        Of all participants; the test rows are left out before the test.
    fold : Fold
    mask : ndarray of bool, shape (x, y, z)
    affine : ndarray of shape (4, 4)
    name : str
        What the maps are, for the record of who was seen.
    settings : dict
        Thresholds of ``restpain.inference.find_clusters``.

    Returns
    -------
    labels : ndarray of int, shape (x, y, z)
        Clusters 1..k.
    clusters : DataFrame
        One row per cluster.
    means : DataFrame of shape (n_participants, k)
        Mean of each participant's map over each cluster, columns 1..k; the test participants'
        too, whose maps had no part in choosing the clusters.
    record : str
        Who was seen.

    Raises
    ------
    ValueError
        If the design of the training set holds a participant of the test set, or a group of
        the training set is too small.
    """
    training = design.subset(fold.training)
    record = fold.saw(f"{name}, t-test and correction", training.participants)
    labels, clusters = find_clusters(maps[fold.training], training, mask, affine, **settings)
    numbers = clusters["label"].to_list()
    inside = labels[mask]
    means = pd.DataFrame(
        {number: maps[:, inside == number].mean(axis=1, dtype=float) for number in numbers},
        index=pd.Index(fold.participants, name="participant_id"),
    )
    return labels, clusters, means, record


def fold_connectivity(
    found: list[tuple[str, pd.DataFrame, pd.DataFrame]], fold: Fold
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rank the connectivity clusters of all seeds of a fold by decreasing |peak t|.

    Parameters
    ----------
    found : list of (seed, clusters, means)
        What `fold_regions` gives for the maps of each seed.
    fold : Fold

    Returns
    -------
    regions : DataFrame
        fold, cluster_id, seed, x_mm, y_mm, z_mm, t, n_voxels; ids ``FC1`` and so on.
    means : DataFrame of shape (n_participants, n_regions)
        Columns named by cluster_id.
    """
    rows = [
        ({"seed": seed, **row}, means[row["label"]])
        for seed, clusters, means in found
        for row in clusters.to_dict("records")
    ]
    rows.sort(key=lambda row: -abs(row[0]["t"]))
    regions = [
        {"fold": fold.number, "cluster_id": f"FC{number}", **row}
        for number, (row, _) in enumerate(rows, start=1)
    ]
    means = {row["cluster_id"]: column for row, (_, column) in zip(regions, rows, strict=True)}
    index = pd.Index(fold.participants, name="participant_id")
    return pd.DataFrame(regions, columns=REGION_COLUMNS), pd.DataFrame(means, index=index)
