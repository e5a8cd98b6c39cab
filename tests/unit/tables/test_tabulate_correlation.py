"""Table 4 from the correlation of features with the score."""

from restpain.io.tables import read_table, write_table
from scripts.tables.tabulate_correlation import COLUMNS as CORRELATION
from scripts.tables.tabulate_correlation import tabulate_correlation
from study import ASSOCIATION


def test_correlations_keep_the_order_of_the_published_columns(tmp_path, made):
    write_table(tmp_path / "association.tsv", ASSOCIATION)

    tabulate_correlation(association_path=tmp_path / "association.tsv", source="bids", **made)

    table = read_table(made["table_path"])
    assert list(table) == list(CORRELATION)
    assert list(table)[:5] == ["measure", "region", "hemisphere", "rho", "p"]
    assert table["rho"].tolist() == [0.131, -0.2]
