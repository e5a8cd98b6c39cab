"""Slices, thresholds and colours of the maps."""

import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from restpain.figures import group_maps, regions
from restpain.presentation import slices

AFFINE = np.array([[3.0, 0, 0, -9], [0, 3, 0, -12], [0, 0, 3, -6], [0, 0, 0, 1]])
WHOLE = (slice(None), slice(None), slice(None))


def test_the_threshold_is_that_of_a_t_table():
    # Student's t: 3.291 (0.001 two-sided) and 3.090 (0.001 one-sided) for very many degrees
    assert slices.t_threshold(voxel_p=0.001, tails=2, df=10**6) == pytest.approx(3.2905, 1e-4)
    assert slices.t_threshold(voxel_p=0.001, tails=1, df=10**6) == pytest.approx(3.0902, 1e-4)
    assert slices.t_threshold(voxel_p=0.05, tails=2, df=10) == pytest.approx(2.2281, 1e-4)


def test_axial_slices_have_the_left_on_the_left_and_the_front_on_top():
    volume = np.zeros((3, 4, 5))
    volume[0, 3, 2] = 1  # left, anterior

    plane = slices.slice_of(volume, 2, 2, WHOLE)

    assert plane.shape == (4, 3)
    assert plane[0, 0] == 1


def test_sagittal_slices_have_the_front_on_the_right_and_the_top_on_top():
    volume = np.zeros((3, 4, 5))
    volume[1, 3, 4] = 1

    assert slices.slice_of(volume, 0, 1, WHOLE)[0, -1] == 1


def test_a_coordinate_finds_its_voxel_and_stays_in_the_grid():
    assert slices.voxel_index(-9, 0, AFFINE, 6) == 0
    assert slices.voxel_index(-3, 0, AFFINE, 6) == 2
    assert slices.voxel_index(99, 0, AFFINE, 6) == 5


def test_levels_take_the_strongest_peaks_first_and_keep_apart():
    clusters = pd.DataFrame({"t": [3.0, -6.0, 5.0], "z_mm": [40.0, -20.0, -17.0]})

    levels = slices.chosen_levels(clusters, column="z_mm", n=3, fallback=(-24, 0, 24))

    assert levels == [-20.0, 0.0, 40.0]  # -17 is too near to -20, -24 as well


def test_without_clusters_the_plain_levels_are_shown():
    clusters = pd.DataFrame({"t": [], "z_mm": []})

    assert slices.chosen_levels(clusters, column="z_mm", n=2, fallback=(24, 0)) == [0, 24]


def test_values_beyond_the_threshold_are_opaque_and_fade_below_it():
    alpha = slices.shaded(np.array([0.0, 2, 4, -4, 9]), threshold=4, limit=6)[:, 3]

    np.testing.assert_allclose(alpha, [0, 0.75 / 4, 1, 1, 1])


def test_the_colour_scale_is_not_shorter_than_the_threshold():
    quiet = np.full((2, 2, 2), 0.5)

    assert slices.colour_limit([quiet], threshold=4.0, percentile=100) == 6.0
    assert slices.colour_limit([], threshold=4.0, percentile=100) == 6.0
    assert slices.colour_limit([quiet * 20], threshold=4.0, percentile=100) == 10.0


def test_two_seeds_correlate_by_the_mean_of_each_map_in_the_other_seed():
    seeds = np.zeros((2, 2, 1, 2))
    seeds[0, 0, 0, 0] = seeds[1, 1, 0, 1] = 1
    maps = np.zeros((2, 2, 1, 2))
    maps[1, 1, 0, 0], maps[0, 0, 0, 1] = 0.2, 0.4

    matrix = group_maps.seed_correlations(maps, seeds)

    assert matrix[0, 1] == matrix[1, 0] == pytest.approx(0.3)
    assert np.isnan(np.diag(matrix)).all()


def test_a_vertex_takes_the_strongest_value_of_a_cluster_between_the_surfaces():
    values, labels = np.zeros((6, 3, 3)), np.zeros((6, 3, 3))
    values[2, 1, 1], values[3, 1, 1] = -5, 4
    values[4, 1, 1] = 9  # in no cluster
    labels[2:4, 1, 1] = 1
    pial, white = np.array([[6.0, -9, -3]]), np.array([[-9.0, -9, -3]])

    found = regions.surface_values(pial, white, values, labels, AFFINE)

    assert found.tolist() in ([-5.0], [4.0])
    assert np.abs(found).max() <= 5


def test_a_view_from_the_right_leaves_out_what_faces_left():
    vertices = np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 1]])
    faces = np.array([[0, 1, 2], [0, 2, 1]])  # the normals +x and -x

    polygons, colours = regions.surface_view(vertices, faces, np.zeros(3), side=1, limit=5)

    assert polygons.tolist() == [[[0, 0], [1, 0], [0, 1]]]
    assert colours[0, 0] == colours[0, 1] == colours[0, 2]


def test_an_empty_result_is_a_figure_that_says_so_with_the_same_bytes_each_time():
    def drawn():
        figure = regions.regions_figure(
            template=np.ones((4, 4, 4)),
            affine=AFFINE,
            panels=[],
            projections=[],
            caption="voxel p < 0.001",
            simulated=True,
            limit=6,
            threshold=4,
        )
        content = io.BytesIO()
        figure.savefig(content, format="png", metadata={"Software": None})
        words = [text.get_text() for axes in figure.axes for text in axes.texts] + [
            text.get_text() for text in figure.texts
        ]
        return content.getvalue(), words

    (first, words), (second, _) = drawn(), drawn()

    assert first == second
    assert words == ["No cluster survived the correction", "voxel p < 0.001", "SIMULATED DATA"]


def test_words_about_a_cluster_with_a_seed_fit_into_a_third_of_the_figure():
    place = {"x_mm": -54.0, "y_mm": -57.0, "z_mm": -12.0, "t": -17.55, "n_voxels": 12750}
    cluster = pd.Series(
        {"cluster_id": "FC10", "region": "Frontal_Med_Orb_L", "hemisphere": "left"}
        | place
        | {"seed": "ReHo10"}
    )
    head, detail = regions.cluster_title(cluster).split("\n")
    figure = Figure((slices.WIDTH_IN, 1), dpi=300)
    texts = [
        figure.text(0, 0, head, fontsize=6.6, weight="bold"),
        figure.text(0, 0, detail, fontsize=5.8),
    ]

    widths = [
        text.get_window_extent(FigureCanvasAgg(figure).get_renderer()).width for text in texts
    ]

    assert detail == "t −17.55 at −54 −57 −12, 12750 voxels, seed ReHo10"
    assert max(widths) < (1 / 3 - 0.01) * figure.bbox.width
