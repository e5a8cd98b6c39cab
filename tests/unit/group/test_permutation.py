"""Permutation against fitting every permuted data set."""

import numpy as np
import pytest
from scipy import ndimage

from restpain.group import permutation
from restpain.group.clusters import neighbourhood
from restpain.group.models import fit_model
from restpain.group.permutation import (
    family_wise_p,
    largest_clusters,
    permuted_orders,
    permuted_t,
    size_thresholds,
)

SHAPE = (12, 13, 11)


def smooth_maps(mask, n_participants, seed):
    rng = np.random.default_rng(seed)
    noise = [ndimage.gaussian_filter(rng.normal(size=SHAPE), 1.2) for _ in range(n_participants)]
    return np.array(noise, np.float32)[:, mask] + 1


def design(n_participants):
    rng = np.random.default_rng(4)
    group = np.where(np.arange(n_participants) % 2, 1.0, -1.0)
    return np.column_stack([group, np.ones(n_participants), rng.normal(60, 8, n_participants)])


def refitted(maps, matrix, mask, order, t_threshold, connectivity):
    """Freedman and Lane by the letter: permute residuals, add the nuisance fit, fit everything."""
    nuisance = matrix[:, 1:]
    expected = nuisance @ np.linalg.lstsq(nuisance, maps.astype(float), rcond=None)[0]
    t = np.zeros(mask.shape)
    t[mask] = fit_model((maps - expected)[order] + expected, matrix, column=0).t
    sizes = []
    for sign in (1, -1):
        labels, _ = ndimage.label(sign * t >= t_threshold, neighbourhood(connectivity))
        sizes.append(np.bincount(labels.ravel())[1:].max(initial=0))
    return sizes


@pytest.mark.parametrize("connectivity", [6, 18, 26])
def test_the_largest_clusters_are_those_of_refitted_permuted_data(connectivity):
    mask = np.random.default_rng(0).random(SHAPE) < 0.9
    maps, matrix = smooth_maps(mask, 14, seed=1), design(14)
    orders = permuted_orders(14, n_permutations=12, seed=2)

    (t,) = permuted_t(maps, matrix, column=0, orders=orders)
    found = largest_clusters(t, mask, t_threshold=1.8, connectivity=connectivity)

    expected = [refitted(maps, matrix, mask, order, 1.8, connectivity) for order in orders]
    np.testing.assert_array_equal(found, expected)
    assert found.min() > 0


def test_clusters_do_not_reach_around_the_border_of_the_grid():
    mask = np.ones((3, 3, 3), bool)
    t = np.zeros((1, 3, 3, 3), np.float32)
    t[0, 0, 0, 2] = 5  # last of its row
    t[0, 0, 1, 0] = 5  # first of the next row, one step further in memory

    largest = largest_clusters(t.reshape(1, 27), mask, t_threshold=5.0, connectivity=6)

    assert largest.tolist() == [[1, 0]]


def test_t_is_that_of_the_model_and_does_not_depend_on_the_batches(monkeypatch):
    mask = np.ones(SHAPE, bool)
    maps, matrix = smooth_maps(mask, 12, seed=5), design(12)
    maps[:, :3] = 1.1  # these do not vary
    orders = np.vstack([np.arange(12), permuted_orders(12, n_permutations=4, seed=3)])

    (t,) = permuted_t(maps, matrix, column=0, orders=orders)
    monkeypatch.setattr(permutation, "BATCH_BYTES", 1)
    one_by_one = list(permuted_t(maps, matrix, column=0, orders=orders))

    np.testing.assert_allclose(t[0], fit_model(maps, matrix, column=0).t, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(np.concatenate(one_by_one), t)
    assert not t[:, :3].any()


def test_orders_depend_on_the_seed_alone():
    first = permuted_orders(9, n_permutations=5, seed=1)

    np.testing.assert_array_equal(np.sort(first, axis=1), np.tile(np.arange(9), (5, 1)))
    np.testing.assert_array_equal(first, permuted_orders(9, n_permutations=5, seed=1))
    assert (first != permuted_orders(9, n_permutations=5, seed=2)).any()


def test_orders_drawn_in_parts_are_those_drawn_at_once():
    parts = [permuted_orders(9, n_permutations=n, seed=1, first=k) for k, n in ((0, 3), (3, 4))]

    np.testing.assert_array_equal(
        np.concatenate(parts), permuted_orders(9, n_permutations=7, seed=1)
    )


def test_p_counts_the_observed_order_and_both_signs_for_two_tails():
    largest = np.array([[4, 9], [2, 3], [7, 1]])

    two = family_wise_p([7, 10], [1, 1], largest, tails=2)
    one = family_wise_p([7, 2], [1, -1], largest, tails=1)

    np.testing.assert_allclose(two, [3 / 4, 1 / 4])  # 9, 3 and 7 to compare with
    np.testing.assert_allclose(one, [2 / 4, 3 / 4])  # 4, 2, 7 for positive, 9, 3, 1 for negative


@pytest.mark.parametrize("tails", [1, 2])
@pytest.mark.parametrize("n_permutations", [19, 20, 99, 100])
def test_the_size_threshold_is_the_smallest_with_p_below_the_level(tails, n_permutations):
    largest = np.random.default_rng(n_permutations).integers(0, 40, (n_permutations, 2))

    sizes = np.array(size_thresholds(largest, level=0.1, tails=tails))

    def p_of(sizes):
        return family_wise_p(sizes, [1, -1], largest, tails=tails)

    assert (p_of(sizes) < 0.1).all()
    assert (p_of(sizes - 1) >= 0.1).all()


def test_too_few_permutations_give_no_threshold():
    assert size_thresholds(np.zeros((0, 2), int), level=0.05, tails=2) is None
    assert size_thresholds(np.ones((19, 2), int), level=0.05, tails=2) is None
    assert size_thresholds(np.ones((20, 2), int), level=0.05, tails=2) == (2, 2)


def test_under_the_null_the_observed_order_is_exceeded_at_the_nominal_rate():
    mask = np.ones(SHAPE, bool)
    matrix = design(10)
    hits = 0
    for seed in range(200):
        maps = smooth_maps(mask, 10, seed=1000 + seed)
        orders = np.vstack([np.arange(10), permuted_orders(10, n_permutations=39, seed=seed)])
        (t,) = permuted_t(maps, matrix, column=0, orders=orders)
        largest = largest_clusters(t, mask, t_threshold=3.0, connectivity=26)
        sizes = largest.max(axis=1)
        hits += family_wise_p([sizes[0]], [1], largest[1:], tails=2)[0] <= 0.1

    assert 8 <= hits <= 34  # 20 expected; 99.9 % of binomial(200, 0.1)
