"""Grids of the images that are given: which one most have, and who has another."""

import numpy as np

from restpain.cohort.choice import chosen_runs
from restpain.cohort.image_checks import NONE, OR_EXCLUDE, problem
from restpain.cohort.measures import SERIES
from restpain.io.images import GRID_TOLERANCE_MM
from restpain.presentation.numbers import counted

NATIVE = "native"  # preprocessing.voxel_mm: the grid of the series
ROTATION_TOLERANCE = 1e-3  # of the axes, relative to the size of a voxel
N_NAMED = 5  # participants that a grid is said of


def shared_grids(indices: list[dict]) -> list[tuple[dict, list[str]]]:
    """List the grids of the chosen images, that of most first.

    A series beside maps has to lie on their grid and does not count.

    Returns
    -------
    list of (dict, list of str)
        An image with ``matrix`` and ``grid`` (affine from voxels to mm), and the participant_id of
        each image on its grid.
    """
    found: list[tuple[dict, list[str]]] = []
    for index in indices:
        for one in chosen_runs(index):
            # an affine that the check refuses
            if "grid" not in one or one.get("measure") == SERIES:
                continue
            same = [who for first, who in found if on_grid(one, first["matrix"], first["grid"])]
            if same:
                same[0].append(index["participant_id"])
            else:
                found.append((one, [index["participant_id"]]))
    return sorted(found, key=lambda member: -len(member[1]))


def usual_grid(indices: list[dict]) -> tuple[list[int], list[list[float]]] | None:
    """Matrix and affine of most images; None if none can be read."""
    found = shared_grids(indices)
    return (found[0][0]["matrix"], found[0][0]["grid"]) if found else None


def on_grid(one: dict, matrix: list[int], affine: list[list[float]]) -> bool:
    """Check whether an image of the index has this matrix and affine."""
    same = one["matrix"] == matrix
    return same and np.allclose(one["grid"], affine, atol=GRID_TOLERANCE_MM)


def grid_words(matrix: list[int], affine: list[list[float]]) -> str:
    """Voxels, their size and the place of the first one, in words."""
    affine = np.array(affine)
    sizes = dict.fromkeys(
        f"{size:g}" for size in np.round(np.linalg.norm(affine[:3, :3], axis=0), 3)
    )
    origin = ", ".join(f"{value:g}" for value in np.round(affine[:3, 3], 3))
    return (
        f"{'x'.join(map(str, matrix))} voxels of {' x '.join(sizes)} mm, the first at {origin} mm"
    )


def rotated_grid(affine: list[list[float]]) -> list[dict]:
    """Row of the table of problems about a grid that is rotated; none if it is not."""
    if is_straight(affine):
        return []
    found = f"a rotated grid: {np.round(np.array(affine)[:3, :3], 3).tolist()}"
    action = "resample the images to a grid in MNI space"
    return [problem(NONE, NONE, "error", found, "axes along those of MNI space", action)]


def native_grid_problems(indices: list[dict]) -> list[dict]:
    """Rows of the table of problems about series whose own grid is to be kept: one for all.

    Parameters
    ----------
    indices : list of dict
        Of the participants; those without a readable series do not count.
    """
    found = shared_grids(indices)
    if not found:
        return []
    rows = rotated_grid(found[0][0]["grid"])
    if len(found) > 1:
        listed = "; ".join(
            f"{grid_words(run['matrix'], run['grid'])} ({_named(who)})" for run, who in found
        )
        several = f"series on {len(found)} grids: {listed}"
        expected = f"one grid for all, since preprocessing.voxel_mm is {NATIVE}"
        action = f"set it to a number of mm, to which all are resampled, {OR_EXCLUDE}"
        rows.append(problem(NONE, NONE, "error", several, expected, action))
    return rows


def _named(participants: list[str]) -> str:
    """Say how many participants, with their names if they are few."""
    names = f": {', '.join(participants)}" if len(participants) <= N_NAMED else ""
    return f"{counted(len(participants), 'participant')}{names}"


def is_straight(affine: np.ndarray) -> bool:
    """Check that the axes of a grid are those of the space, in any order and direction."""
    matrix = np.abs(np.asarray(affine)[:3, :3])
    axes = matrix.max(axis=0)
    return bool(np.all(np.sort(matrix, axis=0)[:2] <= ROTATION_TOLERANCE * axes))
