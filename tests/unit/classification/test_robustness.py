"""Checks of robustness: optimism, permutations and stability against counts by hand."""

import numpy as np
import pandas as pd
import pytest

from restpain.classification.evaluation import auc
from restpain.classification.robustness import (
    curve_rows,
    optimism,
    optimism_rows,
    permuted_rows,
    stability_rows,
)

IDS = [f"sub-{number:02d}" for number in range(1, 41)]
LABELS = pd.Series(np.repeat([1, 0], 20), index=pd.Index(IDS, name="participant_id"))
PUBLISHED = pd.DataFrame(
    {"measure": ["alff"], "cluster_id": ["ALFF1"], "auc": [0.9], "cv_auc": [0.8]}
)


def predictions(shift, *, seed, n_repeats=1, n_tested=40):
    generator = np.random.default_rng(seed)
    tables = []
    for repeat in range(1, n_repeats + 1):
        tested = generator.permutation(40)[:n_tested]
        scores = generator.normal(size=n_tested) + shift * LABELS.to_numpy()[tested]
        ids = np.array(IDS)[tested]
        tables.append(
            pd.DataFrame({"repeat": repeat, "participant_id": ids, "probability": scores})
        )
    return pd.concat(tables)


def mean_auc(table):
    return np.mean(
        [auc(rows["participant_id"].map(LABELS), rows["probability"])
         for _, rows in table.groupby("repeat")]
    )  # fmt: skip


def test_optimism_is_the_difference_of_the_mean_aucs_and_its_interval_holds_it():
    published, nested = predictions(2.0, seed=0, n_repeats=3, n_tested=12), predictions(0, seed=1)
    value, low, high = optimism(published, nested, LABELS, n_bootstrap=500, seed=0)

    assert value == pytest.approx(mean_auc(published) - mean_auc(nested))
    assert low < value < high


def test_the_same_predictions_have_no_optimism_in_any_bootstrap_sample():
    same = predictions(1.0, seed=0)

    assert optimism(same, same, LABELS, n_bootstrap=200, seed=0) == pytest.approx((0, 0, 0))


def test_a_test_set_without_patients_is_left_out_of_the_mean():
    both = predictions(1.0, seed=0)
    controls = both[both["participant_id"].isin(IDS[20:])].assign(repeat=2)

    value, *_ = optimism(
        pd.concat([both, controls]), predictions(0, seed=1), LABELS, n_bootstrap=100, seed=0
    )

    assert value == pytest.approx(mean_auc(both) - mean_auc(predictions(0, seed=1)))


def test_without_a_region_there_is_no_optimism_and_no_p_of_a():
    permuted = pd.DataFrame(
        {
            "permutation": 1,
            "arm": ["A test", "A cross-validation", "B nested"],
            "auc": 0.5,
            "n_found": 0,
        }
    )
    nested = pd.DataFrame({"arm": ["B nested"], "auc_first_repeat": [0.5]})

    rows = permuted_rows(PUBLISHED.iloc[:0], nested, permuted)

    assert optimism_rows(PUBLISHED.iloc[:0], None, None, LABELS, n_bootstrap=100, seed=0) == []
    assert [row.get("p") for row in rows[1:5]] == [None, pytest.approx(np.nan, nan_ok=True)] * 2
    assert rows[-1]["p"] == 1.0
    assert rows[0]["value"] == 0
    assert rows[2]["note"] == rows[4]["note"] == "no AUC of A: no region in the whole sample"


def test_p_of_a_counts_permutations_without_a_region_as_a_half():
    permuted = pd.DataFrame(
        {
            "permutation": [1, 2, 3] * 3,
            "arm": np.repeat(["A test", "A cross-validation", "B nested"], 3),
            "auc": [0.5, 0.95, 0.5, 0.5, 0.7, 0.5, 0.4, 0.6, 0.5],
            "n_found": [0, 2, 0] * 2 + [1, 1, 0],
        }
    )
    nested = pd.DataFrame({"arm": ["B nested"], "auc_first_repeat": [0.55]})

    share, found, every, loo_found, loo, b = permuted_rows(PUBLISHED, nested, permuted)

    assert (share["value"], share["n"]) == (1 / 3, 3)
    assert (found["value"], found["n"]) == (0.95, 1)
    assert (every["value"], every["p"]) == (pytest.approx(0.65), 2 / 4)
    assert (loo_found["value"], loo["p"]) == (0.7, 1 / 4)
    assert (b["value"], b["p"]) == (0.5, 2 / 4)
    assert (b["low"], b["high"]) == pytest.approx((0.405, 0.595))


def test_one_permutation_or_equal_ones_have_no_percentiles():
    permuted = pd.DataFrame(
        {
            "permutation": [1, 2] * 3,
            "arm": np.repeat(["A test", "A cross-validation", "B nested"], 2),
            "auc": [0.5, 0.9, 0.5, 0.8, 0.5, 0.5],
            "n_found": [0, 2, 0, 2, 0, 0],
        }
    )
    nested = pd.DataFrame({"arm": ["B nested"], "auc_first_repeat": [0.55]})

    _, found, every, _, _, b = permuted_rows(PUBLISHED, nested, permuted)

    assert np.isnan([found["low"], found["high"], b["low"], b["high"]]).all()
    assert (every["low"], every["high"]) == pytest.approx((0.51, 0.89))


@pytest.mark.parametrize(("size", "words"), [(16.0, "16"), (33.6, "33.6")])
def test_a_whole_number_of_training_participants_has_no_decimals(size, words):
    curve = pd.DataFrame(
        {"n_training": [size], "auc": 0.5, "auc_low": 0.4, "auc_high": 0.6,
         "folds_without_region": 1}
    )  # fmt: skip

    assert curve_rows(curve)[0]["quantity"] == f"AUC with {words} training participants"


def test_stability_is_the_mean_dice_and_an_empty_fold_counts_as_no_overlap():
    folds = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]], dtype=bool)
    between, whole, empty = stability_rows("alff", folds, np.array([1, 1, 0, 0], dtype=bool))

    assert (between["value"], between["n"]) == (pytest.approx(0.5 / 3), 3)
    assert (whole["value"], whole["low"], whole["high"]) == (0.5, 0.0, 1.0)
    assert (empty["value"], empty["n"]) == (1 / 3, 3)


def test_stability_of_no_region_at_all_is_missing():
    between, whole, empty = stability_rows(
        "alff", np.zeros((2, 3), dtype=bool), np.zeros(3, dtype=bool)
    )

    assert np.isnan(between["value"])
    assert np.isnan(whole["value"])
    assert empty["value"] == 1.0
