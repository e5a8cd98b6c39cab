"""Checks of the simulated rest series against sums of sines and balls of known volume."""

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
)
from restpain.simulation.networks import (
    Voxels,
)

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


def test_signal_is_lost_near_sinuses_and_nowhere_else():
    left = signal_left(np.array([[0, 36, -24], [0, -90, 10], [-40, -20, 55]], np.float32))

    assert left[0] == pytest.approx(0.15, abs=0.01)
    np.testing.assert_allclose(left[1:], 1, atol=1e-3)


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


NOTHING = np.zeros((3, 2, 2, 2), np.float32)


UNDEFORMED = Anatomy(pose=np.eye(4), forward=NOTHING, backward=NOTHING, warp_affine=np.eye(4))


CUBE = 27  # mm, edge of a region of grey matter and nothing else, about the point (13, 13, 13)


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
