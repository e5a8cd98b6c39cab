"""Permutation of the participants: T maps and the largest cluster of each."""

from collections.abc import Iterator

import numpy as np
from numba import njit

from restpain.group.clusters import neighbourhood
from restpain.group.missing import data_patterns
from restpain.group.models import NO_VARIATION

BLOCK = 256  # voxels at a time, so that they stay in the cache; does not change the result
BATCH_BYTES = 200_000_000  # of T maps held at a time; does not change the result


def permuted_orders(
    n_participants: int, *, n_permutations: int, seed: int, first: int = 0
) -> np.ndarray:
    """Random orders of the participants, ``(n_permutations, n_participants)``.

    Each order depends on ``seed`` and its own number alone, counted from ``first``, so that
    several jobs draw the same orders as one.
    """
    orders = np.empty((n_permutations, n_participants), int)
    for row in range(n_permutations):
        numbers = np.random.SeedSequence(seed, spawn_key=(first + row,))
        orders[row] = np.random.default_rng(numbers).permutation(n_participants)
    return orders


def permuted_t(
    maps: np.ndarray, matrix: np.ndarray, *, column: int, orders: np.ndarray
) -> Iterator[np.ndarray]:
    r"""T maps of permuted participants, as many at a time as memory holds.

    Parameters
    ----------
    maps, matrix, column
        See `fit_model`.
    orders : ndarray of int, shape (n_permutations, n_participants)
        See `permuted_orders`.

    Yields
    ------
    ndarray of float32, shape (n_orders, n_voxels)
        T of the next permutations; 0 where the maps do not vary.

    Notes
    -----
    Freedman and Lane: with the nuisance columns Z, the residuals :math:`\epsilon = R_Z Y` are
    permuted and the whole model is fitted to them. Only products of the tested column
    outside Z, :math:`x = R_Z X`, and of an orthonormal basis Q of Z with the permuted
    residuals are needed: :math:`\hat\beta = x'P\epsilon / x'x` and
    :math:`SSE = \|\epsilon\|^2 - \|Q'P\epsilon\|^2 - \hat\beta^2 x'x`.

    A participant without data in a voxel (NaN) takes the gap along: the model is fitted to the
    rows that get data, T has their degrees of freedom, and is 0 where they do not allow the model.

    References
    ----------
    Freedman and Lane (1983). Journal of Business and Economic Statistics 1, 292-298.
    doi:10.1080/07350015.1983.10509354
    """
    weights, basis = _permuted_weights(matrix, column, orders)
    df = matrix.shape[0] - matrix.shape[1]
    n_voxels = maps.shape[1]
    patterns = list(data_patterns(maps))
    batch = max(1, BATCH_BYTES // (4 * n_voxels))
    for first in range(0, len(orders), batch):
        part = weights[first : first + batch]
        t = np.empty((len(part), n_voxels), np.float32)
        for start in range(0, n_voxels, BLOCK):
            block = maps[:, start : start + BLOCK].astype(np.float64)
            t[:, start : start + BLOCK] = _t_values(part, _residuals(block, basis), df)
        for rows, voxels in patterns:
            some = orders[first : first + batch]
            t[:, voxels] = _t_of_some(maps, matrix, column, some, rows=rows, voxels=voxels)
        yield t


def _residuals(values: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Residuals of values ``(n_participants, n_voxels)`` on an orthonormal basis, float32.

    0 where they do not vary.
    """
    residuals = values - basis @ (basis.T @ values)
    varies = np.sum(residuals**2, axis=0) > NO_VARIATION * np.sum(values**2, axis=0)
    return np.where(varies, residuals, 0.0).astype(np.float32)


def _t_of_some(
    maps, matrix, column: int, orders, *, rows: np.ndarray, voxels: np.ndarray
) -> np.ndarray:
    """T of `permuted_t` in voxels in which only the participants ``rows`` have data."""
    df = int(rows.sum()) - matrix.shape[1]
    if df < 1:
        return np.zeros((len(orders), len(voxels)), np.float32)
    nuisance = np.linalg.qr(np.delete(matrix[rows], column, axis=1))[0]
    residuals = np.zeros((len(rows), len(voxels)), np.float32)
    residuals[rows] = _residuals(maps[np.ix_(rows, voxels)].astype(np.float64), nuisance)
    weights = np.zeros((len(orders), matrix.shape[1], len(rows)), np.float32)
    for weight, order in zip(weights, orders, strict=True):
        filled = rows[order]  # rows of the design that get data
        if np.linalg.matrix_rank(matrix[filled]) == matrix.shape[1]:
            weight[:, order[filled]] = _tested_and_nuisance(matrix[filled], column)[0]
    return _t_values(weights, residuals, df)


def largest_clusters(
    t: np.ndarray, mask: np.ndarray, *, t_threshold: np.ndarray | float, connectivity: int
) -> np.ndarray:
    """Voxels of the largest cluster of each sign in each of many T maps.

    Parameters
    ----------
    t : ndarray of shape (n_maps, n_voxels)
        T maps, voxels in C order of the mask.
    mask : ndarray of bool, shape (x, y, z)
    t_threshold : float or ndarray of shape (n_voxels,)
        Positive T that a voxel must reach; each sign for itself.
    connectivity : {6, 18, 26}

    Returns
    -------
    ndarray of int, shape (n_maps, 2)
        Positive and negative; 0 where no voxel reaches the threshold.
    """
    above = voxels_above(t, t_threshold)
    return largest_of_voxels(above, len(t), mask, connectivity=connectivity)


def voxels_above(
    t: np.ndarray, t_threshold: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Map, voxel and sign of all |T| that reach a threshold; see `largest_clusters`."""
    row, voxel = np.nonzero(np.abs(t) >= np.float32(t_threshold))
    return row, voxel, np.sign(t[row, voxel]).astype(np.int8)


def largest_of_voxels(
    above: tuple[np.ndarray, np.ndarray, np.ndarray],
    n_maps: int,
    mask: np.ndarray,
    *,
    connectivity: int,
) -> np.ndarray:
    """Find the clusters of `largest_clusters` among the voxels of `voxels_above`."""
    row, voxel, sign = above
    places, volume = padded(mask)
    return _largest(
        places[voxel],
        sign,
        np.cumsum(np.bincount(row, minlength=n_maps)),
        np.zeros(volume.size, np.int8),
        offsets(volume.shape, connectivity),
    )


def padded(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Flat indices of a mask's voxels in a volume with a margin of one voxel, and that volume.

    With the margin no neighbour lies outside the volume or on the other side of it.
    """
    volume = np.pad(mask, 1)
    return np.flatnonzero(volume), volume


def offsets(shape: tuple[int, int, int], connectivity: int) -> np.ndarray:
    """Index differences of a voxel and its neighbours in a flattened volume of that shape."""
    steps = np.argwhere(neighbourhood(connectivity)) - 1
    steps = steps[np.any(steps != 0, axis=1)]
    return steps @ np.array([shape[1] * shape[2], shape[2], 1])


def family_wise_p(
    sizes: np.ndarray, signs: np.ndarray, largest: np.ndarray, *, tails: int
) -> np.ndarray:
    """Family-wise p of clusters by permutation, from the ``largest`` of each permutation.

    ``(1 + m) / (1 + n)`` with m of n permutations at least as large: the observed order is one
    of the permutations. Two tails compare with the largest cluster of either sign, one tail with
    that of the cluster's own sign.
    """
    null = _null(largest, tails)[:, np.where(np.asarray(signs) > 0, 0, -1)]
    return (1 + np.sum(null >= np.asarray(sizes), axis=0)) / (1 + len(largest))


def size_thresholds(largest: np.ndarray, *, level: float, tails: int) -> tuple[int, int] | None:
    """Smallest size of positive and of negative clusters whose `family_wise_p` is below ``level``.

    None if there are too few permutations to get below the level.
    """
    may_be_larger = int(np.ceil(level * (1 + len(largest)))) - 2
    if may_be_larger < 0:
        return None
    ordered = np.sort(_null(largest, tails), axis=0)[::-1]
    if may_be_larger >= len(ordered):
        return 1, 1
    positive, negative = np.broadcast_to(ordered[may_be_larger] + 1, 2)
    return int(positive), int(negative)


def _null(largest: np.ndarray, tails: int) -> np.ndarray:
    return largest.max(axis=1, keepdims=True) if tails == 2 else largest


def _permuted_weights(
    matrix: np.ndarray, column: int, orders: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of each permutation, (n_permutations, 1 + n_nuisance, n_participants), and basis.

    The first row is the tested column outside the nuisance columns, the others are their
    basis; all have length 1. Permuting the weights instead of the residuals gives the same
    products.
    """
    rows, basis = _tested_and_nuisance(matrix, column)
    weights = np.empty((len(orders), *rows.shape), np.float32)
    for weight, order in zip(weights, orders, strict=True):
        weight[:, order] = rows
    return weights, basis


def _tested_and_nuisance(matrix: np.ndarray, column: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights of an unpermuted design, (n_columns, n_participants), and its nuisance basis."""
    basis = np.linalg.qr(np.delete(matrix, column, axis=1))[0]
    tested = matrix[:, column] - basis @ (basis.T @ matrix[:, column])
    return np.vstack([tested / np.linalg.norm(tested), basis.T]), basis


@njit(cache=True)
def _t_values(weights, residuals, df):
    """T of each permutation and voxel from weights (see `_permuted_weights`) and residuals."""
    # loops instead of assignments to slices, which take seconds to compile
    n_permutations, n_rows, n_participants = weights.shape
    n_voxels = residuals.shape[1]
    t = np.zeros((n_permutations, n_voxels), np.float32)
    total = np.zeros(n_voxels, np.float32)
    for i in range(n_participants):
        for v in range(n_voxels):
            total[v] += residuals[i, v] * residuals[i, v]
    tested = np.empty(n_voxels, np.float32)
    product = np.empty(n_voxels, np.float32)
    rest = np.empty(n_voxels, np.float32)
    for p in range(n_permutations):
        for v in range(n_voxels):
            rest[v] = total[v]
        for row in range(n_rows):
            for v in range(n_voxels):
                product[v] = 0.0
            for i in range(n_participants):
                weight = weights[p, row, i]
                for v in range(n_voxels):
                    product[v] += weight * residuals[i, v]
            for v in range(n_voxels):
                if row == 0:
                    tested[v] = product[v]
                rest[v] -= product[v] * product[v]
        for v in range(n_voxels):
            if total[v] > 0:
                # what rounding may leave of a perfect fit stays a number
                t[p, v] = tested[v] * np.sqrt(df / max(rest[v], np.float32(1e-6) * total[v]))
    return t


@njit(cache=True)
def _largest(places, signs, ends, volume, offsets):
    """Size of the largest cluster of each sign in each permutation.

    ``volume`` is a flattened array of zeros with a margin of one voxel.
    """
    largest = np.zeros((ends.size, 2), np.int64)
    queue = np.empty(places.size, np.int64)
    start = 0
    for p in range(ends.size):
        for i in range(start, ends[p]):
            volume[places[i]] = signs[i]
        for i in range(start, ends[p]):
            sign = signs[i]
            if volume[places[i]] == 0:
                continue
            volume[places[i]] = 0
            queue[0] = places[i]
            size = 1
            done = 0
            while done < size:
                for offset in offsets:
                    neighbour = queue[done] + offset
                    if volume[neighbour] == sign:
                        volume[neighbour] = 0
                        queue[size] = neighbour
                        size += 1
                done += 1
            side = 0 if sign > 0 else 1
            largest[p, side] = max(largest[p, side], size)
        start = ends[p]
    return largest
