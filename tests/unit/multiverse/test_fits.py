"""Thresholds and places of permuted maps."""

import numpy as np
import pytest
from scipy import stats
from scipy.ndimage import gaussian_filter

from group_study import AFFINE, SHAPE
from restpain.cohort.design import Design
from restpain.group.clusters import signed_clusters
from restpain.group.inference import Correction
from restpain.group.permutation import family_wise_p, permuted_orders, permuted_t
from restpain.multiverse.fits import (
    correction_of,
    fitted_map,
    permuted_sizes,
    significant_sizes,
    sizes_near,
)

MASK = np.ones(SHAPE, bool)
N = 16
PATIENTS = np.arange(N) % 2 == 1
ORDERS = permuted_orders(N, n_permutations=12, seed=3)
CORRECTION = Correction(voxel_p=0.01, cluster_p=0.05, tails=2, connectivity=26)


@pytest.fixture(scope="module")
def fitted():
    rng = np.random.default_rng(1)
    maps = gaussian_filter(rng.normal(size=(N, *SHAPE)), (0, 1, 1, 1)).reshape(N, -1)
    matrix = np.column_stack([np.where(PATIENTS, 1.0, -1), np.ones(N), rng.normal(size=N)])
    design = Design(matrix, ("group", "intercept", "age"), tuple(f"sub-{k}" for k in range(N)))
    near_seed = np.zeros(maps.shape[1], bool)
    near_seed[:200] = True
    return fitted_map(
        maps.astype(np.float32), design, MASK, AFFINE, near_seed=near_seed, sources={"residuals"}
    )


def t_maps(fitted):
    permuted = permuted_t(fitted.maps, fitted.design.matrix, column=0, orders=ORDERS)
    return np.concatenate([fitted.fit.t[None], *permuted])


def labelled(fitted, t, correction):
    threshold = stats.t.isf(correction.voxel_p / correction.tails, N - 3)
    volume = np.zeros(SHAPE)
    volume[fitted.mask] = t
    return signed_clusters(
        volume, z_threshold=threshold, smallest=1, connectivity=correction.connectivity
    ), volume


def test_what_is_near_the_seed_is_not_searched(fitted):
    assert fitted.searched.sum() == fitted.mask.sum() == MASK.size - 200
    assert fitted.maps.shape[1] == len(fitted.z) == MASK.size - 200


def test_sizes_are_those_of_labelled_maps(fitted):
    corrections = [CORRECTION, Correction(0.05, 0.05, 1, 6)]

    sizes = permuted_sizes(fitted, corrections, orders=ORDERS)

    for own, correction in zip(sizes, corrections, strict=True):
        for row, t in zip(own, t_maps(fitted), strict=True):
            labels, volume = labelled(fitted, t, correction)
            expected = [
                max(np.bincount(labels[sign * volume > 0], minlength=2)[1:], default=0)
                for sign in (1, -1)
            ]
            assert row.tolist() == expected


def test_sizes_near_a_place_are_those_of_the_clusters_that_touch_it(fitted):
    rng = np.random.default_rng(5)
    places = [(rng.random(MASK.size) < 0.02, sign) for sign in (1, -1, 1)]
    rows = np.array([0, 2, 3, 7, 12])

    found = sizes_near(fitted, CORRECTION, orders=ORDERS, rows=rows, places=places)

    assert found.any()
    for own, t in zip(found, t_maps(fitted)[rows], strict=True):
        labels, volume = labelled(fitted, t, CORRECTION)
        counts = np.bincount(labels.ravel())
        for size, (near, sign) in zip(own, places, strict=True):
            there = labels[near.reshape(SHAPE) & (sign * volume > 0)]
            assert size == max((counts[label] for label in there if label), default=0)


def test_no_place_and_no_row_give_nothing(fitted):
    none = np.zeros(0, int)

    assert sizes_near(fitted, CORRECTION, orders=ORDERS, rows=none, places=[]).shape == (0, 0)


@pytest.mark.parametrize("tails", [1, 2])
def test_the_significant_size_is_the_smallest_with_a_p_below_the_level(tails):
    sizes = np.random.default_rng(2).integers(0, 30, (200, 2))

    required = significant_sizes(sizes, level=0.05, tails=tails)

    for side, sign in enumerate((1, -1)):
        p = family_wise_p(np.arange(1, 40), np.full(39, sign), sizes[1:], tails=tails)
        # of the map itself the p are those of the observed order, which counts once
        own = [
            (1 + np.sum((sizes[1:].max(axis=1) if tails == 2 else sizes[1:, side]) >= size)) / 200
            for size in range(1, 40)
        ]
        np.testing.assert_allclose(p, own)
        observed = sizes[0].max() if tails == 2 else sizes[0, side]
        reached = observed >= required[side]
        assert reached == (p[observed - 1] < 0.05 if observed else False)


def test_of_equal_sizes_none_is_significant():
    required = significant_sizes(np.full((50, 2), 7), level=0.05, tails=2)

    assert (required > 7).all()


def test_a_correction_has_the_values_of_the_universe():
    settings = {
        "group.voxel_p": 0.01,
        "group.cluster_p": 0.05,
        "group.tails": 1,
        "group.connectivity": 6,
        "group.inference": "grf",
        "group.smoothness": "zmap",
    }

    assert correction_of(settings, n_maps=3) == Correction(0.01, 0.05, 1, 6, "grf", 3)
