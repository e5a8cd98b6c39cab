"""The panels beside Figure 4: what is drawn is what the tables say, with and without a region."""

import itertools

import numpy as np
import pandas as pd
import pytest

from restpain.figures.robustness import robustness_figure

PUBLISHED = pd.DataFrame(
    {"measure": ["alff"], "cluster_id": ["ALFF1"], "auc": [0.9], "cv_auc": [0.8]}
)
NESTED = pd.DataFrame(
    {
        "arm": ["B nested", "C atlas", "D logistic"],
        "auc_first_repeat": [0.6, 0.5, 0.55],
        "brier": [0.24, 0.3, 0.25],
        "p_permutation": [0.25, np.nan, 0.25],
    }
)
CALIBRATION = pd.DataFrame(
    {
        "arm": np.repeat(NESTED["arm"].to_numpy(), 2),
        "probability": [0.2, 0.8] * 3,
        "share_patients": [0.4, 0.6] * 3,
    }
)
PERMUTED = pd.DataFrame(
    {
        "permutation": [1, 2, 3] * 3,
        "arm": np.repeat(["A test", "A cross-validation", "B nested"], 3),
        "auc": [0.5, np.nan, 0.5, 0.5, 0.95, 0.5, 0.4, 0.5, 0.5],
        "n_found": [0, 2, 0] * 2 + [1, 0, 0],
    }
)
CURVE = pd.DataFrame(
    {
        "n_training": [8.0, 16.0],
        "auc": [0.5, 0.6],
        "auc_low": [0.5, 0.4],
        "auc_high": [0.5, 0.8],
        "folds_without_region": [5, 0],
    }
)


MANY = PERMUTED.iloc[np.repeat([6, 7, 8], 33)].assign(permutation=range(99), auc=0.5)


def drawn(published=PUBLISHED, permuted=PERMUTED, nested=NESTED):
    figure = robustness_figure(
        published=published,
        nested=nested,
        calibration=CALIBRATION,
        permuted=permuted,
        curve=CURVE,
        simulated=True,
    )
    figure.canvas.draw()
    return figure


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_calibration_curves_are_those_of_the_table_with_their_brier_scores():
    axes = drawn().axes[0]

    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["0.240  B, nested", "0.300  C, atlas", "0.250  D, logistic"]
    assert axes.lines[1].get_ydata().tolist() == [0.4, 0.6]


def test_permutations_with_a_region_are_filled_and_the_true_groups_are_named():
    axes = drawn().axes[1]

    clouds = [cloud.get_offsets() for cloud in axes.collections]
    places = np.concatenate([cloud[:, 0] for cloud in clouds if len(cloud)])
    assert sorted(places.round(2)) == [0.4] + [0.5] * 6 + [0.6, 0.8, 0.9, 0.95]
    assert {"0.90", "0.80", "0.60"} <= set(texts(drawn()))


@pytest.mark.parametrize("rows", [0, 1])
def test_no_region_still_makes_a_figure(rows):
    figure = drawn(PUBLISHED.iloc[:rows], PERMUTED.assign(n_found=0))

    assert len(figure.axes) == 3
    assert ("0.90" in texts(figure)) == bool(rows)
    assert texts(figure).count("true groups: no region") == (0 if rows else 2)


def test_sizes_without_a_region_are_marked_in_the_learning_curve():
    assert "5 folds\nwithout\na region" in texts(drawn())


def test_the_smallest_possible_p_stands_beside_arm_b_and_no_text_meets_another_panel():
    figure = drawn(nested=NESTED.assign(p_permutation=0.25, auc_first_repeat=1.0))
    labels = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    panels = [axes.get_tightbbox() for axes in figure.axes]

    assert labels[-1] == "B, nested\np ≤ 1/4,\nsmallest possible"
    for left, right in itertools.pairwise(panels):
        assert left.x1 + 10 < right.x0


def test_no_dot_is_cut_by_the_axis():
    axes = drawn(permuted=MANY).axes[1]

    places = [cloud.get_offsets()[:, 1] for cloud in axes.collections]
    lowest = min(levels.min() for levels in places if len(levels))
    assert axes.transData.transform((0, lowest))[1] - axes.get_window_extent().y0 > 3
