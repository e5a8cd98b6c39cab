"""Checks of participant_figure: what the page shows, not how it looks."""

import numpy as np
from scipy import stats

from restpain.quality.participant_figure import carpet, traces_figure


def test_the_carpet_is_sorted_by_tissue_and_in_standard_deviations():
    series = np.random.default_rng(0).normal(100, 7, (90, 40))
    tissues = np.zeros((3, 90))
    tissues[[2, 0, 1] * 30, np.arange(90)] = 0.9
    tissues[:, 0] = 0.4  # of no tissue

    rows, extents = carpet(series, tissues, n_rows=45)

    assert extents == {"grey": (0, 15), "white": (15, 30), "CSF": (30, 45)}
    standardised = stats.zscore(series, axis=1)
    np.testing.assert_allclose(rows[0], standardised[1])
    np.testing.assert_allclose(rows[16], standardised[8])


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
    assert "Motion is not known" in texts
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
