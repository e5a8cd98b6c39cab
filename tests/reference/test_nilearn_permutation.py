"""Permutations against nilearn's ``permuted_ols``, given the same orders of the participants."""

import warnings

import nibabel as nib
import numpy as np
import pytest
from nilearn.maskers import NiftiMasker
from nilearn.mass_univariate import permuted_ols
from scipy import ndimage, stats

from restpain.group.models import fit_model
from restpain.group.permutation import family_wise_p, largest_clusters, permuted_t
from restpain.group.tfce import largest_tfce_scores, tfce_scores

SHAPE, N, N_PERMUTATIONS, SEED, VOXEL_P = (10, 11, 9), 16, 60, 3, 0.02


def orders_of_nilearn():
    """Its permutations in one job, as ours are written; it shuffles what it has shuffled."""
    job = np.random.RandomState(SEED).randint(1, np.iinfo(np.int32).max - 1)
    rng, order, orders = np.random.RandomState(job), np.arange(N), []
    for _ in range(N_PERMUTATIONS):
        order = order[rng.permutation(N)]
        orders.append(np.argsort(order))
    return np.array(orders)


@pytest.fixture(scope="module")
def study():
    """Maps with a difference, mask, design with two covariates, and what nilearn finds."""
    rng = np.random.default_rng(8)
    mask = rng.random(SHAPE) < 0.95
    maps = np.array([ndimage.gaussian_filter(rng.normal(size=SHAPE), 1) for _ in range(N)])
    maps[: N // 2, 2:6, 3:7, 2:6] += 0.25
    maps = maps[:, mask]
    group = np.repeat([1.0, -1.0], N // 2)
    matrix = np.column_stack([group, np.ones(N), rng.normal(size=(N, 2))])
    with warnings.catch_warnings(action="ignore"):  # of its own integer images
        found = permuted_ols(
            group,
            maps,
            confounding_vars=matrix[:, 2:],
            n_perm=N_PERMUTATIONS,
            random_state=SEED,
            masker=NiftiMasker(nib.Nifti1Image(mask.astype(np.uint8), np.eye(4))).fit(),
            tfce=True,
            threshold=VOXEL_P,
            output_type="dict",
        )
    (t,) = permuted_t(maps, matrix, column=0, orders=orders_of_nilearn())
    return maps, mask, matrix, t, found


def test_t_of_the_observed_and_of_every_permutation_are_nilearns(study):
    maps, _, matrix, t, found = study

    np.testing.assert_allclose(fit_model(maps, matrix, column=0).t, found["t"][0], rtol=1e-8)
    np.testing.assert_allclose(np.abs(t).max(axis=1), found["h0_max_t"][0], rtol=1e-4)


def test_the_largest_clusters_and_the_p_of_clusters_are_nilearns(study):
    maps, mask, matrix, t, found = study
    forming = stats.t.isf(VOXEL_P / 2, N - matrix.shape[1])

    largest = largest_clusters(t, mask, t_threshold=forming, connectivity=6)

    np.testing.assert_array_equal(largest.max(axis=1), found["h0_max_size"][0])
    sizes = np.unique(found["size"][0][found["size"][0] > 0])
    assert len(sizes) > 3
    for size in sizes:
        at = found["size"][0] == size
        as_large = family_wise_p([size], [1], largest, tails=2)[0] * (1 + N_PERMUTATIONS) - 1
        # nilearn does not count the observed order and keeps 1/n from 0 and from 1
        p = np.clip(as_large / N_PERMUTATIONS, 1 / N_PERMUTATIONS, 1 - 1 / N_PERMUTATIONS)
        np.testing.assert_allclose(10 ** -found["logp_max_size"][0][at], p, rtol=1e-9)


def test_tfce_scores_are_nilearns_times_its_step_but_for_the_size_of_the_step(study):
    maps, mask, matrix, t, found = study

    largest = largest_tfce_scores(t, mask, connectivity=6)
    score = tfce_scores(found["t"][0], mask, connectivity=6)

    # nilearn adds up 100 steps, each a hundredth of the largest |T| of the map, and leaves out
    # the factor of the step; ours is the integral
    steps = found["h0_max_t"][0] / 100
    np.testing.assert_allclose(largest.max(axis=1), found["h0_max_tfce"][0] * steps, rtol=0.04)
    theirs = found["tfce"][0] * np.abs(found["t"][0]).max() / 100
    assert np.corrcoef(score, theirs)[0, 1] > 0.9995
    p = family_wise_p(np.abs(score), np.ones(len(score)), largest, tails=2)
    exceeded = found["h0_max_tfce"][0] * steps >= np.abs(theirs)[:, None]
    np.testing.assert_allclose(p, (1 + exceeded.sum(axis=1)) / 61, atol=2.1 / 61)
    assert p.min() == 1 / 61
