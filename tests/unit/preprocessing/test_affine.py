"""Checks of affine on a head made of the template, placed by a known affine."""

import numpy as np
import pytest
from nilearn.datasets import load_mni152_brain_mask, load_mni152_template
from scipy import ndimage

from restpain.preprocessing.affine import downsampled, fit_affine, reference
from restpain.preprocessing.points import applied

ROTATION = np.radians(10)
PLACED = np.array(
    [
        [0.92, 0.0, 0.0, 6.0],
        [0.0, 0.95 * np.cos(ROTATION), -0.9 * np.sin(ROTATION), -9.0],
        [0.0, 0.95 * np.sin(ROTATION), 0.9 * np.cos(ROTATION), 14.0],
        [0.0, 0.0, 0.0, 1.0],
    ]
)  # template mm to T1 mm


@pytest.fixture(scope="module")
def template():
    image, mask = load_mni152_template(resolution=3), load_mni152_brain_mask(resolution=3)
    return np.asarray(image.dataobj, np.float32), np.asarray(mask.dataobj) > 0, image.affine


def head(template, mask, affine, to_t1, scalp_mm=(9, 15)):
    """A T1 of 3 mm with scalp and noise: the template as ``to_t1`` places it."""
    distance = ndimage.distance_transform_edt(~mask, sampling=3.0)
    whole = 500 * template * mask + 450 * ((distance > scalp_mm[0]) & (distance < scalp_mm[1]))
    grid = np.diag([3.0, 3.0, 3.0, 1.0])
    grid[:3, 3] = [-96, -130, -100]
    steps = np.linalg.inv(affine) @ np.linalg.inv(to_t1) @ grid
    t1 = ndimage.affine_transform(
        whole, steps[:3, :3], steps[:3, 3], output_shape=(64, 80, 76), order=1
    )
    noise = np.random.default_rng(0).normal(0, 8, t1.shape)
    return np.abs(t1 + noise).astype(np.float32), grid


def error_mm(found, expected, mask, affine):
    points = applied(affine, np.argwhere(mask))
    return np.linalg.norm(applied(found, points) - applied(expected, points), axis=1).mean()


def test_a_head_is_found_where_it_was_placed(template):
    image, mask, affine = template
    t1, grid = head(*template, PLACED)

    fit = fit_affine(t1, grid, reference(image, mask, affine))

    assert error_mm(fit.matrix, PLACED, mask, affine) < 2.0
    assert fit.objective > 0.6
    assert fit.determinant == pytest.approx(np.linalg.det(PLACED[:3, :3]), rel=0.04)


def test_the_brain_is_not_stretched_to_the_outline_of_a_head_with_a_thin_skull(template):
    image, mask, affine = template
    t1, grid = head(*template, PLACED, scalp_mm=(6, 12))

    fit = fit_affine(t1, grid, reference(image, mask, affine))

    assert fit.determinant == pytest.approx(np.linalg.det(PLACED[:3, :3]), rel=0.04)
    assert error_mm(fit.matrix, PLACED, mask, affine) < 2.0


def test_a_head_of_little_more_than_half_the_template_is_not_enlarged(template):
    image, mask, affine = template
    small = np.diag([0.88, 0.88, 0.88, 1.0]) @ PLACED
    t1, grid = head(*template, small)

    fit = fit_affine(t1, grid, reference(image, mask, affine))

    assert np.linalg.det(small[:3, :3]) == pytest.approx(0.536, abs=0.001)
    assert fit.determinant == pytest.approx(0.536, rel=0.03)
    assert error_mm(fit.matrix, small, mask, affine) < 1.0


def test_a_head_far_from_the_origin_of_its_header_is_found_by_the_wider_search(template):
    image, mask, affine = template
    t1, grid = head(*template, PLACED)
    away = np.eye(4)
    away[:3, 3] = [120, -60, 200]

    fit = fit_affine(t1, away @ grid, reference(image, mask, affine))

    assert error_mm(fit.matrix, away @ PLACED, mask, affine) < 2.0


def test_an_image_stored_from_left_to_right_gives_the_place_of_one_stored_the_other_way(template):
    image, mask, affine = template
    t1, grid = head(*template, PLACED)
    t1[40:50, 40:50, 30:40] *= 1.3  # no symmetry that would hide an exchange of the sides
    mirror = np.diag([-1.0, 1, 1, 1])
    mirror[0, 3] = t1.shape[0] - 1

    straight = fit_affine(t1, grid, reference(image, mask, affine))
    stored = fit_affine(t1[::-1], grid @ mirror, reference(image, mask, affine))

    assert np.linalg.det((grid @ mirror)[:3, :3]) < 0 < stored.determinant
    assert error_mm(stored.matrix, straight.matrix, mask, affine) < 0.3


def test_the_same_image_gives_the_same_numbers(template):
    image, mask, affine = template
    t1, grid = head(*template, PLACED)

    first, second = (fit_affine(t1, grid, reference(image, mask, affine)) for _ in range(2))

    assert first.matrix.tobytes() == second.matrix.tobytes()


def test_downsampling_keeps_every_point_in_its_place():
    affine = np.diag([1.0, 1.0, 1.5, 1.0])
    affine[:3, 3] = [-20, 5, 3]
    ramp = np.fromfunction(
        lambda i, j, k: applied(affine, np.stack([i, j, k], -1))[..., 2], (48, 40, 32)
    ).astype(np.float32)

    coarse, grid = downsampled(ramp, affine, voxel_mm=4.0)

    middle = (slice(3, -3),) * 3
    points = applied(grid, np.stack(np.indices(coarse.shape), axis=-1).astype(float))
    np.testing.assert_allclose(coarse[middle], points[middle][..., 2], atol=0.02)
    np.testing.assert_allclose(np.linalg.norm(grid[:3, :3], axis=0), 4.0)
