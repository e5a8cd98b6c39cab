"""Tables for a manuscript: the same cells in HTML, LaTeX and Word, the same bytes every time."""

import io
import re
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

import pandas as pd
import pytest

from restpain.cohort.participants import Comparison
from restpain.io.tables import write_table
from restpain.tables.demographics import demographics
from restpain.tables.manuscript import (
    SHEETS,
    WORD,
    Sheet,
    as_docx,
    as_html,
    as_latex,
    classification_sheet,
    correlation_sheet,
    demographics_sheet,
    latex_text,
    regions_sheet,
)
from scripts.tables.export_tables import export_tables
from scripts.tables.tabulate_classification import classification_table
from study import ASSOCIATION, NESTED, PUBLISHED, REGIONS

PEOPLE = pd.DataFrame(
    {
        "group": ["CP"] * 3 + ["HC"] * 3,
        "age": ["60", "61", "62", "63", "64", "65"],
        "sex": ["M", "M", "F", "M", "F", "F"],
    }
)
TABLES = {
    "table1_demographics": demographics(PEOPLE, Comparison("CP", "HC"), columns=[]),
    "table2_regions": REGIONS,
    "table3_classification": classification_table(PUBLISHED, NESTED),
    "table4_correlation": ASSOCIATION,
}
SHEET = Sheet("A & B", ["Name", "x"], [["<i>5 %_", "−1"], ["b", "2"]], ["p < 0.05."], 1)


def word_cells(content):
    document = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml")
    rows = ElementTree.fromstring(document).iter(f"{{{WORD}}}tr")
    return [["".join(cell.itertext()) for cell in row.iter(f"{{{WORD}}}tc")] for row in rows]


class Cells(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.rows = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1] and self.lasttag in ("td", "th"):
            self.rows[-1][-1] += data.strip()


def test_html_and_word_hold_the_same_cells_whatever_is_in_them():
    expected = [SHEET.head, *SHEET.rows]

    assert word_cells(as_docx(SHEET)) == expected
    assert Cells(as_html(SHEET)).rows == expected


def test_latex_prints_what_is_special_to_it():
    assert latex_text(r"5 %_&#{}~^\$") == (
        r"5 \%\_\&\#\{\}\textasciitilde{}\textasciicircum{}\textbackslash{}\$"
    )
    text = as_latex(SHEET)
    assert r"$<$i$>$5 \%\_ & $-$1 \\" in text
    assert text.count(r"\begin{") == text.count(r"\end{")
    assert r"\begin{tabular}{lr}" in text


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("rows", [slice(None), slice(0)])
def test_every_table_has_its_published_columns_with_or_without_rows(name, rows):
    table = TABLES[name].iloc[rows]

    sheet = SHEETS[name](table, simulated=False)

    assert len(sheet.rows) == len(table)
    assert all(len(row) == len(sheet.head) for row in sheet.rows)
    assert as_latex(sheet).isascii()
    assert len(word_cells(as_docx(sheet))) == len(table) + 1


def test_table_1_says_how_many_and_which_test():
    sheet = demographics_sheet(TABLES["table1_demographics"], simulated=True)

    assert sheet.title.startswith("SIMULATED DATA. Table 1")
    assert sheet.head == ["Variable", "Patients (n = 3)", "Controls (n = 3)", "p"]
    assert sheet.rows[0] == [
        "Age (years)",
        "61.00±1.00 (60–62)",
        "64.00±1.00 (63–65)",
        "0.021 (a)",
    ]
    assert sheet.rows[1][3].endswith("(b)")


def test_tables_2_to_4_are_written_as_the_published_ones():
    assert regions_sheet(REGIONS, simulated=False).rows[1] == [
        *("ALFF", "Inferior temporal gyrus", "right", "–", "48", "−36", "−21", "4.90"),
    ]
    table = classification_sheet(TABLES["table3_classification"], simulated=False)
    assert table.rows[0][3:] == ["0.900", "0.850", "0.500", "80.0", "75.0", "77.5"]
    assert table.rows[2][1].startswith("arm B nested")
    assert correlation_sheet(ASSOCIATION, simulated=False).rows[0][3:] == ["0.131", "0.570"]


def test_clusters_of_one_region_are_told_apart_and_connectivity_names_its_seed():
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
        }
    )

    regions = regions_sheet(table, simulated=False)

    assert [row[:2] for row in regions.rows] == [
        ["ALFF", "Inferior temporal gyrus"],
        ["FC (ALFF1)", "Precentral gyrus (FC1)"],
        ["FC (ALFF1)", "Precentral gyrus (FC2)"],
        ["FC (insula)", "Insula"],
    ]
    assert regions.notes[-1] == (
        "In parentheses after FC, its seed: ALFF1 Inferior temporal gyrus, left; insula."
    )
    correlation = correlation_sheet(table, simulated=False)
    assert [row[1] for row in correlation.rows] == [row[1] for row in regions.rows]


def test_latex_counts_the_tables_itself():
    text = as_latex(regions_sheet(REGIONS, simulated=True))

    assert r"\caption{SIMULATED DATA. Regions that differ" in text


def test_the_columns_of_word_fill_the_page_and_hold_the_words_of_their_heads():
    sheet = classification_sheet(TABLES["table3_classification"], simulated=False)
    document = zipfile.ZipFile(io.BytesIO(as_docx(sheet))).read("word/document.xml").decode()
    page, margin = (
        int(re.search(rf'w:{name}="(\d+)"', document)[1]) for name in ("pgSz w:w", "left")
    )
    widths = [int(width) for width in re.findall(r'<w:gridCol w:w="(\d+)"/>', document)]
    cells = [int(width) for width in re.findall(r'<w:tcW w:w="(\d+)"', document)]

    assert cells == widths * (len(sheet.rows) + 1)
    assert 0 <= page - 2 * margin - sum(widths) < len(widths)
    points = [width / 20 - 2 * 5.4 for width in widths]  # without the margins of the cells
    for head, width in zip(sheet.head, points, strict=True):
        assert width > 6.5 * max(map(len, head.split())), head  # points of a wide, bold letter


def test_an_empty_table_says_why():
    assert regions_sheet(REGIONS.iloc[:0], simulated=False).notes[0].startswith("No cluster")


def test_the_files_have_the_same_bytes_every_time(tmp_path):
    made = []
    for folder in ("one", "two"):
        paths = {}
        for suffix in ("tsv", "html", "tex", "docx"):
            paths[suffix] = [tmp_path / folder / f"{name}.{suffix}" for name in TABLES]
        for path, table in zip(paths["tsv"], TABLES.values(), strict=True):
            write_table(path, table)
        export_tables(
            tables_paths=paths["tsv"],
            html_paths=paths["html"],
            latex_paths=paths["tex"],
            word_paths=paths["docx"],
            source="bids",
        )
        made.append([path.read_bytes() for paths_ in paths.values() for path in paths_])

    assert made[0] == made[1]
    assert not any(b"SIMULATED" in content for content in made[0])
