"""The table of clusters: where they are, how strong, and which corrections they survive."""

import re
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd

from restpain.atlas import aal, brodmann_area, composition_text, hemisphere
from restpain.cohort.design import Design
from restpain.group.clusters import hedges_g, millimetres, subpeaks
from restpain.group.inference import Correction, PermutationNull, clusters_by_permutation
from restpain.group.permutation import family_wise_p
from restpain.group.tfce import enhanced
from restpain.io.images import write_masked
from restpain.io.tables import write_sidecar, write_table

SUBPEAK_DISTANCE_MM = 8.0  # as SPM and FSL list them
SUBPEAKS = 3
CONFIDENCE = 0.95

COLUMNS = {
    "cluster_id": "Label of the cluster, as in the label image (number) and the features.",
    "measure": "Measure that differs.",
    "seed": "Seed of the connectivity map; n/a for local measures.",
    "region": "AAL2 region of the peak, or the nearest one.",
    "region_distance_mm": "Distance of the peak to that region in mm; 0 inside.",
    "hemisphere": "Side of the peak from its x; midline within half a voxel of 0.",
    "brodmann_area": "Brodmann area at the peak or within 5 mm of it; n/a if there is none.",
    "x_mm": "MNI x of the peak in mm, right positive.",
    "y_mm": "MNI y of the peak in mm, anterior positive.",
    "z_mm": "MNI z of the peak in mm, superior positive.",
    "t": "T of the peak, patients minus controls.",
    "z": "Z of the same probability.",
    "n_voxels": "Size in voxels.",
    "volume_mm3": "Size in cubic millimetres.",
    "p_grf": "Corrected p of the cluster by random field theory, all tails; all seeds if they are "
    "corrected together.",
    "p_permutation": "Corrected p by the permutation of the largest cluster; n/a if not run.",
    "p_tfce": "Corrected p of the peak by threshold-free cluster enhancement and permutation; n/a "
    "if not run.",
    "q_fdr_peak": "False discovery rate of the peak among all voxels, two-sided; those of all "
    "seeds if they are corrected together.",
    "survives": "Corrections survived: grf, permutation (size), tfce and fdr (of the peak).",
    "hedges_g": "Standardised difference of the cluster means, without covariates; as the "
    "cluster was chosen for its difference, too large.",
    "hedges_g_low": "Lower end of the 95 % confidence interval of hedges_g.",
    "hedges_g_high": "Upper end of the 95 % confidence interval of hedges_g.",
    "composition": "Share of the cluster's voxels in each AAL2 region.",
    "subpeaks": "Up to 3 further peaks, x,y,z in mm and t, at least 8 mm apart; n/a without.",
}


def cluster_rows(
    clusters: pd.DataFrame,
    labels: np.ndarray,
    *,
    maps: np.ndarray,
    design: Design,
    t: np.ndarray,
    q: np.ndarray,
    mask: np.ndarray,
    affine: np.ndarray,
    null: PermutationNull,
    correction: Correction,
) -> pd.DataFrame:
    """Rows of the cluster table for the clusters of one volume, without id, measure and seed.

    Parameters
    ----------
    clusters, labels
        As `corrected_clusters` returns them.
    maps : ndarray of shape (n_participants, n_voxels)
        Maps behind them, one per row of the design.
    design : Design
        Two-sample design.
    t : ndarray of shape (n_voxels,)
        T map.
    q : ndarray of shape (n_voxels,)
        False discovery rate of each voxel, see `voxel_fdr`.
    mask, affine
        The grid.
    null : PermutationNull
        Largest clusters and scores under permutation; without rows if not run.
    correction : Correction
        How clusters were formed and corrected.
    """
    t_volume = np.zeros(mask.shape)
    t_volume[mask] = t
    in_mask = labels[mask]
    members = [in_mask == label for label in clusters["label"]]
    p_size = p_score = np.full(len(clusters), np.nan)
    if len(clusters) and len(null.sizes):
        signs, tails = clusters["sign"], correction.tails
        scores = np.abs(enhanced(t, mask, connectivity=correction.connectivity))
        scores = [scores[voxels].max() for voxels in members]
        p_size = family_wise_p(clusters["n_voxels"], signs, null.sizes, tails=tails)
        p_score = family_wise_p(scores, signs, null.scores, tails=tails)
    rows = []
    for k, cluster in enumerate(clusters.itertuples()):
        means = cluster_means(maps, in_mask, cluster.label)
        p = {"permutation": p_size[k], "tfce": p_score[k], "fdr": q[members[k]].min()}
        rows.append(
            cluster._asdict()
            | {"p_permutation": p["permutation"], "p_tfce": p["tfce"], "q_fdr_peak": p["fdr"]}
            | {"survives": survived(p, level=correction.cluster_p)}
            | described_cluster(
                t_volume,
                labels == cluster.label,
                affine,
                peak_mm=(cluster.x_mm, cluster.y_mm, cluster.z_mm),
            )
            | effect_size(means, design.patients)
        )
    return pd.DataFrame(rows, columns=["label", *COLUMNS])


