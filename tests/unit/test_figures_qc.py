"""Checks of restpain.figures_qc: what the page shows, not how it looks."""

import numpy as np

from restpain.figures_qc import carpet, mosaic, participant_page

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


def test_the_page_copes_with_unknown_motion():
    unknown = np.full(30, np.nan)
    picture = {"image": np.ones(SHAPE), "affine": AFFINE, "title": "t", "limits": (0, 1)}

    figure = participant_page(
        title="sub-01",
        confounds={
            "jenkinson": unknown,
            "power": unknown,
            "translations": np.full((30, 3), np.nan),
            "rotations": np.full((30, 3), np.nan),
        },
        rows=np.zeros((4, 30)),
        extents={"grey": (0, 4), "white": (4, 4), "CSF": (4, 4)},
        pictures=[picture | {"outlines": {}, "colours": "viridis"}],
        numbers=[("volumes", "30")],
    )

    texts = [text.get_text() for ax in figure.get_axes() for text in ax.texts]
    assert "The data say nothing of motion" in texts
    assert {"volumes", "30", "grey"} <= set(texts)
    assert "white" not in texts
