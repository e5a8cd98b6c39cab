"""Checks of the simulated anatomy: maps with their inverses, random fields, a whole head."""

import numpy as np
import pytest

from restpain.io.images import read_volume
from restpain.simulation import anatomy as simulated_anatomy
from restpain.simulation.anatomy import (
    Anatomy,
    exponential,
    random_anatomy,
    random_pose,
    to_mni,
    to_scanner,
)
from restpain.simulation.geometry import (
    grid_points,
    oblique_affine,
    rotation,
    sampled,
    transformed,
    translation,
)
from restpain.simulation.head import AIR, BONE, CSF, FAT, GM, WM, head_labels, template_path
from restpain.simulation.random_fields import coil_bias, rician, smooth_field
from restpain.simulation.t1 import box_blurred, t1_grid, t1_image, tissue_volumes_ml


@pytest.fixture(scope="module")
def head():
    t1, affine = read_volume(template_path("t1"))
    gm, wm = (read_volume(template_path(tissue))[0] / 255 for tissue in ("gm", "wm"))
    labels, head_affine = head_labels(t1=t1, gm=gm, wm=wm, affine=affine)
    return labels, head_affine, t1, affine


def undeformed(pose):
    nothing = np.zeros((3, 4, 4, 4), np.float32)
    return Anatomy(pose=pose, forward=nothing, backward=nothing, warp_affine=np.eye(4))


def test_a_quarter_turn_about_z_takes_x_to_y():
    points = transformed(rotation([0, 0, np.pi / 2]), np.array([[1.0, 0.0, 0.0]]))

    np.testing.assert_allclose(points, [[0, 1, 0]], atol=1e-12)


def test_grid_points_are_the_millimetres_of_the_voxels_in_c_order():
    affine = translation([10, 20, 30]) @ np.diag([2.0, 1.0, 1.0, 1.0])

    points = grid_points((2, 1, 2), affine)

    assert points.tolist() == [[10, 20, 30], [10, 20, 31], [12, 20, 30], [12, 20, 31]]


def test_sampling_is_linear_between_voxels_and_zero_beyond_the_grid():
    image = np.arange(8, dtype=np.float32).reshape(2, 2, 2)  # 4 x + 2 y + z
    points = np.array([[0.5, 0.5, 0.5], [1, 0.25, 0], [-2, 0, 0]], np.float32)

    assert sampled(image, np.eye(4), points, order=1).tolist() == [3.5, 4.5, 0.0]


def test_the_centre_of_an_oblique_grid_is_where_it_was_put():
    affine = oblique_affine(
        (11, 21, 5), [2, 3, 4], axes=rotation([0.1, 0.2, 0.3])[:3, :3], centre_mm=[1.0, 2.0, 3.0]
    )

    np.testing.assert_allclose(affine @ [5, 10, 2, 1], [1, 2, 3, 1])
    np.testing.assert_allclose(np.linalg.norm(affine[:3, :3], axis=0), [2, 3, 4])


def test_a_constant_velocity_moves_by_itself():
    velocity = np.full((3, 8, 8, 8), 1.5, np.float32)

    np.testing.assert_allclose(exponential(velocity, voxel_mm=5.0), 1.5, rtol=1e-5)


def test_the_flow_of_a_linear_velocity_is_its_exponential():
    x = 2.0 * np.arange(-20, 21)  # mm; dx/dt = 0.1 x
    velocity = np.zeros((3, 41, 3, 3), np.float32)
    velocity[0] = 0.1 * x[:, None, None]

    displacement = exponential(velocity, voxel_mm=2.0)

    inner = slice(5, -5)  # beyond the grid the velocity is constant
    expected = (np.exp(0.1) - 1) * x[inner]
    np.testing.assert_allclose(displacement[0, inner, 1, 1], expected, atol=0.003)


def test_scanner_to_mni_undoes_mni_to_scanner_within_a_fifth_of_a_millimetre():
    anatomy = random_anatomy(np.random.default_rng(3))
    points = np.random.default_rng(4).uniform(-70, 70, size=(2000, 3)).astype(np.float32)

    there_and_back = to_mni(anatomy, to_scanner(anatomy, points))

    error = np.linalg.norm(there_and_back - points, axis=1)
    assert error.max() < 0.2
    assert np.median(error) < 0.05
    assert np.linalg.norm(anatomy.forward, axis=0).mean() > 2  # there was something to undo


def test_no_deformation_folds_space():
    for seed in range(2):
        anatomy = random_anatomy(np.random.default_rng(seed))
        gradients = np.stack(
            [
                np.stack(np.gradient(component, simulated_anatomy.WARP_GRID_MM))
                for component in anatomy.forward
            ]
        )
        jacobian = np.moveaxis(gradients, (0, 1), (-2, -1)) + np.eye(3)

        assert np.linalg.det(jacobian).min() > 0.3


def test_brains_are_smaller_than_the_template():
    sizes = [np.linalg.det(random_pose(np.random.default_rng(seed))) for seed in range(200)]

    assert np.mean(sizes) == pytest.approx(0.93**3, abs=0.01)
    assert 0.6 < min(sizes) < max(sizes) < 1.05


