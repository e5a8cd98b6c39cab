"""Smoothing and filtering that are measured, against fields and filters that are known."""

import numpy as np
import pytest
from scipy.signal import butter, filtfilt

from restpain.preprocessing.measured_steps import (
    measured_steps,
    noise_fwhm,
    power_above,
    step_sentences,
)
from restpain.simulation.random_fields import smooth_field
from restpain.temporal_filter import ideal_filter

SHAPE, N, TR, BAND = (24, 26, 22), 120, 2.0, (0.01, 0.1)
VOXEL_MM = np.array([3.0, 3.0, 4.0])
REGION = np.linalg.norm(np.indices(SHAPE).T - [12, 13, 11], axis=-1).T < 10


def fields(fwhm_mm, seed=0):
    """Volumes of noise that is white in time and this wide in space."""
    rng = np.random.default_rng(seed)
    return np.stack([smooth_field(SHAPE, fwhm_mm / VOXEL_MM, rng) for _ in range(N)])


def steps(volumes, stated=()):
    series = {"repetition_time": TR, "band_hz": BAND, "voxel_mm": VOXEL_MM}
    return measured_steps(volumes, REGION, **series, stated=list(stated))


@pytest.mark.parametrize("fwhm_mm", [5.0, 7.0, 10.0])
def test_the_width_of_the_noise_is_that_of_its_kernel(fwhm_mm):
    volumes = fields(fwhm_mm)
    slow = 5 * smooth_field(SHAPE, 20 / VOXEL_MM, np.random.default_rng(1))
    drift = np.sin(np.linspace(0, 6, N))[:, None, None, None] * slow  # smooth, and slow

    found = noise_fwhm(volumes + drift + 1000, REGION, voxel_mm=VOXEL_MM)

    assert found == pytest.approx(fwhm_mm, rel=0.06)


def test_neighbours_that_do_not_correlate_have_no_width():
    volumes = np.random.default_rng(3).normal(size=(N, *SHAPE))
    volumes[:, ::2] -= volumes[:, 1::2]  # neighbours along x have opposite signs

    assert noise_fwhm(volumes, REGION, voxel_mm=VOXEL_MM) is None


def test_power_above_the_band_is_that_in_it_for_white_noise_and_none_after_a_filter():
    white = np.random.default_rng(0).normal(size=(500, N))
    band = {"repetition_time": TR, "band_hz": BAND}
    passes = butter(2, [0.01, 0.08], "band", fs=1 / TR)

    assert power_above(white, **band) == pytest.approx(1, abs=0.05)
    assert power_above(ideal_filter(white, **band), **band) < 0.01
    assert power_above(filtfilt(*passes, white, axis=1), **band) < 0.01


def test_power_above_the_band_is_not_known_where_no_frequency_is_there():
    white = np.random.default_rng(0).normal(size=(50, N))

    assert power_above(white, repetition_time=5.0, band_hz=BAND) is None
    assert power_above(white[:, :20], repetition_time=4.5, band_hz=BAND) is None


def test_smoothing_and_filtering_are_found_unless_a_name_states_them():
    plain, smooth = fields(4.5), fields(np.hypot(4.5, 8.0))
    flat = np.moveaxis(plain, 0, -1).reshape(-1, N)
    filtered = ideal_filter(flat, repetition_time=TR, band_hz=BAND)
    filtered = np.moveaxis(filtered.reshape(*SHAPE, N), -1, 0)

    assert steps(plain)["measured_steps"] == []
    assert steps(smooth)["measured_steps"] == ["smoothing"]
    assert steps(filtered)["measured_steps"] == ["filtering"]
    assert steps(smooth, stated=["smoothing"])["measured_steps"] == []


def test_nothing_is_measured_where_there_is_no_voxel():
    options = {"repetition_time": TR, "band_hz": BAND, "voxel_mm": VOXEL_MM, "stated": []}

    found = measured_steps(fields(4.5), np.zeros(SHAPE, bool), **options)

    assert found == {"noise_fwhm_mm": None, "power_above_band": None, "measured_steps": []}


def test_a_coarse_grid_is_not_taken_for_smoothing():
    coarse = {"repetition_time": TR, "band_hz": BAND, "voxel_mm": 2 * VOXEL_MM, "stated": []}

    found = measured_steps(fields(4.5), REGION, **coarse)

    assert found["noise_fwhm_mm"] == pytest.approx(9, rel=0.15)
    assert found["measured_steps"] == []


def test_the_sentences_name_participants_and_the_range_of_the_numbers():
    rows = [
        {
            "participant_id": f"sub-{number}",
            "noise_fwhm_mm": 9 + number / 10,
            "power_above_band": 0.3,
            "measured_steps": "smoothing",
        }
        for number in range(1, 8)
    ]
    rows += [{"participant_id": "sub-8"}, rows[0] | {"measured_steps": None}]

    (sentence,) = step_sentences(rows)

    assert sentence.startswith(
        "The series of sub-1, sub-2, sub-3, sub-4, sub-5 and 2 more look smoothed: noise 9.1 to "
        "9.7 mm wide (full width at half maximum), where series that are not smoothed have less"
    )
    assert sentence.endswith("no name says so. Look up how they were made.")
