"""Tfce against closed forms and the integral by the letter."""

import numpy as np
import pytest
from scipy import ndimage

from restpain.group.clusters import neighbourhood
from restpain.group.tfce import largest_tfce_scores, tfce_scores

RNG = np.random.default_rng(2)
SHAPE = (6, 7, 5)


def integrated(t, mask, connectivity):
    """The integral, height after height, with clusters labelled again at each."""
    scores = np.zeros(len(t))
    for sign in (1, -1):
        volume = np.zeros(mask.shape)
        volume[mask] = sign * t
        heights = np.unique([0, *volume[volume > 0]])
        for low, high in zip(heights[:-1], heights[1:], strict=True):
            labels, _ = ndimage.label(volume >= high, neighbourhood(connectivity))
            extent = np.bincount(labels.ravel())[labels] * (labels > 0)
            scores += sign * (np.sqrt(extent) * (high**3 - low**3) / 3)[mask]
    return scores


@pytest.mark.parametrize("connectivity", [6, 18, 26])
def test_scores_are_the_integral_over_all_heights(connectivity):
    mask = RNG.random(SHAPE) < 0.9
    t = 4 * ndimage.gaussian_filter(RNG.normal(size=SHAPE), 0.7)[mask]

    np.testing.assert_allclose(
        tfce_scores(t, mask, connectivity=connectivity),
        integrated(t, mask, connectivity),
        atol=1e-9,
    )


def test_scores_of_a_map_whose_clusters_merge_many_times_are_the_integral():
    # the gains of a voxel were once added up to its second parent only
    rng = np.random.default_rng(8)
    mask = rng.random((16, 17, 15)) < 0.95
    t = 4 * ndimage.gaussian_filter(rng.normal(size=mask.shape), 0.8)[mask]

    scores = tfce_scores(t, mask, connectivity=6)

    np.testing.assert_allclose(scores, integrated(t, mask, 6), atol=1e-8)
    assert (np.sign(scores) == np.sign(t)).all()


def test_a_voxel_alone_and_a_plateau_have_their_closed_forms():
    t = np.zeros((5, 5, 5))
    t[0, 0, 0] = -3
    t[3, 2:4, 2:4] = 6

    scores = tfce_scores(t.ravel(), np.ones(t.shape, bool), connectivity=26).reshape(t.shape)

    assert scores[0, 0, 0] == pytest.approx(-9)  # 3^3 / 3
    np.testing.assert_allclose(scores[3, 2:4, 2:4], 2 * 72)  # sqrt(4) 6^3 / 3
    assert np.count_nonzero(scores) == 5


def test_a_map_of_ties_is_one_cluster():
    mask = np.ones((4, 4, 4), bool)

    np.testing.assert_allclose(tfce_scores(np.full(64, 3.0), mask, connectivity=6), 8 * 9)


def test_the_largest_scores_are_those_of_each_map_and_sign():
    mask = np.ones(SHAPE, bool)
    t = RNG.normal(size=(3, mask.sum())).astype(np.float32)

    found = largest_tfce_scores(t, mask, connectivity=18)

    scores = [tfce_scores(values, mask, connectivity=18) for values in t]
    # to the bit: an observed score is compared with those of the permutations
    np.testing.assert_array_equal(found, [[score.max(), -score.min()] for score in scores])
    assert largest_tfce_scores(np.zeros((1, mask.sum())), mask, connectivity=6).tolist() == [
        [0, 0]
    ]
