"""Group level of one set of maps: all universes that have them, volume by volume."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from restpain.cohort.design import Design
from restpain.group.inference import Correction
from restpain.group.missing import covered_enough
from restpain.group.permutation import permuted_orders
from restpain.group.search import near_seeds, part_of_mask
from restpain.multiverse.fits import (
    FittedMap,
    clusters_in_universe,
    correction_of,
    fitted_map,
    grf_size,
    permuted_sizes,
    significant_sizes,
    sizes_near,
)

logger = logging.getLogger(__name__)

INFERENCES = ("grf", "permutation")
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Cohort:
    """Maps of the analysed participants on the voxels of the template.

    Attributes
    ----------
    maps : ndarray of float32, shape (n_participants, n_voxels, n_volumes)
    covered : ndarray of bool, shape (n_participants, n_voxels)
        Voxels of each participant's brain mask.
    template : ndarray of bool, shape (x, y, z)
        The voxels.
    affine : ndarray of shape (4, 4)
    designs : dict of Design
        By covariates, rows in the order of the maps.
    seeds : ndarray of shape (n_voxels, n_volumes), optional
        Seed of each volume.
    seed_distance_mm : float, optional
        Voxels this near to a seed are not searched; None: all are.
    """

    maps: np.ndarray
    covered: np.ndarray
    template: np.ndarray
    affine: np.ndarray
    designs: dict[tuple[str, ...], Design]
    seeds: np.ndarray | None
    seed_distance_mm: float | None


@dataclass(frozen=True)
class GroupLevel:
    """Results of several universes.

    Attributes
    ----------
    clusters : DataFrame
        Rows of `clusters_in_universe` with ``universe`` and ``volume``.
    voxels : list of ndarray of int
        Voxels of each cluster, numbers among those of the template.
    significant : ndarray of bool, shape (n_universes, n_volumes, 1 + n_permutations, 2)
        Whether any cluster is significant, of the map itself and of each permutation, by GRF
        correction and by permutation.
    hits : ndarray of bool, shape (n_universes, 1 + n_permutations, n_places)
        Whether a cluster that is significant by the inference of the universe lies near a place.
    """

    clusters: pd.DataFrame
    voxels: list[np.ndarray]
    significant: np.ndarray
    hits: np.ndarray


def group_level(
    cohort: Cohort,
    universes: list[dict],
    *,
    n_permutations: int,
    seed: int,
    across_seeds: bool,
    places: list[tuple[np.ndarray, int]],
) -> GroupLevel:
    """Compare the groups in every universe.

    Parameters
    ----------
    cohort : Cohort
    universes : list of dict
        Those of `measure_plan` that have these maps.
    n_permutations, seed
        See `permuted_orders`: the orders are those of the main analysis.
    across_seeds : bool
        Correct all volumes together.
    places : list of (ndarray of bool, int)
        Published peaks: voxels of the template near each, and the sign of its T.
    """
    n_volumes = cohort.maps.shape[2]
    orders = permuted_orders(len(cohort.maps), n_permutations=n_permutations, seed=seed)
    shape = (len(universes), n_volumes, 1 + n_permutations)
    significant = np.zeros((*shape, len(INFERENCES)), bool)
    hits = np.zeros((len(universes), 1 + n_permutations, len(places)), bool)
    tables, voxels = [], []
    for fit, members in _grouped(universes, range(len(universes)), _fit).items():
        sources = {universes[number]["settings"]["group.smoothness"] for number in members}
        inside, fitted = _fitted_volumes(cohort, *fit, sources)
        near = [(where[inside], sign) for where, sign in places]
        sets = list(_grouped(universes, members, _forming).values())
        n_maps = n_volumes if across_seeds else 1
        corrections = {
            number: correction_of(universes[number]["settings"], n_maps=n_maps)
            for number in members
        }
        forming = [corrections[users[0]] for users in sets]
        sizes = np.array(
            [permuted_sizes(volume, forming, orders=orders) for volume in fitted]
        ).reshape(n_volumes, len(sets), 1 + n_permutations, 2)
        for k, volume in enumerate(fitted):
            for place, users in enumerate(sets):
                own = sizes[k, place]
                largest = sizes[:, place].max(axis=0) if across_seeds else own
                required = {}
                for number in users:
                    correction = corrections[number]
                    smoothness = universes[number]["settings"]["group.smoothness"]
                    required[number] = _required(volume, correction, smoothness, largest)
                    significant[number, k] = np.stack(
                        [(own >= required[number][name]).any(axis=1) for name in INFERENCES],
                        axis=1,
                    )
                    rows, labels = clusters_in_universe(
                        volume, correction, smoothness=smoothness, null=largest[1:]
                    )
                    universe = universes[number]["universe"]
                    tables.append(rows.assign(universe=universe, volume=k))
                    of_template = labels[cohort.template]
                    voxels += [np.flatnonzero(of_template == label) for label in rows["label"]]
                found = np.flatnonzero(significant[users, k].any(axis=(0, 2)))
                large = sizes_near(volume, forming[place], orders=orders, rows=found, places=near)
                for number in users:
                    needed = required[number][corrections[number].inference]
                    signs = np.array([0 if sign > 0 else 1 for _, sign in places], int)
                    hits[number, found] |= large >= needed[signs]
        logger.info("%s: %d universes", fit, len(members))
    filled = [table for table in tables if len(table)] or tables[:1]
    clusters = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()
    return GroupLevel(clusters, voxels, significant, hits)


def _required(
    volume: FittedMap, correction: Correction, smoothness: str, largest: np.ndarray
) -> dict[str, np.ndarray]:
    """Voxels that a cluster of each sign needs, by inference."""
    by_grf = grf_size(volume, correction, smoothness=smoothness)
    by_permutation = significant_sizes(largest, level=correction.cluster_p, tails=correction.tails)
    return {
        "grf": np.repeat(NEVER if by_grf is None else by_grf, 2),
        "permutation": by_permutation,
    }


def _grouped(
    universes: list[dict], numbers: Iterable[int], key: Callable[[dict], tuple]
) -> dict[tuple, list[int]]:
    """Numbers of universes by a key of their settings."""
    members = {}
    for number in numbers:
        members.setdefault(key(universes[number]["settings"]), []).append(number)
    return members


def _fit(settings: dict) -> tuple:
    """Covariates and coverage of the group mask, to which the model is fitted."""
    return tuple(settings["cohort.covariates"]), settings["group.mask_coverage"]


def _forming(settings: dict) -> tuple:
    """Choices that form clusters."""
    return tuple(settings[f"group.{key}"] for key in ("voxel_p", "tails", "connectivity"))


def _fitted_volumes(
    cohort: Cohort, covariates: tuple[str, ...], mask_coverage: float, sources: set[str]
) -> tuple[np.ndarray, list[FittedMap]]:
    """Voxels of the group mask among those of the template, and the fit of each volume."""
    design = cohort.designs[covariates]
    groups = [cohort.covered[rows] for rows in (design.patients, design.controls)]
    counts = np.array([group.sum(axis=0) for group in groups])
    inside, needed = covered_enough(counts, tuple(map(len, groups)), mask_coverage=mask_coverage)
    if not inside.any():
        raise ValueError(
            f"no voxel is covered by {needed} participants, as the alternative {mask_coverage} of "
            "group.mask_coverage requires; lower or remove it"
        )
    mask = part_of_mask(cohort.template, inside)
    missing = ~cohort.covered[:, inside] if mask_coverage < 1 else None
    own = np.zeros((int(inside.sum()), cohort.maps.shape[2]), bool)
    if cohort.seeds is not None and cohort.seed_distance_mm is not None:
        around = {"distance_mm": cohort.seed_distance_mm}
        own = near_seeds(cohort.seeds[inside], mask, cohort.affine, **around)
    fitted = []
    for k in range(cohort.maps.shape[2]):
        maps = np.ascontiguousarray(cohort.maps[:, inside, k])
        if missing is not None:
            maps[missing] = np.nan
        fitted.append(
            fitted_map(maps, design, mask, cohort.affine, near_seed=own[:, k], sources=sources)
        )
    return inside, fitted
