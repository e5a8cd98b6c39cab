"""Checks of truth against displacements and differences that are known."""

import numpy as np
import pytest

from restpain.preprocessing.motion import motion_parameters
from restpain.preprocessing.points import applied
from restpain.recovery.truth import (
    effect_voxels,
    estimated_matrices,
    measured,
    position_errors,
    simulated_matrices,
    true_points,
)
from restpain.simulation.geometry import rotation, translation

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
AFFINE[:3, 3] = -15, -18, -12
FINE = np.diag([1.0, 1.0, 1.0, 1.0])
FINE[:3, 3] = -16, -19, -13
POINTS = np.random.default_rng(0).uniform(-60, 60, (500, 3))


def matrices(n_volumes, seed):
    rng = np.random.default_rng(seed)
    return np.array(
        [
            translation(rng.normal(0, 0.3, 3)) @ rotation(rng.normal(0, 0.004, 3))
            for _ in range(n_volumes)
        ]
    )


def test_a_voxel_belongs_to_a_region_from_half_of_its_volume_on():
    labels = np.zeros((33, 39, 27), np.uint8)
    # voxel (1, 1, 1) of the grid has the fine voxels 3 to 5; (2, 1, 1) one layer of three
    labels[3:7, 3:6, 3:6] = 1
    labels[12:15, 12:15, 12:14] = 1

    found = effect_voxels(labels, FINE, label=1, shape=(11, 13, 9), affine=AFFINE)

    assert np.argwhere(found).tolist() == [[1, 1, 1], [4, 4, 4]]
    none = effect_voxels(labels, FINE, label=2, shape=(11, 13, 9), affine=AFFINE)
    assert not none.any()


def test_a_region_thinner_than_the_grid_keeps_its_fullest_voxels():
    labels = np.zeros((33, 39, 27), np.uint8)
    labels[3:6, 3:6, 4] = 1

    found = effect_voxels(labels, FINE, label=1, shape=(11, 13, 9), affine=AFFINE)

    assert np.argwhere(found).tolist() == [[1, 1, 1]]


def test_points_between_the_voxels_of_the_true_deformation_are_interpolated():
    field = applied(AFFINE, np.moveaxis(np.indices((11, 13, 9)), 0, -1).astype(float))
    bent = field @ rotation([0.1, 0.2, 0.05])[:3, :3].T + 2

    points = np.random.default_rng(1).uniform(-10, 10, (50, 3))
    found = true_points(bent, AFFINE, points)

    np.testing.assert_allclose(found, points @ rotation([0.1, 0.2, 0.05])[:3, :3].T + 2, atol=1e-4)


def test_perfect_estimates_have_no_error():
    true = matrices(20, 1)

    errors = position_errors(POINTS, POINTS, found_matrices=true, true_matrices=true)

    assert errors.pop("motion_true_rms_mm") > 0.3
    assert max(errors.values()) < 1e-9


def test_each_error_is_found_where_it_was_made():
    true = matrices(20, 1)
    shift = translation([0.3, 0.0, 0.4])

    constant = position_errors(POINTS, POINTS, found_matrices=shift @ true, true_matrices=true)
    assert constant["coregistration_rms_mm"] == pytest.approx(0.5)
    assert constant["motion_rms_mm"] < 1e-9
    assert constant["total_rms_mm"] == pytest.approx(0.5)
    assert constant["total_p95_mm"] == pytest.approx(0.5)

    signs = np.resize([1.0, -1.0], 20)
    swaying = np.array([translation([0.2 * s, 0, 0]) for s in signs]) @ true
    motion = position_errors(POINTS, POINTS, found_matrices=swaying, true_matrices=true)
    assert motion["motion_rms_mm"] == pytest.approx(0.2)
    assert motion["coregistration_rms_mm"] < 1e-9

    moved = POINTS + np.array([0.0, 0.6, 0.8])
    warp = position_errors(moved, POINTS, found_matrices=true, true_matrices=true)
    assert warp["normalisation_rms_mm"] == pytest.approx(1.0)
    assert warp["normalisation_p95_mm"] == pytest.approx(1.0)
    assert warp["motion_rms_mm"] < 1e-9


