"""Deformation and pose of a simulated head against closed forms and their inverses."""

import numpy as np
import pytest

from restpain.io.images import read_volume
from restpain.simulation import anatomy as simulated_anatomy
from restpain.simulation.anatomy import (
    exponential,
    random_anatomy,
    random_pose,
    to_mni,
    to_scanner,
)
from restpain.simulation.head import head_labels, template_path


@pytest.fixture(scope="module")
def head():
    t1, affine = read_volume(template_path("t1"))
    gm, wm = (read_volume(template_path(tissue))[0] / 255 for tissue in ("gm", "wm"))
    labels, head_affine = head_labels(t1=t1, gm=gm, wm=wm, affine=affine)
    return labels, head_affine, t1, affine


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
