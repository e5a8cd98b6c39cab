"""Surfaces and panels of Figure 3."""

import io

import numpy as np

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