@pytest.mark.parametrize("fwhm", [2.0, (2.0, 4.0, 3.0)])
def test_smooth_fields_have_mean_zero_sd_one_and_the_smoothness_asked_for(fwhm):
    field = smooth_field((60, 60, 60), fwhm, np.random.default_rng(5)).astype(float)

    assert field.mean() == pytest.approx(0, abs=0.03)
    assert field.std() == pytest.approx(1, abs=0.03)
    # neighbours of white noise smoothed at sigma correlate by exp(-1 / (4 sigma^2))
    for axis, width in enumerate(np.broadcast_to(fwhm, 3)):
        sigma = width / np.sqrt(8 * np.log(2))
        neighbours = (
            np.take(field, range(59), axis=axis) * np.take(field, range(1, 60), axis=axis)
        ).mean()
        assert neighbours == pytest.approx(np.exp(-1 / (4 * sigma**2)), abs=0.03)


def test_a_box_of_two_voxels_takes_half_of_each_neighbour():
    image = np.zeros((5, 1, 1), np.float32)
    image[2] = 1

    assert box_blurred(image, [2, 1, 1]).ravel().tolist() == [0, 0.25, 0.5, 0.25, 0]
    assert box_blurred(image, [1, 1, 1]).ravel().tolist() == [0, 0, 1, 0, 0]


def test_rician_noise_without_signal_is_rayleigh():
    noise = rician(np.zeros(200_000, np.float32), sd=2.0, rng=np.random.default_rng(6))

    assert noise.mean() == pytest.approx(2 * np.sqrt(np.pi / 2), rel=0.01)
    assert noise.std() == pytest.approx(2 * np.sqrt(2 - np.pi / 2), rel=0.01)


def test_coil_bias_is_one_at_the_centre_of_the_scanner_and_smooth():
    affine = translation([-60, -60, -60]) @ np.diag([10.0, 10.0, 10.0, 1.0])

    bias = coil_bias((13, 13, 13), affine, sd=0.12, rng=np.random.default_rng(7))

    assert bias[6, 6, 6] == pytest.approx(1)
    assert 1.05 < bias.max() / bias.min() < 6
    assert np.abs(np.diff(np.log(bias), axis=0)).max() < 0.2


def test_the_head_keeps_the_template_brain_where_it_was(head):
    labels, head_affine, t1, affine = head
    voxels = np.argwhere(t1 > 0)[::997]
    there = np.rint(transformed(affine, voxels.astype(float)) - head_affine[:3, 3]).astype(int)

    assert np.isin(labels[tuple(there.T)], (GM, WM, CSF)).all()
    assert 600 < (labels == WM).sum() / 1000 < 700  # ml


def test_brain_skull_fat_and_air_follow_each_other_to_the_top_of_the_head(head):
    labels, head_affine, _, _ = head
    x, y = np.rint(-head_affine[:2, 3]).astype(int) + [30, -20]
    column = labels[x, y][np.rint(20 - head_affine[2, 3]).astype(int) :]

    order = [column[0], *column[1:][np.diff(column.astype(int)) != 0]]
    outside = order[max(np.flatnonzero(np.isin(order, (GM, WM)))) + 1 :]
    assert outside[0] == CSF
    assert outside.index(CSF) < outside.index(BONE) < outside.index(FAT) < outside.index(AIR)
    assert outside[-1] == AIR


def test_the_head_is_alone_in_air_but_for_the_cut_through_the_neck(head):
    labels = head[0]

    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1], labels[:, :, -1]):
        assert (side == AIR).all()
    assert (labels[:, :, 0] != AIR).any()


def test_an_undeformed_t1_shows_the_labels_with_their_brightness(head):
    labels, head_affine, _, _ = head
    affine = translation([-20, -40, 0]) @ np.diag([2.0, 2.0, 2.0, 1.0])

    image, tissue = t1_image(
        labels,
        head_affine,
        undeformed(np.eye(4)),
        shape=(20, 24, 16),
        affine=affine,
        rng=np.random.default_rng(8),
    )

    points = grid_points(tissue.shape, affine)
    expected = sampled(labels, head_affine, points, order=0).reshape(tissue.shape)
    np.testing.assert_array_equal(tissue, expected)
    grey, white = np.median(image[tissue == GM]), np.median(image[tissue == WM])
    assert 0.6 < grey / white < 0.8  # 0.62 and 1, nearer to each other by partial volume
    assert 600 < white < 1500  # 1000 times the coil bias


def test_the_t1_grid_is_sagittal_and_covers_the_head():
    shape, affine = t1_grid(2.0, np.random.default_rng(9))

    assert shape == (120, 120, 96)
    # columns go to the back, rows down, slices from right to left
    directions = affine[:3, :3] / 2
    assert directions[1, 0] < -0.98
    assert directions[2, 1] < -0.98
    assert directions[0, 2] < -0.98


def test_volumes_count_voxels_in_millilitres():
    tissue = np.zeros((10, 10, 10), np.uint8)
    tissue[:5], tissue[5], tissue[6, :5] = GM, WM, CSF

    volumes = tissue_volumes_ml(tissue, np.diag([-2.0, 2.0, 2.5, 1.0]))

    assert volumes == {"gm_ml": 5.0, "wm_ml": 1.0, "csf_ml": 0.5, "intracranial_ml": 6.5}