def test_root_mean_squares_are_those_of_a_loop_over_voxels_and_volumes():
    true, found = matrices(6, 1), matrices(6, 2)

    errors = position_errors(POINTS, POINTS, found_matrices=found, true_matrices=true)

    moves = np.array(
        [applied(f, POINTS) - applied(t, POINTS) for f, t in zip(found, true, strict=True)]
    )
    mean = moves.mean(axis=0)
    assert errors["coregistration_rms_mm"] == pytest.approx(np.sqrt((mean**2).sum(axis=1).mean()))
    rest = ((moves - mean) ** 2).sum(axis=2).mean()
    assert errors["motion_rms_mm"] == pytest.approx(np.sqrt(rest))
    assert errors["total_rms_mm"] == pytest.approx(np.sqrt((moves**2).sum(axis=2).mean()))


def test_matrices_come_back_from_the_parameters_that_the_workflow_writes():
    transforms, to_bold = matrices(9, 3), matrices(1, 4)[0]
    parameters = motion_parameters(transforms)

    found = estimated_matrices(parameters, transforms[0] @ to_bold)

    np.testing.assert_allclose(found, transforms @ to_bold, atol=1e-9)


def test_simulated_motion_turns_the_head_about_its_centre():
    truth = {
        "rotation_centre_mm": [1.0, 2.0, 3.0],
        "t1_to_rest": np.eye(4).tolist(),
        "motion_mm_rad": [[0] * 6, [0.5, 0, 0, 0, 0, np.pi / 2]],
    }

    rest, turned = simulated_matrices(truth)

    np.testing.assert_allclose(rest, np.eye(4))
    np.testing.assert_allclose(applied(turned, np.array([[2.0, 2.0, 3.0]])), [[1.5, 3.0, 3.0]])


def series_of(n_volumes=60, seed=0):
    rng = np.random.default_rng(seed)
    mask = np.ones((9, 9, 9), bool)
    time = np.arange(n_volumes)
    wave = np.sin(2 * np.pi * 0.03 * 2 * time)
    return mask, wave, rng.normal(0, 0.05, (mask.sum(), n_volumes)).astype(np.float32)


SETTINGS = {
    "repetition_time": 2.0,
    "band_hz": (0.01, 0.1),
    "neighbours": 27,
    "fwhm_mm": 0.0,
    "kernel": "spm",
}


def test_a_region_of_half_the_amplitude_has_half_the_alff():
    mask, wave, _ = series_of()
    region = np.zeros(mask.shape, bool)
    region[2:5, 2:5, 2:5] = True
    amplitude = np.where(region, 0.5, 1.0)[mask]
    series = (amplitude[:, None] * wave).astype(np.float32)
    places = [{"measure": "alff", "region": region}, {"measure": "alff", "region": ~region}]

    inside, outside = measured(series, mask, AFFINE, places, **SETTINGS)

    assert inside / outside == pytest.approx(0.5, rel=1e-5)
    smooth = measured(series, mask, AFFINE, places, **SETTINGS | {"fwhm_mm": 8.0})
    assert smooth[0] / smooth[1] > 0.55


def test_connectivity_of_the_region_is_its_correlation_with_the_seed_of_the_effect():
    mask, wave, noise = series_of()
    region, seed = (np.zeros(mask.shape, bool) for _ in range(2))
    region[1:3], seed[6:8] = True, True
    series = noise.copy()
    series[region[mask]] -= wave.astype(np.float32)
    series[seed[mask]] += wave.astype(np.float32)
    place = {"measure": "fc", "region": region, "seed": seed}

    (r,) = measured(series, mask, AFFINE, [place], **SETTINGS)

    assert -1 < r < -0.99
    (alone,) = measured(noise, mask, AFFINE, [place], **SETTINGS)
    assert abs(alone) < 0.2


def test_alike_neighbours_have_the_higher_reho_and_a_place_outside_the_mask_no_value():
    mask, wave, noise = series_of()
    region = np.zeros(mask.shape, bool)
    region[2:6, 2:6, 2:6] = True
    series = noise.copy()
    series[region[mask]] += wave.astype(np.float32)
    mask[0] = False
    outside = ~mask
    places = [
        {"measure": "reho", "region": region},
        {"measure": "reho", "region": mask},
        {"measure": "reho", "region": outside},
    ]
    whole = np.ones(mask.shape, bool)

    inside, everywhere, nothing = measured(series[mask[whole]], mask, AFFINE, places, **SETTINGS)

    assert inside > 1.5
    assert everywhere == pytest.approx(1.0)
    assert np.isnan(nothing)
