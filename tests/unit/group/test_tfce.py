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


@pytest.mark.parametrize("connectivity", [6, 18, 26])
@pytest.mark.parametrize("steps", [None, 4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_largest_scores_are_those_of_each_map_and_sign(connectivity, steps, dtype):
    rng = np.random.default_rng(5)
    mask = rng.random((16, 17, 15)) < 0.9
    noise = rng.normal(size=(4, *mask.shape))
    t = 4 * ndimage.gaussian_filter(noise, (0, 0.8, 0.8, 0.8))[:, mask]
    t = (t if steps is None else np.round(steps * t) / steps).astype(dtype)  # many ties

    found = largest_tfce_scores(t, mask, connectivity=connectivity)

    scores = np.array([tfce_scores(values, mask, connectivity=connectivity) for values in t])
    # to the bit: an observed score is compared with those of the permutations
    np.testing.assert_array_equal(found, np.stack([scores.max(1), -scores.min(1)], axis=1))
    exact = [integrated(values.astype(np.float64), mask, connectivity) for values in t]
    np.testing.assert_allclose(scores, exact, atol=1e-8)


def test_the_largest_score_of_a_sign_without_voxels_is_0():
    mask = np.ones((4, 4, 4), bool)
    t = np.stack([np.zeros(64), np.full(64, 3.0), np.full(64, -3.0)])

    found = largest_tfce_scores(t, mask, connectivity=6)

    # that of the positive voxels was 0 where no voxel was 0 or negative
    np.testing.assert_allclose(found, [[0, 0], [8 * 9, 0], [0, 8 * 9]])


def test_voxels_without_t_have_no_score_and_belong_to_no_cluster():
    mask = np.ones(SHAPE, bool)
    t = RNG.normal(size=mask.sum()).astype(np.float32)
    missing = RNG.random(len(t)) < 0.2
    zero = np.where(missing, np.float32(0), t)
    t[missing] = np.nan

    scores = tfce_scores(t, mask, connectivity=6)

    np.testing.assert_array_equal(scores, tfce_scores(zero, mask, connectivity=6))
    assert not scores[missing].any()
    largest = largest_tfce_scores(t[None], mask, connectivity=6)
    np.testing.assert_array_equal(largest, [[scores.max(), -scores.min()]])
