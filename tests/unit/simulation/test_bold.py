"""Checks of the simulated rest series against sums of sines and against the planted sizes."""

import numpy as np
import pytest

from restpain.atlas import Atlas
from restpain.simulation.anatomy import Anatomy
from restpain.simulation.bold import (
    relative_changes,
    rest_series,
    saturation,
    signal_left,
    slow_noise,
    voxel_contents,
)
from restpain.simulation.geometry import translation
from restpain.simulation.head import CSF, GM, WM
from restpain.simulation.motion import (
    OVERSAMPLING,
    dense_affine,
    head_motion,
    motion_matrix,
    moved_brightness,
    moved_since,
    rest_grid,
)
from restpain.simulation.networks import (
    EXPONENT,
    GREATEST_SHARE,
    LINKED,
    NETWORKS,
    REGION_SHARE,
    SHARES,
    Voxels,
    band_frequencies,
    check_effects,
    evaluated,
    fluctuation_spectra,
    mixing_matrix,
    noise_scale,
    participant_effects,
    spectral_weights,
)
from restpain.simulation.physiology import OSCILLATIONS, add_oscillations, oscillation_phase

REGIONS = {"Precentral_R", "Temporal_Inf_L", "Temporal_Mid_R", "Precentral_L"}
SIZE = 12
LEFT, MIDDLE, RIGHT = slice(0, 4), slice(4, 8), slice(8, 12)


def grey_voxels():
    """A block of grey matter in three regions side by side."""
    shape = (SIZE, SIZE, SIZE)
    regions = {}
    for name, part in (
        ("Temporal_Inf_L", LEFT),
        ("Temporal_Mid_R", MIDDLE),
        ("Precentral_R", RIGHT),
    ):
        regions[name] = np.zeros(shape, np.float32)
        regions[name][part] = 1
    tissue = {GM: np.ones(shape, np.float32)}
    tissue |= {label: np.zeros(shape, np.float32) for label in (WM, CSF)}
    dense = np.ones([OVERSAMPLING * SIZE] * 3, np.float32)
    return Voxels(brightness=dense, tissue=tissue, regions=regions)


def spectra(effects, *, is_patient, seed=0):
    return fluctuation_spectra(
        grey_voxels(),
        effects=participant_effects(effects, is_patient=is_patient),
        voxel_mm=np.full(3, 4.6),
        frequencies=band_frequencies(100, 2.0),
        rng=np.random.default_rng(seed),
    )


def power(values):
    return (np.abs(values) ** 2).mean()


def shared(values):
    """Share of the power that all voxels of a block have in common."""
    return power(values.mean(axis=(0, 1, 2))) / power(values)


def test_frequencies_lie_in_the_band_on_a_grid_longer_than_the_series():
    frequencies = band_frequencies(84, 2.0)  # 100 volumes with the extra ones: 200 s

    np.testing.assert_allclose(frequencies, np.arange(2, 21) / 200)


def test_a_series_too_short_for_the_band_is_named():
    with pytest.raises(ValueError, match=r"1 volumes every 0\.3 s hold no fluctuation"):
        band_frequencies(1, 0.3)


def test_evaluated_spectrum_is_a_sum_of_cosines():
    times = np.array([0.0, 2.5, 5.0])
    frequencies = np.array([0.05, 0.1])

    values = evaluated(np.array([[3.0, 1.0j]]), frequencies=frequencies, times=times)

    # 3 cos(2 pi 0.05 t) - sin(2 pi 0.1 t)
    np.testing.assert_allclose(values[0], [3, 3 * np.sqrt(0.5) - 1, 0], atol=1e-6)


def test_spectral_weights_give_variance_one_and_a_power_law():
    frequencies = np.array([0.02, 0.08])

    weights = spectral_weights(frequencies)

    assert (weights**2).sum() == pytest.approx(1)
    assert weights[0] ** 2 / weights[1] ** 2 == pytest.approx(4**EXPONENT)


def test_slow_noise_has_sd_one_and_more_power_at_low_frequencies():
    noise = slow_noise((3000,), 64, np.random.default_rng(1))

    assert noise.shape == (3000, 64)
    assert noise.std() == pytest.approx(1, abs=0.03)
    power_at = (np.abs(np.fft.rfft(noise, axis=1)) ** 2).mean(axis=0)
    assert power_at[2] / power_at[16] == pytest.approx(8, rel=0.35)


