"""Models against scipy, numpy and closed forms."""

import numpy as np
import pytest
from scipy import stats

from restpain.group import models
from restpain.group.models import fit_model, fit_one_sample, t_to_z

RNG = np.random.default_rng(7)
N_VOXELS = 5000  # more than one block


def maps(n_participants, n_voxels=N_VOXELS):
    return RNG.normal(1, 0.3, size=(n_participants, n_voxels)).astype(np.float32)


def two_groups(n_patients, n_controls):
    sign = np.repeat([1.0, -1.0], [n_patients, n_controls])
    return np.column_stack([sign, np.ones(len(sign))])


def test_t_of_two_groups_is_students_and_beta_is_half_the_difference():
    values = maps(9)

    fit = fit_model(values, two_groups(4, 5), column=0)

    expected = stats.ttest_ind(values[:4].astype(float), values[4:].astype(float))
    np.testing.assert_allclose(fit.t, expected.statistic, rtol=1e-9)
    assert fit.df == expected.df[0] == 7
    difference = values[:4].mean(axis=0, dtype=float) - values[4:].mean(axis=0, dtype=float)
    np.testing.assert_allclose(fit.betas[0], difference / 2, atol=1e-12)


def test_t_with_covariates_is_that_of_least_squares_in_each_voxel():
    values, design = maps(12, 3), np.column_stack([two_groups(6, 6), RNG.normal(size=(12, 2))])

    fit = fit_model(values, design, column=0)

    for voxel in range(3):
        beta, sse, *_ = np.linalg.lstsq(design, values[:, voxel].astype(float), rcond=None)
        error = np.sqrt(sse[0] / 8 * np.linalg.inv(design.T @ design)[0, 0])
        assert fit.t[voxel] == pytest.approx(beta[0] / error)
        assert fit.sse[voxel] == pytest.approx(sse[0])


def test_t_ignores_the_mean_and_scale_of_a_covariate():
    values, age = maps(8, 20), RNG.normal(60, 8, size=8)
    raw = np.column_stack([two_groups(4, 4), age])
    centred = np.column_stack([two_groups(4, 4), (age - age.mean()) / 365])

    np.testing.assert_allclose(
        fit_model(values, raw, column=0).t, fit_model(values, centred, column=0).t, rtol=1e-8
    )


def test_voxels_that_do_not_vary_have_t_0():
    values = np.column_stack(
        [np.zeros(6), np.full(6, 1.1), [1, 1, 1, 0, 0, 0], RNG.normal(size=6)]
    )

    t = fit_model(values, two_groups(3, 3), column=0).t

    np.testing.assert_array_equal(t[:3], 0)  # the third is all group, no residual
    assert t[3] != 0


def test_one_sample_t_is_scipys():
    values = maps(7, 50)

    np.testing.assert_allclose(
        fit_one_sample(values, base=1.0).t,
        stats.ttest_1samp(values.astype(float), 1.0).statistic,
        rtol=1e-6,
    )


def test_partial_correlation_of_one_covariate_is_that_of_the_residuals():
    x, y, age = RNG.normal(size=(3, 15))
    design = np.column_stack([x, np.ones(15), age])

    fit = fit_model(y[:, None], design, column=0)

    outside = [values - np.polyval(np.polyfit(age, values, 1), age) for values in (x, y)]
    partial_correlation = fit.t[0] / np.sqrt(fit.df + fit.t[0] ** 2)
    assert partial_correlation == pytest.approx(np.corrcoef(outside)[0, 1])


def test_z_has_the_probability_of_t_and_its_sign():
    t = np.array([-3.0, 0.0, 1.0, 5.0])

    z = t_to_z(t, 20)

    np.testing.assert_allclose(stats.norm.sf(z), stats.t.sf(t, 20), rtol=1e-9)
    assert t_to_z(np.array([2.0]), 10**6)[0] == pytest.approx(2.0, abs=1e-5)


def test_z_grows_on_beyond_the_last_probability_of_a_double():
    t = np.array([-1e4, 1e3, 1e4])

    z = t_to_z(t, 40)

    assert z[0] == -z[2]
    assert stats.norm.isf(1e-16) < z[1] < z[2] < 30


def test_maps_that_do_not_match_the_design_are_refused():
    with pytest.raises(ValueError, match="5 maps do not match the 6 rows of the design"):
        fit_model(maps(5, 2), two_groups(3, 3), column=0)
    with pytest.raises(ValueError, match="2 participants leave no degree of freedom for 2"):
        fit_model(maps(2, 2), two_groups(1, 1), column=0)


def test_thousands_of_participants_are_fitted_in_smaller_blocks_to_the_same_values(monkeypatch):
    rng = np.random.default_rng(5)
    maps = rng.standard_normal((12, 5000)).astype(np.float32)
    design = np.column_stack([np.repeat([1.0, -1.0], 6), np.ones(12)])
    whole = models.fit_model(maps, design, column=0)

    monkeypatch.setattr(models, "BLOCK_VALUES", 12 * 700)
    parts = models.fit_model(maps, design, column=0)

    assert models.voxels_at_a_time(12) == 700
    assert 8 * 10_000 * models.voxels_at_a_time(10_000) < 2**27
    np.testing.assert_allclose(parts.t, whole.t, rtol=1e-12)
