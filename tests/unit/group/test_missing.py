"""Participants without data in some voxels: patterns, and models refitted voxel by voxel."""

import numpy as np
import pytest
from scipy import stats

from restpain.group.missing import data_patterns, incomplete_voxels, uncovered
from restpain.group.models import fit_model, fit_one_sample, t_to_z
from restpain.group.normality import jarque_bera
from restpain.group.permutation import largest_clusters, permuted_orders, permuted_t
from restpain.io.images import write_volume
from restpain.io.tables import read_table

N = 14
MATRIX = np.column_stack(
    [np.repeat([1.0, -1.0], 7), np.ones(N), np.random.default_rng(3).normal(60, 8, N)]
)


def with_gaps():
    """Maps ``(N, 40)``; patients lack the first ten voxels, others more at random."""
    rng = np.random.default_rng(0)
    maps = rng.normal(1, 0.2, (N, 40)).astype(np.float32)
    maps[:3, :10] = np.nan
    maps[10, 5:20] = np.nan
    maps[:, 30:] = np.where(rng.random((N, 10)) < 0.2, np.nan, maps[:, 30:])
    return maps


def least_squares_t(values, matrix):
    """T of the first column by the normal equations."""
    beta, _, rank, _ = np.linalg.lstsq(matrix, values, rcond=None)
    df = len(values) - rank
    error = np.sum((values - matrix @ beta) ** 2) / df
    return beta[0] / np.sqrt(error * np.linalg.inv(matrix.T @ matrix)[0, 0]), df


def test_each_pattern_has_the_voxels_in_which_just_these_participants_have_data():
    maps = with_gaps()

    found = list(data_patterns(maps))

    assert sorted(np.concatenate([voxels for _, voxels in found])) == sorted(
        np.flatnonzero(np.isnan(maps).any(axis=0))
    )
    for rows, voxels in found:
        for voxel in voxels:
            np.testing.assert_array_equal(rows, ~np.isnan(maps[:, voxel]))
    assert len({rows.tobytes() for rows, _ in found}) == len(found)
    assert list(data_patterns(np.ones((3, 5)))) == []
    assert incomplete_voxels(maps)[:21].tolist() == [True] * 20 + [False]


def test_the_model_of_a_voxel_is_that_of_the_participants_who_have_data():
    maps = with_gaps()

    fit = fit_model(maps, MATRIX, column=0)
    z = t_to_z(fit.t, fit.df)

    for voxel, values in enumerate(maps.T.astype(float)):
        present = ~np.isnan(values)
        t, df = least_squares_t(values[present], MATRIX[present])
        assert (fit.n[voxel], fit.df[voxel]) == (present.sum(), df)
        assert fit.t[voxel] == pytest.approx(t, rel=1e-6)
        assert z[voxel] == pytest.approx(stats.norm.isf(stats.t.sf(t, df)), rel=1e-6)
    assert fit.tested.all()


def test_absence_is_no_difference_between_the_groups():
    maps = with_gaps()

    means = [
        fit_model(part, MATRIX, column=0).t[:5].mean() for part in (maps, np.nan_to_num(maps))
    ]

    assert abs(means[0]) < 0.5
    assert means[1] < -1.9  # three patients of seven without data, taken for zeros


def test_a_voxel_without_enough_participants_or_variation_has_no_test():
    maps = with_gaps()[:, 20:26]
    maps[:7, 0] = np.nan  # no patient
    maps[3:, 1] = np.nan  # as many as columns
    maps[:, 2] = 1.5  # constant
    maps[:, 3] = np.nan

    fit = fit_model(maps, MATRIX, column=0)

    assert fit.tested.tolist() == [False] * 4 + [True] * 2
    assert fit.t[:4].tolist() == [0] * 4
    assert fit.n[:4].tolist() == [0, 0, N, 0]


def test_one_sample_t_and_jarque_bera_leave_out_who_has_no_data():
    maps = with_gaps()

    t = fit_one_sample(maps, base=1.0).t
    statistic, _ = jarque_bera(maps)

    for voxel, values in enumerate(maps.T.astype(float)):
        present = values[~np.isnan(values)]
        assert t[voxel] == pytest.approx(stats.ttest_1samp(present, 1.0).statistic, rel=1e-5)
        assert statistic[voxel] == pytest.approx(stats.jarque_bera(present).statistic, rel=1e-5)


