"""Manuscript tables as files: the same cells in every format, the same bytes every time."""

import io
import time
import zipfile
from datetime import UTC
from html.parser import HTMLParser

import pytest
from docx import Document

from restpain.io.tables import write_table
from restpain.tables.documents import CREATED, as_docx, as_html, as_latex, latex_text
from restpain.tables.manuscript import (
    Sheet,
    classification_sheet,
    regions_sheet,
)
from scripts.tables.export_tables import export_tables
from study import REGIONS

SHEET = Sheet("A & B", ["Name", "x"], [["<i>5 %_", "−1"], ["b", "2"]], ["p < 0.05."], 1)


def word_table(content):
    return Document(io.BytesIO(content)).tables[0]


def word_cells(content):
    return [[cell.text for cell in row.cells] for row in word_table(content).rows]


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


def test_latex_counts_the_tables_itself():
    text = as_latex(regions_sheet(REGIONS, simulated=True))

    assert r"\caption{SIMULATED DATA. Regions that differ" in text


def test_the_columns_of_word_fill_the_page_and_hold_the_words_of_their_heads(tables):
    sheet = classification_sheet(tables["table3_classification"], simulated=False)
    document = Document(io.BytesIO(as_docx(sheet)))
    section, table = document.sections[0], document.tables[0]
    widths = [column.width for column in table.columns]

    assert [cell.width for row in table.rows for cell in row.cells] == widths * len(table.rows)
    room = section.page_width - section.left_margin - section.right_margin
    assert sum(widths) == pytest.approx(room, abs=635 * len(widths))  # a twentieth of a point
    points = [width.pt - 2 * 5.4 for width in widths]  # without the margins of the cells
    for head, width in zip(sheet.head, points, strict=True):
        assert width > 6.5 * max(map(len, head.split())), head  # points of a wide, bold letter


def test_word_has_lines_a_repeated_head_and_no_clock(monkeypatch):
    first = as_docx(SHEET)
    tomorrow = time.time() + 86400
    monkeypatch.setattr(time, "time", lambda: tomorrow)

    assert as_docx(SHEET) == first
    archive = zipfile.ZipFile(io.BytesIO(first))
    assert {part.date_time[:3] for part in archive.infolist()} == {(1980, 1, 1)}
    properties = Document(io.BytesIO(first)).core_properties
    assert properties.created == properties.modified == CREATED.replace(tzinfo=UTC)
    assert (properties.title, properties.author) == ("A & B", "")
    rows = [row._tr.xml for row in word_table(first).rows]
    assert ["w:tblHeader" in row for row in rows] == [True, False, False]
    assert [row.count("<w:bottom") for row in rows] == [2, 0, 2]
    assert [row.count("<w:top") for row in rows] == [2, 0, 0]


def test_the_files_have_the_same_bytes_every_time(tmp_path, tables):
    made = []
    for folder in ("one", "two"):
        paths = {}
        for suffix in ("tsv", "html", "tex", "docx"):
            paths[suffix] = [tmp_path / folder / f"{name}.{suffix}" for name in tables]
        for path, table in zip(paths["tsv"], tables.values(), strict=True):
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
