"""Figure 2: its matrices, their scales and names, and the seeds that are left out."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from restpain.figures import group_maps

AFFINE = np.array([[6.0, 0, 0, -48], [0, 6, 0, -48], [0, 0, 6, -48], [0, 0, 0, 1]])


def drawn(n_seeds, name="ReHo{}"):
    """Figure 2 of one seed's maps and the matrices of ``n_seeds``."""
    template = np.zeros((17, 17, 17))
    template[2:-2, 2:-2, 2:-2] = 1
    values = np.random.default_rng(3).normal(size=(2, n_seeds, n_seeds)).clip(-0.9, 0.9)
    for matrix in values:
        np.fill_diagonal(matrix, np.nan)
    names = ("patients", "controls", "difference", "labels", "patients_labels", "controls_labels")
    maps = dict.fromkeys(names, template)
    clusters = pd.DataFrame({"cluster_id": [], "z_mm": [], "t": []})
    df = {"patients": 9, "controls": 9, "difference": 18}
    return group_maps.group_maps_figure(
        template=template,
        affine=AFFINE,
        rows=[maps | {"title": "FC of ReHo1", "clusters": clusters, "df": df}],
        matrices={
            "seeds": [name.format(k + 1) for k in range(n_seeds)],
            "patients": values[0],
            "controls": values[1],
        },
        note=group_maps.omitted_words(n_seeds),
        voxel_p=0.001,
        tails=2,
        inference="permutation",
        simulated=True,
    )


def matrices_of(figure):
    """Axes of the three matrices, and of their colour bars."""
    axes = figure.axes[-6:]
    return axes[::2], axes[1::2]


def overlaps(figure):
    """Pairs of texts that overlap, and texts that leave the figure."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    texts = [*figure.texts]
    for axes in figure.axes:
        ticks = [*axes.get_xticklabels(), *axes.get_yticklabels()] * axes.axison
        texts += [*axes.texts, *ticks, axes.title, axes.xaxis.label]
    boxes = {
        text: text.get_window_extent(renderer)
        for text in texts
        if text.get_text() and text.get_visible()
    }
    pairs = itertools.combinations(boxes.items(), 2)
    width, height = figure.canvas.get_width_height()
    descent = 3  # pixels of a line that capitals leave empty
    return [
        (one.get_text(), other.get_text()) for (one, a), (other, b) in pairs if a.overlaps(b)
    ] + [
        text.get_text()
        for text, box in boxes.items()
        if box.x0 < 0 or box.y0 < -descent or box.x1 > width or box.y1 > height
    ]


def test_two_seeds_correlate_by_the_mean_of_each_map_in_the_other_seed():
    seeds = np.zeros((2, 2, 1, 2))
    seeds[0, 0, 0, 0] = seeds[1, 1, 0, 1] = 1
    maps = np.zeros((2, 2, 1, 2))
    maps[1, 1, 0, 0], maps[0, 0, 0, 1] = 0.2, 0.4

    matrix = group_maps.seed_correlations(maps, seeds)

    assert matrix[0, 1] == matrix[1, 0] == pytest.approx(0.3)
    assert np.isnan(np.diag(matrix)).all()


@pytest.mark.parametrize("name", ["ReHo{}", "anterior_insula_left_{}"])
@pytest.mark.parametrize("n_seeds", [2, 4, 8, 20])
def test_no_text_of_the_figure_overlaps_another_or_leaves_it(n_seeds, name):
    assert overlaps(drawn(n_seeds, name)) == []


def test_each_matrix_has_a_colour_bar_and_the_difference_its_own_scale():
    matrices, bars = matrices_of(drawn(3))

    ends = [axes.images[0].get_clim()[1] for axes in matrices]
    written = [[text.get_text() for text in bar.get_yticklabels()] for bar in bars]

    assert ends[0] == ends[1] < ends[2]
    assert written == [[f"\N{MINUS SIGN}{end:.1f}", "0", f"{end:.1f}"] for end in ends]


def test_the_third_matrix_is_patients_minus_controls():
    patients, controls, difference = (
        axes.images[0].get_array() for axes in matrices_of(drawn(4))[0]
    )

    assert np.allclose(difference, patients - controls, equal_nan=True)


@pytest.mark.parametrize("n_seeds", [4, 5, 12, 13])
def test_seeds_and_values_that_are_left_out_are_named(n_seeds):
    figure = drawn(n_seeds)
    axes = matrices_of(figure)[0][0]
    note = " ".join(text.get_text() for text in figure.texts)

    shown = len(axes.get_yticklabels())
    n_values = len(axes.texts) - 2  # title and subtitle

    assert shown == min(n_seeds, 12)
    assert n_values == (shown * (shown - 1) if n_seeds <= 4 else 0)
    assert ("Matrices: the first 12 of" in note) == (n_seeds > 12)
    assert ("Values are written for up to 4 seeds" in note) == (n_seeds > 4)
    assert ("more seed" in note) == (n_seeds > 4)


def test_values_outside_of_the_clusters_of_a_group_fade():
    values, clusters = np.array([5.0, 5.0, -6.0, 1.0]), np.array([True, False, False, False])

    shown = group_maps.faded_outside(values, clusters, threshold=4.0)

    assert shown[[0, 3]].tolist() == [5.0, 1.0]
    assert (np.abs(shown[1:]) < 4.0).all()
    assert shown[2] < 0
