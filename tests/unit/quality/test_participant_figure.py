"""Checks of participant_figure: what the page shows, not how it looks."""

import numpy as np

from restpain.quality.participant_figure import (
    carpet,
    mosaic,
    pixels,
    slices_figure,
    traces_figure,
)

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
AFFINE[:3, 3] = [-90, -126, -72]
SHAPE = (61, 73, 61)


def test_the_carpet_is_sorted_by_tissue_and_in_standard_deviations():
    series = np.random.default_rng(0).normal(0, 7, (90, 40))
    tissues = np.zeros((3, 90))
    tissues[[2, 0, 1] * 30, np.arange(90)] = 0.9
    tissues[:, 0] = 0.4  # of no tissue

    rows, extents = carpet(series, tissues, n_rows=45)

    assert extents == {"grey": (0, 15), "white": (15, 30), "CSF": (30, 45)}
    np.testing.assert_allclose(rows[0], series[1] / series[1].std())
    np.testing.assert_allclose(rows[16], series[8] / series[8].std())


def test_slices_have_the_front_up_and_the_left_on_the_left():
    image = np.zeros(SHAPE)
    image[10, 60, 34] = 1.0  # x -60, y 54, z 30 mm: in no slice
    image[10, 60, 35] = 2.0  # z 33 mm, the fourth axial slice

    picture = mosaic(image, AFFINE)

    row, column = np.argwhere(picture == 2.0)[0]
    width = 53 + 2  # -78 to 78 mm and a border
    assert column == 3 * width + 1 + 6
    assert row < picture.shape[0] / 3
    assert not (picture == 1.0).any()


UNKNOWN = np.full(30, np.nan)


def traces(jenkinson, n_dropped=0):
    return traces_figure(
        title="sub-01",
        confounds={
            "jenkinson": jenkinson,
            "power": jenkinson,
            "translations": np.full((30, 3), np.nan),
            "rotations": np.full((30, 3), np.nan),
        },
        carpets={"Before": np.zeros((4, 30)), "After": np.zeros((4, 30))},
        extents={"grey": (0, 4), "white": (4, 4), "CSF": (4, 4)},
        n_dropped=n_dropped,
    )


def test_the_traces_cope_with_unknown_motion():
    figure = traces(UNKNOWN)

    texts = [text.get_text() for ax in figure.get_axes() for text in ax.texts]
    assert "The data say nothing of motion" in texts
    assert "grey" in texts
    assert "white" not in texts


def test_flagged_volumes_are_marked_at_their_place_and_dropped_ones_have_room():
    displacement = np.full(30, 0.1)
    displacement[[0, 7, 20]] = np.nan, 0.21, 0.5

    axes = traces(displacement, n_dropped=10).get_axes()

    (marks,) = axes[0].collections
    assert [segment[0][0] for segment in marks.get_segments()] == [7, 20]
    assert "2 of 30 volumes flagged" in axes[0].get_title(loc="left")
    assert axes[-1].get_xlim() == (-10.5, 29.5)
    assert [ax.get_title(loc="left") for ax in axes[3:]] == ["Before", "After"]


def test_a_wash_colours_where_its_image_is_one_and_nothing_where_it_is_zero():
    wash = np.zeros(SHAPE)
    wash[:30] = 1  # the left half
    picture = {
        "image": np.ones(SHAPE),
        "affine": AFFINE,
        "title": "",
        "limits": (0, 1),
        "outlines": {},
    }

    plain, washed = (
        pixels(slices_figure([picture | more])).astype(int)
        for more in ({}, {"washes": {"#ff0000": wash}})
    )

    changed = (plain != washed).any(axis=2)
    assert changed.any()
    assert (washed[changed][:, 0] >= washed[changed][:, 1]).all()  # redder
    columns = np.flatnonzero(changed.any(axis=0))
    first_slice = columns[columns < 0.137 * plain.shape[1]]
    assert first_slice.max() < 0.075 * plain.shape[1]