def test_permuted_gaps_go_with_their_participants():
    maps, orders = with_gaps(), permuted_orders(N, n_permutations=5, seed=1)

    (t,) = permuted_t(maps, MATRIX, column=0, orders=orders)

    for voxel, values in enumerate(maps.T.astype(float)):
        present = ~np.isnan(values)
        nuisance = MATRIX[present, 1:]
        residuals = np.full(N, np.nan)
        residuals[present] = (
            values[present] - nuisance @ np.linalg.lstsq(nuisance, values[present], rcond=None)[0]
        )
        for row, order in enumerate(orders):
            shuffled = residuals[order]
            filled = ~np.isnan(shuffled)
            expected, _ = least_squares_t(shuffled[filled], MATRIX[filled])
            assert t[row, voxel] == pytest.approx(expected, rel=1e-3, abs=1e-4)
    mask = np.ones((40, 1, 1), bool)
    thresholds = np.where(np.arange(40) < 20, 100.0, 0.0)  # of its own in each voxel
    sizes = largest_clusters(t, mask, t_threshold=thresholds, connectivity=6)
    assert 0 < sizes.max() <= 20


def test_participants_lack_what_their_mask_does_not_cover(tmp_path):
    paths = []
    for number, covered in enumerate([[1, 1, 1], [1, 0, 1]]):
        paths.append(f"{tmp_path}/sub-{number}_mask.nii.gz")
        write_volume(paths[-1], np.array(covered, bool).reshape(3, 1, 1), np.eye(4))
    mask = np.array([True, True, False]).reshape(3, 1, 1)

    assert uncovered(paths, mask, np.eye(4)).tolist() == [[False, False], [False, True]]
    assert uncovered(paths[:1], mask, np.eye(4)) is None
    assert uncovered([], mask, np.eye(4)) is None


def patchy(tmp_path):
    """Study in which the first slab is covered by all but the patient sub-04."""
    from group_study import Study

    return Study(tmp_path, mask_coverage=0.9)


def test_a_participant_without_a_slab_is_missing_there_in_every_step(tmp_path):
    study = patchy(tmp_path)
    effect = np.zeros((14, 16, 12))
    effect[1:4, 4:8, 4:8] = 6  # sub-04 does not cover x of 1

    found = study.compare("alff", [effect])

    assert np.unique(found.n[study.in_mask()]).tolist() == [15, 16]
    present = np.array([name != "sub-04" for name in study.ids])
    values, patients = found.maps[present][:, 1, 5, 5], np.arange(16)[present] % 2 == 1
    age = read_table(study.participants)["age"].to_numpy(float)[:16][present]
    matrix = np.column_stack([np.where(patients, 1.0, -1.0), np.ones(15), age])
    t, _ = least_squares_t(values.astype(float), matrix)
    assert found.t[1, 5, 5] == pytest.approx(t, rel=1e-4)
    cluster = found.labels == 1
    assert cluster[1, 5, 5]
    common = cluster & (np.indices(cluster.shape)[0] > 1)
    np.testing.assert_allclose(found.features["ALFF1"], found.maps[:, common].mean(axis=1), 1e-5)
    seeds, _ = study.seeds("clusters", ["alff"])
    np.testing.assert_array_equal(seeds[..., 0] > 0, common)


def test_a_cluster_that_somebody_does_not_cover_has_no_feature_and_is_no_seed(tmp_path):
    study = patchy(tmp_path)
    study.write_scores()
    effect = np.zeros((14, 16, 12))
    effect[1, 3:13, 2:10] = 9

    found = study.compare("alff", [effect])
    association = study.associations(["alff"])
    _, seeds = study.seeds("clusters", ["alff"])
    normality = study.normality(["alff"])
    scores = study.score_maps("alff", [effect])

    assert found.table["cluster_id"].tolist() == ["ALFF1"]
    assert found.features["ALFF1"].isna().all()
    assert found.table["hedges_g"].isna().all()
    assert association[["rho", "p", "rho_low", "q_fdr"]].isna().all(axis=None)
    assert len(seeds) == 0
    assert normality["p_permutation"].isna().all()
    (volume,) = scores.correction["volumes"]
    assert volume["n_voxels"] == 11 * 14 * 10  # what all patients cover
