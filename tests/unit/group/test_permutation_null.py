"""Permutation null of several maps, in parts, and the correction by it."""

import numpy as np

from restpain.group.inference import Correction
from restpain.group.permutation_null import (
    PermutationNull,
    clusters_by_permutation,
    largest_of_maps,
    null_table,
    nulls_of_tables,
)

SHAPE = (20, 22, 18)
MASK = np.ones(SHAPE, bool)


def test_permutations_written_in_parts_are_read_as_one():
    rng = np.random.default_rng(0)
    sizes, scores = rng.integers(0, 50, (2, 7, 2)), rng.random((7, 2))
    nulls = [PermutationNull(sizes[0], scores), PermutationNull(sizes[1], np.zeros((0, 2)))]
    parts = [
        null_table([PermutationNull(null.sizes[a:b], null.scores[a:b]) for null in nulls], first=a)
        for a, b in ((3, 7), (0, 3))  # in any order
    ]

    first, second = nulls_of_tables(parts, n_maps=2)

    np.testing.assert_array_equal(first.sizes, sizes[0])
    np.testing.assert_array_equal(first.scores, scores)
    np.testing.assert_array_equal(second.sizes, sizes[1])
    assert second.scores.shape == (0, 2)
    (none,) = nulls_of_tables([], n_maps=1)
    assert none.sizes.shape == none.scores.shape == (0, 2)


def test_clusters_that_the_permutation_alone_finds_are_counted():
    z = np.zeros(MASK.sum(), np.float32)
    z[[100, 3000]] = 3.5, -3.5
    correction = Correction(voxel_p=0.001, cluster_p=0.05, tails=2, connectivity=26)

    def counted(sizes):
        null = PermutationNull(np.array(sizes).reshape(-1, 2), np.zeros((0, 2)))
        return clusters_by_permutation(z, MASK, null, correction=correction)

    assert counted([0, 0] * 99) == (1, 2)  # nothing in 99 permutations: one voxel is enough
    assert counted([1, 0] * 99) == (2, 0)
    assert counted([]) == (None, None)


def test_the_largest_of_several_maps_is_taken_permutation_by_permutation():
    first = PermutationNull(np.array([[3, 0], [1, 9]]), np.array([[5.0, 1], [2, 2]]))
    second = PermutationNull(np.array([[2, 4], [6, 1]]), np.array([[1.0, 7], [3, 0]]))
    unscored = PermutationNull(second.sizes, np.zeros((0, 2)))

    both = largest_of_maps([first, second])

    assert both.sizes.tolist() == [[3, 4], [6, 9]]
    assert both.scores.tolist() == [[5, 7], [3, 2]]
    assert len(largest_of_maps([first, unscored]).scores) == 0
