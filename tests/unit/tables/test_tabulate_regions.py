"""Table 2 from the cluster tables of all measures."""

from restpain.io.tables import read_table, write_table
from scripts.tables.tabulate_regions import COLUMNS as REGION
from scripts.tables.tabulate_regions import tabulate_regions
from study import REGIONS


def test_regions_of_all_measures_stand_in_one_table_with_every_digit(tmp_path, made, sidecar):
    found = REGIONS.assign(measure=["alff", "alff", "fc"], t=[-6.123456789, 4.9, -5.5])
    write_table(tmp_path / "alff.tsv", found.iloc[:2])
    write_table(tmp_path / "reho.tsv", found.iloc[:0])
    write_table(tmp_path / "fc.tsv", found.iloc[2:])
    paths = [tmp_path / f"{measure}.tsv" for measure in ("alff", "reho", "fc")]

    tabulate_regions(clusters_paths=paths, source="bids", **made)

    table = read_table(made["table_path"], dtype={"brodmann_area": str})
    assert table["measure"].tolist() == ["ALFF", "ALFF", "FC"]
    assert table["t"].iloc[0] == -6.123456789
    assert table["brodmann_area"].iloc[0] == "20"
    assert list(table)[:8] == list(REGION)[:8]
    assert sidecar()["SimulatedData"] is False


def test_no_region_is_a_table_with_its_columns_and_no_row(tmp_path, made, sidecar):
    write_table(tmp_path / "empty.tsv", REGIONS.iloc[:0])

    tabulate_regions(clusters_paths=[tmp_path / "empty.tsv"] * 2, source="simulated", **made)

    assert made["table_path"].read_text() == "\t".join(REGION) + "\n"
    assert set(REGION) < set(sidecar())
