"""Fluctuations of the simulated brains against sums of sines and the sizes of the effects."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from grey_voxels import LEFT, MIDDLE, RIGHT, grey_voxels
from restpain.atlas import aal
from restpain.metrics.reho import reho
from restpain.simulation.effects import participant_effects
from restpain.simulation.head import CSF, GM, WM
from restpain.simulation.networks import (
    EXPONENT,
    GREATEST_SHARE,
    LINKED,
    LOCAL_SHARE,
    NETWORKS,
    REGION_SHARE,
    SHARES,
    Voxels,
    band_frequencies,
    evaluated,
    fluctuation_spectra,
    mixing_matrix,
    noise_scale,
    spectral_weights,
)

REPOSITORY = Path(__file__).parents[3]


def spectra(effects, *, is_patient=True, seed=0, voxels=None):
    return fluctuation_spectra(
        grey_voxels() if voxels is None else voxels,
        effects=participant_effects(effects, is_patient=is_patient, seed=0, place=0),
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


def test_the_noise_of_the_voxels_follows_the_simulated_effects():
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


def test_an_effect_outside_the_field_of_view_is_named():
    effect = {"measure": "alff", "region": "Precentral_L", "change": 0.5}

    with pytest.raises(ValueError, match="no voxel of Precentral_L"):
        spectra([effect], is_patient=True)


def test_networks_are_made_of_regions_of_the_atlas_each_in_one_network():
    names = {name.removesuffix("_L").removesuffix("_R") for name in aal().names.values()}
    members = [region for regions in NETWORKS.values() for region in regions]

    assert set(members) <= names
    assert len(members) == len(set(members))


def effect(measure="alff", **keys):
    return {"measure": measure, "region": "Here", "change": -0.5} | keys


def block(parts):
    """Grey matter in two regions side by side."""
    shape = (12, 12, 12)
    here, there = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    here[:8], there[8:] = 1, 1
    tissue = {label: np.full(shape, label == GM, np.float32) for label in (GM, WM, CSF)}
    regions = {"Here": here, "There": there}
    return Voxels(np.ones((36, 36, 36), np.float32), tissue, regions, parts)


def part_of_block():
    part = np.zeros((12, 12, 12), np.float32)
    part[:4] = 1
    return {"Here": part}


@pytest.mark.parametrize("measure", ["alff", "reho"])
def test_amplitude_synchrony_and_noise_change_in_the_part_only(measure):
    voxels, effects = block(part_of_block()), [effect(measure, size_mm=20.0)]

    patient, control = (spectra(effects, is_patient=one, voxels=voxels) for one in (True, False))
    scale = noise_scale(voxels, participant_effects(effects, is_patient=True, seed=0, place=0))

    whole = spectra([effect(measure)], voxels=block({}))
    np.testing.assert_array_equal(patient[:4], whole[:4])
    np.testing.assert_array_equal(patient[4:], control[4:])
    assert (scale[:4] != 1).all()
    np.testing.assert_allclose(scale[4:], 1, rtol=1e-6)


def test_the_part_is_linked_to_the_whole_seed_and_the_rest_is_as_in_controls():
    names = ["Precentral_R", "Precentral_R, rest", "Postcentral_L", "Temporal_Inf_L"]
    link = {"measure": "fc", "region": "Precentral_R", "seed": "Temporal_Inf_L", "change": -0.8}

    linked = mixing_matrix(names, effects=[link])
    r = linked @ linked.T

    np.testing.assert_allclose(np.diag(r), 1, rtol=1e-6)
    assert r[0, 3] == pytest.approx(0.2 * LINKED)
    assert r[1, 2] == pytest.approx(SHARES["global"] + SHARES["network"])
    assert r[1, 3] == pytest.approx(SHARES["global"])


def test_connectivity_changes_in_the_part_only():
    voxels, effects = block(part_of_block()), [effect("fc", seed="There", size_mm=20.0)]

    patient, control = (spectra(effects, is_patient=one, voxels=voxels) for one in (True, False))

    np.testing.assert_array_equal(patient[4:], control[4:])
    assert (patient[:4] != control[:4]).any()


def kendall_w(share):
    """W of 27 Gaussian signals that have that share of their variance in common."""
    return (1 + 26 * 6 / np.pi * np.arcsin(share / 2)) / 27


def test_the_strengths_on_the_page_are_those_of_the_default_effects():
    page = (REPOSITORY / "docs" / "simulation.md").read_text()
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    change = {one["measure"]: one["change"] for one in config["simulation"]["effects"]}

    shares, r = (
        np.array([1, 1 + change[measure]]) * usual
        for measure, usual in (("reho", REGION_SHARE + LOCAL_SHARE), ("fc", LINKED))
    )

    rows = [[1, 1 + change["alff"]], shares, kendall_w(shares)]
    for controls, patients in [*rows, r, np.arctanh(r), np.sqrt(REGION_SHARE) * r]:
        assert f"| {controls:.3f} | {patients:.3f} |" in page


def test_simulated_fluctuations_have_the_kendall_w_of_their_share():
    voxels, frequencies = block({}), band_frequencies(100, 2.0)
    found = []
    for seed in range(6):
        signals = evaluated(
            spectra([effect("reho", change=0.7)], seed=seed, voxels=voxels).reshape(12**3, -1),
            frequencies=frequencies,
            times=2.0 * np.arange(100),
        )
        w = reho(signals, np.ones((12, 12, 12), bool), neighbours=27).reshape(12, 12, 12)
        found.append(w[1:7, 1:-1, 1:-1].mean())

    # between participants the SD is 0.07
    assert np.mean(found) == pytest.approx(kendall_w(0.45 * 1.7), abs=0.06)
