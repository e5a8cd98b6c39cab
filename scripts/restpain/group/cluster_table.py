"""Table of the significant clusters: location, strength, corrections survived, effect size."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd

from restpain.atlas import aal, brodmann_area, composition_text, hemisphere
from restpain.cohort.design import Design
from restpain.group.clusters import cluster_means, cluster_name, hedges_g, millimetres, subpeaks
from restpain.group.inference import Correction
from restpain.group.permutation import family_wise_p
from restpain.group.permutation_null import PermutationNull, cluster_counts
from restpain.group.tfce import tfce_scores
from restpain.io.images import write_masked
from restpain.io.tables import write_sidecar, write_table

SUBPEAK_DISTANCE_MM = 8.0  # as SPM and FSL list them
SUBPEAKS = 3
CONFIDENCE = 0.95

# of the cluster tables and of Table 2, which is their rows
COLUMNS = {
    "cluster_id": "Label of the cluster, as in the label image (number) and the features.",
    "measure": "Measure that differs: ALFF, fALFF, ReHo, or FC (connectivity of a seed).",
    "seed": "Seed of the connectivity map; n/a for local measures.",
    "seed_share": "Share of the cluster that lies in its own seed or within one smoothing FWHM of "
    "it, where a seed is connected with itself; 0 where the seed is left out of the search, n/a "
    "for local measures.",
    "region": "AAL2 region of the peak, or the nearest one.",
    "region_distance_mm": "Distance of the peak to that region in mm; 0 inside.",
    "hemisphere": "Side of the peak from its x; midline within half a voxel of 0.",
    "brodmann_area": "Brodmann area at the peak or within 5 mm of it; n/a if there is none.",
    "x_mm": "MNI x of the peak in mm, right positive.",
    "y_mm": "MNI y of the peak in mm, anterior positive.",
    "z_mm": "MNI z of the peak in mm, superior positive.",
    "t": "T of the peak, patients minus controls, adjusted for the covariates.",
    "z": "Z of the same probability.",
    "n_voxels": "Size in voxels.",
    "volume_mm3": "Size in cubic millimetres.",
    "p_grf": "Corrected p of the cluster by Gaussian random field theory, both tails if the test "
    "has two; all seeds if they are corrected together.",
    "p_permutation": "Corrected p of the cluster's size, from the largest cluster of each "
    "permutation; n/a if not run.",
    "p_tfce": "Corrected p of the peak by threshold-free cluster enhancement (TFCE) and "
    "permutation; n/a if not run.",
    "q_fdr_peak": "False discovery rate of the peak among all voxels of the map, two-sided; among "
    "those of all seeds if they are corrected together.",
    "survives": "Corrections survived: grf, permutation (size), tfce and fdr (of the peak).",
    "hedges_g": "Standardised difference of the cluster means, patients minus controls, without "
    "covariates; as the cluster was chosen for its difference, too large.",
    "hedges_g_low": "Lower end of the 95 % confidence interval of hedges_g.",
    "hedges_g_high": "Upper end of the 95 % confidence interval of hedges_g.",
    "composition": "Share of the cluster's voxels in each AAL2 region.",
    "subpeaks": "Up to 3 further peaks, x,y,z in mm and t, at least 8 mm apart; n/a without.",
}


def cluster_rows(
    clusters: pd.DataFrame,
    labels: np.ndarray,
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    maps: np.ndarray,
    design: Design,
    t: np.ndarray,
    q: np.ndarray,
    null: PermutationNull,
    correction: Correction,
) -> pd.DataFrame:
    """Rows of the cluster table for the clusters of one volume, without id, measure and seed.

    Parameters
    ----------
    clusters, labels, mask, affine
        See `corrected_clusters`.
    maps : ndarray of shape (n_participants, n_voxels)
        Maps of the participants, one per row of the design.
    t, q : ndarray of shape (n_voxels,)
        T map and false discovery rates, see `voxel_fdr`.
    null : PermutationNull
        Without rows if not run.
    """
    t_volume = np.zeros(mask.shape)
    t_volume[mask] = t
    in_mask = labels[mask]
    members = [in_mask == label for label in clusters["label"]]
    p_size = p_score = np.full(len(clusters), np.nan)
    signs, tails = clusters["sign"], correction.tails
    if len(clusters) and len(null.sizes):
        p_size = family_wise_p(clusters["n_voxels"], signs, null.sizes, tails=tails)
    if len(clusters) and len(null.scores):
        scores = np.abs(tfce_scores(t, mask, connectivity=correction.connectivity))
        scores = [scores[voxels].max() for voxels in members]
        p_score = family_wise_p(scores, signs, null.scores, tails=tails)
    rows = []
    for k, cluster in enumerate(clusters.itertuples()):
        means = cluster_means(maps, in_mask, cluster.label)
        p = {"grf": cluster.p_grf, "permutation": p_size[k], "tfce": p_score[k]}
        p["fdr"] = q[members[k]].min()
        peak_mm = (cluster.x_mm, cluster.y_mm, cluster.z_mm)
        rows.append(
            cluster._asdict()
            | {"p_permutation": p["permutation"], "p_tfce": p["tfce"], "q_fdr_peak": p["fdr"]}
            | {"survives": survived(p, level=correction.cluster_p)}
            | described_cluster(t_volume, labels == cluster.label, affine, peak_mm=peak_mm)
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
    """Give the clusters of all volumes of a measure numbers by decreasing |peak t|.

    Parameters
    ----------
    tables : list of DataFrame
        The rows of each volume (seed), with its labels in the column ``label``.
    labels : ndarray of int, shape (n_voxels, n_volumes)
        Labels of each volume.
    measure, suffix : str
        See `cluster_name`.
    seeds : list
        Seed of each volume, None for local measures.
    columns : sequence of str
        Columns of the table, in order.

    Returns
    -------
    table : DataFrame
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
    table["cluster_id"] = [cluster_name(measure, k + 1, suffix) for k in range(len(table))]
    for number, (volume, label) in enumerate(zip(table["volume"], table["label"], strict=True), 1):
        renumbered[labels[:, volume] == label, volume] = number
    return table[list(columns)], renumbered


