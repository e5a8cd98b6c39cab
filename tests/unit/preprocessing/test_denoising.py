"""Checks of denoising against statsmodels and filters written as matrices."""

import numpy as np
import pytest
import statsmodels.api as sm

from restpain.connectivity.correlation import correlation
from restpain.metrics.alff import alff_and_falff
from restpain.metrics.reho import reho, reho_in_band
from restpain.metrics.smoothing import smooth
from restpain.preprocessing.denoising import (
    CONFOUNDS,
    RestSeries,
    confounds_table,
    denoised,
    residuals_in_band,
)
from restpain.preprocessing.nuisance import residuals, tissue_signals
from restpain.temporal_filter import ideal_filter

N, SHAPE = 90, (14, 12, 10)
BAND = {"repetition_time": 2.0, "band_hz": (0.01, 0.1)}


@pytest.fixture
def mask():
    inside = np.zeros(SHAPE, bool)
    inside[1:-1, 1:-1, 1:-1] = True
    return inside


@pytest.fixture
def run(mask):
    """Series in a mask with drift and shared noise, tissues, motion and displacement."""
    rng = np.random.default_rng(4)
    slow = rng.normal(size=(3, N)).cumsum(axis=1)
    series = 800 + rng.normal(size=(mask.sum(), 3)) @ slow + rng.normal(0, 4, (mask.sum(), N))
    white, csf = np.zeros(SHAPE), np.zeros(SHAPE)
    white[:7], csf[9:] = 1, 1
    motion = rng.normal(0, 0.05, (N, 6)).cumsum(axis=0)
    jenkinson = np.concatenate([[np.nan], np.abs(rng.normal(0, 0.12, N - 1))])
    return series, white, csf, motion, jenkinson


def columns_by_hand(name, run, mask):
    """Regressors of one option, built here from the definitions."""
    series, white, csf, motion, jenkinson = run
    volume = np.zeros((*SHAPE, N))
    volume[mask] = series
    # the planes of each tissue that are left when 2 layers of white matter and 1 of CSF are gone
    inner_white = volume[2:5, 2:-2, 2:-2].reshape(-1, N)
    inner_csf = volume[10:13, 1:-1, 1:-1].reshape(-1, N)
    if name == "trend":
        return np.arange(1, N + 1)[:, None]
    if name == "friston24":
        rows = [[*motion[t], *(motion[t - 1] if t else np.zeros(6))] for t in range(N)]
        return np.array([[*row, *[value**2 for value in row]] for row in rows])
    if name == "acompcor":
        noise = np.concatenate([inner_white, inner_csf])
        line = np.vander(np.arange(N), 2)
        noise = noise - (line @ np.linalg.lstsq(line, noise.T, rcond=None)[0]).T
        noise /= noise.std(axis=1, keepdims=True)
        return np.linalg.svd(noise, full_matrices=False)[2][:5].T
    if name == "scrub":
        return np.array(
            [[float(t == bad) for bad in range(N) if jenkinson[bad] > 0.2] for t in range(N)]
        )
    return {"wm": inner_white, "csf": inner_csf, "global": series}[name].mean(axis=0)[:, None]


def run_denoised(run, mask, names, **changes):
    series, white, csf, motion, jenkinson = run
    signals, _ = tissue_signals(series, mask, white_matter=white, csf=csf, with_components=True)
    rest = {
        "mask": mask,
        "template": mask,
        "repetition_time": 2.0,
        "signals": signals | {"motion": motion},
        "jenkinson": jenkinson,
        "dropped_volumes": 10,
        "timing": "off, as configured",
        "origin": "bold.nii.gz",
        "affine": np.eye(4),
        "reference": mask.astype(float),
        "quality": {},
    }
    band_hz = changes.pop("band_hz", None)
    return denoised(RestSeries(series, **rest | changes), names=names, band_hz=band_hz)


ALL = ["trend", "friston24", "wm", "csf", "acompcor", "global", "scrub"]


