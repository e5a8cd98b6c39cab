"""Rigid alignment of the mean EPI to the T1 of the same head.

Normalised mutual information finds the position from the headers or from the centres of both
heads, the contrast across the boundary of the white matter refines it. Nothing is random.
"""

from functools import partial

import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter
from scipy.optimize import minimize

from restpain.preprocessing.motion import rigid_matrix, smoothed
from restpain.preprocessing.points import applied
from restpain.preprocessing.splines import spline_coefficients, spline_values
from restpain.preprocessing.template import voxel_sizes
from restpain.preprocessing.trilinear import sampled

RADIAN_MM = 60.0  # one unit of a rotation moves the cortex about as far as a unit of translation
N_BINS = 32
MARGIN_MM = 8.0  # around the brain in which the mutual information is computed
# spacing of the points of the mutual information, and iterations: all starts, then the best
LEVELS = ((8.0, 3), (6.0, 10))
PITCHES_RAD = np.radians([-15.0, 0.0, 15.0])  # heads differ most from the T1 in pitch
MIN_OVERLAP = 0.4  # of the brain inside the EPI
N_BOUNDARY_POINTS = 6000
INNER_MM, OUTER_MM = 2.0, 1.5  # from the boundary into white matter and out of it
SLOPE_PER_PERCENT = 0.5  # Greve and Fischl (2009); of the cost that is reported
SEARCH_SLOPE_PER_PERCENT = 0.2  # gentler: at 5 mm the contrast of every pair would saturate
# right fits were 0.02 to 0.5, wrong ones 0.92 to 0.97 (docs/preprocessing_anatomy.md)
MAX_COST = 0.8


def mutual_information(
    reference_bins: np.ndarray, values: np.ndarray, *, limits: tuple[float, float]
) -> float:
    """Normalised mutual information (H(a) + H(b)) / H(a, b) of two images at the same points.

    Parameters
    ----------
    reference_bins : ndarray of shape (n_points,), int
        Bin of the first image, 0 to 31.
    values : ndarray of shape (n_points,)
        Second image; a value counts for the two bins around it, by its distance to each.
    limits : (float, float)
        Values of the centres of the first and the last bin; beyond them values are clipped.

    Returns
    -------
    float
        Between 1 (independent) and 2 (one determines the other).

    References
    ----------
    Studholme, Hill, Hawkes (1999). Pattern Recognition 32, 71-86.
    doi:10.1016/S0031-3203(98)00091-0
    """
    low, high = limits
    position = np.clip((values - low) / (high - low), 0, 1) * (N_BINS - 1)
    lower = np.minimum(position.astype(np.int64), N_BINS - 2)
    share = position - lower
    cell = reference_bins * N_BINS + lower
    joint = np.bincount(cell, 1 - share, N_BINS**2) + np.bincount(cell + 1, share, N_BINS**2)
    joint = joint.reshape(N_BINS, N_BINS) / len(values)
    return (_entropy(joint.sum(axis=0)) + _entropy(joint.sum(axis=1))) / _entropy(joint)


def _entropy(probability: np.ndarray) -> float:
    positive = probability[probability > 0]
    return -(positive * np.log(positive)).sum()


def _pose(parameters: np.ndarray, *, centre: np.ndarray) -> np.ndarray:
    # rigid transform about a centre, from parameters that all are in mm
    rigid = rigid_matrix(np.concatenate([parameters[:3], parameters[3:] / RADIAN_MM]))
    rigid[:3, 3] += centre - rigid[:3, :3] @ centre
    return rigid