def test_saturation_is_that_of_spoiled_excitations():
    # 77 degrees, TR 2 s, T1 1.4 s: the first volume has the whole magnetisation
    excess = saturation(5, relaxation_s=1.4, repetition_time=2.0)

    decay, cosine = np.exp(-2 / 1.4), np.cos(np.deg2rad(77))
    magnetisation, expected = 1.0, []
    for _ in range(60):
        expected.append(magnetisation)
        magnetisation = magnetisation * cosine * decay + 1 - decay
    np.testing.assert_allclose(excess, np.array(expected[:5]) / expected[-1])
    assert excess[0] == pytest.approx(1.244, abs=0.001)


def displacement(motion):
    """Mean framewise displacement of Power in mm."""
    return np.abs(np.diff(motion * ([1] * 3 + [50] * 3), axis=0)).sum(axis=1).mean()


def test_motion_starts_at_rest_and_stays_below_some_millimetres():
    motions = [head_motion(240, np.random.default_rng(seed)) for seed in range(30)]

    for motion in motions:
        assert (motion[0] == 0).all()
        assert np.abs(motion[:, :3]).max() < 4
        assert np.abs(motion[:, 3:]).max() < np.deg2rad(4)
    assert 0.1 < np.mean([displacement(motion) for motion in motions]) < 0.2


def test_a_restless_group_moves_by_its_ratio():
    calm, restless = (
        head_motion(240, np.random.default_rng(1), ratio=ratio) for ratio in (1.0, 1.5)
    )

    np.testing.assert_allclose(restless, 1.5 * calm)


def test_signal_is_lost_near_sinuses_and_nowhere_else():
    left = signal_left(np.array([[0, 36, -24], [0, -90, 10], [-40, -20, 55]], np.float32))

    assert left[0] == pytest.approx(0.15, abs=0.01)
    np.testing.assert_allclose(left[1:], 1, atol=1e-3)


def test_an_oscillation_has_its_rate_and_wanders():
    times = np.linspace(0, 600, 2400)

    phase = oscillation_phase(times, (1.1, 0.0, 0.05), np.random.default_rng(3))

    assert phase[-1] / 2 / np.pi / 600 == pytest.approx(1.1, abs=0.02)
    rates = np.diff(phase) / np.diff(times) / 2 / np.pi
    assert rates.std() == pytest.approx(0.05, abs=0.02)


def test_oscillations_have_the_amplitude_of_their_tissues():
    shape = (30, 30, 4)
    tissue = {label: np.zeros(shape, np.float32) for label in (GM, WM, CSF)}
    tissue[CSF][:15], tissue[GM][15:] = 1, 1
    changes = np.zeros((*shape, 300), np.float32)
    times = 2.0 * np.arange(300) + np.linspace(0, 1.5, 4)[:, None]

    add_oscillations(
        changes, tissue, times=times, voxel_mm=(4, 4, 4), rng=np.random.default_rng(4)
    )

    sd = changes.std(axis=-1)
    # amplitudes vary in space around those of the table, which are their medians
    expected = [
        np.hypot(*(one["amplitude"][label] for one in OSCILLATIONS.values()))
        for label in (CSF, GM)
    ]
    np.testing.assert_allclose([np.median(sd[:15]), np.median(sd[15:])], expected, rtol=0.6)
    assert np.median(sd[:15]) > 2 * np.median(sd[15:])


def test_motion_turns_about_its_centre_and_then_shifts():
    centre = np.array([10.0, 0.0, 0.0])
    matrix = motion_matrix(np.array([1, 2, 3, 0, 0, np.pi / 2]), centre)

    np.testing.assert_allclose(matrix @ [10, 0, 0, 1], [11, 2, 3, 1], atol=1e-12)
    np.testing.assert_allclose(matrix @ [11, 0, 0, 1], [11, 3, 3, 1], atol=1e-12)


def test_the_dense_grid_has_the_voxel_centres_at_every_third_point():
    affine = translation([5, 6, 7]) @ np.diag([3.0, 3.0, 6.0, 1.0])

    dense = dense_affine(affine)

    np.testing.assert_allclose(dense @ [1, 1, 1, 1], affine @ [0, 0, 0, 1])
    np.testing.assert_allclose(dense @ [4, 7, 1, 1], affine @ [1, 2, 0, 1])


