"""Checks of image_quality with numbers that can be counted."""

import numpy as np
import pytest

from restpain.preprocessing.image_quality import (
    carpet_series,
    coverage,
    given_mask,
    is_demeaned,
    kept_volumes,
    motion_summary,
    signal_mask,
    temporal_snr,
    varying,
)


def test_coverage_is_the_share_of_the_other_mask():
    mask, template = np.zeros((2, 10), bool)
    mask[0:4], template[2:7] = True, True

    assert coverage(mask, of=template) == pytest.approx(0.4)


def test_temporal_snr_is_mean_over_deviation_from_the_line():
    time = np.arange(100)
    alternating = 200 + 4.0 * (-1.0) ** time
    series = np.stack([alternating, alternating + 0.5 * time, np.full(100, 30.0)])

    plain, drifting, constant = temporal_snr(series)

    assert plain == pytest.approx(50, rel=1e-3)
    assert drifting == pytest.approx((200 + 0.5 * 49.5) / 4, rel=1e-3)
    assert constant == 0


def test_the_signal_mask_is_the_largest_part_of_what_is_not_dark():
    image = np.zeros((20, 20, 20))
    image[2:12, 2:12, 2:12] = 100
    image[2:12, 2:12, 8:12] = 5  # dropout, below a tenth
    image[15:17, 15:17, 15:17] = 100  # an island
    candidates = np.ones(image.shape, bool)
    candidates[2] = False

    mask = signal_mask(image, candidates=candidates)

    expected = np.zeros(image.shape, bool)
    expected[3:12, 2:12, 2:8] = True
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.parametrize("candidates", [np.ones((4, 4, 4), bool), np.zeros((4, 4, 4), bool)])
def test_no_signal_is_an_error(candidates):
    with pytest.raises(ValueError, match="no signal anywhere in the template brain"):
        signal_mask(np.zeros((4, 4, 4)), candidates=candidates)


def test_kept_volumes_come_after_the_dropped_ones_time_first():
    series = np.arange(2 * 3 * 4 * 15, dtype=np.float32).reshape(2, 3, 4, 15)

    volumes = kept_volumes(series, drop=5, name="bold.nii.gz")

    assert volumes.shape == (10, 2, 3, 4)
    np.testing.assert_array_equal(volumes[0], series[..., 5])


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (np.zeros((2, 2, 2)), "bold.nii.gz has 3 dimensions"),
        (np.zeros((2, 2, 2, 12)), "has 12 volumes; without the first 10 .* 2 remain"),
        (np.full((2, 2, 2, 30), np.nan), "not finite"),
    ],
)
def test_a_series_that_cannot_be_used_says_why(series, message):
    with pytest.raises(ValueError, match=message):
        kept_volumes(series, drop=10, name="bold.nii.gz")


def test_the_summary_of_motion_leaves_out_the_first_volume_and_unknown_motion():
    parameters = np.array([[0, 0, 0, 0, 0, 0], [1, -2, 0, 0, np.pi / 180, 0]])

    values = motion_summary(
        parameters, jenkinson=np.array([np.nan, 0.4]), power=np.array([np.nan, 3])
    )
    unknown = motion_summary(
        np.full((2, 6), np.nan), jenkinson=np.full(2, np.nan), power=np.full(2, np.nan)
    )

    assert values == pytest.approx(
        {
            "mean_fd_jenkinson_mm": 0.4,
            "mean_fd_power_mm": 3,
            "max_translation_mm": 2,
            "max_rotation_deg": 1,
        }
    )
    assert set(unknown.values()) == {None}


@pytest.mark.parametrize(("mean", "has_mask"), [(0.0, False), (0.0, True), (100.0, True)])
def test_a_series_without_mean_or_with_a_mask_counts_where_it_varies(mean, has_mask):
    candidates = np.zeros((6, 6, 6), bool)
    candidates[1:5, 1:5, 1:5] = True
    series = mean + np.random.default_rng(0).normal(size=(64, 30))
    series[0] = mean
    image = np.zeros(candidates.shape)
    image[candidates] = series.mean(axis=1)

    mask, rule = given_mask(series, image, candidates=candidates, has_mask=has_mask)

    assert mask.sum() == 63
    assert not mask[1, 1, 1]
    assert "vary" in rule


def test_a_series_with_its_mean_and_no_mask_counts_where_it_is_bright():
    candidates = np.ones((6, 6, 6), bool)
    series = np.random.default_rng(0).normal(size=(216, 30)) + 100
    series[:36] -= 99  # a dark slab

    mask, rule = given_mask(
        series, series.mean(axis=1).reshape(6, 6, 6), candidates=candidates, has_mask=False
    )

    assert mask.sum() == 180
    assert rule == "template brain with signal"


def test_the_carpet_keeps_voxels_at_even_distances_and_all_of_few():
    series = np.arange(5001)[:, None] * np.ones((1, 3))

    assert carpet_series(series)[:, 0].tolist() == list(range(0, 5001, 3))
    assert len(carpet_series(series[:2000])) == 2000


def test_series_without_their_mean_are_known():
    noise = np.random.default_rng(3).normal(size=(50, 40))

    assert is_demeaned(noise - noise.mean(axis=1, keepdims=True))
    assert not is_demeaned(noise + 100)


def test_a_voxel_varies_that_has_numbers_everywhere_which_are_not_all_the_same():
    series = np.array([[[[1.0, 2, 1], [4, 4, 4], [1, np.nan, 2], [1, 2, np.inf], [0, 0, -1]]]])

    assert varying(series).tolist() == [[[True, False, False, False, True]]]
