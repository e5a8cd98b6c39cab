"""Clusters in which the mean of one group differs from a value."""

import numpy as np
import pandas as pd

from restpain.cohort.design import Design
from restpain.group.cluster_table import COLUMNS as CLUSTER_COLUMNS
from restpain.group.cluster_table import described_cluster, thresholds_in_force
from restpain.group.inference import Correction, clusters_of_fit
from restpain.group.models import fit_one_sample
from restpain.group.search import part_of_mask

OWN_COLUMNS = {
    "measure": "Measure: ALFF, fALFF, ReHo, or FC (connectivity of a seed).",
    "t": "One-sample t of the peak: the mean of the group against one_sample_base in model.json, "
    "without covariates.",
    "p_grf": "Corrected p of the cluster by Gaussian random field theory, both tails if the test "
    "has two; all seeds if they are corrected together.",
}
COLUMNS = {
    name: OWN_COLUMNS.get(name) or CLUSTER_COLUMNS[name]
    for name in (
        *("cluster_id", "measure", "seed", "region", "region_distance_mm", "hemisphere"),
        *("brodmann_area", "x_mm", "y_mm", "z_mm", "t", "z", "n_voxels", "volume_mm3"),
        *("p_grf", "composition", "subpeaks"),
    )
}


def one_sample_clusters(
    maps: np.ndarray,
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    searched: np.ndarray,
    base: float,
    correction: Correction,
    smoothness: str,
) -> tuple[np.ndarray, pd.DataFrame, dict]:
    """Clusters of a one-sample t map that are significant after GRF correction.

    Parameters
    ----------
    maps : ndarray of shape (n_participants, n_voxels)
        Maps of the group, voxels in C order of the mask. NaN: no data.
    mask, affine
        The group mask.
    searched : ndarray of bool, shape (n_voxels,)
        Voxels searched; those without a test (`Fit.tested`) are not.
    base : float
        Value that the mean is tested against.
    correction, smoothness
        As for the comparison of the groups; the smoothness is that of the group's residuals or
        of its Z map.

    Returns
    -------
    labels : ndarray of int16, shape (n_voxels,)
        1..k by decreasing |peak t|, 0 elsewhere.
    rows : DataFrame
        Rows of the table, with ``label``; without id, measure and seed.
    summary : dict
        Thresholds, smoothness and number of clusters.
    """
    fit = fit_one_sample(maps, base=base)
    inside = fit.tested & searched
    maps, fit, part = maps[:, inside], fit.of_voxels(inside), part_of_mask(mask, inside)
    mean = Design(np.ones((len(maps), 1)), ("mean",), ())
    volume, clusters, smallest, field = clusters_of_fit(
        maps, mean, fit, part, affine, correction=correction, smoothness=smoothness
    )
    t = np.zeros(mask.shape)
    t[part] = fit.t
    rows = [
        cluster._asdict()
        | described_cluster(
            t,
            volume == cluster.label,
            affine,
            peak_mm=(cluster.x_mm, cluster.y_mm, cluster.z_mm),
        )
        for cluster in clusters.itertuples()
    ]
    estimated = {"smoothness": smoothness, "dlh": field.dlh, "fwhm_mm": field.fwhm_mm}
    summary = thresholds_in_force(
        correction, **estimated, n_voxels=int(inside.sum()), size_threshold=smallest
    ) | {"n_clusters": len(clusters)}
    return volume[mask], pd.DataFrame(rows, columns=["label", *COLUMNS]), summary
