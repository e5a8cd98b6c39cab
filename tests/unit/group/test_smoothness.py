"""Smoothness on fields whose smoothness is known."""

import numpy as np
import pytest
from scipy import integrate, ndimage, stats

from restpain.group.smoothness import df_correction, map_smoothness, residual_smoothness

VOXEL_MM = np.array([3.0, 3.0, 3.0])
FWHM = np.sqrt(8 * np.log(2))


def fields(n_maps, sigma_voxels, shape=(30, 32, 28)):
    rng = np.random.default_rng(1)
    smooth = [
        ndimage.gaussian_filter(rng.normal(size=shape), sigma_voxels, mode="wrap")
        for _ in range(n_maps)
    ]
    return np.array(smooth)


def residuals_of(maps, mask):
    values = maps[:, mask]
    return values - values.mean(axis=0)


def smoothness_of(residuals, mask):
    n_maps, sse = len(residuals), np.sum(residuals**2, axis=0)
    sizes = {"n_maps": n_maps, "df": n_maps - 1}
    return residual_smoothness(iter(residuals), sse=sse, mask=mask, voxel_mm=VOXEL_MM, **sizes)


def test_residuals_have_the_width_of_the_kernel_that_made_them():
    mask = np.ones((30, 32, 28), bool)
    residuals = residuals_of(fields(40, (1.5, 2.0, 1.5)), mask)

    found = smoothness_of(residuals, mask)

    expected = np.array([1.5, 2.0, 1.5]) * FWHM * 3
    np.testing.assert_allclose(found.fwhm_mm, expected, rtol=0.02)
    without_correction = (1.5 * 2.0 * 1.5) ** -1 / np.sqrt(8)
    assert found.dlh / df_correction(39) == pytest.approx(without_correction, rel=0.05)
    assert found.n_voxels == mask.sum()


def test_lagged_products_are_those_of_a_loop_over_complete_voxels():
    rng = np.random.default_rng(5)
    z, mask = rng.normal(size=(5, 6, 4)), rng.random((5, 6, 4)) < 0.7
    z = ndimage.gaussian_filter(z, 1)
    sums = np.zeros((2, 3))
    for x, y, k in np.argwhere(mask):
        if min(x, y, k) == 0 or not (
            mask[x - 1, y, k] and mask[x, y - 1, k] and mask[x, y, k - 1]
        ):
            continue
        for axis, lower in enumerate((z[x - 1, y, k], z[x, y - 1, k], z[x, y, k - 1])):
            sums[:, axis] += z[x, y, k] * lower, (z[x, y, k] ** 2 + lower**2) / 2
    variance = -1 / (4 * np.log(np.abs(sums[0] / sums[1])))

    found = map_smoothness(z[mask], mask=mask, voxel_mm=np.array([1.0, 2.0, 4.0]))

    np.testing.assert_allclose(found.fwhm_mm, FWHM * np.sqrt(variance) * [1, 2, 4])
    assert found.dlh == pytest.approx(np.prod(variance) ** -0.5 / 8**0.5)


def test_voxels_without_variation_count_as_zero():
    mask = np.ones((12, 12, 12), bool)
    residuals = residuals_of(fields(10, 1.0, mask.shape), mask)
    residuals[:, :200] = 0

    found = smoothness_of(residuals, mask)

    assert np.isfinite([found.dlh, *found.fwhm_mm]).all()


def roughness_ratio(df):
    """The integral of Kiebel et al. over t instead of z."""

    def integrand(t):
        z = stats.norm.isf(stats.t.sf(t, df))
        density = 3 * stats.t.logpdf(t, df) - 2 * stats.norm.logpdf(z)
        return (t**2 + df - 1) ** 2 / ((df - 1) * (df - 2)) * np.exp(density)

    return 2 * integrate.quad(integrand, 0, 200)[0]


@pytest.mark.parametrize("df", [6, 12, 20])
def test_the_correction_extrapolates_one_degree_as_dpabi_does(df):
    here, before = roughness_ratio(df), roughness_ratio(df - 1)

    assert df_correction(df) == pytest.approx(np.sqrt(2 * here - before), rel=1e-6)


def test_the_correction_at_both_ends_and_its_limit():
    assert df_correction(5) == 1.1
    assert df_correction(1000) == pytest.approx(np.sqrt(1 + 1.0321e-3))
    values = [df_correction(df) for df in range(7, 501)]
    assert np.all(np.diff(values) < 1e-4)
    assert values[-1] == pytest.approx(1.001, abs=1e-3)


def test_an_empty_field_is_refused():
    mask = np.ones((4, 4, 4), bool)

    with pytest.raises(ValueError, match="smoothness cannot be estimated"):
        map_smoothness(np.zeros(64), mask=mask, voxel_mm=VOXEL_MM)
