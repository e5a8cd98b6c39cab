"""Surfaces and panels of Figure 3."""

import io

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from restpain.figures import regions

AFFINE = np.array([[3.0, 0, 0, -9], [0, 3, 0, -12], [0, 0, 3, -6], [0, 0, 0, 1]])


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

    polygons, colours = regions.surface_view(
        vertices, faces, np.zeros(3), side=1, limit=5, outlines=[]
    )

    assert polygons.tolist() == [[[0, 0], [1, 0], [0, 1]]]
    assert colours[0, 0] == colours[0, 1] == colours[0, 2]


def test_the_border_of_a_cluster_on_the_surface_has_the_colour_of_its_seed():
    vertices = np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1], [0, 2, 1]])
    faces = np.array([[0, 1, 2], [1, 3, 2], [1, 4, 3]])  # all face right
    inside = np.array([True, True, True, False, False])

    _, plain = regions.surface_view(vertices, faces, np.ones(5), side=1, limit=5, outlines=[])
    _, painted = regions.surface_view(
        vertices, faces, np.ones(5), side=1, limit=5, outlines=[("#00ff00", inside)]
    )

    changed = (plain != painted).any(axis=1)
    assert changed.tolist() == [False, True, True]  # the first face lies inside
    assert painted[1].tolist() == [0, 1, 0]


def drawn_fc(seeds):
    """Figure 3 of one FC cluster of each seed, its axes and its legends."""
    template = np.zeros((15, 15, 15))
    template[2:-2, 2:-2, 2:-2] = 1
    names = ["cluster_id", "region", "hemisphere", "x_mm", "y_mm", "z_mm", "t", "n_voxels", "seed"]
    rows = pd.DataFrame(
        [[f"FC{k}", "Insula_L", "left", 3 * k, 0, 0, 5, 8, seed] for k, seed in enumerate(seeds)],
        columns=names,
    )
    panels, colours = [], regions.seed_colours(seeds)
    for k, row in enumerate(rows.itertuples()):
        labels = np.zeros(template.shape, bool)
        labels[4 + k : 6 + k, 6:8, 6:8] = True
        panels.append({"row": row, "values": 5.0 * labels, "labels": labels})
    triangle = np.zeros((1, 3, 2)), np.zeros((1, 3))
    projection = {
        "title": "FC",
        "values": panels[0]["values"],
        "labels": panels[0]["labels"],
        "outlines": [(colours[one], panels[0]["labels"]) for one in colours],
        "surfaces": [triangle] * 4,
    }
    figure = regions.regions_figure(
        template=template,
        affine=np.diag([3.0, 3, 3, 1]),
        panels=panels,
        projections=[projection],
        colours=colours,
        caption="t",
        simulated=False,
        limit=6,
        threshold=4,
    )
    figure.savefig(io.BytesIO())
    return figure, panels, colours


def outline_colours(axes):
    """Colours of the contours on some axes."""
    return {to_hex(one.get_edgecolor()[0]) for one in axes.collections if len(one.get_edgecolor())}


def test_clusters_of_several_seeds_are_outlined_by_seed_with_a_legend():
    figure, panels, colours = drawn_fc(["ALFF1", "ReHo2"])

    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    cards = figure.axes[-1 - len(panels) : -1]
    assert legend == ["ALFF1", "ReHo2"]
    assert len(set(colours.values())) == 2
    assert [outline_colours(axes) for axes in cards] == [{one} for one in colours.values()]
    assert set(colours.values()) <= outline_colours(figure.axes[0])


def test_clusters_of_one_seed_have_black_outlines_and_no_legend():
    figure, _, colours = drawn_fc(["ALFF1"])

    assert (figure.legends, colours) == ([], {})
    assert outline_colours(figure.axes[-2]) == {"#000000"}


def test_seeds_beyond_the_colours_are_counted_in_the_legend():
    figure, _, colours = drawn_fc([f"ReHo{k}" for k in range(10)])

    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == [*(f"ReHo{k}" for k in range(8)), "2 more seeds"]
    assert colours["ReHo8"] == colours["ReHo9"]
    assert len(set(colours.values())) == 9


def test_an_empty_result_is_a_figure_that_says_so_with_the_same_bytes_each_time():
    def drawn():
        figure = regions.regions_figure(
            template=np.ones((4, 4, 4)),
            affine=AFFINE,
            panels=[],
            projections=[],
            colours={},
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
