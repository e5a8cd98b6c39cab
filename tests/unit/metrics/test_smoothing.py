"""Checks of smoothing against kernels written out and scipy's filters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import integrate, ndimage

from restpain.metrics import smoothing
from restpain.metrics.smoothing import gaussian_kernel, smooth, spm_kernel

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
KERNELS = pytest.mark.parametrize("kernel", ["spm", "gaussian"])


def dense(volume, weights, kernel):
    """Return a volume convolved along each axis, zeros beyond the grid; SPM divides along z."""
    for axis, axis_weights in enumerate(weights):
        volume = ndimage.correlate1d(volume, axis_weights, axis=axis, mode="constant")
        if axis == 2 and kernel == "spm":
            volume = volume / ndimage.correlate1d(
                np.ones(volume.shape[2]), axis_weights, mode="constant"
            )
    return volume


def test_the_spm_kernel_of_6_mm_on_3_mm_voxels():
    weights = spm_kernel(2.0)

    assert weights.size == 11
    np.testing.assert_allclose(
        weights[5:], [0.42214, 0.24168, 0.04465, 0.00256, 4.3e-5, 2e-7], rtol=0.05, atol=5e-6
    )


@pytest.mark.parametrize("fwhm_voxels", [0.8, 2.0, 3.3])
def test_the_spm_kernel_is_a_gaussian_convolved_with_a_triangle(fwhm_voxels):
    sigma = fwhm_voxels / np.sqrt(8 * np.log(2))
    half = int(np.floor(6 * sigma + 0.5))
    expected = [
        integrate.quad(
            lambda u, x=x: np.exp(-(u**2) / (2 * sigma**2)) * (1 - abs(x - u)),
            x - 1,
            x + 1,
            points=[x],
            epsabs=1e-14,
        )[0]
        for x in range(-half, half + 1)
    ]

    np.testing.assert_allclose(
        spm_kernel(fwhm_voxels), np.array(expected) / np.sum(expected), atol=1e-10
    )


@pytest.mark.parametrize("weights", [spm_kernel(2.0), gaussian_kernel(2.0)], ids=["spm", "gauss"])
def test_a_kernel_is_symmetric_and_sums_to_one(weights):
    assert weights.sum() == pytest.approx(1, abs=1e-14)
    np.testing.assert_allclose(weights, weights[::-1], rtol=0, atol=1e-15)


def test_the_gaussian_has_half_its_height_at_half_its_width():
    weights = gaussian_kernel(4.0)
    centre = weights.size // 2

    assert weights[centre + 2] == pytest.approx(weights[centre] / 2)


def test_a_point_becomes_the_product_of_three_kernels():
    mask = np.ones((21, 21, 21), dtype=bool)
    point = np.zeros(mask.shape)
    point[10, 10, 10] = 1

    smoothed = smooth(point[mask], mask, affine=AFFINE, fwhm_mm=6.0, kernel="spm")

    weights = np.pad(spm_kernel(2.0), 5)
    expected = weights[:, None, None] * weights[:, None] * weights
    np.testing.assert_allclose(smoothed.reshape(mask.shape), expected, atol=1e-15)


def test_the_gaussian_equals_scipys_filter_on_the_whole_grid():
    mask = np.ones((9, 10, 11), dtype=bool)
    volume = np.random.default_rng(0).normal(size=mask.shape)
    affine = np.diag([2.0, 3.0, 4.0, 1.0])

    smoothed = smooth(volume[mask], mask, affine=affine, fwhm_mm=6.0, kernel="gaussian")

    sigma = 6 / np.sqrt(8 * np.log(2)) / np.array([2, 3, 4])
    expected = ndimage.gaussian_filter(volume, sigma, mode="constant", truncate=4)
    np.testing.assert_allclose(smoothed, expected[mask], atol=1e-14)


@KERNELS
@settings(derandomize=True, deadline=None, max_examples=25)
@given(
    mask=hnp.arrays(bool, st.tuples(*[st.integers(1, 9)] * 3)),
    sizes=st.tuples(*[st.floats(1.5, 6)] * 3),
    fwhm_mm=st.floats(3, 12),
)
def test_smoothing_in_any_mask_is_that_of_the_volume_with_zeros_outside(
    kernel, mask, sizes, fwhm_mm
):
    volume = np.zeros(mask.shape)
    volume[mask] = np.random.default_rng(0).normal(size=mask.sum())
    affine = np.diag([*sizes, 1.0])

    smoothed = smooth(volume[mask], mask, affine=affine, fwhm_mm=fwhm_mm, kernel=kernel)

    make = {"spm": spm_kernel, "gaussian": gaussian_kernel}[kernel]
    weights = [make(fwhm_mm / size) for size in sizes]
    np.testing.assert_allclose(smoothed, dense(volume, weights, kernel)[mask], atol=1e-12)


@KERNELS
def test_volumes_are_smoothed_each_alone_whatever_their_number_and_the_block(kernel, monkeypatch):
    mask = np.random.default_rng(1).random((6, 7, 8)) < 0.6
    series = np.random.default_rng(2).normal(size=(mask.sum(), 70)).astype(np.float32)
    options = {"affine": AFFINE, "fwhm_mm": 6.0, "kernel": kernel}

    together = smooth(series, mask, **options)
    alone = np.stack([smooth(volume, mask, **options) for volume in series.T], axis=1)
    monkeypatch.setattr(smoothing, "BLOCK_VOLUMES", 3)

    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(smooth(series, mask, **options), together)


@KERNELS
@pytest.mark.parametrize("fwhm_mm", [0.0, 6.0])
def test_smoothing_in_place_gives_the_same_values(kernel, fwhm_mm):
    mask = np.random.default_rng(1).random((6, 7, 8)) < 0.6
    series = np.random.default_rng(2).normal(size=(mask.sum(), 70)).astype(np.float32)
    options = {"affine": AFFINE, "fwhm_mm": fwhm_mm, "kernel": kernel}
    expected = smooth(series, mask, **options)

    assert smooth(series, mask, **options, out=series) is series
    np.testing.assert_array_equal(series, expected)


def test_a_constant_falls_towards_x_and_y_borders_and_not_towards_z_borders_with_spm():
    mask = np.ones((13, 13, 13), dtype=bool)

    smoothed = smooth(np.ones(mask.sum()), mask, affine=AFFINE, fwhm_mm=6.0, kernel="spm").reshape(
        mask.shape
    )

    assert smoothed[6, 6, 6] == pytest.approx(1, abs=1e-6)
    assert smoothed[6, 6, 0] == pytest.approx(1, abs=1e-6)
    half = 0.5 + spm_kernel(2.0)[5] / 2
    assert smoothed[0, 6, 6] == pytest.approx(half, abs=1e-6)
    assert smoothed[6, 0, 6] == pytest.approx(half, abs=1e-6)


def test_the_edge_of_the_mask_is_attenuated_because_zeros_come_from_outside():
    mask = np.zeros((13, 13, 13), dtype=bool)
    mask[:, :, 6:] = True

    smoothed = np.zeros(mask.shape)
    smoothed[mask] = smooth(np.ones(mask.sum()), mask, affine=AFFINE, fwhm_mm=6.0, kernel="spm")

    assert smoothed[6, 6, 6] == pytest.approx(0.5 + spm_kernel(2.0)[5] / 2, abs=1e-6)
    assert (smoothed[~mask] == 0).all()


def test_no_width_means_no_smoothing():
    values = np.array([1.0, 2.0], dtype=np.float32)
    mask = np.ones((1, 1, 2), dtype=bool)

    smoothed = smooth(values, mask, affine=AFFINE, fwhm_mm=0, kernel="spm")

    np.testing.assert_array_equal(smoothed, values)
    assert smoothed is not values


def test_smoothing_keeps_precision_and_leaves_the_values_untouched():
    values = np.arange(8, dtype=np.float32)
    mask = np.ones((2, 2, 2), dtype=bool)

    smoothed = smooth(values, mask, affine=AFFINE, fwhm_mm=6.0, kernel="spm")

    assert smoothed.dtype == np.float32
    np.testing.assert_array_equal(values, np.arange(8))


@pytest.mark.parametrize("shape", [(0,), (0, 5)])
def test_an_empty_mask_gives_no_values(shape):
    mask = np.zeros((3, 3, 3), dtype=bool)

    assert smooth(np.empty(shape), mask, affine=AFFINE, fwhm_mm=6.0, kernel="spm").shape == shape


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kernel": "box"}, "kernel is 'box', but must be spm or gaussian"),
        ({"fwhm_mm": -1.0}, "fwhm_mm is -1.0, but must not be negative"),
    ],
)
def test_an_unknown_kernel_or_a_negative_width_is_an_error(changes, message):
    options = {"affine": AFFINE, "fwhm_mm": 6.0, "kernel": "spm"} | changes

    with pytest.raises(ValueError, match=message):
        smooth(np.ones(8), np.ones((2, 2, 2), dtype=bool), **options)
