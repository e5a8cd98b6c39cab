"""ROC curves against counts made by hand and the area of scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sklearn.metrics import roc_auc_score

from restpain.figures import roc


def predictions(probability, group, repeat=1):
    return pd.DataFrame(
        {
            "arm": "B nested",
            "repeat": repeat,
            "participant_id": [f"sub-{index}" for index in range(len(group))],
            "group": group,
            "probability": probability,
        }
    )


def test_a_curve_of_four_people_steps_as_counted_by_hand():
    patient = np.array([True, False, True, False])

    false_rate, true_rate = roc.roc_curve(patient, np.array([0.9, 0.8, 0.7, 0.1]))

    assert false_rate.tolist() == [0, 0, 0.5, 0.5, 1]
    assert true_rate.tolist() == [0, 0.5, 0.5, 1, 1]


def test_equal_scores_are_one_diagonal_step():
    curve = roc.roc_curve(np.array([True, False]), np.array([0.5, 0.5]))

    assert np.array(curve).tolist() == [[0, 1], [0, 1]]


def test_the_area_under_a_curve_is_that_of_scikit_learn():
    generator = np.random.default_rng(3)
    patient = generator.random(60) < 0.5
    score = np.round(patient + generator.normal(size=60), 1)  # with ties

    area = np.trapezoid(*roc.roc_curve(patient, score)[::-1])

    assert area == pytest.approx(roc_auc_score(patient, score))


def test_a_group_alone_has_no_curve():
    with pytest.raises(ValueError, match="both groups"):
        roc.roc_curve(np.array([True, True]), np.array([0.1, 0.2]))


def test_a_split_whose_test_set_lacks_a_group_is_left_out():
    table = pd.concat(
        [
            predictions([0.9, 0.1], ["CP", "HC"], repeat=1),
            predictions([0.9, 0.1], ["CP", "CP"], repeat=2),
        ]
    )

    assert len(roc.split_curves(table, "CP")) == 1


def test_the_mean_of_a_perfect_and_a_reversed_curve_is_one_half_between_the_ends():
    patient = np.array([True, False])
    curves = [roc.roc_curve(patient, np.array(score)) for score in ([1.0, 0], [0, 1.0])]

    mean = roc.mean_curve(curves)

    np.testing.assert_allclose(mean[:-1], 0.5)
    assert mean[-1] == 1


def test_the_band_of_a_perfect_classifier_is_its_curve_and_a_band_repeats_with_its_seed():
    group = ["CP"] * 5 + ["HC"] * 5
    perfect = predictions(np.arange(10, 0, -1) / 10, group)
    mixed = predictions([0.9, 0.8, 0.3, 0.2, 0.6, 0.7, 0.5, 0.1, 0.4, 0.35], group)

    low, _ = roc.bootstrap_band(perfect, "CP", n_bootstrap=50, seed=1)
    bands = [roc.bootstrap_band(mixed, "CP", n_bootstrap=50, seed=1) for _ in range(2)]

    np.testing.assert_array_equal(low, 1)
    np.testing.assert_array_equal(bands[0], bands[1])
    assert (bands[0][0] <= bands[0][1]).all()
    assert (bands[0][0] < bands[0][1]).any()


def test_features_of_one_measure_share_a_colour_and_differ_in_their_dashes():
    table = pd.DataFrame({"measure": ["alff", "alff", "fc"]})

    first, second, other = roc.published_styles(table)

    assert first["color"] == second["color"] != other["color"]
    assert first["linestyle"] != second["linestyle"]


def test_an_arm_that_classifies_nobody_is_named_and_has_no_curve():
    table = predictions(np.full(4, np.nan), ["CP", "CP", "HC", "HC"]).assign(arm="D motion")
    row = pd.DataFrame({"arm": ["D motion"], "auc": np.nan, "auc_low": np.nan})
    axes = Figure().add_subplot()

    roc.draw_nested(axes, row, table, "CP", n_bootstrap=10, seed=0)

    (line,) = axes.get_lines()
    assert line.get_label().startswith("n/a  D")
    assert line.get_label().endswith("nobody classified")
    assert len(line.get_xdata()) == 0


@pytest.mark.parametrize(("scores", "bands"), [([0.9, 0.4, 0.6, 0.1], 1), ([0.5] * 4, 0)])
def test_the_band_is_of_arm_b_and_equal_predictions_have_none(scores, bands):
    table = predictions(np.array(scores), ["CP", "CP", "HC", "HC"]).assign(arm="B nested")
    row = {"arm": ["B nested"], "auc": 0.5, "auc_low": np.nan}
    row = pd.DataFrame(row | {"p_permutation": 1.0, "n_permutations": 19})
    axes = Figure().add_subplot()

    roc.draw_nested(axes, row, table, "CP", n_bootstrap=50, seed=0)

    assert [band.get_label() for band in axes.collections] == ["95 % band of arm B"] * bands


def test_legends_stay_inside_the_figure():
    nested = pd.DataFrame(
        {
            "arm": ["B nested"],
            "auc": 1.0,
            "auc_low": 0.8,
            "auc_high": 1.0,
            "p_permutation": 0.05,
            "n_permutations": 19,
        }
    )
    table = predictions(np.array([0.9, 0.8, 0.2, 0.1]), ["CP", "CP", "HC", "HC"])

    figure = roc.roc_figure(
        published=pd.DataFrame(columns=["n_train", "cv_folds"]),
        published_predictions=pd.DataFrame(),
        nested=nested,
        nested_predictions=table,
        patients="CP",
        n_bootstrap=10,
        seed=0,
        simulated=True,
    )

    FigureCanvasAgg(figure).draw()
    legend = figure.axes[2].get_legend()
    assert "smallest possible" in "".join(text.get_text() for text in legend.get_texts())
    box, page = legend.get_window_extent(), figure.bbox
    assert page.x0 <= box.x0
    assert box.x1 <= page.x1
    assert page.y0 <= box.y0
