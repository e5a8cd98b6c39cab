"""Checks of reho against rankings whose concordance is known, and a naive loop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import friedmanchisquare, rankdata

from restpain import temporal_filter
from restpain.metrics import reho as regional
from restpain.metrics.reho import centred_ranks, kendall_w, reho, reho_in_band
from restpain.temporal_filter import detrend, ideal_filter

CUBE = np.ones((3, 3, 3), dtype=bool)
CENTRE = 13  # of the cube, in C order


def noise(n_voxels, n_volumes, seed=1):
    return np.random.default_rng(seed).normal(size=(n_voxels, n_volumes))


def naive_reho(series, mask, farthest, *, outermost_slab=True, count_constant=False):
    """Return Kendall's W of each voxel by a loop over the neighbourhood."""
    volume = np.zeros((*mask.shape, series.shape[1]))
    volume[mask] = series
    n = series.shape[1]
    counted = mask.copy()
    if not count_constant:
        counted[mask] = np.ptp(series, axis=1) > 0
    w = np.zeros(mask.shape)
    for centre in np.argwhere(counted):
        if not outermost_slab and any(
            c in (0, size - 1) for c, size in zip(centre, mask.shape, strict=True)
        ):
            continue
        near = ((np.argwhere(counted) - centre) ** 2).max(axis=1) <= 1
        near &= ((np.argwhere(counted) - centre) ** 2).sum(axis=1) <= farthest
        ranks = [rankdata(volume[tuple(voxel)]) for voxel in np.argwhere(counted)[near]]
        total = np.sum(ranks, axis=0)
        w[tuple(centre)] = (
            12 * ((total - total.mean()) ** 2).sum() / (len(ranks) ** 2 * (n**3 - n))
        )
    return w[mask]


# ranks


def test_centred_ranks_of_a_series_with_a_tie_written_out():
    ranks = centred_ranks(np.array([[30.0, 10.0, 20.0, 10.0]]))

    np.testing.assert_array_equal(ranks, [[3, -2, 1, -2]])  # ranks 4, 1.5, 3, 1.5


@settings(derandomize=True, deadline=None)
@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 5), st.integers(2, 40)),
        elements=st.sampled_from(
            [-1e30, -2.0, -1.0, np.float32(-1e-40), -0.0, 0.0, 1e-45, 1.0, 1 + 2**-23, 2.0, 1e30]
        ),
    )
)
def test_ranks_with_ties_equal_scipys(series):
    expected = 2 * rankdata(series, axis=1) - (series.shape[1] + 1)

    np.testing.assert_array_equal(centred_ranks(series), expected)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    hnp.arrays(
        np.int16, st.tuples(st.integers(1, 4), st.integers(2, 300)), elements=st.integers(-99, 99)
    )
)
def test_ranks_of_integers_equal_scipys_and_sum_to_zero(series):
    ranks = centred_ranks(series)

    np.testing.assert_array_equal(ranks, 2 * rankdata(series, axis=1) - (series.shape[1] + 1))
    np.testing.assert_array_equal(ranks.sum(axis=1), 0)


def test_doubles_that_differ_in_the_last_bits_alone_share_a_rank():
    series = np.array([[1.0, 1.0 + 1e-15, 1.0 + 1e-12, *range(2, 199)]])

    # of 200 values: ranks 1.5, 1.5, 3 and 4 to 200
    np.testing.assert_array_equal(
        centred_ranks(series), [[-198, -198, -195, *range(-193, 200, 2)]]
    )


def test_ranks_of_a_series_too_long_for_16_bits():
    series = np.arange(2**15 + 1)[None, ::-1]

    ranks = centred_ranks(series)

    np.testing.assert_array_equal(ranks[0, [0, -1]], [2**15, -(2**15)])


# Kendall's W


@pytest.mark.parametrize("neighbours", [7, 19, 27])
def test_voxels_that_rise_and_fall_together_have_a_w_of_one(neighbours):
    series = np.exp(noise(1, 20)) * np.arange(1, 28)[:, None]

    np.testing.assert_array_equal(reho(series, CUBE, neighbours=neighbours), 1.0)


def test_sums_of_ranks_that_exceed_16_bits_are_exact():
    rising = np.tile(np.arange(1300.0), (27, 1))

    assert reho(rising, CUBE, neighbours=27)[CENTRE] == 1


def test_two_opposed_voxels_have_a_w_of_zero():
    mask = np.zeros((3, 3, 3), dtype=bool)
    mask[1, 1, :2] = True
    series = np.array([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]])

    np.testing.assert_array_equal(reho(series, mask, neighbours=7), 0.0)


def test_w_of_three_judges_from_the_textbook():
    mask = np.zeros((1, 1, 3), dtype=bool)
    mask[:] = True
    series = np.array([[1.0, 2, 3, 4], [2, 1, 3, 4], [1, 3, 2, 4]])

    # sums of ranks 4, 6, 8, 12: squares about 7.5 sum to 35; 12 x 35 / (9 x 60)
    w = reho(series, mask, neighbours=27)

    assert w[1] == pytest.approx(420 / 540)


def test_w_is_friedmans_chi_square_over_its_maximum():
    series = noise(27, 30)

    w = reho(series, CUBE, neighbours=27)[CENTRE]

    statistic, _ = friedmanchisquare(*series.T)
    assert w == pytest.approx(statistic / (27 * 29))


