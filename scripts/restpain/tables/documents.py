"""Files of a manuscript table: HTML, LaTeX and Word; the same sheet gives the same bytes."""

import io
import re
import zipfile
from datetime import datetime

import pandas as pd
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt

from restpain.presentation.numbers import EN_DASH, MINUS, PLUS_MINUS
from restpain.presentation.pages import render_page
from restpain.tables.manuscript import Sheet

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{ title }}</title>
<style>
body { font: 15px/1.45 "Times New Roman", "DejaVu Serif", serif; margin: 2em; }
table { border-collapse: collapse; border-top: 1.5px solid; border-bottom: 1.5px solid; }
caption { text-align: left; font-weight: bold; padding-bottom: 6px; }
th, td { padding: 3px 14px 3px 0; text-align: left; vertical-align: top; }
thead th { border-bottom: 1px solid; }
.n { text-align: right; white-space: nowrap; }
</style>
</head>
<body>
<table>
<caption>{{ title }}</caption>
<thead><tr>{% for cell in head %}
<th{{ " class=n" if loop.index > n_words }}>{{ cell }}</th>
{%- endfor %}</tr></thead>
<tbody>
{% for row in rows %}
<tr>{% for cell in row %}
<td{{ " class=n" if loop.index > n_words }}>{{ cell }}</td>
{%- endfor %}</tr>
{% endfor %}
</tbody>
</table>
<p>{{ notes | join(" ") }}</p>
</body>
</html>
"""
LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    MINUS: "$-$", PLUS_MINUS: r"$\pm$", EN_DASH: "--", "<": "$<$", ">": "$>$", "ρ": r"$\rho$",
    "\N{NARROW NO-BREAK SPACE}": r"\,",
}  # fmt: skip
A4_WIDTH, A4_HEIGHT, MARGIN = Cm(29.7), Cm(21), Cm(2)  # landscape
LONGEST = 30  # letters of a cell that count for the width of its column
CREATED = datetime(1980, 1, 1)  # earliest date of a ZIP archive: no clock enters the file


def as_html(sheet: Sheet) -> str:
    """HTML page with the table."""
    return render_page(PAGE, vars(sheet)) + "\n"


def as_latex(sheet: Sheet) -> str:
    """LaTeX table; it needs the packages booktabs and graphicx (``resizebox``).

    The caption has no number: LaTeX counts the tables of the manuscript.
    """
    caption = re.sub(r"\bTable \d+\. ", "", sheet.title)
    table = pd.DataFrame(sheet.rows, columns=[latex_text(text) for text in sheet.head])
    tabular = (
        table.style.hide(axis="index")
        .format(latex_text)
        .to_latex(
            column_format="l" * sheet.n_words + "r" * (len(sheet.head) - sheet.n_words),
            hrules=True,
        )
    )
    notes = " ".join(latex_text(note) for note in sheet.notes)
    return (
        f"\\begin{{table}}\n\\caption{{{latex_text(caption)}}}\n"
        f"\\resizebox{{\\textwidth}}{{!}}{{%\n{tabular.rstrip()}}}\n"
        f"\\par\\footnotesize {notes}\n\\end{{table}}\n"
    )


def latex_text(text: str) -> str:
    """Text with the characters that are special to LaTeX escaped."""
    return "".join(LATEX.get(character, character) for character in text)


def as_docx(sheet: Sheet) -> bytes:
    """Word document with the table on a landscape A4 page."""
    document = Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = sheet.title, "", ""
    properties.created = properties.modified = CREATED
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = A4_WIDTH, A4_HEIGHT
    section.top_margin = section.bottom_margin = MARGIN
    section.left_margin = section.right_margin = MARGIN

    _write(document.add_paragraph(), sheet.title, bold=True)
    table = document.add_table(len(sheet.rows) + 1, len(sheet.head))
    table.autofit = False
    widths = _column_widths(sheet)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for index, (row, texts) in enumerate(zip(table.rows, [sheet.head, *sheet.rows], strict=True)):
        edges = {"top": 12, "bottom": 6} if index == 0 else {}
        edges |= {"bottom": 12} if index == len(sheet.rows) else {}
        for column, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = widths[column]
            right = column >= sheet.n_words
            _write(cell.paragraphs[0], text, bold=index == 0, right=right)
            _draw_edges(cell, edges)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    _write(document.add_paragraph(), " ".join(sheet.notes))

    content = io.BytesIO()
    document.save(content)
    return _without_clock(content)


def _write(paragraph, text: str, *, bold: bool = False, right: bool = False) -> None:
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(9)
    paragraph.paragraph_format.space_after = Pt(2)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _draw_edges(cell, edges: dict[str, int]) -> None:
    """Lines of a cell, in eighths of a point; python-docx has no function for them."""
    borders = OxmlElement("w:tcBorders")
    for side, size in edges.items():
        line = OxmlElement(f"w:{side}")
        line.set(qn("w:val"), "single")
        line.set(qn("w:sz"), str(size))
        borders.append(line)
    cell._tc.get_or_add_tcPr().append(borders)


def _column_widths(sheet: Sheet) -> list[Length]:
    """Widths from the longest cell and the longest word of the head, which is bold."""
    letters = [
        max(1.3 * max(map(len, head.split())), min(max(map(len, cells), default=0), LONGEST)) + 3
        for head, *cells in zip(sheet.head, *sheet.rows, strict=True)
    ]
    room = A4_WIDTH - 2 * MARGIN
    return [Length(int(room * one / sum(letters))) for one in letters]


def _without_clock(content: io.BytesIO) -> bytes:
    """Archive with the same parts, each dated ``CREATED``."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(content) as parts, zipfile.ZipFile(fixed, "w") as archive:
        for name in parts.namelist():
            part = zipfile.ZipInfo(name, date_time=CREATED.timetuple()[:6])
            archive.writestr(part, parts.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
