"""Labels of columns from the BIDS sidecar of the table of participants."""

from types import SimpleNamespace

import pandas as pd

from restpain.presentation.labels import (
    column_label,
    column_labels,
    labelled_counts,
    level_label,
    own_seed,
    score_label,
    within_sentence,
)

DESCRIBED = {
    "age": {"LongName": "Age", "Units": "years"},
    "nrs": {"LongName": "Numeric Rating Scale"},
    "site": {"Description": "Scanner"},
}


def test_a_column_has_its_long_name_and_unit_and_else_its_own_name():
    assert column_label("age", DESCRIBED, unit=True) == "Age (years)"
    assert column_label("nrs", DESCRIBED, unit=True) == "Numeric Rating Scale"
    assert column_label("site", DESCRIBED) == column_label("site", {}) == "site"
    assert column_label("mean_fd", {}, unit=True) == "Mean framewise displacement (mm)"
    assert column_label("mean_fd", {"mean_fd": {"LongName": "FD"}}) == "FD"


def test_labels_within_a_sentence_begin_small_but_for_abbreviations():
    assert column_labels(["age", "mean_fd"], DESCRIBED) == ["age", "mean framewise displacement"]
    assert [within_sentence(text) for text in ("NRS", "Heschl gyrus", "Angular gyrus", "")] == [
        *("NRS", "Heschl gyrus", "angular gyrus", ""),
    ]


def test_the_score_is_named_by_its_label():
    assert score_label("nrs", DESCRIBED) == "the clinical score (Numeric Rating Scale)"
    assert score_label(None, DESCRIBED) is None


def test_a_cluster_in_its_own_seed_is_remarked_on():
    shares = (0.913, 0.0, float("nan"))
    assert [own_seed(SimpleNamespace(seed_share=share)) for share in shares] == [
        *(", 91 % of the cluster in or at the seed itself", "", ""),
    ]


def test_a_level_has_its_label_as_text_or_description_and_else_its_own_name():
    described = {
        "hand": {"Levels": {"R": "right", "L": {"Description": "left\n handed"}, "B": ""}},
        "site": {"Levels": "see the manual"},
    }

    assert [level_label(level, "hand", described) for level in "RLBX"] == [
        *("right", "left handed", "B", "X"),
    ]
    assert level_label("A", "site", described) == level_label("A", "other", described) == "A"


def test_counts_of_levels_have_the_labels_of_column_and_level():
    counts = pd.DataFrame({"covariate": ["site", "sex"], "level": [1, "M"], "n_patients": [3, 4]})
    described = {"site": {"LongName": "Hospital", "Levels": {"1": "City"}}}

    assert labelled_counts(counts, described).to_numpy().tolist() == [
        *(["Hospital", "City", 3], ["sex", "M", 4]),
    ]