def shares_inside(clusters: pd.DataFrame, labels: np.ndarray, inside: np.ndarray) -> list[float]:
    """Share of each cluster's voxels (labels ``(n_voxels,)``) for which ``inside`` is True."""
    return [float(inside[labels == label].mean()) for label in clusters["label"]]


def described_cluster(
    t: np.ndarray, cluster: np.ndarray, affine: np.ndarray, *, peak_mm: tuple[float, float, float]
) -> dict:
    """Location of one cluster: region, hemisphere, Brodmann area, composition, sub-peaks.

    ``t`` and ``cluster`` (True inside) are of shape (x, y, z), ``affine`` leads to MNI space.
    """
    region, distance = aal().nearest(peak_mm)
    voxel_mm = np.linalg.norm(affine[:3, :3], axis=0)
    further = subpeaks(t, cluster, affine, distance_mm=SUBPEAK_DISTANCE_MM, at_most=SUBPEAKS)
    return {
        "region": region,
        "region_distance_mm": distance,
        "hemisphere": hemisphere(peak_mm[0], voxel_mm=voxel_mm[0]),
        "brodmann_area": brodmann_area(peak_mm),
        "volume_mm3": float(cluster.sum() * abs(np.linalg.det(affine[:3, :3]))),
        "composition": composition_text(
            aal().composition(millimetres(np.argwhere(cluster), affine))
        ),
        "subpeaks": "; ".join(f"{x:g},{y:g},{z:g} ({value:.2f})" for (x, y, z), value in further)
        or None,
    }


def effect_size(means: np.ndarray, patients: np.ndarray) -> dict:
    """Hedges' g with its interval, of cluster means ``(n_participants,)``."""
    g = hedges_g(means[patients], means[~patients], confidence=CONFIDENCE)
    return dict(zip(("hedges_g", "hedges_g_low", "hedges_g_high"), g, strict=True))


def survived(p: dict[str, float], *, level: float) -> str:
    """Corrections that a cluster survives, such as ``grf,fdr``.

    ``p`` has the corrected p of each, NaN for one that was not run.
    """
    return ",".join(name for name, value in p.items() if value < level)


def write_clusters(
    tables: list[pd.DataFrame],
    labels: np.ndarray,
    mask: np.ndarray,
    affine: np.ndarray,
    paths: tuple[str, str, str],
    *,
    measure: str,
    seeds: list[str | None],
    columns: dict[str, str],
    suffix: str = "",
) -> None:
    """Write label image, table and column descriptions of the clusters of all volumes.

    The other parameters are those of `numbered`; ``columns`` has the descriptions as values.
    ``paths`` are the files of labels, table and columns. The image has a volume per seed; one
    volume without that axis for local measures.
    """
    labels_path, table_path, columns_path = paths
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
    null: PermutationNull,
    correction: Correction,
) -> dict:
    """Thresholds of one volume and the number of clusters that survive GRF and permutation.

    Parameters
    ----------
    z, mask
        Z map ``(n_voxels,)`` and its voxels.
    seed : str or None
        Seed of the volume.
    smoothness, dlh, fwhm_mm
        Source of the smoothness (residuals or zmap) and its estimate.
    size_threshold : int
        Voxels that GRF correction requires.
    null, correction
        See `cluster_rows`.
    """
    counts = cluster_counts(z, mask, null, grf_size=size_threshold, correction=correction)
    estimated = {"smoothness": smoothness, "dlh": dlh, "fwhm_mm": fwhm_mm}
    sizes = {"n_voxels": int(mask.sum()), "size_threshold": size_threshold}
    return {
        "seed": seed,
        **thresholds_in_force(correction, **estimated, **sizes),
        "n_permutations": len(null.sizes),
        **counts,
    }


def thresholds_in_force(
    correction: Correction,
    *,
    smoothness: str,
    dlh: float,
    fwhm_mm: tuple[float, float, float],
    n_voxels: int,
    size_threshold: int | None,
) -> dict:
    """Thresholds, smoothness and volume of the GRF correction of one map, for its JSON file."""
    return {
        **asdict(correction),
        "z_threshold": correction.z_threshold,
        "smoothness": smoothness,
        "dlh": dlh,
        "fwhm_mm": fwhm_mm,
        "n_voxels": n_voxels,
        "cluster_size_threshold": size_threshold,
    }
