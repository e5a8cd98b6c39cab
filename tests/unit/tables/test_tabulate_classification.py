"""Table 3 from the published protocol and the other arms."""

import pytest

from restpain.io.tables import read_table, write_table
from scripts.tables.tabulate_classification import COLUMNS as CLASSIFICATION
from scripts.tables.tabulate_classification import tabulate_classification
from study import NESTED, PUBLISHED


@pytest.mark.parametrize("rows", [2, 0])
def test_the_published_protocol_stands_before_the_leak_free_arms(tmp_path, made, sidecar, rows):
    write_table(tmp_path / "published.tsv", PUBLISHED.iloc[:rows])
    write_table(tmp_path / "nested.tsv", NESTED)

    tabulate_classification(
        published_path=tmp_path / "published.tsv",
        nested_path=tmp_path / "nested.tsv",
        source="simulated",
        **made,
    )

    table = read_table(made["table_path"])
    assert table["arm"].tolist() == ["A"] * rows + ["B nested", "D dummy"]
    assert table["measure"].tolist() == ["ALFF"] * rows + ["all", "all"]
    assert list(table) == list(CLASSIFICATION)
    assert sidecar()["TableDescription"].startswith("SIMULATED DATA")