def test_brightness_moves_with_the_head():
    affine = np.diag([3.0, 3.0, 3.0, 1.0])
    ramp = np.broadcast_to(np.arange(30.0)[:, None, None], (30, 30, 30)).astype(np.float32)
    grid = {"shape": (10, 10, 10), "affine": affine, "centre_mm": np.array([15.0, 15.0, 15.0])}

    rest = moved_brightness(ramp, motion=np.zeros(6), **grid)
    shifted = moved_brightness(ramp, motion=np.array([0.5, 0, 0, 0, 0, 0]), **grid)

    np.testing.assert_allclose(rest[:, 5, 5], 3 * np.arange(10) + 1, rtol=1e-6)
    # the head went 0.5 mm to the right, so a voxel sees what was 0.5 points further left
    np.testing.assert_allclose(shifted[2:8, 5, 5], rest[2:8, 5, 5] - 0.5, rtol=1e-5)


def test_voxel_contents_are_shares_of_their_points():
    labels = np.zeros((8, 8, 8), np.uint8)
    labels[:4], labels[4:] = GM, WM
    numbers = np.zeros((8, 8, 8), np.int32)
    numbers[:, :4] = 5
    nothing = np.zeros((3, 2, 2, 2), np.float32)
    anatomy = Anatomy(pose=np.eye(4), forward=nothing, backward=nothing, warp_affine=np.eye(4))
    # one voxel of 3 x 3 x 3 mm over the points 3, 4, 5 of x and 3, 4, 5 of y
    affine = translation([4, 4, 4]) @ np.diag([3.0, 3.0, 3.0, 1.0])

    voxels = voxel_contents(
        labels,
        np.eye(4),
        Atlas(labels=numbers, affine=np.eye(4), names={5: "Here"}),
        anatomy,
        shape=(1, 1, 1),
        affine=affine,
        effects=[],
    )

    assert voxels.tissue[GM].item() == pytest.approx(1 / 3)
    assert voxels.tissue[WM].item() == pytest.approx(2 / 3)
    assert voxels.regions["Here"].item() == pytest.approx(1 / 3)  # of the grey matter


def test_regions_correlate_as_their_shares_say():
    names = ["Precentral_L", "Precentral_R", "Postcentral_L", "Temporal_Inf_L", "Amygdala_L"]

    mixing = mixing_matrix(names, effects=[])
    r = mixing @ mixing.T

    np.testing.assert_allclose(np.diag(r), 1, rtol=1e-6)
    whole, network, sides = (SHARES[name] for name in ("global", "network", "both sides"))
    assert r[0, 1] == pytest.approx(whole + network + sides)
    assert r[0, 2] == pytest.approx(whole + network)
    assert r[0, 3] == pytest.approx(whole)
    assert r[0, 4] == pytest.approx(whole)  # in no network


@pytest.mark.parametrize("change", [0.0, -0.6, 0.04])
def test_fc_sets_the_correlation_of_region_and_seed_and_no_other_of_the_seed(change):
    effect = {"measure": "fc", "region": "Precentral_R", "seed": "Temporal_Inf_L"}
    names = ["Postcentral_L", "Precentral_R", "Temporal_Inf_L", "Temporal_Mid_R"]

    controls, patients = (
        mixing @ mixing.T
        for mixing in (
            mixing_matrix(names, effects=[effect | {"change": size}]) for size in (0.0, change)
        )
    )

    assert patients[1, 2] == pytest.approx(LINKED * (1 + change))
    np.testing.assert_allclose(np.diag(patients), 1, rtol=1e-6)
    others = [0, 2, 3]
    np.testing.assert_array_equal(
        patients[np.ix_(others, others)], controls[np.ix_(others, others)]
    )


def test_controls_have_no_change_and_patients_the_configured_one():
    effect = {"measure": "alff", "region": "Precentral_R", "change": -0.4}

    assert participant_effects([effect], is_patient=False)[0]["change"] == 0
    assert participant_effects([effect], is_patient=True)[0]["change"] == -0.4


