"""Clusters of a thresholded map: labels, ids, peaks, sub-peaks and effect size."""

import re

import numpy as np
import pandas as pd
from scipy import ndimage, special

from restpain.group.missing import incomplete_voxels
from restpain.presentation.numbers import measure_name

FACES_EDGES_CORNERS = {6: 1, 18: 2, 26: 3}
PEAK_COLUMNS = ("x_mm", "y_mm", "z_mm", "t", "z", "n_voxels", "sign")


def neighbourhood(connectivity: int) -> np.ndarray:
    """Neighbours of a voxel as a 3 x 3 x 3 array of booleans: faces 6, edges 18, corners 26."""
    if connectivity not in FACES_EDGES_CORNERS:
        raise ValueError(f"connectivity is {connectivity}, but must be 6, 18 or 26")
    return ndimage.generate_binary_structure(3, FACES_EDGES_CORNERS[connectivity])


def signed_clusters(
    z: np.ndarray, *, z_threshold: float, smallest: int | tuple[int, int], connectivity: int
) -> np.ndarray:
    """Clusters of |z| >= ``z_threshold`` with ``smallest`` voxels or more, each sign for itself.

    Clusters of opposite sign that touch stay two clusters.

    Parameters
    ----------
    z : ndarray of shape (x, y, z)
        Map; zero outside the mask.
    smallest : int or tuple of int
        Voxels of the smallest cluster; of positive and of negative ones where they differ.
    connectivity : {6, 18, 26}
        Number of neighbours of a voxel.

    Returns
    -------
    ndarray of int16, shape (x, y, z)
        Labels 1..k by decreasing |peak z| (the first voxel in C order breaks ties), 0 elsewhere.
    """
    structure = neighbourhood(connectivity)
    found = []
    for sign, required in zip((1, -1), np.broadcast_to(smallest, 2), strict=True):
        labels, number = ndimage.label(sign * z >= z_threshold, structure)
        flat = labels.ravel()
        members = np.flatnonzero(flat)
        members = members[np.argsort(flat[members], kind="stable")]
        sizes = np.bincount(flat, minlength=number + 1)[1:]
        for voxels in np.split(members, np.cumsum(sizes)[:-1]) if number else []:
            if len(voxels) >= required:
                found.append(voxels)
    height = np.abs(z).ravel()
    found.sort(key=lambda voxels: (-height[voxels].max(), voxels[0]))
    clusters = np.zeros(z.size, np.int16)
    for label, voxels in enumerate(found, start=1):
        clusters[voxels] = label
    return clusters.reshape(z.shape)


def cluster_name(measure: str, number: int, suffix: str = "") -> str:
    """Id of a cluster: measure, kind of comparison and number (``ReHo12``, ``ALFFSCORE1``).

    A name that ends in a digit is set apart from the number: ``slow4-1``.
    """
    name = f"{measure_name(measure)}{suffix}"
    return f"{name}{'-' if name[-1].isdigit() else ''}{number}"


def cluster_number(cluster_id: str) -> int:
    """Label of a cluster in the label image, from its id (``ReHo12``: 12)."""
    return int(re.search(r"\d+$", cluster_id)[0])


def millimetres(voxels: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Coordinates in mm of voxel indices ``(n, 3)``."""
    return voxels @ affine[:3, :3].T + affine[:3, 3]


def peak(values: np.ndarray, cluster: np.ndarray) -> tuple[int, int, int]:
    """Voxel of a cluster with the largest |value|; the first in C order if several have it."""
    voxels = np.argwhere(cluster)
    return tuple(int(i) for i in voxels[np.argmax(np.abs(values[cluster]))])


def peaks_table(t: np.ndarray, z: np.ndarray, labels: np.ndarray, affine: np.ndarray):
    """One row per label 1..k: label, x_mm, y_mm, z_mm, t and z of the peak, sign, n_voxels.

    All arrays are of shape (x, y, z); the peak is the voxel with the largest |t|.
    """
    rows = []
    for label in range(1, labels.max(initial=0) + 1):
        cluster = labels == label
        voxel = peak(t, cluster)
        place_mm = millimetres(np.array([voxel]), affine)[0]
        height = (float(t[voxel]), float(z[voxel]))
        rows.append((label, *place_mm, *height, int(cluster.sum()), int(np.sign(t[voxel]))))
    return pd.DataFrame(rows, columns=["label", *PEAK_COLUMNS])


def subpeaks(
    t: np.ndarray, cluster: np.ndarray, affine: np.ndarray, *, distance_mm: float, at_most: int
) -> list[tuple[tuple[float, float, float], float]]:
    """Further local maxima of |t| in a cluster: coordinates in mm and t, by decreasing |t|.

    A local maximum exceeds or equals its 26 neighbours in the cluster. Each lies at least
    ``distance_mm`` from the peak and from the sub-peaks before it.
    """
    height = np.where(cluster, np.abs(t), 0.0)
    maxima = np.argwhere(cluster & (height == ndimage.maximum_filter(height, size=3)))
    order = np.argsort(-height[tuple(maxima.T)], kind="stable")
    places = millimetres(maxima[order], affine)
    accepted = [millimetres(np.array([peak(t, cluster)]), affine)[0]]
    result = []
    for voxel, place in zip(maxima[order], places, strict=True):
        if len(result) == at_most:
            break
        if min(np.linalg.norm(place - other) for other in accepted) >= distance_mm:
            accepted.append(place)
            result.append((tuple(place.tolist()), float(t[tuple(voxel)])))
    return result


def cluster_means(maps: np.ndarray, labels: np.ndarray, label: int) -> np.ndarray:
    """Mean of each map ``(n_participants, n_voxels)`` over the voxels with a label.

    Voxels in which somebody has no data (NaN) are left out, so that all means are of the same
    voxels; NaN if there is no other.
    """
    values = maps[:, labels == label]
    complete = ~incomplete_voxels(values)
    if not complete.any():
        return np.full(len(maps), np.nan)
    values = values if complete.all() else values[:, complete]
    return values.mean(axis=1, dtype=np.float64)


def hedges_g(
    patients: np.ndarray, controls: np.ndarray, *, confidence: float
) -> tuple[float, float, float]:
    r"""Standardised difference of two means, with its confidence interval.

    The difference is patients minus controls, values ``(n,)`` each. NaN if neither group varies.

    Returns
    -------
    g, low, high : float

    Notes
    -----
    :math:`g = J d`, :math:`d` in pooled standard deviations and
    :math:`J = \Gamma(\nu/2) / (\sqrt{\nu/2}\, \Gamma((\nu - 1)/2))`. The interval inverts the
    noncentral t distribution. Of a cluster that was chosen for its difference, it is too large.

    References
    ----------
    Hedges (1981). Journal of Educational Statistics 6, 107-128. doi:10.3102/10769986006002107
    """
    n_patients, n_controls = len(patients), len(controls)
    df = n_patients + n_controls - 2
    squares = np.var(patients) * n_patients + np.var(controls) * n_controls
    if not squares > 0:
        return np.nan, np.nan, np.nan
    difference = (np.mean(patients) - np.mean(controls)) / np.sqrt(squares / df)
    per_noncentrality = np.sqrt(1 / n_patients + 1 / n_controls)
    correction = np.exp(
        special.gammaln(df / 2) - special.gammaln((df - 1) / 2) - 0.5 * np.log(df / 2)
    )
    t, tail = difference / per_noncentrality, (1 - confidence) / 2
    low, high = special.nctdtrinc(df, np.array([1 - tail, tail]), t)
    scale = correction * per_noncentrality
    return float(correction * difference), float(scale * low), float(scale * high)
