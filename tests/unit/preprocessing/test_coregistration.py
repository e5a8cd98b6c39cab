"""Checks of coregistration on a brain of ellipsoids with known place."""

import numpy as np
import pytest

from restpain.preprocessing.coregistration import (
    align_by_information,
    boundary_cost,
    boundary_points,
    mutual_information,
    refine_by_boundary,
)
from restpain.preprocessing.motion import rigid_matrix
from restpain.preprocessing.points import applied, voxel_points
from restpain.preprocessing.splines import spline_coefficients

T1_SHAPE, EPI_SHAPE = (64, 76, 62), (40, 44, 32)
T1_AFFINE = np.diag([2.5, 2.5, 2.5, 1.0])
T1_AFFINE[:3, 3] = [-79, -94, -76]
EPI_AFFINE = np.diag([-4.5, 4.5, 5.0, 1.0])
EPI_AFFINE[:3, 3] = [88, -97, -78]


def share(points, radii, centre=(0, 0, 0), width=0.03):
    """One inside an ellipsoid, zero outside, a soft edge."""
    distance = np.linalg.norm((points - np.array(centre)) / np.array(radii), axis=-1)
    return 1 / (1 + np.exp(np.clip((distance - 1) / width, -50, 50)))


def tissues(points):
    """Brain, white matter and ventricles at points in mm; no symmetry, folds at the surface."""
    x, y, z = np.moveaxis(points, -1, 0)
    folds = 1 + 0.09 * np.sin(x / 6) * np.sin(y / 7 + 1) + 0.05 * np.sin(z / 5)
    brain = share(points, (62, 78, 56)) * (1 - share(points, (25, 20, 22), (20, 55, -50)))
    white = share(points * folds[..., None], (48, 62, 42), (2, -4, 3)) * brain
    ventricles = share(points, (12, 26, 9), (-6, 5, 8))
    return brain, white * (1 - ventricles), ventricles


BRAIN, WHITE, VENTRICLES = tissues(applied(T1_AFFINE, voxel_points(T1_SHAPE)).astype(float))
T1 = 600 * BRAIN + 300 * WHITE - 450 * VENTRICLES


def epi(transform, *, contrast=0.15, noise=10):
    """A series' mean of the same head, moved by the transform from T1 to EPI."""
    places = applied(np.linalg.inv(transform), applied(EPI_AFFINE, voxel_points(EPI_SHAPE)))
    brain, white, ventricles = tissues(places.astype(float))
    image = 1000 * brain - 1000 * contrast * white + 400 * ventricles
    return image + np.random.default_rng(0).normal(0, noise, EPI_SHAPE)


def error_mm(found, truth):
    points = applied(T1_AFFINE, np.argwhere(BRAIN > 0.5)[::50])
    return np.linalg.norm(applied(found, points) - applied(truth, points), axis=1).mean()


AFFINES = {"epi_affine": EPI_AFFINE, "t1_affine": T1_AFFINE}


@pytest.mark.parametrize(
    "parameters", [[0, 0, 0, 0, 0, 0], [25, -30, 20, -0.15, 0.08, 0.1]], ids=["near", "far"]
)
def test_a_head_that_was_moved_is_found_to_a_millimetre(parameters):
    truth = rigid_matrix(np.array(parameters))
    moved_affine = EPI_AFFINE if not any(parameters) else truth @ EPI_AFFINE
    image = epi(np.eye(4))

    start = align_by_information(
        image, T1, BRAIN > 0.5, epi_affine=moved_affine, t1_affine=T1_AFFINE
    )
    found, cost = refine_by_boundary(
        image, WHITE, epi_affine=moved_affine, t1_affine=T1_AFFINE, start=start
    )

    assert error_mm(start, truth) < 3
    assert error_mm(found, truth) < 1
    assert cost < 0.5


def test_the_refinement_improves_a_start_some_millimetres_away():
    start = rigid_matrix(np.array([2.0, -2.0, 2.0, 0.04, 0.0, -0.04]))

    found, _ = refine_by_boundary(epi(np.eye(4)), WHITE, **AFFINES, start=start)

    assert error_mm(start, np.eye(4)) > 3
    assert error_mm(found, np.eye(4)) < 1


def test_no_contrast_between_the_tissues_stops_with_the_cost():
    flat = np.random.default_rng(1).normal(1000, 10, EPI_SHAPE)

    with pytest.raises(ValueError, match=r"no contrast across .* cost \d\.\d\d, expected below"):
        refine_by_boundary(flat, WHITE, **AFFINES, start=np.eye(4))


def test_a_series_that_covers_little_of_the_brain_stops():
    thin = epi(np.eye(4))[:, :, 14:18]

    with pytest.raises(ValueError, match="less than 40 % of the brain"):
        align_by_information(thin, T1, BRAIN > 0.5, **AFFINES)


def test_a_t1_without_white_matter_stops():
    with pytest.raises(ValueError, match="the T1 has no white matter"):
        boundary_points(np.zeros(T1_SHAPE), affine=T1_AFFINE)


def test_points_lie_two_millimetres_inside_and_one_and_a_half_outside_of_a_ball():
    places = applied(T1_AFFINE, voxel_points(T1_SHAPE))
    ball = share(places, (30, 30, 30), width=0.02)

    inner, outer = boundary_points(ball, affine=T1_AFFINE)

    assert len(inner) > 1000
    assert np.linalg.norm(inner, axis=1).mean() == pytest.approx(28, abs=0.3)
    assert np.linalg.norm(outer, axis=1).mean() == pytest.approx(31.5, abs=0.3)
    np.testing.assert_allclose(np.linalg.norm(inner - outer, axis=1), 3.5, rtol=1e-4)


def test_the_cost_is_zero_one_or_two_where_grey_is_brighter_equal_or_darker():
    ramp = np.broadcast_to(np.linspace(100, 200, 20)[:, None, None], (20, 20, 20))
    low = np.column_stack([np.full(50, 5.0), np.linspace(3, 16, 50), np.full(50, 9.0)])
    low = low.astype(np.float32)
    high = low + np.float32([6, 0, 0])
    options = {"to_voxels": np.eye(4), "slope_per_percent": 0.5}
    image = spline_coefficients(ramp)

    assert boundary_cost(image, low, high, **options) == pytest.approx(0, abs=1e-6)
    assert boundary_cost(image, high, low, **options) == pytest.approx(2, abs=1e-6)
    assert boundary_cost(image, low, low, **options) == pytest.approx(1)
    aside = options | {"to_voxels": np.diag([9.0, 9, 9, 1])}
    assert boundary_cost(image, low, high, **aside) == 2  # outside the image


def test_information_is_two_for_images_that_determine_each_other_and_one_for_others():
    bins = np.arange(32).repeat(400)
    values = (31 - bins).astype(float)
    unrelated = np.tile(np.arange(32.0), 400)

    assert mutual_information(bins, values, limits=(0, 31)) == pytest.approx(2)
    assert mutual_information(bins, unrelated, limits=(0, 31)) == pytest.approx(1, abs=1e-3)
