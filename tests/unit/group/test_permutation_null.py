"""Permutation null of several maps, in parts, and the correction by it."""

from dataclasses import replace

import numpy as np
import pytest

from restpain.group.inference import Correction
from restpain.group.permutation_null import (
    PermutationNull,
    cluster_counts,
    largest_of_maps,
    null_table,
    nulls_of_tables,
    required_sizes,
)

CORRECTION = Correction(voxel_p=0.001, cluster_p=0.05, tails=2, connectivity=26)
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


def null_of(sizes):
    return PermutationNull(np.array(sizes, int).reshape(-1, 2), np.zeros((0, 2)))


@pytest.mark.parametrize(
    ("inference", "sizes", "grf_size", "expected"),
    [
        # size by permutation, clusters by the inference, GRF, permutation and both
        ("grf", [0, 0] * 99, 2, (1, 1, 1, 3, 1)),  # nothing permuted: one voxel is enough
        ("permutation", [0, 0] * 99, 2, (1, 3, 1, 3, 1)),
        ("permutation", [2, 0] * 99, 1, (3, 1, 3, 1, 1)),
        ("permutation", [9, 9] * 99, 3, (10, 0, 1, 0, 0)),
        ("grf", [], 2, (None, 1, 1, None, None)),
    ],
)
def test_clusters_of_each_correction_are_counted(inference, sizes, grf_size, expected):
    z = np.zeros(MASK.sum(), np.float32)
    z[[100, 3000]] = 3.5, -3.5
    z[5000:5003] = 4  # neighbours, along the last axis
    correction = replace(CORRECTION, inference=inference)

    found = cluster_counts(z, MASK, null_of(sizes), grf_size=grf_size, correction=correction)

    assert tuple(found.values()) == expected


def test_each_sign_has_its_own_size_with_one_tail():
    z = np.zeros(MASK.sum(), np.float32)
    z[100:102], z[3000:3002] = 3.5, -3.5
    one_tail = replace(CORRECTION, tails=1, inference="permutation")
    null = null_of([1, 2] * 99)

    assert required_sizes(null, one_tail) == (2, 3)
    counts = cluster_counts(z, MASK, null, grf_size=1, correction=one_tail)
    assert counts["n_clusters"] == 1  # the negative one is too small
    assert required_sizes(null, replace(CORRECTION, tails=1)) is None


def test_too_few_permutations_for_the_inference_are_an_error():
    with pytest.raises(ValueError, match="19 permutations cannot give a p below 0.05"):
        required_sizes(null_of([0, 0] * 19), replace(CORRECTION, inference="permutation"))


def test_the_largest_of_several_maps_is_taken_permutation_by_permutation():
    first = PermutationNull(np.array([[3, 0], [1, 9]]), np.array([[5.0, 1], [2, 2]]))
    second = PermutationNull(np.array([[2, 4], [6, 1]]), np.array([[1.0, 7], [3, 0]]))
    unscored = PermutationNull(second.sizes, np.zeros((0, 2)))

    both = largest_of_maps([first, second])

    assert both.sizes.tolist() == [[3, 4], [6, 9]]
    assert both.scores.tolist() == [[5, 7], [3, 2]]
    assert len(largest_of_maps([first, unscored]).scores) == 0
