"""Correlation against mixtures whose correlation is known."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restpain.connectivity.correlation import (
    LARGEST_R,
    correlation,
    fisher_z,
    nearest_voxel,
    seed_series,
    sphere,
)

SCRIPTS = Path(__file__).parents[3] / "scripts"
AFFINE = np.array([[3.0, 0, 0, -90], [0, 3, 0, -126], [0, 0, 3, -72], [0, 0, 0, 1]])
SHAPE = (61, 73, 61)


def noise(n_series, n_volumes, seed=1):
    return np.random.default_rng(seed).normal(size=(n_series, n_volumes))


# seeds


@pytest.mark.parametrize(("radius_mm", "n_voxels"), [(0, 1), (3, 7), (6, 33), (8, 81)])
def test_voxels_of_a_sphere_on_the_3_mm_grid(radius_mm, n_voxels):
    inside = sphere(centre_mm=(-20, -42, -24), radius_mm=radius_mm, affine=AFFINE, shape=SHAPE)

    assert inside.sum() == n_voxels


def test_the_centre_of_a_sphere_is_moved_to_the_nearest_voxel():
    snapped = sphere(centre_mm=(-20, -42, -24), radius_mm=6, affine=AFFINE, shape=SHAPE)
    exact = sphere(centre_mm=(-21, -42, -24), radius_mm=6, affine=AFFINE, shape=SHAPE)

    np.testing.assert_array_equal(snapped, exact)
    assert np.argwhere(snapped).mean(axis=0).tolist() == [23, 28, 16]


def test_a_sphere_at_the_border_of_the_grid_is_cut_and_one_beyond_is_an_error():
    corner = sphere(centre_mm=(-90, -126, -72), radius_mm=3, affine=AFFINE, shape=SHAPE)

    assert corner.sum() == 4
    with pytest.raises(ValueError, match=r"\(95, 0, 0\) mm lies outside the grid"):
        sphere(centre_mm=(95, 0, 0), radius_mm=3, affine=AFFINE, shape=SHAPE)


def test_a_negative_radius_is_an_error():
    with pytest.raises(ValueError, match="radius of the sphere is -1 mm"):
        sphere(centre_mm=(0, 0, 0), radius_mm=-1, affine=AFFINE, shape=SHAPE)


def test_a_coordinate_between_two_voxels_goes_to_smaller_x_and_larger_y_and_z():
    np.testing.assert_array_equal(nearest_voxel((1.5, 1.5, 1.5), AFFINE), [30, 43, 25])


@settings(derandomize=True, deadline=None)
@given(st.tuples(*[st.integers(-40, 40)] * 3))
def test_the_nearest_voxel_does_not_depend_on_the_direction_in_which_x_is_stored(halves):
    coordinate = tuple(1.5 * half for half in halves)
    mirrored = AFFINE.copy()
    mirrored[0] = [-3, 0, 0, 90]

    i, j, k = nearest_voxel(coordinate, AFFINE)

    assert nearest_voxel(coordinate, mirrored).tolist() == [60 - i, j, k]


def test_in_an_oblique_grid_a_half_goes_to_the_higher_index():
    swapped = np.array([[0, 3.0, 0, 0], [3, 0, 0, 0], [0, 0, 3, 0], [0, 0, 0, 1]])

    assert nearest_voxel((1.5, 4.5, 3.0), swapped).tolist() == [2, 1, 1]


def test_the_series_of_a_seed_is_the_mean_of_its_voxels_in_the_mask():
    series = np.array([[1.0, 2, 3], [3, 4, 5], [9, 9, 9]], dtype=np.float32)
    seeds = np.array([[1, 0], [1, 0], [0, 2]])

    np.testing.assert_array_equal(seed_series(series, seeds), [[2, 3, 4], [9, 9, 9]])


def test_no_seed_gives_no_series_and_no_map():
    series = noise(5, 20)

    seeds = seed_series(series, np.zeros((5, 0)))

    assert seeds.shape == (0, 20)
    assert correlation(series, seeds).shape == (5, 0)


def test_a_seed_outside_the_mask_is_an_error_that_names_it():
    seeds = np.array([[1, 0, 0], [1, 0, 1]])

    with pytest.raises(ValueError, match="seed 2 of 3 has no voxel in the mask"):
        seed_series(noise(2, 20), seeds)


# correlation


def test_correlation_of_a_mixture_of_two_orthogonal_series():
    time = np.arange(100)
    sine, cosine = np.sin(2 * np.pi * time / 20), np.cos(2 * np.pi * time / 20)
    series = np.stack([sine, cosine, 3 * sine + 4 * cosine + 1000, -sine])

    r = correlation(series, sine[None])

    np.testing.assert_allclose(r[:, 0], [1, 0, 0.6, -1], atol=1e-12)


def test_correlation_equals_numpys():
    series, seeds = noise(300, 50), noise(4, 50, seed=2)

    expected = np.corrcoef(np.concatenate([series, seeds]))[:300, 300:]

    np.testing.assert_allclose(correlation(series, seeds), expected, atol=1e-14)


def test_constant_voxels_and_seeds_have_no_correlation():
    series = np.vstack([noise(2, 230), np.full((1, 230), 1000.1), np.zeros((1, 230))])

    r = correlation(series, np.vstack([noise(1, 230, seed=3), np.full((1, 230), 0.1)]))

    assert (r[:2, 0] != 0).all()
    np.testing.assert_array_equal(r[2:, 0], 0)
    np.testing.assert_array_equal(r[:, 1], 0)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(gain=st.floats(1e-3, 1e3), offset=st.floats(-1e4, 1e4), seed=st.integers(0, 99))
def test_gain_and_offset_of_a_voxel_do_not_change_its_correlation(gain, offset, seed):
    series, seeds = noise(3, 60, seed), noise(2, 60, seed + 1000)

    changed = correlation(gain * series + offset, seeds)

    np.testing.assert_allclose(changed, correlation(series, seeds), atol=1e-8)


def test_correlation_never_leaves_one():
    series = noise(500, 7).astype(np.float32)

    r = correlation(series, series[:50].astype(float))

    assert np.abs(r).max() <= 1
    np.testing.assert_allclose(np.diag(r), 1)


def test_the_number_of_threads_does_not_change_a_bit():
    program = (
        "import numpy as np; from restpain.connectivity.correlation import correlation;"
        "rng = np.random.default_rng(0);"
        "r = correlation(rng.normal(size=(3000, 120)), rng.normal(size=(7, 120)));"
        "import sys; sys.stdout.write(r.tobytes().hex())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": str(SCRIPTS), "OPENBLAS_NUM_THREADS": threads},
            check=True,
            capture_output=True,
        ).stdout
        for threads in ("1", "2")
    }

    assert len(outputs) == 1


# Fisher's z


def test_fishers_z_of_known_correlations():
    np.testing.assert_allclose(
        fisher_z(np.array([0, 0.5, -0.5])), [0, np.log(3) / 2, -np.log(3) / 2]
    )


def test_fishers_z_of_a_perfect_correlation_is_finite_unless_requested_otherwise():
    r = np.array([1.0, -1.0])

    np.testing.assert_allclose(fisher_z(r), [8.4058, -8.4058], rtol=1e-4)
    np.testing.assert_array_equal(fisher_z(r, largest_r=1.0), [np.inf, -np.inf])
    assert fisher_z(np.array([LARGEST_R])) == fisher_z(r)[0]
