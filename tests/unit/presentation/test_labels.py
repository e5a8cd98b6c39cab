"""Labels of columns from the BIDS sidecar of the table of participants."""

from types import SimpleNamespace

from restpain.presentation.labels import (
    column_label,
    column_labels,
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
