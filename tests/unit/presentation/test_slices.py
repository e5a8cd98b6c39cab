"""Slices, thresholds and colours of the maps."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from restpain.figures import regions
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


def ball(radius=6, size=21):
    """Brain-only template: a ball in the middle of a grid of 3 mm, and the affine of the grid."""
    centre = size // 2
    away = np.linalg.norm(np.indices((size,) * 3) - centre, axis=0)
    affine = np.diag([3.0, 3.0, 3.0, 1.0])
    affine[:3, 3] = -3 * centre
    return (away <= radius).astype(float), affine


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("peak_mm", [-30.0, -27.0, -21.0, 0.0, 18.0, 21.0, 30.0, 99.0])
def test_no_slice_is_without_brain(axis, peak_mm):
    template, affine = ball()
    labels = np.zeros(template.shape)
    index = slices.voxel_index(peak_mm, axis, affine, 21)
    labels[(slice(None),) * axis + (index,)] = 1

    for found in (
        slices.level_with_brain(peak_mm, axis, affine, template=template, labels=labels),
        slices.level_with_brain(peak_mm, axis, affine, template=template),
    ):
        plane = np.take(template, slices.voxel_index(found, axis, affine, 21), axis=axis)
        assert plane.any()


def test_a_slice_through_too_little_brain_moves_within_its_cluster():
    template, affine = ball()
    labels = np.zeros(template.shape)
    labels[13:17, 10, 10] = 1  # x of 9 to 18 mm; at 18 mm the ball is one voxel
    options = {"template": template, "labels": labels}

    assert slices.level_with_brain(18.0, 0, affine, **options) == 15.0
    assert slices.level_with_brain(10.0, 0, affine, **options) == 10.0  # as it was given


def test_a_cluster_at_the_edge_is_shown_on_its_slice_with_most_brain():
    template, affine = ball()
    labels = np.zeros(template.shape)
    labels[16:19, 10, 10] = 1  # the ball's last slice and two outside

    found = slices.level_with_brain(24.0, 0, affine, template=template, labels=labels)

    assert found == 18.0


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


@pytest.mark.parametrize("threshold", [21.6, 4.1])
def test_labels_of_a_narrow_colour_bar_do_not_meet_where_nothing_exceeds_the_threshold(threshold):
    figure = Figure((2.0, 1.0), dpi=200)
    axes = figure.add_axes((0.1, 0.6, 0.8, 0.1))
    slices.colour_bar(axes, threshold=threshold, limit=1.4 * threshold, label="t")
    FigureCanvasAgg(figure).draw()

    places = [label.get_window_extent() for label in axes.get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(places))


def test_the_frame_of_an_empty_figure_leaves_room_for_the_line_below():
    figure = slices.empty_figure("No cluster", "p < 0.001", simulated=True)
    FigureCanvasAgg(figure).draw()

    (frame,) = figure.axes[0].patches
    (line,) = figure.texts
    assert line.get_window_extent().y1 < frame.get_window_extent().y0
