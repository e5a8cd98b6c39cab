"""Affine registration of the T1 of a whole head to a template of the brain alone.

Both images are normalised locally (mean and standard deviation of a Gaussian neighbourhood), and
their correlation is taken over points inside the slightly widened brain mask of the template, so
that scalp, air and slow changes of brightness cannot win. The best of many starts is refined by
Powell's method from seven parameters to twelve, under a prior on zooms and shears.
"""

from typing import NamedTuple

import numpy as np
from scipy import ndimage, optimize

from restpain.preprocessing.points import applied
from restpain.preprocessing.template import voxel_sizes
from restpain.preprocessing.trilinear import (
    CENTRE_MM,
    PRIOR_MEAN,
    PRIOR_SD,
    PRIOR_WEIGHT,
    affine_matrix,
    correlations,
    penalised_misfit,
    sampled,
)

GRID_MM = 4.0  # resolution of the search
FINE = (0.0, 10.0)  # further smoothing and window of normalisation, Gaussian sigmas in mm
COARSE = (4.5, 16.0)
WIDENING_MM = 4.0  # the rim of the brain against what surrounds it
CONTRAST_FLOOR = 0.12  # share of the brain's brightness below which contrast is noise
FLATNESS = 0.05  # least variance of the normalised T1: a flat patch must not win
STEPS = np.array([8.0] * 3 + [0.15] * 3 + [0.08] * 3 + [0.04] * 3)  # mm, rad, log zoom, shear
SUFFICIENT_OBJECTIVE = 0.62  # beyond it no further search is made
MIN_COARSE_OBJECTIVE = 0.42  # right fits reach .46; below, the fine fit is not made
MARGIN = 0.1  # fits that far behind the best one are not followed


class Reference(NamedTuple):
    """Points in the template's brain and its locally normalised values there."""

    points: np.ndarray  # (n_points, 3), RAS mm, in random order
    fine: np.ndarray  # (n_points,)
    coarse: np.ndarray  # (n_points,)


class AffineFit(NamedTuple):
    """Affine with its objective and determinant."""

    matrix: np.ndarray  # (4, 4), RAS mm of the template to RAS mm of the T1
    objective: float  # correlation of the locally normalised images, minus the prior's penalty
    determinant: float  # volume of the head over that of the template


class _Search(NamedTuple):
    reach_mm: float | None  # translations about the origin of the header; None: the whole head
    angles_deg: tuple  # about x, y, z
    n_kept: int  # candidates of the lattice that are evaluated on more points
    n_starts: int
    clip: float  # brightness limit, in medians of the foreground; fat is brighter
    contrast_floor: float
    log_zoom: float = 0.0  # of the starts, beyond the mean of adults
    log_volumes: tuple = (-0.5, 0.1)  # of the head over the template; beyond, fits are drawn back


UNCLIPPED = 99.0
UPRIGHT = ((-20, 0, 20), (-12, 0, 12), (-12, 0, 12))
TURNED = ((-40, -20, 0, 20, 40), (-34, -17, 0, 17, 34), (-34, -17, 0, 17, 34))
SEARCHES = (
    _Search(36.0, UPRIGHT, 2000, 6, UNCLIPPED, CONTRAST_FLOOR),
    _Search(36.0, UPRIGHT, 2000, 24, 1.4, CONTRAST_FLOOR),
    _Search(None, TURNED, 8000, 60, UNCLIPPED, CONTRAST_FLOOR),
    _Search(None, TURNED, 8000, 200, 1.4, CONTRAST_FLOOR / 2),
    _Search(None, TURNED, 8000, 250, 1.2, CONTRAST_FLOOR / 2),
)
# heads smaller than nearly all, which the range of volumes above would enlarge: searched for where
# the fit is as small, or so poor that it would be refused; large volumes are false optima there
SMALL_HEAD = 0.62
POOR_OBJECTIVE = 0.5
SEARCHES_OF_SMALL = tuple(
    search._replace(n_starts=n_starts, log_zoom=-0.12, log_volumes=(-0.8, -0.3))
    for search, n_starts in ((SEARCHES[0], 24), (SEARCHES[2], 60))
)


