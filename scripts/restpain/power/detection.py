"""Detection rate of a simulated effect by the configured comparison of random maps."""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import ndimage, stats

from restpain.cohort.design import Design
from restpain.group.clusters import neighbourhood
from restpain.group.inference import Correction
from restpain.group.models import fit_model
from restpain.group.random_field import cluster_size_threshold
from restpain.group.smoothness import df_correction, kernel_roughness
from restpain.intervals import wilson_interval
from restpain.metrics.smoothing import smooth
from restpain.power.random_maps import smooth_noise

logger = logging.getLogger(__name__)

MARGIN_FWHM = 2.0  # of the maps around the effect; a cluster that reaches farther is cut
LEVEL = 0.95

COLUMNS = {
    "n_per_group": "Participants in each group.",
    "effect_size": "Difference of the groups inside the ball, in standard deviations "
    "between participants, before the maps are smoothed.",
    "peak_effect": "Largest difference after smoothing, in the same unit; the noise has its "
    "final smoothness, so only the effect is smoothed.",
    "df": "Degrees of freedom of the comparison, covariates taken off.",
    "cluster_size_threshold": "Voxels that a cluster needs.",
    "n_draws": "Cohorts drawn.",
    "n_found": "Cohorts in which a significant cluster with the sign of the effect overlaps the "
    "ball.",
    "detection_rate": "Their share: the power; without effect the chance rate at this location.",
    "detection_rate_low": "Lower end of its 95 % interval (Wilson).",
    "detection_rate_high": "Upper end of that interval.",
    "voxel_rate": "Share of cohorts in which the voxel with the largest effect alone passes the "
    "cluster-forming threshold.",
    "voxel_power": "The same by the noncentral t distribution, without simulation, as a check.",
}


@dataclass(frozen=True)
class SimulatedEffect:
    """Ball in which the groups differ, and the part of the mask in which maps are drawn."""

    around: np.ndarray  # (x, y, z), True where maps are drawn
    ball: np.ndarray  # (n_around,), True inside the ball
    profile: np.ndarray  # (n_around,), the ball after smoothing; 1 where nothing of it is lost
    volume: int  # voxels of the whole mask, which is searched


def simulated_effect(
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    volume_mm3: float,
    map_fwhm_mm: float | tuple[float, float, float],
    fwhm_mm: float,
    kernel: str,
) -> SimulatedEffect:
    """Ball about the voxel farthest from the edge of a mask, and its surroundings.

    Deep inside the mask the effect is not cut by its edge; otherwise the location does not
    matter, since the random maps are stationary.

    Parameters
    ----------
    mask, affine
        The voxels searched.
    volume_mm3 : float
        Volume of the ball; it has the nearest whole number of voxels, at least one.
    map_fwhm_mm : float or three floats
        Smoothness of the maps.
    fwhm_mm, kernel
        Smoothing of the workflow, see `smooth`.

    Raises
    ------
    ValueError
        If the ball is larger than the mask.
    """
    voxel_mm = np.linalg.norm(affine[:3, :3], axis=0)
    n_ball = max(1, round(volume_mm3 / np.prod(voxel_mm)))
    if n_ball > mask.sum():
        raise ValueError(
            f"power.cluster_mm3 is {volume_mm3:g}, {n_ball} voxels, but the mask has "
            f"{mask.sum()}; choose a smaller cluster"
        )
    depth = ndimage.distance_transform_edt(np.pad(mask, 1), sampling=voxel_mm)[1:-1, 1:-1, 1:-1]
    centre = np.unravel_index(np.argmax(depth), mask.shape)
    voxels = np.argwhere(mask)
    distance = np.linalg.norm((voxels - centre) * voxel_mm, axis=1)
    nearest = np.argsort(distance, kind="stable")[:n_ball]
    ball = np.zeros(mask.shape, bool)
    ball[tuple(voxels[nearest].T)] = True
    reach = distance[nearest].max() + MARGIN_FWHM * max(fwhm_mm, np.max(map_fwhm_mm))
    around = np.zeros(mask.shape, bool)
    around[tuple(voxels[distance <= reach].T)] = True
    profile = smooth(
        ball[mask].astype(np.float64), mask, affine=affine, fwhm_mm=fwhm_mm, kernel=kernel
    )
    return SimulatedEffect(
        around=around, ball=ball[around], profile=profile[around[mask]], volume=int(mask.sum())
    )


def random_design(n_per_group: int, *, n_covariates: int, rng: np.random.Generator) -> Design:
    """Design of two equal groups with covariates drawn from a normal distribution.

    Raises
    ------
    ValueError
        If fewer than 3 degrees of freedom are left.
    """
    n = 2 * n_per_group
    if n - 2 - n_covariates < 3:
        raise ValueError(
            f"power.n_per_group has {n_per_group}, too few for {n_covariates} covariates: "
            f"{n - 2 - n_covariates} degrees of freedom are left, and 3 are needed"
        )
    group = np.repeat([1.0, -1.0], n_per_group)
    covariates = rng.standard_normal((n, n_covariates))
    names = tuple(f"covariate{index}" for index in range(1, n_covariates + 1))
    return Design(
        matrix=np.column_stack([group, np.ones(n), covariates]),
        columns=("group", "intercept", *names),
        participants=tuple(map(str, range(n))),
    )


