"""Agreement of the metrics with DPABI, voxel by voxel: tests/reference/dpabi/README.md."""

import json
from pathlib import Path

import numpy as np
import pytest

from other_definitions import zscored
from restpain.connectivity.correlation import correlation, fisher_z, seed_series, sphere
from restpain.io.images import read_mask, read_masked, read_volume
from restpain.metrics.alff import alff_and_falff, standardised
from restpain.metrics.reho import reho, reho_in_band
from restpain.metrics.smoothing import smooth
from restpain.temporal_filter import detrend, ideal_filter

REFERENCE = Path(__file__).parent / "dpabi"
BAND = {"repetition_time": 2.0, "band_hz": (0.01, 0.1)}
MASK, AFFINE = read_mask(REFERENCE / "inputs" / "mask.nii.gz")
SMOOTHING = {"affine": AFFINE, "fwhm_mm": 6.0, "kernel": "spm"}
AS_DPABI = {"outermost_slab": False, "count_constant": True}
TOLERANCE = 1e-6  # relative, in every voxel


def series_of(name):
    return read_masked(REFERENCE / "inputs" / f"{name}.nii.gz", MASK, AFFINE)


def reference(name):
    return read_masked(REFERENCE / f"{name}.nii.gz", MASK, AFFINE)


def varying(series):
    return series.max(axis=1) > series.min(axis=1)


def assert_equal_in_every_voxel(values, expected, voxels=slice(None)):
    np.testing.assert_allclose(values[voxels], expected[voxels], rtol=TOLERANCE, atol=0)


SERIES = {name: series_of(name) for name in ("func", "func_ties")}


def test_the_series_with_ties_has_four_constant_voxels_and_the_mask_touches_the_border():
    assert (~varying(SERIES["func_ties"])).sum() == 4
    assert varying(SERIES["func"]).all()
    assert MASK.sum() == 2194
    assert MASK[0].any()
    assert MASK[:, :, -1].any()


@pytest.mark.parametrize("name", ["func", "func_ties"])
def test_alff_and_falff_equal_dpabi(name):
    alff, falff = alff_and_falff(SERIES[name], **BAND)

    voxels = varying(SERIES[name])
    assert_equal_in_every_voxel(alff, reference(f"{name}_ALFF"), voxels)
    assert_equal_in_every_voxel(falff, reference(f"{name}_fALFF"), voxels)
    assert (alff[~voxels] == 0).all()
    assert (falff[~voxels] == 0).all()
    np.testing.assert_allclose(reference(f"{name}_ALFF")[~voxels], 0, atol=1e-12)


@pytest.mark.parametrize("name", ["func", "func_ties"])
def test_alff_divided_by_its_mean_equals_dpabi_also_with_constant_voxels_in_the_mean(name):
    alff, _ = alff_and_falff(SERIES[name], **BAND)

    voxels = varying(SERIES[name])
    assert_equal_in_every_voxel(standardised(alff), reference(f"{name}_mALFF"), voxels)


def test_falff_divided_by_its_mean_equals_dpabi():
    _, falff = alff_and_falff(SERIES["func"], **BAND)

    assert_equal_in_every_voxel(standardised(falff), reference("func_mfALFF"))


@pytest.mark.parametrize("name", ["func", "func_ties"])
def test_z_scores_of_alff_equal_dpabi(name):
    alff, _ = alff_and_falff(SERIES[name], **BAND)

    assert_equal_in_every_voxel(zscored(alff), reference(f"{name}_zALFF"))


@pytest.mark.parametrize("neighbours", [7, 19, 27])
def test_reho_equals_dpabi(neighbours):
    w = reho(SERIES["func"], MASK, neighbours=neighbours, **AS_DPABI)

    assert_equal_in_every_voxel(w, reference(f"func_ReHo{neighbours:02d}"))


def test_reho_equals_dpabi_with_ties_and_constant_voxels():
    w = reho(SERIES["func_ties"], MASK, neighbours=27, **AS_DPABI)

    assert_equal_in_every_voxel(w, reference("func_ties_ReHo27"))
    assert_equal_in_every_voxel(standardised(w), reference("func_ties_mReHo27"))
    assert_equal_in_every_voxel(zscored(w), reference("func_ties_zReHo27"))


def test_reho_of_detrended_and_filtered_series_equals_dpabi():
    w = reho_in_band(SERIES["func"], MASK, **BAND, neighbours=27, **AS_DPABI)

    assert_equal_in_every_voxel(w, reference("func_ReHo27_detrend_bp0.01-0.1"))


def test_reho_differs_from_dpabi_by_default_on_the_border_of_the_grid_and_nowhere_else():
    w = reho(SERIES["func"], MASK, neighbours=27)

    inside = np.zeros(MASK.shape, dtype=bool)
    inside[1:-1, 1:-1, 1:-1] = True
    inside = inside[MASK]
    assert_equal_in_every_voxel(w, reference("func_ReHo27"), inside)
    assert (reference("func_ReHo27")[~inside] == 0).all()
    assert (w[~inside] > 0).all()


def test_constant_voxels_lower_the_reho_of_their_neighbours_in_dpabi_and_not_by_default():
    constant = ~varying(SERIES["func_ties"])
    as_dpabi = reho(SERIES["func_ties"], MASK, neighbours=27, **AS_DPABI)

    w = reho(SERIES["func_ties"], MASK, neighbours=27, outermost_slab=False)

    assert (w[constant] == 0).all()
    assert (as_dpabi[constant] > 0).all()
    changed = w != as_dpabi
    near = np.zeros(MASK.shape, dtype=bool)
    for i, j, k in np.argwhere(MASK)[constant]:
        near[i - 1 : i + 2, j - 1 : j + 2, k - 1 : k + 2] = True
    np.testing.assert_array_equal(changed, near[MASK] & (as_dpabi > 0))