def reference(template: np.ndarray, mask: np.ndarray, affine: np.ndarray) -> Reference:
    """Points in the brain of the template, about every 4 mm, and the template's values there.

    ``template`` is the T1 of the brain alone, ``mask`` its brain mask, ``affine`` maps their
    isotropic voxels to RAS mm.
    """
    voxel_mm = float(voxel_sizes(affine)[0])
    pad = int(np.ceil(2 * WIDENING_MM / voxel_mm))
    affine = affine.copy()
    affine[:3, 3] -= affine[:3, :3] @ np.full(3, pad)
    template, mask = np.pad(template, pad), np.pad(mask, pad)
    wide = ndimage.distance_transform_edt(~mask, sampling=voxel_mm) <= WIDENING_MM
    sigma = np.sqrt(max(GRID_MM**2 - voxel_mm**2, 0)) / np.sqrt(8 * np.log(2)) / voxel_mm
    smooth = ndimage.gaussian_filter(template, sigma)
    brightness = template[mask].mean()
    fine, coarse = (
        _locally_normalised(
            smooth, voxel_mm, *level, floor=CONTRAST_FLOOR * brightness, within=wide
        )
        for level in (FINE, COARSE)
    )
    random = np.random.default_rng(0)  # a jittered lattice, the same for every participant
    lattice = [np.arange(0.5, size * voxel_mm / GRID_MM) for size in mask.shape]
    points = np.stack(np.meshgrid(*lattice, indexing="ij"), axis=-1).reshape(-1, 3)
    points = (points + random.uniform(-0.5, 0.5, points.shape)) * GRID_MM / voxel_mm
    points = random.permutation(points[sampled(wide, points) > 0.5])
    return Reference(applied(affine, points), sampled(fine, points), sampled(coarse, points))


def downsampled(
    image: np.ndarray, affine: np.ndarray, *, voxel_mm: float
) -> tuple[np.ndarray, np.ndarray]:
    """Image on voxels of about ``voxel_mm`` along its own axes, float32, and its affine.

    Blocks of voxels of at most half the new size are averaged first, which is much faster than
    smoothing at full resolution; the rest is smoothed and interpolated linearly.
    """
    sizes = voxel_sizes(affine)
    block = np.maximum(1, np.floor(voxel_mm / sizes / 2 + 1e-3)).astype(int)
    shape = np.array(image.shape) // block
    whole = image[tuple(slice(n) for n in shape * block)].astype(np.float32, copy=False)
    split = whole.reshape(shape[0], block[0], shape[1], block[1], shape[2], block[2])
    blocks = split.mean(axis=(1, 3, 5))
    sizes = sizes * block
    step = voxel_mm / sizes
    fwhm = np.sqrt(np.maximum(voxel_mm**2 - sizes**2, 0)) / sizes
    smooth = ndimage.gaussian_filter(blocks, fwhm / np.sqrt(8 * np.log(2)), truncate=3)
    new_shape = np.maximum(2, np.round(shape / step)).astype(int)
    first = (step - 1) / 2  # blocks; the corner of the image stays where it is
    coarse = ndimage.affine_transform(
        smooth, np.diag(step), first, output_shape=tuple(new_shape), order=1, mode="nearest"
    )
    to_old = np.diag([*(step * block), 1.0])
    to_old[:3, 3] = first * block + (block - 1) / 2
    return coarse, affine @ to_old


def _locally_normalised(image, voxel_mm, smoothing_mm, window_mm, *, floor, within=None):
    """Image less its local mean, over its local standard deviation plus ``floor``; clipped."""

    def smooth(array, sigma_mm):
        return ndimage.gaussian_filter(array, sigma_mm / voxel_mm, truncate=3)

    image = image.astype(np.float32)
    if smoothing_mm > 0:
        image = smooth(image, smoothing_mm)
    weight = np.float32(1) if within is None else within.astype(np.float32)
    share = 1 if within is None else np.maximum(smooth(weight, window_mm), 1e-3)
    mean = smooth(image * weight, window_mm) / share
    square = smooth(image * image * weight, window_mm) / share
    deviation = np.sqrt(np.maximum(square - mean * mean, 0))
    return np.clip((image - mean) / (deviation + floor), -2.5, 2.5).astype(np.float32)


def _foreground(image, clip):
    """Voxels of the head, and the image with brightness beyond ``clip`` medians cut off."""
    for _ in range(2):  # the first cut changes the percentile that the second one rests on
        head = image > CONTRAST_FLOOR * np.percentile(image[image > 0], 98)
        median = float(np.median(image[head]))
        image = np.minimum(image, clip * median)
    return image, head, median


def fit_affine(t1: np.ndarray, affine: np.ndarray, reference: Reference) -> AffineFit:
    """Affine from the template to a T1 of a whole or stripped head.

    Starts near the origin of the header are tried first; only where they lead to no clear fit is
    the whole head searched, and then again with bright fat cut off.

    Parameters
    ----------
    t1 : ndarray of shape (x, y, z)
        From :func:`restpain.preprocessing.t1_values.from_zero`.
    affine : ndarray of shape (4, 4)
        Voxel indices to RAS mm. Left and right are taken from it: a flipped head is not noticed.
    reference : Reference
        From :func:`reference`.

    Returns
    -------
    AffineFit
        The best fit found; `affine_gate.check_affine` decides if it is plausible.
    """
    image, grid = downsampled(t1, affine, voxel_mm=GRID_MM)
    best = _best_fit(image, grid, reference, SEARCHES)
    if best.determinant < SMALL_HEAD or best.objective < POOR_OBJECTIVE:
        small = _best_fit(image, grid, reference, SEARCHES_OF_SMALL)
        best = max(best, small, key=lambda fit: fit.objective)
    return best


