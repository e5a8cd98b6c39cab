"""Maps of all participants of one measure with their design; patients with a clinical score."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from restpain.cohort.design import Design, covariate_matrix, two_sample_design
from restpain.cohort.participants import participant_of, participants_table, read_participants
from restpain.io.images import read_mask, read_masked

MEMORY_BYTES = 1_500_000_000  # of maps held at a time; at least one volume of all participants


@dataclass(frozen=True)
class GroupMaps:
    """Maps of all participants of one measure, read volume by volume, and their design."""

    paths: list[str]  # one file per row of the design
    mask: np.ndarray  # (x, y, z); its voxels are read, in C order
    affine: np.ndarray  # from voxels to mm
    design: Design

    def volumes(self, n_volumes: int) -> Iterator[np.ndarray]:
        """Read the maps, one volume (seed) after the other, see `maps_of_volumes`."""
        return maps_of_volumes(self.paths, self.mask, self.affine, n_volumes=n_volumes)

    def statistic(self, path: str, n_volumes: int) -> np.ndarray:
        """Read a map of the group, ``(n_voxels, n_volumes)``."""
        values = read_masked(path, self.mask, self.affine)
        return values.reshape(np.count_nonzero(self.mask), n_volumes)


def read_group(
    maps_paths: list[str],
    mask_path: str,
    participants_path: str,
    motion_paths: list[str],
    *,
    patients: str,
    controls: str,
    covariates: list[str],
) -> GroupMaps:
    """Read mask and design of the maps of a measure; `GroupMaps.volumes` reads the maps.

    The parameters are those of `read_design`, and the mask.
    """
    mask, affine = read_mask(mask_path)
    design = read_design(
        participants_path,
        motion_paths,
        maps_paths,
        patients=patients,
        controls=controls,
        covariates=covariates,
    )
    return GroupMaps(maps_paths, mask, affine, design)


def read_design(
    participants_path: str,
    motion_paths: list[str],
    map_paths: list[str],
    *,
    patients: str,
    controls: str,
    covariates: list[str],
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
    patients, controls, covariates
        See `two_sample_design`.

    Raises
    ------
    ValueError
        With all problems of the design.
    """
    table = participants_table(
        participants_path,
        motion_paths,
        patients=patients,
        controls=controls,
        covariates=covariates,
    )
    labels = [participant_of(path) for path in map_paths]
    table = table.set_index("participant_id", drop=False).loc[labels].reset_index(drop=True)
    return two_sample_design(table, patients=patients, controls=controls, covariates=covariates)


def read_sites(
    participants_path: str, design: Design, *, patients: str, controls: str, site: str | None
) -> pd.Series | None:
    """Site of each participant of a design, in its order; None without a column ``site``."""
    if site is None:
        return None
    table = read_participants(participants_path, patients=patients, controls=controls)
    return table.set_index("participant_id")[site].loc[list(design.participants)]


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
    *,
    patients: str,
    controls: str,
    score: str,
    covariates: list[str],
) -> ScoredPatients:
    """Read the analysed patients who have a score; the parameters are those of `read_design`.

    Raises
    ------
    ValueError
        With all problems of the covariates.
    """
    table = participants_table(
        participants_path,
        motion_paths,
        patients=patients,
        controls=controls,
        covariates=covariates,
    )
    table = table[(table["group"] == patients) & table[score].notna()]
    matrix, names = covariate_matrix(table, covariates)
    return ScoredPatients(
        participants=tuple(table["participant_id"]),
        score=pd.to_numeric(table[score]).to_numpy(np.float64),
        covariates=matrix,
        names=names,
    )


def maps_of_volumes(
    paths: list[str], mask: np.ndarray, affine: np.ndarray, *, n_volumes: int
) -> Iterator[np.ndarray]:
    """Read the maps of all participants, one volume (seed) after the other.

    Files are read once for as many volumes as fit into memory.

    Yields
    ------
    ndarray of float32, shape (n_participants, n_voxels)

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
        yield from maps
