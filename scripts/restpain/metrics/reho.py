"""Regional homogeneity: Kendall's W of the series of neighbouring voxels."""

from collections.abc import Iterator

import numpy as np

from restpain.temporal_filter import detrended_and_filtered, voxel_blocks

FARTHEST = {7: 1, 19: 2, 27: 3}  # neighbours: largest squared distance from the centre, in voxels
BLOCK_VOLUMES = 256  # volumes whose ranks are summed at a time: bounds the memory of a plane


def reho(
    series: np.ndarray,
    mask: np.ndarray,
    *,
    neighbours: int,
    outermost_slab: bool = True,
    count_constant: bool = False,
) -> np.ndarray:
    """Regional homogeneity (ReHo) of series as they are; see `kendall_w`."""
    return kendall_w(
        centred_ranks(series),
        mask,
        neighbours=neighbours,
        outermost_slab=outermost_slab,
        count_constant=count_constant,
    )


def reho_in_band(
    series: np.ndarray,
    mask: np.ndarray,
    *,
    repetition_time: float,
    band_hz: tuple[float, float],
    neighbours: int,
    outermost_slab: bool = True,
    count_constant: bool = False,
) -> np.ndarray:
    """Regional homogeneity (ReHo) of the detrended and ideally filtered series.

    Parameters as in `restpain.temporal_filter.ideal_filter` and `kendall_w`. The filtered
    series are ranked block by block and never held.
    """
    ranks = np.empty(series.shape, _rank_dtype(series.shape[1]))
    for block, filtered in detrended_and_filtered(
        series, repetition_time=repetition_time, band_hz=band_hz
    ):
        ranks[block] = centred_ranks(filtered)
    return kendall_w(
        ranks,
        mask,
        neighbours=neighbours,
        outermost_slab=outermost_slab,
        count_constant=count_constant,
    )


def centred_ranks(series: np.ndarray) -> np.ndarray:
    """Twice the rank of each value in its series, minus ``n_volumes + 1``: whole numbers.

    Equal values share the mean of their ranks. The ranks of a series sum to zero, and those of a
    constant series are zero.

    Parameters
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        Finite values. Not modified. float32 values are compared exactly; float64 values are equal
        if they agree in all but the last ``log2(n_volumes)`` bits (44 of 52 bits count with up to
        256 volumes, a relative difference of 6e-14).

    Returns
    -------
    ndarray of shape (n_voxels, n_volumes)
        int16, or int32 beyond 32768 volumes.

    Notes
    -----
    A value and its index are packed into 64 bits that sort as the value does, so that a row is
    ranked by one vectorised sort of whole numbers.
    """
    n_volumes = series.shape[1]
    index_bits = max(1, (n_volumes - 1).bit_length())
    ranks = np.empty(series.shape, _rank_dtype(n_volumes))
    for block in voxel_blocks(series):
        values = series[block].astype(np.float64)
        values += 0.0  # -0 is 0
        keys = values.view(np.int64)
        keys ^= (keys >> 63) & np.int64(2**63 - 1)  # negative numbers sort backwards as bits
        keys &= np.int64(-1 << index_bits)
        keys |= np.arange(n_volumes)
        keys.sort(axis=1)
        places = keys & np.int64((1 << index_bits) - 1)
        places += np.arange(len(keys))[:, None] * n_volumes
        keys >>= index_bits
        ranks[block].reshape(-1)[places] = _ranks_of_sorted(keys)
    return ranks


def _ranks_of_sorted(values: np.ndarray) -> np.ndarray:
    """Centred ranks of rows that ascend; equal values share the mean of their ranks."""
    n_volumes = values.shape[1]
    place = np.arange(n_volumes)
    ranks = np.tile((2 * place + 1 - n_volumes).astype(_rank_dtype(n_volumes)), (len(values), 1))
    equal = values[:, 1:] == values[:, :-1]
    tied = equal.any(axis=1)
    if tied.any():
        change = np.pad(~equal[tied], ((0, 0), (1, 1)), constant_values=True)
        first = np.maximum.accumulate(np.where(change[:, :-1], place, 0), axis=1)
        last = np.where(change[:, 1:], place, n_volumes)[:, ::-1]
        last = np.minimum.accumulate(last, axis=1)[:, ::-1]
        ranks[tied] = first + last + 1 - n_volumes
    return ranks