def test_reho_divided_by_its_mean_and_then_smoothed_equals_dpabi():
    w = reho(SERIES["func"], MASK, neighbours=27, **AS_DPABI)

    assert_equal_in_every_voxel(standardised(w), reference("func_mReHo27"))
    assert_equal_in_every_voxel(
        smooth(standardised(w), MASK, **SMOOTHING), reference("func_s6mReHo27")
    )
    assert_equal_in_every_voxel(zscored(w), reference("func_zReHo27"))


@pytest.mark.parametrize("whole_volume", [False, True], ids=["in the mask", "everywhere"])
def test_smoothing_equals_spm(whole_volume):
    values, _ = read_volume(REFERENCE / "s6_func_vol1_vol60.nii.gz")
    mask = np.ones_like(MASK) if whole_volume else MASK
    series = read_masked(REFERENCE / "inputs" / "func.nii.gz", mask, AFFINE)[:, [0, 59]]

    smoothed = smooth(series, mask, **SMOOTHING)

    assert_equal_in_every_voxel(smoothed, values[mask])


def test_smoothed_then_detrended_alff_equals_dpabi():
    smoothed = smooth(SERIES["func"], MASK, **SMOOTHING)
    written = detrend(smoothed, keep_mean=True)  # DPARSF stores this step as float32

    alff, falff = alff_and_falff(written, **BAND)

    assert_equal_in_every_voxel(alff, reference("s6_detrend_ALFF"))
    assert_equal_in_every_voxel(falff, reference("s6_detrend_fALFF"))
    assert_equal_in_every_voxel(standardised(alff), reference("s6_detrend_mALFF"))


def test_without_dparsfs_intermediate_file_alff_differs_by_the_rounding_of_its_baseline_of_1000():
    alff, _ = alff_and_falff(smooth(SERIES["func"], MASK, **SMOOTHING), **BAND)

    np.testing.assert_allclose(alff, reference("s6_detrend_ALFF"), rtol=3e-6)


def columns(name):
    return np.loadtxt(REFERENCE / f"func_voxels_{name}.tsv").T


def test_the_reference_series_are_those_of_the_listed_voxels():
    voxels = json.loads((REFERENCE / "inputs" / "voxels.json").read_text())["voxels_ijk0"]
    rows = np.full(MASK.shape, -1)
    rows[MASK] = np.arange(MASK.sum())

    series = SERIES["func"][[rows[tuple(voxel)] for voxel in voxels]]

    np.testing.assert_allclose(series, columns("raw"), rtol=1e-8)


def test_detrending_and_the_ideal_filter_equal_dpabi():
    series = columns("raw")
    scale = series.std(axis=1).min()  # of the values, since a filtered series crosses zero

    np.testing.assert_allclose(detrend(series, keep_mean=True), columns("y_detrend"), rtol=1e-6)
    filtered = ideal_filter(series, **BAND)
    np.testing.assert_allclose(
        filtered, columns("y_bandpass_AddMeanNo"), rtol=1e-6, atol=1e-6 * scale
    )
    both = ideal_filter(detrend(series, keep_mean=True), **BAND, keep_mean=True)
    np.testing.assert_allclose(both, columns("y_detrend_then_y_bandpass_AddMeanYes"), rtol=1e-6)


SEED = sphere(centre_mm=(54, -30, -9), radius_mm=6.0, affine=AFFINE, shape=MASK.shape)


@pytest.mark.parametrize("name", ["func", "func_ties"])
def test_the_seed_sphere_equals_dpabi(name):
    drawn, _ = read_volume(REFERENCE / f"{name}_seedsphere.nii.gz")

    np.testing.assert_array_equal(SEED, drawn > 0)


@pytest.mark.parametrize("name", ["func", "func_ties"])
@pytest.mark.parametrize("step", ["", "_detrend_bp0.01-0.1"], ids=["as it is", "band"])
def test_connectivity_equals_dpabi(name, step):
    series = SERIES[name].astype(np.float64)
    if step:
        series = ideal_filter(detrend(series), **BAND)

    seed = seed_series(series, SEED[MASK][:, None])
    r = correlation(series, seed)[:, 0]

    expected_seed = np.loadtxt(REFERENCE / f"ROI_{name}_FC{step}.txt")
    np.testing.assert_allclose(seed[0], expected_seed, rtol=1e-6, atol=1e-6 * expected_seed.std())
    voxels = varying(SERIES[name])
    assert_equal_in_every_voxel(r, reference(f"{name}_FC{step}"), voxels)
    assert_equal_in_every_voxel(fisher_z(r), reference(f"z{name}_FC{step}"), voxels)
    assert (r[~voxels] == 0).all()


def test_smoothed_fisher_z_equals_dpabi():
    r = correlation(SERIES["func"], seed_series(SERIES["func"], SEED[MASK][:, None]))

    written = fisher_z(r)[:, 0].astype(np.float32)  # DPARSF smooths the map as written

    assert_equal_in_every_voxel(smooth(written, MASK, **SMOOTHING), reference("zfunc_FC_s6"))