def _best_fit(image, grid, reference, searches):
    best = None
    for search in searches:
        fit = _searched(image, grid, reference, search)
        if best is None or fit.objective > best.objective:
            best = fit
        if best.objective >= SUFFICIENT_OBJECTIVE:
            break
    return best


def _searched(image, grid, reference, search):
    clipped, head, median = _foreground(image, search.clip)
    floor = search.contrast_floor * median
    fine, coarse = (
        _locally_normalised(clipped, GRID_MM, *level, floor=floor) for level in (FINE, COARSE)
    )
    to_voxel = np.linalg.inv(grid)
    points = reference.points

    def refined(start, steps, volume, values, n, tolerance, max_calls):
        prior = np.stack([PRIOR_MEAN, PRIOR_SD, np.full(6, PRIOR_WEIGHT)])
        penalty = (prior, np.array(search.log_volumes))
        images = (CENTRE_MM, to_voxel, volume, points[:n], values[:n])
        fixed = (start, steps, *penalty, *images)
        result = optimize.minimize(
            penalised_misfit,
            np.zeros(len(steps)),
            args=(*fixed, FLATNESS),
            method="Powell",
            options={"xtol": 0.01, "ftol": tolerance, "maxfev": max_calls},
        )
        return start + result.x @ steps, float(result.fun)

    rigid, full = np.diag(STEPS)[:6], np.diag(STEPS)
    one_zoom = np.vstack([rigid, full[6:9].sum(axis=0)])
    starts = _starts(head, grid, coarse, to_voxel, reference, search)
    fits = [refined(s, one_zoom, coarse, reference.coarse, 1500, 1e-3, 300) for s in starts]
    fits = _distinct(fits, 12, MARGIN)
    if -fits[0][1] < MIN_COARSE_OBJECTIVE:
        matrix = affine_matrix(fits[0][0], CENTRE_MM)
        return AffineFit(matrix, -fits[0][1], float(np.linalg.det(matrix[:3, :3])))
    fits = [refined(p, full[:9], coarse, reference.coarse, 4000, 1e-3, 500) for p, _ in fits]
    fits = _distinct(fits, 3, MARGIN)
    fits = [refined(p, full, fine, reference.fine, 8000, 1e-3, 700) for p, _ in fits]
    fits = _distinct(fits, 3, MARGIN)
    fits = [refined(p, full, fine, reference.fine, len(points), 1e-4, 700) for p, _ in fits]
    parameters, misfit = min(fits, key=lambda fit: fit[1])
    matrix = affine_matrix(parameters, CENTRE_MM)
    return AffineFit(matrix, -misfit, float(np.linalg.det(matrix[:3, :3])))


def _starts(head, grid, volume, to_voxel, reference, search):
    """Choose the best starts of a lattice, no two of them close to each other."""
    if search.reach_mm is not None:
        axes = [np.arange(-search.reach_mm, search.reach_mm + 1, 12.0) + c for c in CENTRE_MM]
    else:
        low, high = np.percentile(applied(grid, np.argwhere(head)), [1, 99], axis=0)
        reach = np.maximum((high - low) / 2 - (45.0, 55.0, 40.0), 10)  # half the brain, about
        axes = [
            (a + b) / 2 + np.linspace(-h, h, int(np.ceil(h / 6)) + 1)
            for a, b, h in zip(low, high, reach, strict=True)
        ]
    angles = [np.radians(a) for a in search.angles_deg]
    lattice = np.stack(np.meshgrid(*axes, *angles, indexing="ij"), axis=-1).reshape(-1, 6)
    zooms = PRIOR_MEAN + search.log_zoom * (np.arange(6) < 3)
    candidates = np.hstack([lattice, np.tile(zooms, (len(lattice), 1))])
    for n_points in (600, 3000):
        scores = correlations(
            candidates,
            CENTRE_MM,
            to_voxel,
            volume,
            reference.points[:n_points],
            reference.coarse[:n_points],
            FLATNESS,
        )
        candidates = candidates[np.argsort(-scores, kind="stable")[: search.n_kept]]
    kept = []
    for candidate in candidates:
        close = [
            (np.abs(candidate[:3] - other[:3]).max() < 13)
            & (np.abs(candidate[3:6] - other[3:6]).max() < np.radians(21))
            for other in kept
        ]
        if not any(close):
            kept.append(candidate)
        if len(kept) == search.n_starts:
            break
    return kept


def _distinct(fits, n, margin):
    """Keep the ``n`` best fits within ``margin`` of the best, none within 5 mm and 0.12 rad."""
    fits = sorted(fits, key=lambda fit: fit[1])
    kept = []
    for parameters, misfit in fits:
        if misfit <= fits[0][1] + margin and all(
            np.abs(parameters[:3] - other[:3]).max() > 5
            or np.abs(parameters[3:6] - other[3:6]).max() > 0.12
            for other, _ in kept
        ):
            kept.append((parameters, misfit))
    return kept[:n]
