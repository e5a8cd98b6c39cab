"""Published cells next to ours: who is compared with whom, and by which rule."""

from pathlib import Path

import pandas as pd
import pytest

from restpain.cohort.participants import Comparison
from restpain.io.tables import read_json, read_printed, read_table, write_table
from restpain.presentation.labels import PAPER_ROWS
from restpain.presentation.pages import render_page
from restpain.published import comparison as compare
from restpain.published.audit import study_of
from restpain.tables.demographics import demographics
from scripts.published.compare_published import CLASSES, compare_published
from scripts.tables.tabulate_classification import classification_table
from study import ASSOCIATION, NESTED, PUBLISHED, REGIONS

FOLDER = Path(__file__).parents[3] / "resources" / "published"
TEMPLATE = Path(compare.__file__).parent / "templates" / "comparison.html.j2"
PRINTED = {f"table{k}": read_printed(FOLDER / f"table{k}.csv") for k in (1, 2, 3, 4)}
STUDY = study_of(read_printed(FOLDER / "study.csv"))
PARTICIPANTS = pd.DataFrame(
    {
        "group": ["CP"] * 4 + ["HC"] * 4,
        "age": ["60", "61", "62", "66", "61", "62", "63", "67"],
        "sex": ["M", "M", "M", "F", "M", "M", "F", "F"],
        "nrs": ["2", "3", "4", "8"] + [None] * 4,
    }
)


def ours(found=True):
    keep = slice(None) if found else slice(0)
    return {
        "table1": demographics(
            PARTICIPANTS, Comparison("CP", "HC"), columns=list(PAPER_ROWS), seed=1
        ),
        "table2": REGIONS.iloc[keep],
        "table3": classification_table(PUBLISHED.iloc[keep], NESTED),
        "table4": ASSOCIATION.iloc[keep],
    }


@pytest.fixture
def table():
    return compare.comparison(PRINTED, STUDY, ours(), n_splits=3)


def cell(table, number, row, column):
    rows = table[(table["table"] == number) & (table["row"] == row) & (table["column"] == column)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_every_printed_cell_is_there_once(table):
    assert table.groupby("table").size().tolist() == [20, 48, 60, 20]
    assert not table.duplicated(["table", "row", "column"]).any()
    assert set(table["verdict"]) <= set(compare.VERDICTS)


def test_ages_within_sampling_error_are_within_the_rule(table):
    age = cell(table, 1, "Age (years)", "cp_n21")

    assert age["recomputed"] == "62.25±2.63 (60–66)"
    assert (age["verdict"], age["rule"]) == (compare.WITHIN, compare.RULES["mean"])


def test_a_row_that_is_not_in_our_table_has_no_counterpart(table):
    assert cell(table, 1, "Education (years)", "p")["verdict"] == compare.ABSENT


def test_a_published_region_meets_our_cluster_of_that_name_and_side(table):
    left = "ALFF, Inferior temporal gyrus, left"

    assert cell(table, 2, left, "region")["counterpart"] == "ALFF1"
    assert cell(table, 2, left, "region")["verdict"] == compare.SAME
    assert cell(table, 2, left, "brodmann_area")["verdict"] == compare.DIFFERENT  # 18 and 20
    assert cell(table, 2, left, "peak")["verdict"] == compare.DIFFERENT  # 34 mm apart
    assert cell(table, 2, left, "t")["verdict"] == compare.WITHIN  # -3.91 and -6.2
    right = "ALFF, Inferior temporal gyrus, right"
    assert cell(table, 2, right, "t")["verdict"] == compare.DIFFERENT  # -4.33 and 4.9
    assert cell(table, 2, right, "brodmann_area")["verdict"] == compare.ABSENT  # ours has none


def test_a_region_of_another_name_is_met_by_its_place():
    row = PRINTED["table2"].iloc[0].copy()
    row["region"], row["x_mm"], row["y_mm"], row["z_mm"] = "Cuneus", "-50", "-30", "-24"

    assert compare.counterpart(row, REGIONS) == "ALFF1"
    row["x_mm"] = "-40"
    assert compare.counterpart(row, REGIONS) is None
    row["measure"] = "ReHo"
    assert compare.counterpart(row, REGIONS) is None


def test_tables_3_and_4_follow_the_clusters_of_table_2(table):
    left = "ALFF, Inferior temporal gyrus, left"

    auc = cell(table, 3, left, "auc")
    assert (auc["recomputed"], auc["counterpart"]) == ("0.900", "ALFF1")
    assert auc["verdict"] == compare.WITHIN  # few participants are in the test sets
    assert cell(table, 3, left, "cutoff")["verdict"] == compare.UNCOMPARED
    rho = cell(table, 4, left, "rho")
    assert (rho["recomputed"], rho["verdict"]) == ("0.131", compare.SAME)
    assert cell(table, 4, left, "p")["verdict"] == compare.WITHIN
    assert cell(table, 4, "FC, Postcentral gyrus, left", "rho")["verdict"] == compare.ABSENT


def test_our_own_numbers_are_the_same_as_themselves():
    tables = ours()
    row = tables["table1"].set_index("row").loc["Age (years)"]
    age = pd.DataFrame(
        [["Age (years)", "", row["patients"], row["controls"], f"{row['p']:.3f}"]],
        columns=["row", "level", "a", "b", "p"],
    )

    table = compare.comparison(PRINTED | {"table1": age}, STUDY, tables, n_splits=3)

    assert (table.loc[table["table"] == 1, "verdict"] == compare.SAME).all()


def test_without_a_cluster_nothing_of_tables_2_to_4_has_a_counterpart():
    table = compare.comparison(PRINTED, STUDY, ours(found=False), n_splits=3)

    assert set(table.loc[table["table"] > 1, "verdict"]) == {compare.ABSENT}


@pytest.mark.parametrize("source", ["simulated", "bids"])
def test_the_page_marks_simulated_data(tmp_path, source):
    for name, content in ours().items():
        write_table(tmp_path / f"{name}.tsv", content)

    compare_published(
        published_paths=[FOLDER / f"table{k}.csv" for k in (1, 2, 3, 4)],
        study_path=FOLDER / "study.csv",
        ours_paths=[tmp_path / f"table{k}.tsv" for k in (1, 2, 3, 4)],
        template_path=TEMPLATE,
        comparison_path=tmp_path / "both.tsv",
        columns_path=tmp_path / "both.json",
        page_path=tmp_path / "both.html",
        n_splits=3,
        source=source,
    )

    page = (tmp_path / "both.html").read_text(encoding="utf-8")
    assert ("SIMULATED DATA" in page) == (source == "simulated")
    assert page.count("<tr>") == 148 + 4 + 5  # cells, counts, five heads
    assert "http" not in page
    assert len(read_table(tmp_path / "both.tsv")) == 148
    assert read_json(tmp_path / "both.json")["SimulatedData"] == (source == "simulated")


def test_markup_in_the_tables_is_text_on_the_page():
    evil = "\"><script>alert('1')</script>"
    table = compare.comparison(PRINTED, STUDY, ours(), n_splits=3).astype(object)
    table.loc[table.index[::7], ["row", "note", "ours"]] = evil
    page = {
        "simulated": False,
        "counts": compare.counts(table),
        "verdicts": compare.VERDICTS,
        "classes": CLASSES,
        "groups": compare.comparison_rows(table),
    }

    text = render_page(TEMPLATE.read_text(encoding="utf-8"), page)

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert "<td>CP (n = 21)</td>" in text