def test_an_effect_follows_the_score_in_patients_only_if_it_says_so():
    effect = {"measure": "alff", "region": "Precentral_R", "change": -0.4}
    steep = effect | {"change_per_point": -0.1}
    scores = {"score": 5.0, "mean_score": 3.0}

    changes = [
        participant_effects([one], is_patient=is_patient, **scores)[0]["change"]
        for one, is_patient in ((effect, True), (steep, True), (steep, False))
    ]

    np.testing.assert_allclose(changes, [-0.4, -0.6, 0])
    least = participant_effects([steep], is_patient=True, score=10.0, mean_score=3.0)
    assert least[0]["change"] == -1


def test_without_effects_patients_are_controls():
    np.testing.assert_array_equal(spectra([], is_patient=True), spectra([], is_patient=False))


def test_alff_scales_the_amplitude_of_its_region_and_of_no_other():
    effect = {"measure": "alff", "region": "Temporal_Inf_L", "change": -0.4}

    control = spectra([effect], is_patient=False)
    patient = spectra([effect], is_patient=True)

    np.testing.assert_allclose(patient[LEFT], 0.6 * control[LEFT], rtol=1e-5)
    np.testing.assert_array_equal(patient[MIDDLE], control[MIDDLE])
    np.testing.assert_array_equal(patient[RIGHT], control[RIGHT])


def test_reho_raises_what_voxels_share_and_leaves_other_regions_alone():
    effect = {"measure": "reho", "region": "Temporal_Mid_R", "change": 0.8}

    control = spectra([effect], is_patient=False)
    patient = spectra([effect], is_patient=True)

    assert shared(control[MIDDLE]) == pytest.approx(REGION_SHARE, abs=0.12)
    assert shared(patient[MIDDLE]) == pytest.approx(1.8 * REGION_SHARE, abs=0.12)
    np.testing.assert_array_equal(patient[LEFT], control[LEFT])


def test_reho_cannot_exceed_the_greatest_share():
    effect = {"measure": "reho", "region": "Temporal_Mid_R", "change": 50.0}

    assert shared(spectra([effect], is_patient=True)[MIDDLE]) < GREATEST_SHARE


def test_the_noise_of_the_voxels_follows_the_planted_effects():
    voxels = grey_voxels()
    effects = [
        {"measure": "alff", "region": "Temporal_Inf_L", "change": -0.4},
        {"measure": "reho", "region": "Temporal_Mid_R", "change": 0.8},
    ]

    scale = noise_scale(voxels, effects)

    np.testing.assert_allclose(scale[LEFT], 0.6, rtol=1e-6)
    assert (scale[MIDDLE] < 0.7).all()
    np.testing.assert_allclose(scale[RIGHT], 1, rtol=1e-6)
    assert noise_scale(voxels, []) == pytest.approx(1)


def test_two_participants_differ_without_any_effect():
    amplitudes = [np.sqrt(power(spectra([], is_patient=False, seed=seed))) for seed in range(12)]

    assert 0.05 < np.std(np.log(amplitudes)) < 0.3


def test_each_slice_is_measured_at_its_own_time():
    voxels = grey_voxels()
    timing = {"n_volumes": 60, "repetition_time": 2.0, "effects": []}
    times = np.zeros(SIZE)
    times[7] = 2.0  # so that both last equally long
    later = times.copy()
    later[3] = 2.0  # a whole volume later

    first, second = (
        relative_changes(
            voxels,
            voxel_mm=np.full(3, 4.6),
            slice_times=slice_times,
            rng=np.random.default_rng(2),
            **timing,
        )
        for slice_times in (times, later)
    )

    # fluctuations come a volume earlier in the late slice; all else is the same
    np.testing.assert_array_equal(first[:, :, 4], second[:, :, 4])
    before, after = first[:, :, 3].mean(axis=(0, 1)), second[:, :, 3].mean(axis=(0, 1))
    assert np.corrcoef(before[11:], after[10:-1])[0, 1] > 0.9
    assert np.corrcoef(before[10:], after[10:])[0, 1] < 0.9


def test_the_series_is_bright_at_first_and_then_fluctuates_by_percents():
    series = rest_series(
        grey_voxels(),
        effects=[],
        affine=translation([-25, -25, -25]) @ np.diag([4.6, 4.6, 4.6, 1.0]),
        repetition_time=2.0,
        slice_times=np.linspace(0, 2, SIZE, endpoint=False),
        motion=np.zeros((40, 6)),
        centre_mm=np.zeros(3),
        rng=np.random.default_rng(3),
    )

    steady = series[..., 10:]
    assert series[..., 0].mean() / steady.mean() == pytest.approx(1.24, abs=0.02)
    assert 0.01 < (steady.std(axis=-1) / steady.mean(axis=-1)).mean() < 0.04


