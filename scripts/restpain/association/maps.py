"""Voxel-wise rank correlation of maps with a clinical score, and its clusters."""

import numpy as np
import pandas as pd
from scipy import stats

from restpain.cohort.design import Design, collinear_ranks
from restpain.group.cluster_table import COLUMNS as CLUSTER_COLUMNS
from restpain.group.cluster_table import described_cluster
from restpain.group.inference import Correction, corrected_clusters, estimated_smoothness
from restpain.group.models import fit_model, t_to_z
from restpain.group.permutation import family_wise_p
from restpain.group.permutation_null import PermutationNull, required_sizes
from restpain.group.smoothness import Smoothness
from restpain.presentation.numbers import counted

BLOCK = 4096  # voxels at a time; bounds memory and does not change the result
SMALLEST_DF = 2
LARGEST_RHO = 0.9999999  # so that t of ranks in the same order stays finite

OWN_COLUMNS = {
    "cluster_id": "Label of the cluster, as in the label image (number).",
    "measure": "Measure that correlates with the score.",
    "rho": "Spearman's rank correlation with the score at the peak; too large, as the peak was "
    "chosen for it.",
    "t": "T of that correlation.",
    "p_permutation": "Corrected p of the cluster's size, from the largest cluster of each "
    "permutation of the score among the patients; n/a if not run.",
}
COLUMNS = {
    name: OWN_COLUMNS.get(name) or CLUSTER_COLUMNS[name]
    for name in (
        *("cluster_id", "measure", "seed", "region", "region_distance_mm", "hemisphere"),
        *("brodmann_area", "x_mm", "y_mm", "z_mm", "rho", "t", "z", "n_voxels", "volume_mm3"),
        *("p_grf", "p_permutation", "q_fdr_peak", "composition", "subpeaks"),
    )
}


def ranked_maps(maps: np.ndarray) -> np.ndarray:
    """Mean ranks of the participants in every voxel, float32, ``(n_participants, n_voxels)``."""
    ranks = np.empty(maps.shape, np.float32)
    for start in range(0, maps.shape[1], BLOCK):
        block = slice(start, start + BLOCK)
        ranks[:, block] = stats.rankdata(maps[:, block], axis=0)
    return ranks


def unusable_score(score: np.ndarray, *, n_covariates: int) -> str | None:
    """Reason that a score ``(n_participants,)`` cannot be correlated; None if it can."""
    df = len(score) - 2 - n_covariates
    if df < SMALLEST_DF:
        return (
            f"{counted(len(score), 'patient')} with a score leave "
            f"{counted(max(df, 0), 'degree')} of freedom, but {SMALLEST_DF} are needed"
        )
    if np.ptp(score) == 0:
        return f"the score is {score[0]:g} in all {len(score)} patients who have one"
    return None


def rank_design(score: np.ndarray, covariates: np.ndarray, names: tuple[str, ...]) -> Design:
    """Design of the ranks of a score: columns ``score``, ``intercept`` and ranked covariates.

    ``covariates`` ``(n_participants, n_covariates)`` have these ``names``.

    Raises
    ------
    ValueError
        If the score is unusable (`unusable_score`) or the columns are collinear.
    """
    reason = unusable_score(score, n_covariates=len(names))
    if reason:
        raise ValueError(reason)
    columns = np.column_stack([score, covariates])
    involved = collinear_ranks(columns, ("score", *names))
    if involved:
        raise ValueError(
            f"the ranks of {', '.join(involved)} follow from one another in the patients; drop "
            f"{' or '.join(name for name in involved if name != 'score')}"
        )
    ranks = stats.rankdata(columns, axis=0)
    matrix = np.column_stack([ranks[:, 0], np.ones(len(score)), ranks[:, 1:]])
    return Design(matrix=matrix, columns=("score", "intercept", *names), participants=())