@pytest.mark.parametrize(
    "names", [[], *[[name] for name in ALL], ["trend", "friston24", "wm", "csf"], ALL]
)
def test_every_nuisance_option_gives_the_residuals_of_another_least_squares(run, mask, names):
    design = np.column_stack([np.ones(N), *[columns_by_hand(name, run, mask) for name in names]])
    expected = np.array([sm.OLS(voxel, design).fit().resid for voxel in run[0][::97]])

    result = run_denoised(run, mask, names)

    np.testing.assert_allclose(result.series[::97], expected, atol=1e-7)
    assert result.quality["residual_degrees_of_freedom"] == N - np.linalg.matrix_rank(design)
    assert len(result.sidecar["NuisanceRegressors"]) == design.shape[1] - 1


def filter_matrix(n, *, repetition_time, band_hz):
    """The filter of the metrics as a matrix: sines of the padded length inside the band."""
    length = 2 ** int(np.ceil(np.log2(n)))
    at = np.arange(n)
    matrix = np.zeros((n, n))
    for k in range(1, length // 2):
        if band_hz[0] <= k / (length * repetition_time) <= band_hz[1]:
            matrix += 2 / length * np.cos(2 * np.pi * k / length * (at[:, None] - at))
    return matrix @ (np.eye(n) - 1 / n)


@pytest.fixture
def confounded():
    """Series and regressors that share what is slow and what is fast in different measure."""
    rng = np.random.default_rng(8)

    def make(n):
        slow = ideal_filter(rng.normal(size=(4, n)), **BAND)
        fast = rng.normal(size=(4, n))
        series = 500 + rng.normal(size=(40, 4)) @ (3 * slow + fast) + rng.normal(size=(40, n))
        regressors = (slow - 2 * fast + rng.normal(0, 0.2, (4, n))).T
        line = np.linspace(-1, 1, n)
        return series + 5 * line, np.column_stack([line, regressors])

    return make


@pytest.mark.parametrize("has_trend", [True, False])
def test_filtering_afterwards_gives_filtered_data_without_filtered_regressors(
    confounded, has_trend
):
    series, matrix = confounded(110)
    matrix = matrix if has_trend else matrix[:, 1:]
    keep = np.eye(110)
    if has_trend:
        line = np.vander(np.arange(110.0), 2)
        keep -= line @ np.linalg.pinv(line)
    band_pass = filter_matrix(110, **BAND) @ keep
    filtered, regressors = band_pass @ series.T, band_pass @ matrix[:, int(has_trend) :]
    expected = filtered - regressors @ np.linalg.lstsq(regressors, filtered, rcond=None)[0]

    result, degrees = residuals_in_band(series, matrix, has_trend=has_trend, **BAND)
    later = ideal_filter(result, **BAND)

    np.testing.assert_allclose(later, expected.T, atol=1e-8)
    assert np.abs(later @ regressors).max() < 1e-6
    before, _ = residuals(series, matrix)
    assert np.abs(ideal_filter(before, **BAND) @ regressors).max() > 1
    assert degrees == int(np.trace(filter_matrix(110, **BAND)) + 1e-9) - 4


def test_where_nothing_is_padded_it_is_one_regression_on_nuisance_and_all_other_frequencies(
    confounded,
):
    # Lindquist et al. (2019): filter and regression at once are one projection
    n = 128
    series, matrix = confounded(n)
    series, matrix = series - 5 * matrix[:, 0], matrix[:, 1:]
    at = 2 * np.pi * np.arange(n) / n
    outside = [k for k in range(n // 2 + 1) if not 0.01 <= k / (n * 2.0) <= 0.1]
    design = np.column_stack(
        [matrix, *[wave(k * at) for k in outside for wave in (np.cos, np.sin)]]
    )
    expected = series.T - design @ np.linalg.lstsq(design, series.T, rcond=None)[0]

    result, degrees = residuals_in_band(series, matrix, has_trend=False, **BAND)

    np.testing.assert_allclose(ideal_filter(result, **BAND), expected.T, atol=1e-8)
    assert degrees == n - np.linalg.matrix_rank(design)


def test_the_metrics_are_those_of_the_filtered_series_without_filtered_regressors(run, mask):
    series, _, _, motion, _ = run
    line = np.vander(np.arange(float(N)), 2)
    band_pass = filter_matrix(N, **BAND) @ (np.eye(N) - line @ np.linalg.pinv(line))
    regressors = band_pass @ motion
    filtered = band_pass @ series.T
    clean = (filtered - regressors @ np.linalg.lstsq(regressors, filtered, rcond=None)[0]).T
    smoothing = {"affine": np.diag([3.0, 3, 3, 1]), "fwhm_mm": 6.0, "kernel": "spm"}

    matrix = np.column_stack([np.linspace(-1, 1, N), motion])
    result, _ = residuals_in_band(series, matrix, has_trend=True, **BAND)

    np.testing.assert_allclose(
        reho_in_band(result, mask, **BAND, neighbours=27),
        reho(clean, mask, neighbours=27),
        atol=1e-9,
    )
    smoothed = smooth(ideal_filter(result, **BAND), mask, **smoothing)
    expected = smooth(clean, mask, **smoothing)
    np.testing.assert_allclose(
        correlation(smoothed, smoothed[:3]), np.corrcoef(expected[:3], expected)[3:, :3], atol=1e-7
    )
    # ALFF: the same linear combination in every bin of the band
    weights = np.linalg.lstsq(regressors, filtered, rcond=None)[0]
    taken = (np.eye(N) - line @ np.linalg.pinv(line)) @ (series.T - motion @ weights)
    amplitude = np.abs(np.fft.rfft(taken, n=128, axis=0))[3:26].mean(axis=0) * 2 / N
    np.testing.assert_allclose(alff_and_falff(result, **BAND)[0], amplitude, rtol=1e-9)


def test_more_regressors_than_the_band_has_frequencies_is_an_error(run, mask):
    with pytest.raises(ValueError, match=r"27 nuisance .* nothing of the 20 degrees .* 60 vol"):
        residuals_in_band(
            run[0][:4, :60],
            np.random.default_rng(0).normal(size=(60, 27)),
            has_trend=False,
            **BAND,
        )


def test_without_regressors_both_orders_are_the_series_without_its_mean(run):
    both, _ = residuals_in_band(run[0], np.empty((N, 0)), has_trend=False, **BAND)

    np.testing.assert_allclose(both, run[0] - run[0].mean(axis=1, keepdims=True), atol=1e-9)


def test_the_band_of_the_regression_stands_in_the_sidecar(run, mask):
    plain = run_denoised(run, mask, ["trend", "wm"])
    banded = run_denoised(run, mask, ["trend", "wm"], band_hz=(0.01, 0.1))

    assert plain.sidecar["RegressionBandHz"] is None
    assert banded.sidecar["RegressionBandHz"] == [0.01, 0.1]
    assert banded.quality["residual_degrees_of_freedom"] == 32 - 1  # 23 bins of 128 at 90 volumes


def test_every_column_of_the_confounds_is_described(run, mask):
    plain = run_denoised(run, mask, ["wm"], signals={"wm": run[0][0]}, jenkinson=None)
    full = run_denoised(run, mask, ["acompcor"])

    assert list(plain.columns) == list(plain.confounds) == list(CONFOUNDS)
    assert plain.confounds["trans_x"].isna().all()
    assert plain.quality["mean_fd_jenkinson_mm"] is None
    assert list(full.columns) == list(full.confounds)
    assert [name for name in full.columns if name.startswith("a_comp")] == [
        f"a_comp_cor_{i:02d}" for i in range(5)
    ]
    np.testing.assert_array_equal(full.confounds[list(CONFOUNDS)[:6]], run[3])


def test_displacements_of_the_table_are_those_given_and_computed():
    parameters = np.zeros((2, 6))
    parameters[1, 0] = 0.3

    table, _ = confounds_table(parameters, jenkinson=np.array([np.nan, 0.3]), signals={})

    np.testing.assert_allclose(table["framewise_displacement_jenkinson"], [np.nan, 0.3])
    np.testing.assert_allclose(table["framewise_displacement_power"], [np.nan, 0.3])