def _brain_points(
    t1: np.ndarray, mask: np.ndarray, *, affine: np.ndarray, spacing_mm: float
) -> tuple[np.ndarray, np.ndarray]:
    # points of a grid in the brain and around it, and the bin of the stripped T1 at each
    voxel_mm = voxel_sizes(affine)
    box, affine = _box(mask, affine=affine, margin=np.ceil(2 * MARGIN_MM / voxel_mm).astype(int))
    t1, mask = t1[box], mask[box]
    step = np.maximum(1, np.round(spacing_mm / voxel_mm)).astype(int)
    grid = tuple(slice(n // 2, None, n) for n in step)
    near = gaussian_filter(mask[grid].astype(np.float32), MARGIN_MM / 2 / (step * voxel_mm)) > 0.02
    inside = mask[grid][near]
    value = smoothed(t1, affine=affine, fwhm_mm=spacing_mm)[grid][near]
    low, high = np.percentile(value[inside], [1, 99])
    bins = 1 + np.clip((value - low) / (high - low) * (N_BINS - 2), 0, N_BINS - 2).astype(np.int64)
    index = np.argwhere(near) * step + step // 2
    return applied(affine, index).astype(np.float32), np.where(inside, bins, 0)


def _box(
    mask: np.ndarray, *, affine: np.ndarray, margin: np.ndarray
) -> tuple[tuple[slice, ...], np.ndarray]:
    # the part of an image around a mask, which is all there is to compute, and its affine
    inside = [np.flatnonzero(mask.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    start = np.array([max(index[0] - m, 0) for index, m in zip(inside, margin, strict=True)])
    stop = [index[-1] + 1 + m for index, m in zip(inside, margin, strict=True)]
    moved = affine.copy()
    moved[:3, 3] = applied(affine, start)
    return tuple(map(slice, start, stop)), moved


def align_by_information(
    epi: np.ndarray,
    t1: np.ndarray,
    brain_mask: np.ndarray,
    *,
    epi_affine: np.ndarray,
    t1_affine: np.ndarray,
) -> np.ndarray:
    """Rigid transform from T1 to EPI by normalised mutual information of the brain.

    Starts are the positions of the headers and of equal centres of mass, each at three pitches;
    all are improved on points 8 mm apart, the best of them on points 6 mm apart.

    Parameters
    ----------
    epi : ndarray of shape (x, y, z)
        Mean EPI.
    t1 : ndarray of shape (x, y, z)
        T1, its intensity corrected.
    brain_mask : ndarray of the shape of ``t1``, bool
        Brain in the T1.
    epi_affine, t1_affine : ndarray of shape (4, 4)
        From voxels to mm.

    Returns
    -------
    ndarray of shape (4, 4)
        From mm of the T1 to mm of the EPI.

    Raises
    ------
    ValueError
        If less than 40 % of the brain is inside the EPI at the best position.
    """
    centre = applied(t1_affine, np.argwhere(brain_mask)).mean(axis=0)
    weight = np.clip(epi, 0, np.percentile(epi, 98))
    epi_centre = applied(epi_affine, np.argwhere(np.ones(epi.shape, bool)))
    epi_centre = (epi_centre * weight.reshape(-1, 1)).sum(axis=0) / weight.sum()
    shifts = [np.zeros(3), epi_centre - centre]
    poses = [
        np.array([*shift, pitch * RADIAN_MM, 0, 0]) for shift in shifts for pitch in PITCHES_RAD
    ]
    for spacing, iterations in LEVELS:
        points, bins = _brain_points(t1, brain_mask, affine=t1_affine, spacing_mm=spacing)
        image = smoothed(epi, affine=epi_affine, fwhm_mm=spacing)
        cost = partial(
            _dissimilarity,
            centre=centre,
            points=points,
            bins=bins,
            coefficients=spline_coefficients(image),
            to_voxels=np.linalg.inv(epi_affine),
            limits=(0.0, float(np.percentile(image, 99.5))),
        )
        found = [_minimum(cost, pose, step=spacing / 2, iterations=iterations) for pose in poses]
        best = min(found, key=lambda result: result.fun)
        poses = [best.x]
    if best.fun == 0:
        raise ValueError(
            f"less than {100 * MIN_OVERLAP:.0f} % of the brain of the T1 lies inside the rest "
            "series; look whether both are of the same head and whether the series covers it"
        )
    return _pose(best.x, centre=centre)


def _dissimilarity(pose, *, centre, points, bins, coefficients, to_voxels, limits) -> float:
    # 0 where too little overlaps, so that no start can win by leaving the image
    matrix = to_voxels @ _pose(pose, centre=centre)
    values, inside = spline_values(coefficients, points=points, to_voxels=matrix)
    if inside.mean() < MIN_OVERLAP:
        return 0.0
    return -mutual_information(bins[inside], values[inside], limits=limits)


def _minimum(cost, start: np.ndarray, *, step: float, iterations: int = 10):
    return minimize(
        cost,
        start,
        method="Powell",
        options={"xtol": 0.01, "ftol": 1e-5, "maxiter": iterations, "direc": np.eye(6) * step},
    )


def boundary_points(
    white_matter: np.ndarray, *, affine: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of points on both sides of the surface of the white matter, each ``(n, 3)`` in mm.

    The first lie 2 mm in the white matter, the second 1.5 mm out of it, along the gradient of its
    probability; at most 6000 pairs, where the gradient is steep.

    Raises
    ------
    ValueError
        If there is no such surface.
    """
    white = white_matter > 0.5
    if not white.any():
        raise ValueError("the T1 has no white matter, so the rest series cannot be aligned to it")
    box, affine = _box(white, affine=affine, margin=np.full(3, 4))
    white, soft = white[box], gaussian_filter(white_matter[box].astype(np.float32), 1.0)
    index = np.argwhere(white & ~binary_erosion(white))
    index = index[((index > 0) & (index < np.array(white.shape) - 1)).all(axis=1)]
    slope = [soft[tuple((index + e).T)] - soft[tuple((index - e).T)] for e in np.eye(3, dtype=int)]
    gradient = np.stack(slope, axis=1) / 2 @ np.linalg.inv(affine[:3, :3])
    steepness = np.linalg.norm(gradient, axis=1)
    steep = np.flatnonzero(steepness > 0.5 * np.percentile(steepness, 70))
    chosen = np.sort(np.random.default_rng(0).permutation(steep)[:N_BOUNDARY_POINTS])
    index, normal = index[chosen], gradient[chosen] / steepness[chosen, None]
    position = _on_half_level(index, normal, soft, affine=affine)
    inner, outer = position + INNER_MM * normal, position - OUTER_MM * normal
    return inner.astype(np.float32), outer.astype(np.float32)


def _on_half_level(
    index: np.ndarray, normal: np.ndarray, soft: np.ndarray, *, affine: np.ndarray
) -> np.ndarray:
    # surface voxels moved along the normal to where the probability is one half
    offsets = np.linspace(-2.0, 2.0, 17)
    position = applied(affine, index)
    to_voxels = np.linalg.inv(affine)
    along = position[:, None] + offsets[:, None] * normal[:, None]
    voxels = applied(to_voxels, along)
    value = sampled(soft, voxels)
    best = offsets[np.abs(value - 0.5).argmin(axis=1)]
    return position + best[:, None] * normal


def boundary_cost(
    coefficients: np.ndarray,
    inner: np.ndarray,
    outer: np.ndarray,
    *,
    to_voxels: np.ndarray,
    slope_per_percent: float,
) -> float:
    r"""Boundary-based registration cost of the EPI on the T1.

    Parameters
    ----------
    coefficients : ndarray of shape (x, y, z)
        Spline coefficients of the EPI.
    inner, outer : ndarray of shape (n_points, 3), float32
        Pairs of points across the boundary, in mm.
    to_voxels : ndarray of shape (4, 4)
        From these coordinates to voxels of the EPI.
    slope_per_percent : float
        How fast the contrast of a pair saturates, per percent.

    Returns
    -------
    float
        Mean of :math:`1 - \tanh(s q)`, :math:`q = 100 (o - i) / ((o + i) / 2)`: 0 if grey is
        brighter everywhere, 1 without contrast, 2 if white is brighter everywhere. Pairs outside
        the EPI do not count.

    References
    ----------
    Greve, Fischl (2009). NeuroImage 48, 63-72. doi:10.1016/j.neuroimage.2009.06.060
    """
    inside_value, inside = spline_values(coefficients, points=inner, to_voxels=to_voxels)
    outside_value, also = spline_values(coefficients, points=outer, to_voxels=to_voxels)
    seen = inside & also
    if seen.mean() < MIN_OVERLAP:
        return 2.0
    total = inside_value.astype(float) + outside_value
    bright = total > 0  # a spline undershoots beside edges; without signal there is no contrast
    percent = 200 * (outside_value - inside_value) * bright / np.where(bright, total, 1)
    return float(np.mean(1 - np.tanh(slope_per_percent * percent[seen])))


def refine_by_boundary(
    epi: np.ndarray,
    white_matter: np.ndarray,
    *,
    epi_affine: np.ndarray,
    t1_affine: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Rigid transform from T1 to EPI that maximises the contrast across the white matter.

    Parameters
    ----------
    epi : ndarray of shape (x, y, z)
        Mean EPI, grey matter brighter than white.
    white_matter : ndarray of shape (x, y, z)
        Probability of white matter on the grid of the T1.
    epi_affine, t1_affine : ndarray of shape (4, 4)
        From voxels to mm.
    start : ndarray of shape (4, 4)
        From mm of the T1 to mm of the EPI, within some mm.

    Returns
    -------
    transform : ndarray of shape (4, 4)
        From mm of the T1 to mm of the EPI.
    cost : float
        `boundary_cost` there.

    Raises
    ------
    ValueError
        If the cost is above 0.8: no boundary is seen, so nothing was aligned.
    """
    inner, outer = boundary_points(white_matter, affine=t1_affine)
    centre = inner.mean(axis=0, dtype=float)
    coefficients = spline_coefficients(epi)
    to_voxels = np.linalg.inv(epi_affine)

    def cost(pose, slope):
        matrix = to_voxels @ start @ _pose(pose, centre=centre)
        return boundary_cost(coefficients, inner, outer, to_voxels=matrix, slope_per_percent=slope)

    pose = np.zeros(6)
    for slope, step in ((SEARCH_SLOPE_PER_PERCENT / 2, 2.0), (SEARCH_SLOPE_PER_PERCENT, 0.5)):
        pose = _minimum(partial(cost, slope=slope), pose, step=step).x
    final = cost(pose, SLOPE_PER_PERCENT)
    if final > MAX_COST:
        raise ValueError(
            f"the mean of the rest series shows no contrast across the boundary of the white "
            f"matter of the T1: cost {final:.2f}, expected below {MAX_COST} (1 is none); look "
            "whether both are of the same head and lie on each other"
        )
    return start @ _pose(pose, centre=centre), final