def detection_table(
    simulated: SimulatedEffect,
    affine: np.ndarray,
    *,
    map_fwhm_mm: float | tuple[float, float, float],
    n_per_group: list[int],
    effect_sizes: list[float],
    n_covariates: int,
    correction: Correction,
    n_draws: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    r"""Table of `COLUMNS`: the detection rate for every group size and effect size.

    Parameters
    ----------
    map_fwhm_mm : float or three floats
        Smoothness of the maps.
    n_per_group, effect_sizes : list
        The sizes; an effect of 0 gives the rate by chance.
    n_covariates : int
        Covariates of the design, unrelated to group and maps.
    n_draws : int
        Cohorts drawn; smaller groups are the first members of the largest ones, and all effect
        sizes share the same noise, so that rates can be compared.

    Notes
    -----
    The effect of the patients lies in the column space of the design, so that it changes the
    coefficient of the group by half of itself and no residual: one fit serves all effect sizes.
    GRF correction gets the smoothness that the maps are made with, not an estimate of it. The
    power of one voxel is that of t with noncentrality
    :math:`\beta / \sqrt{[(X'X)^{-1}]_{11}}`, averaged over the designs drawn.
    """
    shape = (len(n_per_group), len(effect_sizes))
    found, passed, power = np.zeros(shape, int), np.zeros(shape, int), np.zeros(shape)
    peak = int(np.argmax(simulated.profile))
    smallest = [
        cluster_size_threshold(
            alpha=correction.alpha,
            z_threshold=correction.z_threshold,
            dlh=kernel_roughness(map_fwhm_mm, np.linalg.norm(affine[:3, :3], axis=0))
            * df_correction(2 * n - 2 - n_covariates),
            volume=simulated.volume,
        )
        for n in n_per_group
    ]
    largest = max(n_per_group)
    for draw in range(1, n_draws + 1):
        noise = smooth_noise(
            simulated.around, affine, fwhm_mm=map_fwhm_mm, n_maps=2 * largest, rng=rng
        )
        for row, n in enumerate(n_per_group):
            design = random_design(n, n_covariates=n_covariates, rng=rng)
            maps = np.concatenate([noise[:n], noise[largest : largest + n]])
            fit = fit_model(maps, design.matrix, column=0)
            unscaled = np.linalg.inv(design.matrix.T @ design.matrix)[0, 0]
            scale = np.sqrt(fit.sse / fit.df * unscaled)
            threshold = stats.t.isf(correction.voxel_p / correction.tails, fit.df)
            for column, effect in enumerate(effect_sizes):
                t = (fit.betas[0] + 0.5 * effect * simulated.profile) / scale
                above = t >= threshold
                passed[row, column] += above[peak]
                noncentrality = 0.5 * effect * simulated.profile[peak] / np.sqrt(unscaled)
                power[row, column] += stats.nct.sf(threshold, fit.df, noncentrality)
                found[row, column] += _is_found(simulated, above, smallest[row], correction)
        if draw % max(n_draws // 10, 1) == 0:
            logger.info("%d of %d cohorts drawn", draw, n_draws)
    sizes = np.repeat(n_per_group, len(effect_sizes))
    effects = np.tile(effect_sizes, len(n_per_group))
    limits = [wilson_interval(count, n_draws, level=LEVEL) for count in found.ravel().tolist()]
    low, high = np.array(limits).T
    columns = (
        *(sizes, effects, effects * float(simulated.profile[peak]), 2 * sizes - 2 - n_covariates),
        *(np.repeat(smallest, len(effect_sizes)), n_draws, found.ravel()),
        *(found.ravel() / n_draws, low, high, passed.ravel() / n_draws, power.ravel() / n_draws),
    )
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def _is_found(
    simulated: SimulatedEffect, above: np.ndarray, smallest: int, correction: Correction
) -> bool:
    """Report a cluster of at least ``smallest`` voxels that overlaps the ball."""
    if np.count_nonzero(above) < smallest or not above[simulated.ball].any():
        return False
    volume = np.zeros(simulated.around.shape, bool)
    volume[simulated.around] = above
    box = ndimage.find_objects(simulated.around.astype(np.uint8))[0]
    labels, _ = ndimage.label(volume[box], neighbourhood(correction.connectivity))
    numbers = labels[simulated.around[box]]
    sizes = np.bincount(numbers)
    touching = np.unique(numbers[simulated.ball & above])
    return bool(np.any(sizes[touching] >= smallest))
