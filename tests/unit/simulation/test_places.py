"""Checks of effects in parts of regions against balls whose volume is known."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from restpain.atlas import Atlas, aal
from restpain.io.images import read_volume, write_volume
from restpain.io.tables import read_json, read_table
from restpain.metrics.reho import reho
from restpain.simulation.anatomy import Anatomy
from restpain.simulation.bold import voxel_contents
from restpain.simulation.geometry import translation
from restpain.simulation.head import CSF, GM, WM
from restpain.simulation.networks import (
    LINKED,
    LOCAL_SHARE,
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
)
from restpain.simulation.places import planted_balls
from scripts.recovery.define_planted_regions import define_planted_regions
from scripts.simulation.simulate_cohort import simulate_cohort

REPOSITORY = Path(__file__).parents[3]
NOTHING = np.zeros((3, 2, 2, 2), np.float32)
UNDEFORMED = Anatomy(pose=np.eye(4), forward=NOTHING, backward=NOTHING, warp_affine=np.eye(4))
CUBE = 27  # mm, edge of a region of grey matter and nothing else, about the point (13, 13, 13)
CENTRE = [13.0, 13.0, 13.0]
POINTS_IN_6_MM = 925  # points of a grid of 1 mm at most 6 mm from one of them


def effect(measure="alff", **keys):
    return {"measure": measure, "region": "Here", "change": -0.5} | keys


def cube_contents(*effects, offset_mm=0.0):
    """Contents of voxels of 3 mm, of which each has 27 points, in a cube of grey matter."""
    return voxel_contents(
        np.full((CUBE, CUBE, CUBE), GM, np.uint8),
        np.eye(4),
        Atlas(np.ones((CUBE, CUBE, CUBE), np.int32), np.eye(4), {1: "Here"}),
        UNDEFORMED,
        shape=(9, 9, 9),
        affine=translation([1 + offset_mm] * 3) @ np.diag([3.0, 3.0, 3.0, 1.0]),
        effects=list(effects),
    )


def test_the_part_of_a_region_is_the_ball_of_that_diameter_about_its_centre():
    voxels = cube_contents(effect(size_mm=12.0))

    part = voxels.parts["Here"]
    assert (27 * part).sum() == pytest.approx(POINTS_IN_6_MM)
    assert part[4, 4, 4] == 1  # the voxel about the centre
    assert part[:, 4, 4].tolist() == part[::-1, 4, 4].tolist()
    assert (27 * voxels.regions["Here"]).sum() == pytest.approx(CUBE**3)


def test_an_effect_without_a_size_has_the_whole_region():
    assert cube_contents(effect()).parts == {}


def test_a_ball_larger_than_the_region_is_the_region():
    voxels = cube_contents(effect(size_mm=100.0))

    np.testing.assert_array_equal(voxels.parts["Here"], voxels.regions["Here"])


def test_a_part_between_the_points_of_the_series_is_refused():
    with pytest.raises(ValueError, match=r"lies in Here within 0\.5 mm .* a larger size_mm"):
        cube_contents(effect(size_mm=1.0), offset_mm=0.5)


def test_the_centre_is_a_voxel_in_grey_matter_though_the_region_is_bent():
    numbers = np.zeros((11, 11, 1), np.int32)
    numbers[0], numbers[10], numbers[:, 0] = 1, 1, 1  # a U: its centre of mass is outside
    labels = np.full(numbers.shape, GM, np.uint8)
    labels[5, 0] = WM

    ((centre, radius),) = planted_balls(
        [effect(size_mm=4.0)], Atlas(numbers, np.eye(4), {1: "Here"}), labels, np.eye(4)
    ).values()

    assert radius == 2
    assert labels[tuple(centre.astype(int))] == GM
    assert numbers[tuple(centre.astype(int))] == 1


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


def spectra(voxels, effects, *, is_patient=True, seed=1):
    return fluctuation_spectra(
        voxels,
        effects=participant_effects(effects, is_patient=is_patient),
        voxel_mm=np.full(3, 4.6),
        frequencies=band_frequencies(100, 2.0),
        rng=np.random.default_rng(seed),
    )


@pytest.mark.parametrize("measure", ["alff", "reho"])
def test_amplitude_synchrony_and_noise_change_in_the_part_only(measure):
    voxels = block(part_of_block())
    planted = effect(measure, size_mm=20.0)

    patient, control = (spectra(voxels, [planted], is_patient=one) for one in (True, False))
    scale = noise_scale(voxels, participant_effects([planted], is_patient=True))

    whole = spectra(block({}), [effect(measure)])
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
    voxels = block(part_of_block())
    planted = effect("fc", seed="There", size_mm=20.0)

    patient, control = (spectra(voxels, [planted], is_patient=one) for one in (True, False))

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
            spectra(voxels, [effect("reho", change=0.7)], seed=seed).reshape(12**3, -1),
            frequencies=frequencies,
            times=2.0 * np.arange(100),
        )
        w = reho(signals, np.ones((12, 12, 12), bool), neighbours=27).reshape(12, 12, 12)
        found.append(w[1:7, 1:-1, 1:-1].mean())

    # between participants the SD is 0.07
    assert np.mean(found) == pytest.approx(kendall_w(0.45 * 1.7), abs=0.06)


def test_effects_of_one_region_have_one_size():
    effects = [effect(size_mm=10.0), effect("reho", size_mm=20.0)]

    with pytest.raises(ValueError, match="the effects in Here differ in size_mm; expected one"):
        check_effects(effects, {"Here"}, score=None)


def test_truth_planted_mask_and_simulated_series_agree_on_the_place(tmp_path):
    region, size_mm = "Temporal_Mid_R", 24.0
    effects = [{"measure": "reho", "region": region, "change": 0.7, "size_mm": size_mm}]
    files = {
        name: str(tmp_path / f"{name}.nii.gz") for name in ("regions", "head", "grid", "image")
    }
    files |= {name: str(tmp_path / name) for name in ("people.tsv", "truth.json", "table.tsv")}
    simulate_cohort(
        participants_path=files["people.tsv"],
        truth_path=files["truth.json"],
        regions_path=files["regions"],
        regions_table_path=str(tmp_path / "regions.tsv"),
        head_path=files["head"],
        n_patients=3,
        n_controls=3,
        n_excluded=0,
        comparison={"patients": "patient", "controls": "control"},
        effects=effects,
        score=None,
        seed=1,
    )
    head, head_affine = read_volume(files["head"])
    centre = planted_balls(effects, aal(), head, head_affine)[region][0]
    affine = translation(centre - 3 * 7) @ np.diag([3.0, 3.0, 3.0, 1.0])
    write_volume(files["grid"], np.ones((15, 15, 15), np.uint8), affine)
    define_planted_regions(
        truth_path=files["truth.json"],
        regions_path=files["regions"],
        head_path=files["head"],
        grid_path=files["grid"],
        image_path=files["image"],
        table_path=files["table.tsv"],
    )

    truth = read_json(files["truth.json"])["effects"][0]
    mask = read_volume(files["image"])[0][..., 0] > 0
    voxels = voxel_contents(
        head.astype(np.uint8),
        head_affine,
        aal(),
        UNDEFORMED,
        shape=(15, 15, 15),
        affine=affine,
        effects=effects,
    )
    in_series = voxels.parts[region] * voxels.tissue[GM]
    np.testing.assert_array_equal(mask, in_series >= 0.5)
    assert truth["size_mm"] == size_mm
    assert truth["volume_mm3"] == pytest.approx(27 * in_series.sum(), rel=1e-5)
    assert read_table(files["table.tsv"])["n_voxels"].tolist() == [mask.sum()]
    planted = np.argwhere(mask) @ affine[:3, :3].T + affine[:3, 3]
    # the middle of a voxel that is half in the ball may lie half a diagonal outside
    assert np.linalg.norm(planted - centre, axis=1).max() < size_mm / 2 + 3
    # grey matter is a part of the ball
    assert 500 < truth["volume_mm3"] < np.pi / 6 * size_mm**3