def spearman_map(ranks: np.ndarray, design: Design) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Spearman's rho of maps with a score, its T and its Z.

    Parameters
    ----------
    ranks : ndarray of shape (n_participants, n_voxels)
        See `ranked_maps`.
    design : Design
        See `rank_design`; with covariates rho is partial: Pearson's correlation of the residuals
        of both ranks on those of the covariates.

    Returns
    -------
    rho, t, z : ndarray of shape (n_voxels,)
        0 where the ranks do not vary beyond the covariates.

    Notes
    -----
    :math:`t = \rho \sqrt{\nu / (1 - \rho^2)}` with :math:`\nu = n - 2 - c` degrees of freedom for
    c covariates. The tails of this T are too short for ranks of few patients: beyond its two-sided
    p of 0.001 lie 1.6 of 1000 orders of 10 patients, 1.3 of 21. \|rho\| is at most 0.9999999 in T.
    """
    basis = np.linalg.qr(design.matrix[:, 1:])[0]
    score = design.matrix[:, 0] - basis @ (basis.T @ design.matrix[:, 0])
    score /= np.linalg.norm(score)
    rho = np.zeros(ranks.shape[1])
    for start in range(0, ranks.shape[1], BLOCK):
        block = ranks[:, start : start + BLOCK].astype(np.float64)
        outside = block - basis @ (basis.T @ block)
        length = np.linalg.norm(outside, axis=0)
        varies = length > 1e-8 * np.linalg.norm(block, axis=0)
        np.divide(score @ outside, length, out=rho[start : start + BLOCK], where=varies)
    rho = np.clip(rho, -1.0, 1.0)
    limited = np.clip(rho, -LARGEST_RHO, LARGEST_RHO)
    t = limited * np.sqrt(design.df / (1 - limited**2))
    return rho, t, t_to_z(t, design.df).astype(np.float32)


def rank_smoothness(
    ranks: np.ndarray, design: Design, z: np.ndarray, mask, affine, *, source: str
) -> Smoothness:
    """Smoothness from residuals of the ranks or from the Z map, see `estimated_smoothness`.

    Ranks of few patients are rougher than their values: with 12 patients, a FWHM of 7.1 mm in
    voxels of 3 mm is estimated as 6.2 mm. The cluster size of GRF correction is then too small;
    the permutation has no such bias.
    """
    fit = fit_model(ranks, design.matrix, column=0)
    return estimated_smoothness(ranks, design, fit, z, mask, affine, source=source)


def score_clusters(
    rho: np.ndarray,
    t: np.ndarray,
    z: np.ndarray,
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    q: np.ndarray,
    dlh: float,
    correction: Correction,
    null: PermutationNull,
) -> tuple[np.ndarray, pd.DataFrame, int]:
    """Significant clusters of a rank correlation map, with their location.

    Parameters
    ----------
    rho, t, z : ndarray of shape (n_voxels,)
        See `spearman_map`.
    mask, affine, dlh, correction
        See `corrected_clusters`.
    q : ndarray of shape (n_voxels,)
        False discovery rate of each voxel, see `voxel_fdr`.
    null : PermutationNull
        `permutation_null` of ranks and design; without rows if not run.

    Returns
    -------
    labels : ndarray of int16, shape (n_voxels,)
    table : DataFrame
        ``label`` and the columns of `COLUMNS` but id, measure and seed.
    size_threshold : int
        Voxels that GRF correction requires.
    """
    corrected = {"correction": correction, "smallest": required_sizes(null, correction)}
    labels, clusters, size = corrected_clusters(t, z, mask, affine, dlh=dlh, **corrected)
    volumes = np.zeros((2, *mask.shape))
    volumes[:, mask] = t, rho
    p_permutation = np.full(len(clusters), np.nan)
    if len(clusters) and len(null.sizes):
        p_permutation = family_wise_p(
            clusters["n_voxels"], clusters["sign"], null.sizes, tails=correction.tails
        )
    rows = []
    for k, cluster in enumerate(clusters.itertuples()):
        inside = labels == cluster.label
        place = (cluster.x_mm, cluster.y_mm, cluster.z_mm)
        peak = np.argmax(np.where(inside, np.abs(volumes[0]), -1.0))
        rows.append(
            cluster._asdict()
            | {"rho": volumes[1].flat[peak], "p_permutation": p_permutation[k]}
            | {"q_fdr_peak": q[inside[mask]].min()}
            | described_cluster(volumes[0], inside, affine, peak_mm=place)
        )
    return labels[mask], pd.DataFrame(rows, columns=["label", *COLUMNS]), size