def kendall_w(
    ranks: np.ndarray,
    mask: np.ndarray,
    *,
    neighbours: int,
    outermost_slab: bool = True,
    count_constant: bool = False,
) -> np.ndarray:
    r"""Kendall's coefficient of concordance (KCC) of each voxel and its neighbours in the mask.

    Parameters
    ----------
    ranks : ndarray of shape (n_voxels, n_volumes)
        From `centred_ranks`, voxels in C order of the mask.
    mask : ndarray of bool of shape (nx, ny, nz)
        The voxels that have series.
    neighbours : {7, 19, 27}
        Size of the neighbourhood, the centre included: faces; and edges; and corners.
    outermost_slab : bool
        If voxels on the border of the grid get a value, from the neighbours that the grid
        has, as in AFNI. DPABI gives them zero (False).
    count_constant : bool
        If constant voxels count among the neighbours, as in DPABI, where they lower the W of
        all around them and get a value themselves. By default they do not count and get zero.

    Returns
    -------
    ndarray of shape (n_voxels,)
        From 0 to 1; 1 for a voxel without neighbours.

    Raises
    ------
    ValueError
        If the number of neighbours is another.

    Notes
    -----
    With :math:`S_t` the sum of the ranks of the :math:`k` voxels at time :math:`t`,

    .. math:: W = \frac{12 \sum_t (S_t - \bar S)^2}{k^2 (n^3 - n)} .

    Ties are not corrected for in the denominator, as in DPABI. All sums are of whole numbers and
    so exact; there is one rounding, in the division.

    References
    ----------
    Zang et al. (2004). NeuroImage 22, 394-400. doi:10.1016/j.neuroimage.2003.12.030
    """
    if neighbours not in FARTHEST:
        raise ValueError(f"the number of ReHo neighbours is {neighbours}, but must be 7, 19 or 27")
    if not len(ranks):
        return np.zeros(0)
    counted = np.ones(len(ranks), dtype=bool) if count_constant else ranks.any(axis=1)
    computed = counted.copy()
    coordinates = np.argwhere(mask)
    if not outermost_slab:
        computed &= ((coordinates > 0) & (coordinates < np.array(mask.shape) - 1)).all(axis=1)

    box = mask[tuple(map(slice, coordinates.min(axis=0), coordinates.max(axis=0) + 1))]
    n_volumes = ranks.shape[1]
    dtype = np.int16 if neighbours * n_volumes < 2**15 else np.int32
    size, squares = np.empty(len(ranks)), np.zeros(len(ranks), dtype=np.int64)
    for voxels, number in _neighbour_sums(counted[:, None], box, neighbours, dtype):
        size[voxels] = number[:, 0]
    for start in range(0, n_volumes, BLOCK_VOLUMES):
        block = ranks[:, start : start + BLOCK_VOLUMES]
        for voxels, total in _neighbour_sums(block, box, neighbours, dtype):
            total = total.astype(np.float64)  # whole numbers still, whose squares are exact
            squares[voxels] += np.einsum("ij,ij->i", total, total).astype(np.int64)
    n = float(n_volumes)
    w = np.zeros(len(ranks))
    return np.divide(3.0 * squares, size * size * (n * n * n - n), out=w, where=computed)


def _neighbour_sums(
    values: np.ndarray, mask: np.ndarray, neighbours: int, dtype: type
) -> Iterator[tuple[slice, np.ndarray]]:
    """Sum over each voxel's neighbourhood in the mask, a plane of the grid at a time.

    Yields
    ------
    (slice, ndarray of shape (n_plane, n_columns))
        The voxels of a plane and their sums of whole numbers in ``dtype``; ``values`` are
        ``(n_voxels, n_columns)``.
    """
    farthest = FARTHEST[neighbours]
    stops = mask.sum(axis=(1, 2)).cumsum().tolist()
    voxels = [slice(start, stop) for start, stop in zip([0, *stops], stops, strict=False)]

    def plane_sums(x):
        if x == len(mask):
            return 0, 0
        plane = np.zeros((mask.shape[1] + 2, mask.shape[2] + 2, values.shape[1]), dtype)
        plane[1:-1, 1:-1][mask[x]] = values[voxels[x]]
        own = _sums_in_plane(plane, farthest)
        return own, own if neighbours == 27 else _sums_in_plane(plane, farthest - 1)

    before, (own, beside) = 0, plane_sums(0)
    for x in range(len(mask)):
        following = plane_sums(x + 1)
        yield voxels[x], (own + before + following[1])[mask[x]]
        before, (own, beside) = beside, following


def _sums_in_plane(plane: np.ndarray, farthest: int) -> np.ndarray:
    """Sum over the neighbours in a plane, up to a squared distance; its border is taken off."""
    if farthest == 0:
        return plane[1:-1, 1:-1]
    rows = plane[:-2] + plane[1:-1] + plane[2:]
    if farthest == 1:
        return rows[:, 1:-1] + plane[1:-1, :-2] + plane[1:-1, 2:]
    return rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]


def _rank_dtype(n_volumes: int) -> np.dtype:
    return np.dtype(np.int16 if n_volumes <= 2**15 else np.int32)
