"""One simulated participant against the ground truth: positions in mm, measures of the effects.

Points are ``(n, 3)`` in mm of MNI space (``mni``) or where MNI points lie in the T1 (``t1``);
matrices move points of the T1 to where they are in each volume of the rest series.
"""

import numpy as np

from restpain.connectivity.correlation import correlation, seed_series
from restpain.metrics.alff import alff_and_falff, standardised
from restpain.metrics.reho import reho_in_band
from restpain.metrics.smoothing import smooth
from restpain.preprocessing.motion import rigid_matrix
from restpain.preprocessing.points import applied
from restpain.preprocessing.trilinear import sampled
from restpain.simulation.motion import motion_matrix
from restpain.temporal_filter import ideal_filter

HALF = 0.5  # share of a voxel from which it belongs to the region of an effect
PERCENTILE = 95


def effect_voxels(
    labels: np.ndarray, labels_affine: np.ndarray, *, label: int, shape, affine: np.ndarray
) -> np.ndarray:
    """Voxels of a grid that lie in a region drawn on a finer grid, by half of them at least.

    If no voxel is half in the region, those at least half as much as the fullest one.
    """
    points = applied(labels_affine, np.argwhere(labels == label).astype(float))
    indices = np.floor(applied(np.linalg.inv(affine), points) + 0.5).astype(int)
    indices = indices[np.all((indices >= 0) & (indices < shape), axis=1)]
    counts = np.zeros(shape)
    np.add.at(counts, tuple(indices.T), 1)
    share = counts * abs(np.linalg.det(labels_affine[:3, :3]) / np.linalg.det(affine[:3, :3]))
    full = share.max(initial=0)
    return share >= min(HALF, HALF * full) if full > 0 else np.zeros(shape, bool)


