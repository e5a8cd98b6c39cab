"""Cells of Table 3."""

from restpain.report.section_classification import classification_rows
from scripts.tables.tabulate_classification import classification_table
from study import (
    NESTED,
    PUBLISHED,
)


def test_the_published_rows_and_the_other_arms_are_separate():
    table = classification_table(PUBLISHED, NESTED)

    published, others = classification_rows(table)

    assert [row["cluster_id"] for row in published] == ["ALFF1", "ALFF2"]
    assert others[0]["arm"] == "B, nested cross-validation"
    assert others[0]["interval"] == "0.35 to 0.80"
    assert published[0]["feature_interval"] == "0.70 to 0.99"
