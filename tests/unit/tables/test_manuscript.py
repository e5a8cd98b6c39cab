"""Sheets of Tables 1 to 4 with the published columns."""

import io

import pandas as pd
import pytest
from docx import Document

from restpain.cohort.participants import Comparison
from restpain.tables.demographics import demographics
from restpain.tables.documents import as_docx, as_latex
from restpain.tables.manuscript import (
    SHEETS,
    classification_sheet,
    correlation_sheet,
    demographics_sheet,
    regions_sheet,
)
from study import ASSOCIATION, REGIONS


def word_table(content):
    return Document(io.BytesIO(content)).tables[0]


def word_cells(content):
    return [[cell.text for cell in row.cells] for row in word_table(content).rows]


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("rows", [slice(None), slice(0)])
def test_every_table_has_its_published_columns_with_or_without_rows(name, rows, tables):
    table = tables[name].iloc[rows]

    sheet = SHEETS[name](table, simulated=False)

    assert len(sheet.rows) == len(table)
    assert all(len(row) == len(sheet.head) for row in sheet.rows)
    assert as_latex(sheet).isascii()
    assert len(word_cells(as_docx(sheet))) == len(table) + 1


def test_table_1_says_how_many_and_which_test(tables):
    sheet = demographics_sheet(tables["table1_demographics"], simulated=True)

    assert sheet.title.startswith("SIMULATED DATA. Table 1")
    assert sheet.head == ["Variable", "Patients (n = 3)", "Controls (n = 3)", "p"]
    assert sheet.rows[0] == [
        "Age (years)",
        "61.00±1.00 (60–62)",
        "64.00±1.00 (63–65)",
        "0.021 (a)",
    ]
    assert sheet.rows[1][3].endswith("(b)")


def test_tables_2_to_4_are_written_as_the_published_ones(tables):
    assert regions_sheet(REGIONS, simulated=False).rows[1] == [
        *("ALFF", "near Inferior temporal gyrus, 4 mm", "Inferior temporal gyrus L 100 %"),
        *("right", "–", "48", "−36", "−21", "4.90"),
    ]
    table = classification_sheet(tables["table3_classification"], simulated=False)
    assert table.rows[0][3:] == ["0.900", "0.850", "0.500", "80.0", "75.0", "77.5"]
    assert table.rows[2][1].startswith("arm B, nested cross-validation: ")
    assert table.head[4] == "LOO AUC"
    assert "LOO: leave-one-out in the training sets." in table.notes[-1]
    in_folds = tables["table3_classification"].assign(cv_folds=10)
    table = classification_sheet(in_folds, simulated=False)
    assert table.head[4] == "CV AUC"
    assert "CV: 10-fold cross-validation in the training sets." in table.notes[-1]
    assert correlation_sheet(ASSOCIATION, simulated=False).rows[0][3:] == ["0.131", "0.570"]


def test_clusters_of_one_region_have_their_ids_and_connectivity_names_its_seed():
    table = pd.DataFrame(
        {
            "measure": ["ALFF", "FC", "FC", "FC"],
            "region": ["Temporal_Inf_L", "Precentral_R", "Precentral_R", "Insula_L"],
            "hemisphere": ["left", "right", "right", "left"],
            "brodmann_area": "6",
            **dict.fromkeys(["x_mm", "y_mm", "z_mm", "t", "rho", "p"], 0.5),
            "n": 9,
            "cluster_id": ["ALFF1", "FC1", "FC2", "FC3"],
            "seed": [None, "ALFF1", "ALFF1", "insula"],
            "seed_share": [None, 0.0, 0.25, 0.0],
            "p_permutation": [0.01, 0.2, 0.01, 0.01],
            "survives": ["grf,permutation,fdr", "grf", "permutation", "grf,permutation"],
            "region_distance_mm": [0.0, 0.0, 0.0, 14.4],
            "composition": [
                "Temporal_Inf_L 62 %; Fusiform_L 20 %; no label 18 %",
                "Precentral_R 50 %; Postcentral_R 30 %; Vermis_3 8 %; Insula_R 7 %; no label 5 %",
                *("Precentral_R 100 %", None),
            ],
        }
    )

    regions = regions_sheet(table, simulated=False)

    assert [row[:2] for row in regions.rows] == [
        ["ALFF", "Inferior temporal gyrus"],
        ["FC (ALFF1)", "Precentral gyrus (FC1)"],
        ["FC (ALFF1)", "Precentral gyrus (FC2)"],
        ["FC (insula)", "near Insula, 14 mm"],
    ]
    assert [row[2] for row in regions.rows] == [
        "Inferior temporal gyrus L 62 %; Fusiform gyrus L 20 %; no label 18 %",
        "Precentral gyrus R 50 %; Postcentral gyrus R 30 %; Vermis 3 8 %; others 7 %; "
        "no label 5 %",
        *("Precentral gyrus R 100 %", ""),
    ]
    assert regions.notes[-3:] == [
        "In parentheses after FC, the seed: ALFF1 Inferior temporal gyrus, left; insula.",
        "Near: the peak lies outside every AAL2 region, that far from the nearest.",
        "FC2: 25 % of the cluster in or at the seed itself.",
    ]
    assert regions.notes[1] == (
        "Clusters that survive Gaussian random field (GRF) correction (3 of 4 clusters) or "
        "permutation of cluster size (3 of 4)."
    )
    untested = regions_sheet(
        table.assign(p_permutation=float("nan"), survives="grf"), simulated=False
    )
    assert untested.notes[1].endswith("(GRF) correction (4 of 4 clusters).")
    correlation = correlation_sheet(table, simulated=False)
    assert [row[1] for row in correlation.rows][:3] == [row[1] for row in regions.rows][:3]


def test_an_empty_table_says_why():
    assert regions_sheet(REGIONS.iloc[:0], simulated=False).notes[0].startswith("No cluster")


def test_footnotes_of_table_1_name_the_tests_that_it_has_and_who_is_missing():
    people = pd.DataFrame(
        {
            "group": ["CP"] * 6 + ["HC"] * 6,
            "days": ["1", "2", "3", "4", "90", None, "2", "3", "5", "6", "7", "8"],
            "hand": ["left", "right", "both", None] * 3,
        }
    )
    table = demographics(
        people, Comparison("CP", "HC"), columns=["days", "hand"], skewed=["days"], seed=1
    )

    sheet = demographics_sheet(table, simulated=False)

    assert [row[0] for row in sheet.rows] == [
        "days", "hand", "hand: both", "hand: left", "hand: right",
    ]  # fmt: skip
    assert sheet.rows[0][1:3] == ["3.00 (2–4)", "5.50 (3.5–6.75)"]
    assert [row[3][-3:] for row in sheet.rows] == ["(c)", "(d)", "", "", ""]
    assert sheet.notes == [
        "Mean±SD (range), median (interquartile range), n (%) or n/n.",
        "(a) Two-sample t-test with pooled variance, two-sided.",
        "(b) Chi-square test without continuity correction.",
        "(c) Mann-Whitney U test, two-sided.",
        "(d) Fisher's exact test (Freeman-Halton), from random tables.",
        "Without a value: days 1, hand 3.",
    ]