def true_points(field: np.ndarray, affine: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the true location in the T1 of points of MNI space, by the true deformation.

    ``field`` ``(x, y, z, 3)`` holds RAS mm of the T1 for each voxel of its grid, inside which the
    points ``(n, 3)`` lie.
    """
    voxels = applied(np.linalg.inv(affine), np.asarray(points, dtype=np.float64))
    voxels = np.clip(voxels, 0, np.array(field.shape[:3]) - 1)
    return np.stack([sampled(field[..., axis], voxels) for axis in range(3)], axis=-1)


def simulated_matrices(truth: dict) -> np.ndarray:
    """From the T1 to each volume, ``(n_volumes, 4, 4)``, as the truth of a participant has it.

    The head settled between T1 and series, then moved about its centre.
    """
    centre = np.array(truth["rotation_centre_mm"])
    settled = np.array(truth["t1_to_rest"])
    return np.array(
        [motion_matrix(np.array(row), centre) @ settled for row in truth["motion_mm_rad"]]
    )


def estimated_matrices(parameters: np.ndarray, t1_to_first_volume: np.ndarray) -> np.ndarray:
    """From the T1 to each volume, ``(n_volumes, 4, 4)``, as the workflow estimated it.

    ``parameters`` are from each volume to the first (`motion_parameters`); ``t1_to_first_volume``
    is the coregistration.
    """
    return np.array([np.linalg.solve(rigid_matrix(row), t1_to_first_volume) for row in parameters])


def position_errors(
    found: np.ndarray,
    true: np.ndarray,
    *,
    found_matrices: np.ndarray,
    true_matrices: np.ndarray,
) -> dict[str, float]:
    r"""Compare where the workflow looked for each voxel with where it was.

    Parameters
    ----------
    found, true : ndarray of shape (n_voxels, 3)
        Estimated and true location in the T1 of the voxels of the template brain, in mm.
    found_matrices, true_matrices : ndarray of shape (n_volumes, 4, 4)
        From the T1 to each volume of the series.

    Returns
    -------
    dict
        In mm. ``normalisation_rms_mm`` and ``normalisation_p95_mm``: distance in the T1.
        ``coregistration_rms_mm``: distance in the series of the same points, moved by the found
        and by the true matrices, of their mean over the volumes. ``motion_rms_mm``: what is left
        over time without that mean. ``motion_true_rms_mm``: the true motion itself, without its
        mean. ``total_rms_mm`` and ``total_p95_mm``: all steps together, in the series.

    Notes
    -----
    Root mean squares are over voxels (and volumes). A rigid difference :math:`D_k` between found
    and true matrix of volume :math:`k` moves a point :math:`x` by :math:`D_k x`; its mean over
    :math:`k` is coregistration, the rest motion, so that their squares add up.
    """
    homogeneous = np.column_stack([true, np.ones(len(true))])
    second_moment = homogeneous.T @ homogeneous / len(true)
    difference = (found_matrices - true_matrices)[:, :3]
    constant = difference.mean(axis=0)
    change = difference - constant
    moved = (true_matrices - true_matrices.mean(axis=0))[:, :3]
    distance = np.linalg.norm(found - true, axis=1)
    total = np.stack(
        [
            np.linalg.norm(applied(here, found) - applied(there, true), axis=1)
            for here, there in zip(found_matrices, true_matrices, strict=True)
        ]
    )
    return {
        "normalisation_rms_mm": _rms(distance),
        "normalisation_p95_mm": float(np.percentile(distance, PERCENTILE)),
        "coregistration_rms_mm": _rms_displacement(constant[None], second_moment),
        "motion_rms_mm": _rms_displacement(change, second_moment),
        "motion_true_rms_mm": _rms_displacement(moved, second_moment),
        "total_rms_mm": _rms(total),
        "total_p95_mm": float(np.percentile(total, PERCENTILE)),
    }


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def _rms_displacement(matrices: np.ndarray, second_moment: np.ndarray) -> float:
    """Root mean square of ``matrix @ (x, 1)`` over points with that second moment and matrices."""
    squares = np.einsum("kij,jl,kil->k", matrices, second_moment, matrices)
    return float(np.sqrt(max(squares.mean(), 0.0)))


def measured(
    series: np.ndarray,
    mask: np.ndarray,
    affine: np.ndarray,
    regions: list[dict],
    *,
    repetition_time: float,
    band_hz: tuple[float, float],
    neighbours: int,
    fwhm_mm: float,
    kernel: str,
) -> list[float]:
    """Measure of each simulated effect, mean over its region, as the workflow computes it.

    Parameters
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        Series of the voxels of ``mask``. Not modified.
    mask, affine
        The participant's mask and its grid.
    regions : list of dict
        ``measure``, ``region`` and, for connectivity, ``seed``: ndarrays of bool on the grid.
    repetition_time, band_hz, neighbours
        See `alff_and_falff` and `reho_in_band`.
    fwhm_mm, kernel
        See `smooth`; 0 for none.

    Returns
    -------
    list of float
        ALFF and ReHo divided by their mean over the mask; the mean of r over the region for
        connectivity (through Fisher's z). NaN if region or seed has no voxel in the mask.
    """
    band = {"repetition_time": repetition_time, "band_hz": band_hz}
    smoothing = {"affine": affine, "fwhm_mm": fwhm_mm, "kernel": kernel}
    measures = {one["measure"] for one in regions}
    maps = {}
    if "reho" in measures:
        concordance = reho_in_band(series, mask, **band, neighbours=neighbours)
        maps["reho"] = smooth(standardised(concordance), mask, **smoothing)
    if "alff" in measures:
        maps["alff"] = standardised(alff_and_falff(smooth(series, mask, **smoothing), **band)[0])
    if "fc" in measures:
        ends = [
            one[end] for one in regions if one["measure"] == "fc" for end in ("region", "seed")
        ]
        # smoothing mixes all voxels, without it those of the connections are enough
        used = np.any(ends, axis=0)[mask] | (fwhm_mm > 0)
        filtered = np.zeros_like(series)
        filtered[used] = ideal_filter(series[used], **band)
        filtered = smooth(filtered, mask, **smoothing)
    values = []
    for one in regions:
        region = one["region"][mask]
        if not region.any() or (one["measure"] == "fc" and not one["seed"][mask].any()):
            values.append(np.nan)
        elif one["measure"] == "fc":
            seed = seed_series(filtered, one["seed"][mask][:, None])
            r = correlation(filtered[region], seed)
            values.append(float(np.tanh(np.arctanh(np.clip(r, -0.9999999, 0.9999999)).mean())))
        else:
            values.append(float(maps[one["measure"]][region].mean()))
    return values