def test_the_rest_grid_is_axial_over_the_brain_and_tilted_with_the_head():
    nothing = np.zeros((3, 2, 2, 2), np.float32)
    pose = translation([0, 0, 30]) @ motion_matrix(np.array([0, 0, 0, 0.2, 0, 0]), np.zeros(3))
    anatomy = Anatomy(pose=pose, forward=nothing, backward=nothing, warp_affine=np.eye(4))

    shape, affine = rest_grid([48, 48, 30], [4.6, 4.6, 5.0], anatomy, np.random.default_rng(1))

    assert shape == (48, 48, 30)
    directions = affine[:3, :3] / [4.6, 4.6, 5.0]
    np.testing.assert_allclose(directions @ directions.T, np.eye(3), atol=1e-9)
    assert directions[0, 0] < -0.99  # columns to the left
    # slices along the head's own axis, 0.2 rad off the scanner's, within 2.5 degrees per axis
    assert directions[:, 2] @ pose[:3, 2] > np.cos(np.deg2rad(4))
    centre = affine @ [23.5, 23.5, 14.5, 1]
    np.testing.assert_allclose(centre[:3], (pose @ [0, -19, 5, 1])[:3], atol=2)


def test_between_series_the_head_moves_rigidly_and_little():
    nothing = np.zeros((3, 2, 2, 2), np.float32)
    anatomy = Anatomy(pose=np.eye(4), forward=nothing, backward=nothing, warp_affine=np.eye(4))

    settled, matrix = moved_since(anatomy, np.random.default_rng(4))

    np.testing.assert_allclose(settled.pose, matrix)
    np.testing.assert_allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-12)
    shift = np.linalg.norm((matrix @ [0, -19, 5, 1])[:3] - [0, -19, 5])
    assert 0 < shift < 3


def test_all_problems_of_the_effects_are_named_at_once():
    effects = [
        {"measure": "alff", "region": "Precentral_right", "change": 0.1},
        {"measure": "fc", "region": "Precentral_R", "change": 0.1},
        {"measure": "reho", "region": "Precentral_R", "seed": "Temporal_Inf_L", "change": 0.1},
        {"measure": "reho", "region": "Precentral_R", "change": 0.2},
        {"measure": "alff", "region": "Precentral_R", "change": 0.2, "change_per_point": 0.1},
    ]

    with pytest.raises(ValueError, match="simulation.effects") as caught:
        check_effects(effects, REGIONS, score="iq")

    problems = str(caught.value).splitlines()
    assert len(problems) == 5
    assert "effect 1 names Precentral_right, which is no AAL region (Precentral_R" in problems[0]
    assert "effect 2 needs a seed" in problems[1]
    assert "effect 3 needs a seed" in problems[2]
    assert "effect 5 has change_per_point, but cohort.score is iq" in problems[3]
    assert "2 effects on reho in Precentral_R" in problems[4]


@pytest.mark.parametrize(
    ("effects", "message"),
    [
        ([("Precentral_R", "Precentral_R")], "same region and seed"),
        (
            [("Precentral_R", "Temporal_Inf_L"), ("Temporal_Mid_R", "Precentral_R")],
            "Precentral_R is the region of one fc effect and the seed of another",
        ),
    ],
)
def test_chains_of_connections_are_refused(effects, message):
    effects = [
        {"measure": "fc", "region": region, "seed": seed, "change": -0.5}
        for region, seed in effects
    ]

    with pytest.raises(ValueError, match=message):
        check_effects(effects, REGIONS, score="nrs")


def test_an_effect_outside_the_field_of_view_is_named():
    effect = {"measure": "alff", "region": "Precentral_L", "change": 0.5}

    with pytest.raises(ValueError, match="no voxel of Precentral_L"):
        spectra([effect], is_patient=True)


def test_networks_are_made_of_regions_of_the_atlas_each_in_one_network():
    from restpain.atlas import aal

    names = {name.removesuffix("_L").removesuffix("_R") for name in aal().names.values()}
    members = [region for regions in NETWORKS.values() for region in regions]

    assert set(members) <= names
    assert len(members) == len(set(members))
