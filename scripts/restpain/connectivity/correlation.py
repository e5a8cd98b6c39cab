"""Seed-based functional connectivity: spheres, seed series, correlation with every voxel."""

import numpy as np

from restpain.temporal_filter import ROUNDING, voxel_blocks

LARGEST_R = 0.9999999  # its Fisher z is 8.41


def sphere(
    *,
    centre_mm: tuple[float, float, float],
    radius_mm: float,
    affine: np.ndarray,
    shape: tuple[int, int, int],
) -> np.ndarray:
    """Voxels of a spherical seed, as in DPABI.

    The centre is moved to the centre of the nearest voxel (`nearest_voxel`); a voxel is inside if
    its centre is at most ``radius_mm`` away from there.

    On 3 mm voxels it has 33 voxels for a radius of 6 mm and 81 for 8 mm.

    Parameters
    ----------
    centre_mm : (float, float, float)
        RAS coordinates.
    radius_mm : float
        The edge belongs to the sphere.
    affine, shape
        Grid of the mask that is returned.

    Raises
    ------
    ValueError
        If the radius is negative or the nearest voxel lies outside the grid.
    """
    if not radius_mm >= 0:
        raise ValueError(f"the radius of the sphere is {radius_mm} mm, but must not be negative")
    centre = nearest_voxel(centre_mm, affine)
    if not all(0 <= index < size for index, size in zip(centre, shape, strict=True)):
        raise ValueError(
            f"the coordinate {tuple(centre_mm)} mm lies outside the grid of {tuple(shape)} voxels"
        )
    offsets = np.indices(shape).reshape(3, -1).T - centre
    distance = np.linalg.norm(offsets @ affine[:3, :3].T, axis=1)
    return (distance <= radius_mm + 1e-6).reshape(shape)


def nearest_voxel(coordinate_mm: tuple[float, float, float], affine: np.ndarray) -> np.ndarray:
    """Index of the voxel nearest to a coordinate, halves resolved as DPABI does.

    DPABI stores x from right to left if the axes of the grid are those of space: a coordinate
    halfway between two voxels goes to the one with the smaller x, the larger y and the larger z.
    In other grids it goes to the higher index.
    """
    index = np.linalg.solve(affine, [*coordinate_mm, 1.0])[:3].round(6)
    up = np.ones(3, dtype=bool)
    axes = affine[:3, :3]
    if np.array_equal(axes, np.diag(np.diag(axes))):
        up = np.diag(axes) * [-1, 1, 1] > 0
    return np.where(up, np.floor(index + 0.5), np.ceil(index - 0.5)).astype(int)


def seed_series(series: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Mean series of each seed, float64, ``(n_seeds, n_volumes)``.

    Parameters
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        BOLD signal in a mask.
    seeds : ndarray of shape (n_voxels, n_seeds)
        Nonzero inside the seed.

    Raises
    ------
    ValueError
        If a seed has no voxel in the mask.
    """
    inside = seeds != 0
    sizes = inside.sum(axis=0)
    if (sizes == 0).any():
        raise ValueError(
            f"seed {np.flatnonzero(sizes == 0)[0] + 1} of {sizes.size} has no voxel in the mask; "
            "drop the seed or exclude the participant"
        )
    means = [series[voxels].mean(axis=0, dtype=np.float64) for voxels in inside.T]
    return np.array(means).reshape(len(means), series.shape[1])


def correlation(series: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Pearson's r of every voxel with every seed.

    Parameters
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        BOLD signal.
    seeds : ndarray of shape (n_seeds, n_volumes)
        Series of the seeds.

    Returns
    -------
    ndarray of float64, shape (n_voxels, n_seeds)
        Zero where the voxel or the seed is constant, as in DPABI.
    """
    units = _unit_norm(seeds.astype(np.float64)).T
    r = np.empty((len(series), len(seeds)))
    for block in voxel_blocks(series):
        r[block] = _unit_norm(series[block].astype(np.float64)) @ units
    return np.clip(r, -1.0, 1.0, out=r)


def unit_series(series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centred series of norm 1 ``(n_voxels, n_volumes)`` and their norms, float32, to be stored.

    From both `connectivity_of_seeds` computes the connectivity of any seed in one matrix product.
    Zero where the series is constant.
    """
    units = np.empty(series.shape, np.float32)
    norms = np.empty(len(series), np.float32)
    for block in voxel_blocks(series):
        values = series[block].astype(np.float64)
        unit = _unit_norm(values)
        units[block] = unit
        norms[block] = np.einsum("ij,ij->i", unit, values)
    return units, norms


def connectivity_of_seeds(units: np.ndarray, norms: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Fisher's z of every voxel with the mean series of every seed.

    Parameters
    ----------
    units, norms : ndarray of shape (n_voxels, n_volumes), (n_voxels,)
        See `unit_series`.
    seeds : ndarray of bool, shape (n_seeds, n_voxels)

    Returns
    -------
    ndarray of float32, shape (n_seeds, n_voxels)
        Equal to `correlation` with `seed_series` and `fisher_z` but for single precision. Zero
        for a seed in which the participant has no signal.
    """
    means = np.array(
        [norms[seed].astype(np.float64) @ units[seed] / max(seed.sum(), 1) for seed in seeds]
    ).reshape(len(seeds), units.shape[1])
    means = _unit_norm(means)
    z = np.empty((len(seeds), len(units)), np.float32)
    # sums in double precision, so that no digit depends on which seeds are mapped together
    for block in voxel_blocks(units):
        z[:, block] = fisher_z(means @ units[block].astype(np.float64).T)
    return z


def fisher_z(r: np.ndarray, *, largest_r: float = LARGEST_R) -> np.ndarray:
    """Fisher's z, ``0.5 ln((1 + r) / (1 - r))``.

    |r| is limited to ``largest_r``, so that z stays finite where a voxel is its own seed: within
    8.41 by default. DPABI does not limit it; ``largest_r=1`` gives its infinite values.
    """
    with np.errstate(divide="ignore"):
        return np.arctanh(np.clip(r, -largest_r, largest_r))


def _unit_norm(series: np.ndarray) -> np.ndarray:
    """Series with mean 0 and norm 1; zero where constant."""
    size = np.abs(series).max(axis=1, keepdims=True)
    centred = series - series.mean(axis=1, keepdims=True)
    norm = np.sqrt(np.einsum("ij,ij->i", centred, centred))[:, None]
    rounding = ROUNDING * size * np.sqrt(series.shape[1])
    return np.divide(centred, norm, out=np.zeros_like(centred), where=norm > rounding)
