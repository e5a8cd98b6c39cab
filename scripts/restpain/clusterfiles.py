"""What is written of the clusters of a measure: label image, table, and their correction."""

from dataclasses import asdict

import numpy as np
import pandas as pd

from restpain.clustertable import numbered
from restpain.inference import Correction, PermutationNull, clusters_by_permutation
from restpain.tables import write_json, write_table
from restpain.volumes import write_masked


def write_clusters(
    tables: list[pd.DataFrame],
    labels: np.ndarray,
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    labels_path: str,
    table_path: str,
    columns_path: str,
    measure: str,
    seeds: list[str | None],
    columns: dict[str, str],
    suffix: str = "",
) -> None:
    """Write label image, table and columns of the clusters of all volumes, which get numbers.

    Parameters
    ----------
    tables, labels, measure, seeds, suffix
        See `numbered`.
    mask, affine
        The grid.
    labels_path, table_path, columns_path : str
        Files to write. The image has a volume per seed; one volume without that axis for local
        measures.
    columns : dict of str to str
        Columns of the table, and what they mean.
    """
    table, numbers = numbered(
        tables, labels, measure=measure, seeds=seeds, columns=tuple(columns), suffix=suffix
    )
    write_masked(labels_path, numbers[:, 0] if seeds == [None] else numbers, mask, affine)
    write_table(table_path, table)
    write_json(columns_path, {name: {"Description": text} for name, text in columns.items()})


def correction_summary(
    z: np.ndarray,
    mask: np.ndarray,
    *,
    seed: str | None,
    smoothness: str,
    dlh: float,
    fwhm_mm: tuple[float, float, float],
    size_threshold: int,
    n_clusters: int,
    null: PermutationNull,
    correction: Correction,
) -> dict:
    """Say how the clusters of one volume were corrected, and how many survive each way.

    Parameters
    ----------
    z : ndarray of shape (n_voxels,)
        Z map.
    mask : ndarray of bool, shape (x, y, z)
        Its voxels.
    seed : str or None
        Seed of the volume.
    smoothness, dlh, fwhm_mm
        What the smoothness was estimated from, and the smoothness.
    size_threshold, n_clusters : int
        Smallest cluster of the random field and the number of its clusters.
    null : PermutationNull
        Largest clusters under permutation.
    correction : Correction
        Thresholds.
    """
    smallest, n_permutation = clusters_by_permutation(z, mask, null, correction=correction)
    return {
        "seed": seed,
        **asdict(correction),
        "z_threshold": correction.z_threshold,
        "smoothness": smoothness,
        "dlh": dlh,
        "fwhm_mm": fwhm_mm,
        "n_voxels": int(mask.sum()),
        "cluster_size_threshold": size_threshold,
        "cluster_size_permutation": smallest,
        "n_permutations": len(null.sizes),
        "n_clusters": n_clusters,
        "n_clusters_permutation": n_permutation,
    }