def test_a_voxel_without_neighbours_has_a_w_of_one():
    mask = np.zeros((3, 3, 3), dtype=bool)
    mask[1, 1, 1] = True

    np.testing.assert_allclose(reho(noise(1, 10), mask, neighbours=27), 1.0)


@pytest.mark.parametrize(("neighbours", "farthest"), [(7, 1), (19, 2), (27, 3)])
@pytest.mark.parametrize("outermost_slab", [True, False])
@pytest.mark.parametrize("count_constant", [True, False])
def test_reho_equals_the_naive_loop_on_a_ragged_mask_that_touches_the_border(
    neighbours, farthest, outermost_slab, count_constant
):
    rng = np.random.default_rng(3)
    mask = rng.random((5, 4, 6)) < 0.7
    series = rng.integers(0, 8, size=(mask.sum(), 25)).astype(np.float32)
    series[4] = 7
    options = {"outermost_slab": outermost_slab, "count_constant": count_constant}

    w = reho(series, mask, neighbours=neighbours, **options)

    np.testing.assert_allclose(w, naive_reho(series, mask, farthest, **options), rtol=1e-12)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(
    mask=hnp.arrays(bool, st.tuples(*[st.integers(1, 4)] * 3)),
    n_volumes=st.integers(3, 12),
    neighbours=st.sampled_from([7, 19, 27]),
)
def test_reho_equals_the_naive_loop_on_any_mask(mask, n_volumes, neighbours):
    series = np.random.default_rng(0).integers(0, 4, (mask.sum(), n_volumes)).astype(float)

    w = reho(series, mask, neighbours=neighbours)

    farthest = {7: 1, 19: 2, 27: 3}[neighbours]
    np.testing.assert_allclose(w, naive_reho(series, mask, farthest), rtol=1e-12)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(gain=st.floats(0.01, 100), offset=st.floats(-100, 100), seed=st.integers(0, 99))
def test_a_rising_change_of_every_voxel_does_not_change_reho(gain, offset, seed):
    series = np.random.default_rng(seed).integers(-9, 9, size=(27, 20)).astype(float)

    changed = reho(np.cbrt(series) * gain + offset, CUBE, neighbours=27)

    np.testing.assert_array_equal(changed, reho(series, CUBE, neighbours=27))


def test_the_order_of_the_volumes_does_not_matter():
    series = noise(27, 20)
    order = np.random.default_rng(0).permutation(20)

    np.testing.assert_array_equal(
        reho(series[:, order], CUBE, neighbours=27), reho(series, CUBE, neighbours=27)
    )


def test_mirroring_the_grid_mirrors_the_map():
    mask = np.random.default_rng(4).random((4, 5, 3)) < 0.8
    volume = np.zeros((*mask.shape, 15))
    volume[mask] = noise(mask.sum(), 15)

    w = np.zeros(mask.shape)
    w[mask] = reho(volume[mask], mask, neighbours=27)
    mirrored = reho(volume[::-1][mask[::-1]], mask[::-1], neighbours=27)

    np.testing.assert_array_equal(mirrored, w[::-1][mask[::-1]])


def test_a_constant_voxel_is_left_out_and_gets_zero_or_counts_as_in_dpabi():
    series = np.repeat(noise(1, 20), 27, axis=0)
    series[CENTRE] = 5.0

    left_out = reho(series, CUBE, neighbours=27)
    counted = reho(series, CUBE, neighbours=27, count_constant=True)

    assert left_out[CENTRE] == 0
    np.testing.assert_array_equal(np.delete(left_out, CENTRE), 1.0)
    assert counted[CENTRE] == pytest.approx((26 / 27) ** 2)


def test_the_border_of_the_grid_is_zero_if_asked():
    w = reho(noise(27, 20), CUBE, neighbours=27, outermost_slab=False)

    assert np.flatnonzero(w).tolist() == [CENTRE]


def test_reho_in_the_band_is_that_of_the_detrended_and_filtered_series():
    series = noise(27, 100).astype(np.float32) + np.linspace(0, 50, 100, dtype=np.float32)
    band = {"repetition_time": 2.0, "band_hz": (0.01, 0.1)}

    w = reho_in_band(series, CUBE, **band, neighbours=27)

    filtered = ideal_filter(detrend(series.astype(float)), **band)
    np.testing.assert_allclose(w, reho(filtered, CUBE, neighbours=27), rtol=1e-12)


def test_the_size_of_the_blocks_does_not_change_a_bit(monkeypatch):
    series = noise(27, 40)
    band = {"repetition_time": 2.0, "band_hz": (0.01, 0.1)}
    expected = reho_in_band(series, CUBE, **band, neighbours=27)

    monkeypatch.setattr(temporal_filter, "BLOCK_VALUES", 100)
    monkeypatch.setattr(regional, "BLOCK_VOLUMES", 7)

    np.testing.assert_array_equal(reho_in_band(series, CUBE, **band, neighbours=27), expected)


def test_an_empty_mask_gives_an_empty_map():
    empty = np.zeros((3, 3, 3), dtype=bool)

    assert reho(np.empty((0, 20)), empty, neighbours=27).shape == (0,)


@pytest.mark.parametrize("neighbours", [6, 26, 28])
def test_another_number_of_neighbours_is_an_error(neighbours):
    with pytest.raises(ValueError, match=f"neighbours is {neighbours}, but must be 7, 19 or 27"):
        kendall_w(centred_ranks(noise(27, 10)), CUBE, neighbours=neighbours)
