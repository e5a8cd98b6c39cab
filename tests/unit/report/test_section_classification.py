"""Cells of Table 3."""

from restpain.report.section_classification import classification_rows
from scripts.tables.tabulate_classification import classification_table
from study import (
    NESTED,
    PUBLISHED,
)


def test_the_published_rows_and_the_other_arms_are_separate():
    table = classification_table(PUBLISHED, NESTED)

    published, others = classification_rows(table, n_tested=[6, 9])

    assert [row["cluster_id"] for row in published] == ["ALFF1", "ALFF2"]
    assert others[0]["arm"] == "B, nested cross-validation"
    assert others[0]["interval"] == "0.35 to 0.80"
    assert published[0]["feature_interval"] == "0.70 to 0.99"


def test_shares_of_small_test_sets_are_counts_and_the_smallest_p_is_said_to_be_so():
    table = classification_table(
        PUBLISHED.assign(
            sensitivity_percent=[50.0, 100.0],
            specificity_percent=[200 / 3, 0.0],
            accuracy_percent=[60.0, 40.0],
        ),
        NESTED.assign(p_permutation=0.05, n_permutations=19),
    )

    published, others = classification_rows(table, n_tested=[6, 9])

    assert [row["counts"] for row in published] == [["3/6", "6/9", "9/15"], ["6/6", "0/9", "6/15"]]
    assert published[0]["specificity"] == "66.7"
    assert others[0]["p"] == "≤1/20, smallest possible"


def test_an_auc_of_a_feature_that_is_none_is_written_once():
    columns = ["feature_auc", "feature_auc_low", "feature_auc_high"]
    table = classification_table(PUBLISHED.assign(**dict.fromkeys(columns)), NESTED)

    published, _ = classification_rows(table, n_tested=[6, 9])

    assert (published[0]["feature"], published[0]["feature_interval"]) == ("n/a", "")
