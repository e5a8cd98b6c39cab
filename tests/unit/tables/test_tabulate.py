"""The scripts of the tables, on files in a temporary folder."""

import json

import pandas as pd
import pytest

from restpain.io.tables import read_table, write_table
from scripts.tables.tabulate_classification import COLUMNS as CLASSIFICATION
from scripts.tables.tabulate_classification import tabulate_classification
from scripts.tables.tabulate_correlation import COLUMNS as CORRELATION
from scripts.tables.tabulate_correlation import tabulate_correlation
from scripts.tables.tabulate_demographics import tabulate_demographics
from scripts.tables.tabulate_regions import COLUMNS as REGION
from scripts.tables.tabulate_regions import tabulate_regions
from study import ASSOCIATION, NESTED, PUBLISHED, REGIONS


@pytest.fixture
def made(tmp_path):
    return {"table_path": tmp_path / "t.tsv", "columns_path": tmp_path / "t.json"}


def sidecar(made):
    return json.loads(made["columns_path"].read_text(encoding="utf-8"))


def test_regions_of_all_measures_stand_in_one_table_with_every_digit(tmp_path, made):
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
    assert sidecar(made)["SimulatedData"] is False


def test_no_region_is_a_table_with_its_columns_and_no_row(tmp_path, made):
    write_table(tmp_path / "empty.tsv", REGIONS.iloc[:0])

    tabulate_regions(clusters_paths=[tmp_path / "empty.tsv"] * 2, source="simulated", **made)

    assert made["table_path"].read_text() == "\t".join(REGION) + "\n"
    assert set(REGION) < set(sidecar(made))


@pytest.mark.parametrize("rows", [2, 0])
def test_the_published_protocol_stands_before_the_leak_free_arms(tmp_path, made, rows):
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
    assert sidecar(made)["TableDescription"].startswith("SIMULATED DATA")


def test_correlations_keep_the_order_of_the_published_columns(tmp_path, made):
    write_table(tmp_path / "association.tsv", ASSOCIATION)

    tabulate_correlation(association_path=tmp_path / "association.tsv", source="bids", **made)

    table = read_table(made["table_path"])
    assert list(table) == list(CORRELATION)
    assert list(table)[:5] == ["measure", "region", "hemisphere", "rho", "p"]
    assert table["rho"].tolist() == [0.131, -0.2]


def test_demographics_count_the_analysed_participants_only(tmp_path, made):
    roster = pd.DataFrame(
        {
            "participant_id": [f"sub-{index}" for index in range(1, 6)],
            "group": ["CP", "CP", "CP", "HC", "HC"],
            "age": [60, 62, 99, 61, 65],
            "exclude": [None, None, "metastasis", None, None],
        }
    )
    write_table(tmp_path / "participants.tsv", roster)

    tabulate_demographics(
        participants_path=tmp_path / "participants.tsv",
        comparison={"patients": "CP", "controls": "HC", "covariates": ["age"]},
        score="nrs",
        source="bids",
        **made,
    )

    row = read_table(made["table_path"]).iloc[0]
    assert row["patients"] == "61.00±1.41 (60–62)"
    assert "patients: 2, controls: 2" in sidecar(made)["TableDescription"]
