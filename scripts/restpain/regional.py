"""Regional homogeneity: Kendall's W of the series of neighbouring voxels."""

import numpy as np
from numba import njit

from restpain.spectrum import detrended_and_filtered, voxel_blocks

FARTHEST = {7: 1, 19: 2, 27: 3}  # neighbours: largest squared distance from the centre, in voxels


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

    See `restpain.spectrum.ideal_filter` for ``repetition_time`` (s) and ``band_hz`` (Hz), and
    `kendall_w` for the rest. The filtered series are ranked block by block and never held.
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
        _assign_ranks(keys, index_bits, ranks[block])
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
        Whether voxels on the border of the grid get a value, from the neighbours that the grid
        has, as in AFNI. DPABI gives them zero (False).
    count_constant : bool
        Whether constant voxels count among the neighbours, as in DPABI, where they lower the W of
        all around them and get a value themselves. By default they are left out and get zero.

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
    steps = np.indices((3, 3, 3)).reshape(3, -1).T - 1
    steps = steps[(steps**2).sum(axis=1) <= FARTHEST[neighbours]]

    shape = np.array(mask.shape) + 2  # a border of no voxels, so that no index leaves the grid
    counted = np.ones(len(ranks), dtype=bool) if count_constant else ranks.any(axis=1)
    coordinates = np.argwhere(mask)
    positions = np.ravel_multi_index((coordinates + 1).T, shape)
    rows = np.full(shape.prod(), -1, dtype=np.int32)
    rows[positions[counted]] = np.flatnonzero(counted)
    values = counted.copy()
    if not outermost_slab:
        values &= ((coordinates > 0) & (coordinates < np.array(mask.shape) - 1)).all(axis=1)
    return _concordance(ranks, rows, positions, steps @ [shape[1] * shape[2], shape[2], 1], values)


def _rank_dtype(n_volumes: int) -> np.dtype:
    return np.dtype(np.int16 if n_volumes <= 2**15 else np.int32)


@njit(cache=True)
def _assign_ranks(keys, index_bits, ranks):
    """Centred ranks from sorted keys, into ``ranks``."""
    n_voxels, n_volumes = keys.shape
    index = (1 << index_bits) - 1
    for voxel in range(n_voxels):
        row = keys[voxel]
        start = 0
        while start < n_volumes:
            stop = start + 1
            while stop < n_volumes and row[stop] >> index_bits == row[start] >> index_bits:
                stop += 1
            for place in range(start, stop):
                ranks[voxel, row[place] & index] = start + stop - n_volumes
            start = stop


@njit(cache=True)
def _concordance(ranks, rows, positions, offsets, computed):
    """W of each voxel; ``rows`` of the padded grid, -1 where there is no voxel."""
    n_voxels, n_volumes = ranks.shape
    w = np.zeros(n_voxels)
    total = np.empty(n_volumes, np.int32)
    n = float(n_volumes)
    for voxel in range(n_voxels):
        if not computed[voxel]:
            continue
        total[:] = 0
        k = 0
        for offset in offsets:
            row = rows[positions[voxel] + offset]
            if row >= 0:
                k += 1
                for volume in range(n_volumes):
                    total[volume] += ranks[row, volume]
        squares = 0
        for volume in range(n_volumes):
            squares += np.int64(total[volume]) * np.int64(total[volume])
        w[voxel] = 3.0 * squares / (float(k) * float(k) * (n * n * n - n))
    return w
