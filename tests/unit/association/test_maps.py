"""Maps against scipy, and on simulated correlations."""

import numpy as np
import pytest
from scipy import ndimage, stats

from restpain.association.maps import (
    COLUMNS,
    rank_design,
    rank_smoothness,
    ranked_maps,
    score_clusters,
    spearman_map,
    unusable_score,
)
from restpain.group.inference import Correction, voxel_fdr
from restpain.group.models import t_to_z
from restpain.group.permutation_null import permutation_null

SCORE = np.array([3, 2, 5, 3, 6, 3, 8, 4, 3, 2, 7, 9.0])
NONE = np.zeros((len(SCORE), 0))
RNG = np.random.default_rng(4)
SHAPE = (16, 16, 14)
AFFINE = np.array([[3.0, 0, 0, -20], [0, 3, 0, -24], [0, 0, 3, 0], [0, 0, 0, 1]])
CORRECTION = Correction(voxel_p=0.001, cluster_p=0.05, tails=2, connectivity=26)


def design_of(score, covariates):
    return rank_design(np.array(score), covariates, ("age", "sex")[: covariates.shape[1]])


def correlated(maps, covariates=NONE):
    return spearman_map(ranked_maps(maps), design_of(SCORE, covariates))


def test_rho_and_p_are_scipys_in_every_voxel_with_ties():
    maps = RNG.integers(0, 9, size=(12, 5000)).astype(np.float32)  # more than one block

    rho, t, z = correlated(maps)

    expected = [stats.spearmanr(values, SCORE) for values in maps.T[::250]]
    np.testing.assert_allclose(rho[::250], [one.statistic for one in expected], atol=1e-12)
    p = 2 * stats.t.sf(np.abs(t[::250]), 10)
    np.testing.assert_allclose(p, [one.pvalue for one in expected], rtol=1e-9)
    np.testing.assert_allclose(z, t_to_z(t, 10), rtol=1e-6)


def test_with_covariates_rho_is_the_partial_correlation_of_the_ranks():
    covariates = np.column_stack([RNG.normal(size=12), SCORE + RNG.normal(size=12)])
    maps = RNG.normal(size=(12, 3)) + covariates[:, 1:]

    rho, t, _ = correlated(maps, covariates)

    for k in range(3):
        columns = [SCORE, maps[:, k], *covariates.T]
        precision = np.linalg.inv(np.corrcoef([stats.rankdata(values) for values in columns]))
        partial = -precision[0, 1] / np.sqrt(precision[0, 0] * precision[1, 1])
        assert rho[k] == pytest.approx(partial, abs=1e-10)
        assert t[k] == pytest.approx(partial * np.sqrt(8 / (1 - partial**2)), rel=1e-8)


def test_ranks_in_the_same_order_have_a_finite_t_and_constant_ones_none():
    maps = np.column_stack([np.exp(SCORE), -SCORE, np.full(12, 3.0)])

    rho, t, z = correlated(maps)

    np.testing.assert_allclose(rho, [1, -1, 0], atol=1e-12)
    assert np.isfinite(t).all()
    assert z[0] == -z[1] > 5
    assert z[2] == 0


def test_monotone_changes_of_a_map_change_nothing():
    maps = RNG.normal(size=(12, 50))

    np.testing.assert_array_equal(correlated(maps)[0], correlated(np.exp(3 * maps))[0])


def smooth_maps(effect):
    noise = np.array([ndimage.gaussian_filter(RNG.normal(size=SHAPE), 1) for _ in SCORE])
    return noise / noise.std() + effect * (SCORE[:, None, None, None] - SCORE.mean())


def found(maps):
    mask = np.ones(SHAPE, bool)
    ranks, design = ranked_maps(maps.reshape(12, -1)), design_of(SCORE, NONE)
    rho, t, z = spearman_map(ranks, design)
    field = rank_smoothness(ranks, design, z, source="residuals", mask=mask, affine=AFFINE)
    null = permutation_null(
        ranks, design, mask, correction=CORRECTION, n_permutations=99, seed=1, with_scores=False
    )
    q = voxel_fdr(t, design.df)
    labels, table, size = score_clusters(
        rho, t, z, mask, AFFINE, q=q, dlh=field.dlh, correction=CORRECTION, null=null
    )
    return field, rho, labels.reshape(SHAPE), table, size


def test_simulated_correlations_of_both_signs_are_two_clusters_with_their_rho():
    effect = np.zeros(SHAPE)
    effect[2:7, 4:9, 4:9] = 3.0
    effect[9:14, 4:9, 4:9] = -3.0

    _, rho, labels, table, size = found(smooth_maps(effect))

    assert sorted(np.sign(table["rho"])) == [-1, 1]
    assert (table["n_voxels"] >= size).all()
    for row in table.itertuples():
        inside = labels == row.label
        assert inside.sum() == row.n_voxels
        assert (effect[inside] != 0).mean() > 0.7
        assert np.abs(rho.reshape(SHAPE)[inside]).max() == pytest.approx(abs(row.rho))
        assert row.p_permutation == 0.01
        assert row.t == pytest.approx(row.rho * np.sqrt(10 / (1 - row.rho**2)), rel=1e-3)


def test_nothing_correlated_is_a_table_with_its_columns():
    field, _, labels, table, _ = found(smooth_maps(0.0))

    assert len(table) == 0
    assert set(COLUMNS) <= set(table.columns)
    assert not labels.any()
    # mean sample correlation of neighbours' ranks, Moran (1948), of normal values with exp(-1/4)
    n, rho = len(SCORE), np.exp(-1 / 4)
    between = 6 / (np.pi * (n + 1)) * (np.arcsin(rho) + (n - 2) * np.arcsin(rho / 2))
    expected_mm = 3 * np.sqrt(8 * np.log(2) * -1 / (4 * np.log(between)))
    assert field.fwhm_mm == pytest.approx([expected_mm] * 3, rel=0.04)


@pytest.mark.parametrize(
    ("score", "n_covariates", "reason"),
    [
        ([1.0, 2, 3], 0, "3 patients with a score leave 1 degree of freedom, but 2 are needed"),
        ([1.0, 2, 3, 4, 5], 2, "5 patients with a score leave 1 degree of"),
        ([], 0, "no patients with a score leave no degrees"),
        ([4.0, 4, 4, 4], 0, "the score is 4 in all 4 patients who have one"),
    ],
)
def test_a_score_that_cannot_be_correlated_says_why(score, n_covariates, reason):
    assert unusable_score(np.array(score), n_covariates=n_covariates).startswith(reason)
    with pytest.raises(ValueError, match=reason):
        design_of(score, np.zeros((len(score), n_covariates)))


def test_a_covariate_that_orders_as_the_score_does_is_refused():
    assert unusable_score(SCORE, n_covariates=1) is None
    with pytest.raises(ValueError, match="score, age follow from one another.*; drop age$"):
        design_of(SCORE, np.exp(SCORE)[:, None])


def test_permutations_tell_how_far_they_are(caplog):
    caplog.set_level("INFO")

    found(smooth_maps(0.0))

    assert caplog.messages[-1] == "99 of 99 permutations"