def numbered(
    tables: list[pd.DataFrame],
    labels: np.ndarray,
    *,
    measure: str,
    seeds: list[str | None],
    columns: Sequence[str] = tuple(COLUMNS),
    suffix: str = "",
) -> tuple[pd.DataFrame, np.ndarray]:
    """Give the clusters of all volumes of a measure numbers, by decreasing |peak t|.

    Parameters
    ----------
    tables : list of DataFrame
        The rows of each volume (seed), with its labels in the column ``label``.
    labels : ndarray of int, shape (n_voxels, n_volumes)
        Labels of each volume.
    measure : str
        Measure; in capitals, the first part of an id.
    seeds : list
        Seed of each volume, None for local measures.
    columns : sequence of str
        Columns of the table.
    suffix : str
        What stands in an id between measure and number.

    Returns
    -------
    table : DataFrame
        With these columns, in order.
    labels : ndarray of int16, shape (n_voxels, n_volumes)
        The number of the cluster's id at its voxels.
    """
    parts = [
        table.assign(volume=volume, seed=seeds[volume], measure=measure)
        for volume, table in enumerate(tables)
        if len(table)
    ]
    renumbered = np.zeros_like(labels)
    if not parts:
        return pd.DataFrame(columns=list(columns)), renumbered
    table = pd.concat(parts, ignore_index=True)
    order = np.argsort(-table["t"].abs().to_numpy(), kind="stable")
    table = table.iloc[order].reset_index(drop=True)
    table["cluster_id"] = [
        f"{measure.upper()}{suffix}{number}" for number in range(1, len(table) + 1)
    ]
    for number, (volume, label) in enumerate(zip(table["volume"], table["label"], strict=True), 1):
        renumbered[labels[:, volume] == label, volume] = number
    return table[list(columns)], renumbered


def cluster_means(maps: np.ndarray, labels: np.ndarray, label: int) -> np.ndarray:
    """Mean of each participant's map over a cluster.

    Parameters
    ----------
    maps : ndarray of shape (n_participants, n_voxels)
    labels : ndarray of int, shape (n_voxels,)
        Label of each voxel.
    label : int
        The cluster.

    Returns
    -------
    ndarray of float64, shape (n_participants,)
    """
    return maps[:, labels == label].mean(axis=1, dtype=np.float64)


def described_cluster(
    t: np.ndarray, cluster: np.ndarray, affine: np.ndarray, *, peak_mm: tuple[float, float, float]
) -> dict:
    """Names and places of one cluster: region, hemisphere, Brodmann area, composition, sub-peaks.

    Parameters
    ----------
    t : ndarray of shape (x, y, z)
        T map.
    cluster : ndarray of bool, shape (x, y, z)
        Voxels of the cluster.
    affine : ndarray of shape (4, 4)
        From voxels to mm of MNI space.
    peak_mm : (float, float, float)
        Peak of the cluster.
    """
    region, distance = aal().nearest(peak_mm)
    voxel_mm = np.linalg.norm(affine[:3, :3], axis=0)
    further = subpeaks(t, cluster, affine, distance_mm=SUBPEAK_DISTANCE_MM, at_most=SUBPEAKS)
    places = millimetres(np.argwhere(cluster), affine)
    return {
        "region": region,
        "region_distance_mm": distance,
        "hemisphere": hemisphere(peak_mm[0], voxel_mm=voxel_mm[0]),
        "brodmann_area": brodmann_area(peak_mm),
        "volume_mm3": float(cluster.sum() * abs(np.linalg.det(affine[:3, :3]))),
        "composition": composition_text(aal().composition(places)),
        "subpeaks": "; ".join(f"{x:g},{y:g},{z:g} ({value:.2f})" for (x, y, z), value in further)
        or None,
    }


def effect_size(means: np.ndarray, patients: np.ndarray) -> dict:
    """Hedges' g with its interval, of cluster means ``(n_participants,)``."""
    g = hedges_g(means[patients], means[~patients], confidence=CONFIDENCE)
    return dict(zip(("hedges_g", "hedges_g_low", "hedges_g_high"), g, strict=True))


def survived(p: dict[str, float], *, level: float) -> str:
    """Corrections that a cluster of the random field survives, such as ``grf,fdr``.

    ``p`` has the corrected p of each other correction; NaN, of one that was not run, is not below
    the level.
    """
    return ",".join(["grf", *(name for name, value in p.items() if value < level)])


def cluster_number(cluster_id: str) -> int:
    """Label of a cluster in the label image, from its id (``ALFF12``: 12)."""
    return int(re.search(r"\d+$", cluster_id)[0])


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
    write_sidecar(columns_path, columns)


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
