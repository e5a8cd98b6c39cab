"""Maps of all participants of one measure with their design; patients with a clinical score."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from restpain.cohort.design import Design, covariate_matrix, two_sample_design
from restpain.cohort.participants import (
    Comparison,
    mean_displacement,
    of_analysed,
    participant_of,
    participants_table,
    read_participants,
)
from restpain.group.missing import uncovered
from restpain.group.search import near_seeds
from restpain.io.images import read_mask, read_masked

MEMORY_BYTES = 1_500_000_000  # of maps held at a time; at least one volume of all participants


@dataclass(frozen=True)
class GroupMaps:
    """Maps of all participants of one measure, read volume by volume, and their design."""

    paths: list[str]  # one file per row of the design
    mask: np.ndarray  # (x, y, z); its voxels are read, in C order
    affine: np.ndarray  # from voxels to mm
    design: Design
    missing: np.ndarray | None = None  # (n_participants, n_voxels), see `uncovered`

    def volumes(self, n_volumes: int) -> Iterator[np.ndarray]:
        """Read the maps, one volume (seed) after the other, see `maps_of_volumes`."""
        parts = {"n_volumes": n_volumes, "missing": self.missing}
        return maps_of_volumes(self.paths, self.mask, self.affine, **parts)

    def searched(self, n_path: str, n_volumes: int) -> tuple[np.ndarray, np.ndarray]:
        """Voxels searched in each volume, booleans, and degrees of freedom of their T.

        Both ``(n_voxels, n_volumes)``, from the map of the number of participants in each test.
        """
        n = self.statistic(n_path, n_volumes).astype(int)
        return n > 0, np.maximum(n - len(self.design.columns), 1)

    def statistic(self, path: str, n_volumes: int) -> np.ndarray:
        """Read a map of the group, ``(n_voxels, n_volumes)``."""
        values = read_masked(path, self.mask, self.affine)
        return values.reshape(np.count_nonzero(self.mask), n_volumes)


def seed_surroundings(
    image_paths: list[str],
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    n_volumes: int,
    distance_mm: float | None,
) -> np.ndarray:
    """Voxels near the seed of each volume, booleans ``(n_voxels, n_volumes)``, see `near_seeds`.

    ``image_paths`` has the image of the seeds. It is empty for measures without seeds, for which,
    as for a ``distance_mm`` of None, no voxel is near.
    """
    if not image_paths or distance_mm is None or not n_volumes:
        return np.zeros((np.count_nonzero(mask), n_volumes), bool)
    seeds = read_masked(image_paths[0], mask, affine)
    return near_seeds(seeds, mask, affine, distance_mm=distance_mm)


def searched_by_all(
    maps_paths: list[str],
    covered_paths: list[str],
    seed_image_paths: list[str],
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    n_volumes: int,
    distance_mm: float | None,
) -> np.ndarray:
    """Voxels of each volume that all participants of the maps cover, and that are not at its seed.

    Booleans ``(n_voxels, n_volumes)``, for tests whose design depends on who has data, such as
    those of ranks. The parameters are those of `seed_surroundings` and `read_group`.
    """
    around = {"n_volumes": n_volumes, "distance_mm": distance_mm}
    searched = ~seed_surroundings(seed_image_paths, mask, affine, **around)
    missing = uncovered(of_maps(covered_paths, maps_paths), mask, affine)
    return searched if missing is None else searched & ~missing.any(axis=0)[:, None]


def read_group(
    maps_paths: list[str],
    mask_path: str,
    participants_path: str,
    motion_paths: list[str],
    comparison: Comparison,
    covered_paths: list[str],
) -> GroupMaps:
    """Read mask and design of the maps of a measure; `GroupMaps.volumes` reads the maps.

    The parameters are those of `read_design`, the group mask, and the brain masks of all
    participants, analysed or not, where the group mask does not need all of them.
    """
    mask, affine = read_mask(mask_path)
    design = read_design(participants_path, motion_paths, maps_paths, comparison)
    missing = uncovered(of_maps(covered_paths, maps_paths), mask, affine)
    return GroupMaps(maps_paths, mask, affine, design, missing)


def of_maps(covered_paths: list[str], maps_paths: list[str]) -> list[str]:
    """Masks of the participants of some maps, in their order; none if there are no masks."""
    path_of = {participant_of(path): path for path in covered_paths}
    return [path_of[participant_of(path)] for path in maps_paths] if path_of else []


def read_design(
    participants_path: str,
    motion_paths: list[str],
    map_paths: list[str],
    comparison: Comparison,
) -> Design:
    """Two-sample design with one row per map, in the order of the maps.

    Parameters
    ----------
    participants_path : str
        The table of participants.
    motion_paths : list of str
        Quality metrics of each participant; needed only for the covariate mean_fd (mean framewise
        displacement of Jenkinson in mm).
    map_paths : list of str
        One file per analysed participant.
    comparison : Comparison
        See `two_sample_design`.

    Raises
    ------
    ValueError
        With all problems of the design.
    """
    table = participants_table(participants_path, motion_paths, comparison)
    labels = [participant_of(path) for path in map_paths]
    table = table.set_index("participant_id", drop=False).loc[labels].reset_index(drop=True)
    return two_sample_design(table, comparison)


@dataclass(frozen=True)
class ClassifiedCohort:
    """Analysed participants as the classification takes them.

    Attributes
    ----------
    design : Design
        Two-sample design, one row per participant.
    labels : Series of int
        1 for patients, 0 for controls, indexed by participant_id in the order of the design.
    sites : Series of str, optional
        Site of each participant, likewise; None if features are not harmonised across sites.
    motion : dict of float
        Mean framewise displacement (Jenkinson) in mm, by participant_id.
    """

    design: Design
    labels: pd.Series
    sites: pd.Series | None
    motion: dict[str, float]


def read_cohort(
    participants_path: str,
    qc_paths: list[str],
    map_paths: list[str],
    comparison: Comparison,
    *,
    harmonise: bool,
) -> ClassifiedCohort:
    """Read design, labels, sites and motion of the analysed participants.

    Parameters
    ----------
    participants_path, comparison
        See `read_design`.
    qc_paths : list of str
        Quality metrics of all participants, analysed or not.
    map_paths : list of str
        One file per participant, analysed or not, in the order of the cohort.
    harmonise : bool
        Give the sites, across which features are harmonised.
    """
    qc_paths = of_analysed(qc_paths, participants_path)
    map_paths = of_analysed(map_paths, participants_path)
    design = read_design(participants_path, qc_paths, map_paths, comparison)
    index = pd.Index(design.participants, name="participant_id")
    sites = None
    if harmonise:
        table = read_participants(participants_path, comparison).set_index("participant_id")
        sites = table[comparison.site].loc[list(index)]
    labels = pd.Series(design.patients.astype(int), index=index)
    return ClassifiedCohort(design, labels, sites, mean_displacement(qc_paths))


@dataclass(frozen=True)
class ScoredPatients:
    """Patients with a clinical score, in the order of the table."""

    participants: tuple[str, ...]  # participant_id
    score: np.ndarray  # (n_participants,)
    covariates: np.ndarray  # (n_participants, n_covariates)
    names: tuple[str, ...]  # of the covariates


def read_scored_patients(
    participants_path: str,
    motion_paths: list[str],
    comparison: Comparison,
    *,
    score: str,
    covariates: list[str],
) -> ScoredPatients:
    """Read the analysed patients who have a score; the parameters are those of `read_design`.

    ``covariates`` are those of the correlation, not those of the group model.

    Raises
    ------
    ValueError
        With all problems of the covariates.
    """
    table = participants_table(
        participants_path, motion_paths, replace(comparison, covariates=covariates)
    )
    table = table[(table["group"] == comparison.patients) & table[score].notna()]
    matrix, names = covariate_matrix(table, covariates)
    return ScoredPatients(
        participants=tuple(table["participant_id"]),
        score=pd.to_numeric(table[score]).to_numpy(np.float64),
        covariates=matrix,
        names=names,
    )


def maps_of_volumes(
    paths: list[str],
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    n_volumes: int,
    missing: np.ndarray | None = None,
) -> Iterator[np.ndarray]:
    """Read the maps of all participants, one volume (seed) after the other.

    Files are read once for as many volumes as fit into memory. ``missing``
    ``(n_participants, n_voxels)`` is True where a participant has no data.

    Yields
    ------
    ndarray of float32, shape (n_participants, n_voxels)
        NaN where there are no data.

    Raises
    ------
    ValueError
        If an image has another grid or number of volumes than expected.
    """
    n_voxels = int(mask.sum())
    at_once = max(1, MEMORY_BYTES // (4 * len(paths) * max(n_voxels, 1)))
    for start in range(0, n_volumes, at_once):
        stop = min(start + at_once, n_volumes)
        maps = np.empty((stop - start, len(paths), n_voxels), np.float32)
        for row, path in enumerate(paths):
            values = read_masked(path, mask, affine).reshape(n_voxels, -1)
            if values.shape[1] != n_volumes:
                raise ValueError(
                    f"{Path(path).name} has {values.shape[1]} volumes, but {n_volumes} are "
                    "expected; delete it so that it is recomputed"
                )
            maps[:, row] = values[:, start:stop].T
        if missing is not None:
            maps[:, missing] = np.nan
        yield from maps
