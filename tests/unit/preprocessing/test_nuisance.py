"""Checks of nuisance against numpy's least squares and constructed series."""

import numpy as np
import pandas as pd
import pytest

from restpain.preprocessing.nuisance import (
    eroded_tissue,
    fmriprep_signals,
    friston24,
    principal_components,
    regressors,
    residuals,
    spikes,
    tissue_signals,
)

N = 60


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_residuals_are_those_of_least_squares_with_a_constant(rng):
    series, matrix = rng.normal(500, 20, (40, N)), rng.normal(3, 5, (N, 12))
    design = np.column_stack([np.ones(N), matrix])
    weights, *_ = np.linalg.lstsq(design, series.T, rcond=None)

    result, degrees = residuals(series, matrix)

    np.testing.assert_allclose(result, series - (design @ weights).T, atol=1e-9)
    assert degrees == N - 13


def test_the_mean_is_not_added_back_and_without_regressors_only_the_mean_goes(rng):
    series = rng.normal(500, 20, (5, N)).astype(np.float32)
    before = series.copy()

    result, degrees = residuals(series, np.empty((N, 0)))

    np.testing.assert_allclose(result, series - series.mean(axis=1, keepdims=True), atol=1e-3)
    assert degrees == N - 1
    assert result.dtype == np.float32
    np.testing.assert_array_equal(series, before)


def test_regressors_that_depend_on_others_or_are_constant_cost_no_degrees_of_freedom(rng):
    matrix = rng.normal(size=(N, 4)) * [1, 1e-4, 1e4, 1]
    more = np.column_stack([matrix, matrix[:, 0] - matrix[:, 1], np.full(N, 7.0), np.zeros(N)])
    series = rng.normal(size=(9, N))

    plain, degrees = residuals(series, matrix)
    redundant, same = residuals(series, more)

    assert degrees == same == N - 5
    np.testing.assert_allclose(redundant, plain, atol=1e-8)


def test_as_many_regressors_as_volumes_is_an_error(rng):
    with pytest.raises(
        ValueError, match="19 nuisance regressors and the mean leave nothing of 20"
    ):
        residuals(rng.normal(size=(3, 20)), rng.normal(size=(20, 19)))


def test_friston24_has_zero_before_the_first_volume_and_squares_last():
    parameters = np.arange(1.0, 13.0).reshape(2, 6)

    matrix = friston24(parameters)

    np.testing.assert_array_equal(
        matrix[0], [*range(1, 7), *[0] * 6, 1, 4, 9, 16, 25, 36, *[0] * 6]
    )
    np.testing.assert_array_equal(matrix[1, 6:12], parameters[0])
    np.testing.assert_array_equal(matrix[1, 18:], parameters[0] ** 2)


def test_spikes_are_one_column_for_each_volume_above_the_threshold():
    matrix = spikes(np.array([np.nan, 0.1, 0.3, 0.2, 0.5]), above_mm=0.2)

    np.testing.assert_array_equal(matrix, np.eye(5)[:, [2, 4]])


def test_components_find_the_noise_that_the_voxels_share(rng):
    source = np.linalg.qr(rng.normal(size=(N, 2)))[0].T
    series = rng.normal(size=(200, 2)) @ source * [50] + rng.normal(0, 0.1, (200, N)) + 1000
    series = np.vstack([series, np.full((3, N), 5.0)])  # constant voxels do not count

    components = principal_components(series, n_components=2)

    trend = np.linspace(-1, 1, N)[:, None]
    detrended, _ = residuals(source, trend)
    left, _ = residuals(detrended, components)
    assert (left**2).sum() < 0.01 * (detrended**2).sum()
    np.testing.assert_allclose(components.T @ components, np.eye(2), atol=1e-9)
    assert (components[np.abs(components).argmax(axis=0), [0, 1]] > 0).all()


def test_components_need_more_voxels_than_there_are_components():
    with pytest.raises(ValueError, match="more than 5 voxels .* but there are 0"):
        principal_components(np.full((8, N), 3.0), n_components=5)


def test_regressors_come_in_the_order_of_the_configuration_with_a_name_each(rng):
    signals = {"motion": rng.normal(size=(N, 6)), "wm": rng.normal(size=N)}

    matrix, columns = regressors(
        ["wm", "friston24", "trend"], signals=signals, n_volumes=N, origin="run"
    )

    assert columns[0] == "wm"
    assert columns[1:25:23] == ["friston24_01", "friston24_24"]
    assert columns[25:] == ["trend"]
    np.testing.assert_array_equal(matrix[:, 0], signals["wm"])
    np.testing.assert_array_equal(matrix[:, 1:25], friston24(signals["motion"]))
    np.testing.assert_allclose(np.diff(matrix[:, 25]), 2 / (N - 1))


def test_a_regressor_whose_signal_is_unknown_is_named_with_its_column():
    with pytest.raises(ValueError, match=r"regressor csf of .* run\.tsv has no .*\(csf\)"):
        regressors(["trend", "csf"], signals={"csf": None}, n_volumes=N, origin="run.tsv")


def test_confounds_of_fmriprep_count_as_unknown_where_columns_miss_or_have_gaps(rng):
    names = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z", "white_matter", "csf"]
    table = pd.DataFrame(rng.normal(size=(N, 8)), columns=names)
    table.loc[3, "csf"] = np.nan

    signals = fmriprep_signals(table)

    np.testing.assert_array_equal(signals["motion"], table[names[:6]])
    np.testing.assert_array_equal(signals["wm"], table["white_matter"])
    assert signals["csf"] is signals["global"] is signals["acompcor"] is None


def test_tissue_is_eroded_less_where_little_would_remain():
    cube = np.zeros((20, 20, 20))
    cube[5:15, 5:15, 5:15] = 1
    slab = np.zeros((20, 20, 20))
    slab[5:15, 5:15, 5:7] = 1
    everywhere = np.ones(cube.shape, bool)

    deep, taken = eroded_tissue(cube, everywhere, above=0.9, erosions=2)
    thin, kept = eroded_tissue(slab, everywhere, above=0.9, erosions=2)

    assert (deep.sum(), taken) == (6**3, 2)
    assert (thin.sum(), kept) == (200, 0)


def test_signals_are_means_of_the_tissues_inside_the_mask(rng):
    mask = np.ones((12, 12, 12), bool)
    white, csf = np.zeros(mask.shape), np.zeros(mask.shape)
    white[:6] = 1
    series = rng.normal(size=(mask.sum(), N))

    signals, facts = tissue_signals(
        series, mask, white_matter=white, csf=csf, with_components=False
    )

    core = np.zeros(mask.shape, bool)
    core[2:4, 2:10, 2:10] = True  # six planes less two layers; the border counts as outside
    np.testing.assert_allclose(signals["wm"], series[core[mask]].mean(axis=0))
    np.testing.assert_allclose(signals["global"], series.mean(axis=0))
    assert signals["csf"] is None
    assert facts == {"wm_voxels": 128, "wm_erosions": 2, "csf_voxels": 0, "csf_erosions": 0}
