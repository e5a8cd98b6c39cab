"""Tables 1 to 4 for a manuscript: the published columns, as HTML, LaTeX and Word.

A ``Sheet`` is plain text; the three writers give the same bytes for the same sheet.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from html import escape

import pandas as pd

from restpain.presentation.numbers import (
    EN_DASH,
    MINUS,
    PLUS_MINUS,
    integer,
    is_missing,
    number,
    p_value,
    region_name,
)

LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    MINUS: "$-$", PLUS_MINUS: r"$\pm$", EN_DASH: "--", "<": "$<$", ">": "$>$", "ρ": r"$\rho$",
    "\N{NARROW NO-BREAK SPACE}": r"\,",
}  # fmt: skip
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WORD_PAGE, WORD_MARGIN = 16838, 1134  # width of A4 on its side and 2 cm, in twentieths of a point
LONGEST = 30  # letters of a cell that count for the width of its column
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a ZIP archive, so that no clock goes into the file


@dataclass(frozen=True)
class Sheet:
    """A table for readers.

    Attributes
    ----------
    title : str
        Its caption.
    head : list of str
        Names of the columns.
    rows : list of list of str
        Cells, one list per row.
    notes : list of str
        Footnotes, a sentence each.
    n_words : int
        Columns on the left that hold words; the others hold numbers and are set to the right.
    """

    title: str
    head: list[str]
    rows: list[list[str]]
    notes: list[str]
    n_words: int


# ---------------------------------------------------------------- sheets


def demographics_sheet(table: pd.DataFrame, *, simulated: bool) -> Sheet:
    """Table 1; the tests are named in the footnotes and marked at their p."""
    marks = {"two-sample t": "a", "chi-square": "b"}
    n = {group: _largest(table[f"{group}_n"]) for group in ("patients", "controls")}
    rows = [
        [
            row.row,
            _text(row.patients),
            _text(row.controls),
            "" if is_missing(row.p) else f"{p_value(row.p)} ({marks.get(row.test, 'c')})",
        ]
        for row in table.itertuples()
    ]
    notes = [
        "Mean±SD (range), n (%) or n/n.",
        "(a) Two-sample t-test with pooled variance, two-sided.",
        "(b) Chi-square test without continuity correction.",
    ]
    head = ["Variable", f"Patients (n = {n['patients']})", f"Controls (n = {n['controls']})", "p"]
    title = "Table 1. Demographic and clinical characteristics"
    return Sheet(_titled(title, simulated), head, rows, notes, 1)


def regions_sheet(table: pd.DataFrame, *, simulated: bool) -> Sheet:
    """Table 2; connectivity names its seed."""
    places = _places(table)
    seeds = list(dict.fromkeys(table["seed"].dropna()))
    rows = [
        [
            row.measure if is_missing(row.seed) else f"{row.measure} ({row.seed})",
            places[row.Index],
            _text(row.hemisphere),
            EN_DASH if is_missing(row.brodmann_area) else str(row.brodmann_area),
            *(number(value, 0) for value in (row.x_mm, row.y_mm, row.z_mm)),
            number(row.t, 2),
        ]
        for row in table.itertuples()
    ]
    notes = [
        f"t: two-sample t-test of the group model at the peak, patients {MINUS} controls.",
        "Gaussian random field correction of clusters.",
        "BA: Brodmann area at the peak; x, y, z: peak in MNI space, mm.",
    ]
    if seeds:
        named = "; ".join(_seed_words(table, seed) for seed in seeds)
        notes.append(f"In parentheses after FC, its seed: {named}.")
    head = ["Measure", "Region", "Hemisphere", "BA", "x", "y", "z", "t"]
    title = "Table 2. Regions that differ between patients and controls"
    return Sheet(_titled(title, simulated), head, rows, _noted(notes, rows), 3)


def classification_sheet(table: pd.DataFrame, *, simulated: bool) -> Sheet:
    """Table 3: the rows of the published protocol, then the leak-free arm and comparators."""
    rows = []
    places = _places(table)
    for row in table.itertuples():
        features = places[row.Index]
        if row.arm != "A":
            features = f"arm {row.arm}: {_text(row.region)}"
        elif row.cluster_id == "all":
            features = "all features together"
        rows.append(
            [
                row.measure,
                features,
                _text(row.hemisphere),
                *(number(value, 3) for value in (row.auc, row.loocv_auc, row.cutoff)),
                *(
                    number(value, 1)
                    for value in (
                        row.sensitivity_percent,
                        row.specificity_percent,
                        row.accuracy_percent,
                    )
                ),
            ]
        )
    notes = [
        "Without an arm: published protocol, regions chosen on all participants (circular); "
        "means over the test sets.",
        "Other arms: what is chosen or fitted comes from the training folds alone; out of fold.",
        "AUC: area under the ROC curve; LOO: leave-one-out inside the training sets.",
    ]
    head = ["Measure", "Region", "Hemisphere", "AUC", "LOO AUC", "Cutoff"]
    head += ["Sensitivity (%)", "Specificity (%)", "Accuracy (%)"]
    title = "Table 3. Classification of patients and controls"
    return Sheet(_titled(title, simulated), head, rows, notes, 3)


def correlation_sheet(table: pd.DataFrame, *, simulated: bool) -> Sheet:
    """Table 4."""
    places = _places(table)
    rows = [
        [
            row.measure,
            places[row.Index],
            _text(row.hemisphere),
            number(row.rho, 3),
            p_value(row.p),
        ]
        for row in table.itertuples()
    ]
    n = sorted({integer(value) for value in table["n"]})
    notes = ["Spearman's rank correlation in patients, two-sided p, not corrected."]
    notes += [f"n = {', '.join(n)}."] if n else []
    head = ["Measure", "Region", "Hemisphere", "ρ", "p"]
    title = "Table 4. Correlation of the features with the clinical score in patients"
    return Sheet(_titled(title, simulated), head, rows, _noted(notes, rows), 3)


SHEETS = {
    "table1_demographics": demographics_sheet,
    "table2_regions": regions_sheet,
    "table3_classification": classification_sheet,
    "table4_correlation": correlation_sheet,
}


def _places(table: pd.DataFrame) -> pd.Series:
    """Names of the regions; of several clusters of a measure in one region, with their labels."""
    names = table["region"].map(region_name)
    several = table.duplicated(["measure", "region", "hemisphere"], keep=False)
    labels = " (" + table["cluster_id"].astype(str) + ")"
    return names.where(~(several & table["region"].notna()), names + labels)


def _seed_words(table: pd.DataFrame, seed: str) -> str:
    """Where a seed is: the region of the cluster of its name, if it is one."""
    cluster = table[table["cluster_id"] == seed]
    if not len(cluster):
        return seed
    hemisphere = _text(cluster["hemisphere"].iloc[0])
    return ", ".join(
        filter(None, [f"{seed} {region_name(cluster['region'].iloc[0])}", hemisphere])
    )


def _titled(title: str, simulated: bool) -> str:
    return f"SIMULATED DATA. {title}" if simulated else title


def _noted(notes: list[str], rows: list) -> list[str]:
    return notes if rows else ["No cluster survived the correction.", *notes]


def _text(value) -> str:
    return "" if is_missing(value) else str(value)


def _largest(values: pd.Series) -> str:
    return integer(values.max()) if len(values.dropna()) else "0"


# ---------------------------------------------------------------- writers


def as_html(sheet: Sheet) -> str:
    """One HTML page with the table."""

    def cells(row: list[str], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=n' if index >= sheet.n_words else ''}>{escape(text)}</{tag}>"
            for index, text in enumerate(row)
        )

    body = "\n".join(f"<tr>{cells(row, 'td')}</tr>" for row in sheet.rows)
    notes = " ".join(escape(note) for note in sheet.notes)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{escape(sheet.title)}</title>
<style>
body {{ font: 15px/1.45 "Times New Roman", "DejaVu Serif", serif; margin: 2em; }}
table {{ border-collapse: collapse; border-top: 1.5px solid; border-bottom: 1.5px solid; }}
caption {{ text-align: left; font-weight: bold; padding-bottom: 6px; }}
th, td {{ padding: 3px 14px 3px 0; text-align: left; vertical-align: top; }}
thead th {{ border-bottom: 1px solid; }}
.n {{ text-align: right; white-space: nowrap; }}
</style>
</head>
<body>
<table>
<caption>{escape(sheet.title)}</caption>
<thead><tr>{cells(sheet.head, "th")}</tr></thead>
<tbody>
{body}
</tbody>
</table>
<p>{notes}</p>
</body>
</html>
"""


def as_latex(sheet: Sheet) -> str:
    """Write a LaTeX table; it needs the packages booktabs and graphicx (``resizebox``).

    Its caption has no number: LaTeX counts the tables of the manuscript.
    """
    caption = re.sub(r"\bTable \d+\. ", "", sheet.title)
    columns = "l" * sheet.n_words + "r" * (len(sheet.head) - sheet.n_words)
    rows = [" & ".join(latex_text(text) for text in row) + r" \\" for row in sheet.rows]
    return "\n".join(
        [
            r"\begin{table}",
            rf"\caption{{{latex_text(caption)}}}",
            r"\resizebox{\textwidth}{!}{%",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            " & ".join(latex_text(text) for text in sheet.head) + r" \\",
            r"\midrule",
            *rows,
            r"\bottomrule",
            r"\end{tabular}}",
            rf"\par\footnotesize {' '.join(latex_text(note) for note in sheet.notes)}",
            r"\end{table}",
            "",
        ]
    )


def latex_text(text: str) -> str:
    """Write a text so that LaTeX prints it as it is."""
    return "".join(LATEX.get(character, character) for character in text)


def as_docx(sheet: Sheet) -> bytes:
    """Write a Word document with the table, by the rules of Office Open XML (ECMA-376)."""
    header = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    widths = _word_widths(sheet)
    rows = [_word_row(sheet.head, sheet.n_words, widths, bold=True, line="single")]
    rows += [_word_row(row, sheet.n_words, widths, bold=False, line="nil") for row in sheet.rows]
    margins = " ".join(f'w:{side}="{WORD_MARGIN}"' for side in ("top", "right", "bottom", "left"))
    edges = "".join(f'<w:{side} w:val="single" w:sz="12"/>' for side in ("top", "bottom"))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    document = (
        f'{header}<w:document xmlns:w="{WORD}"><w:body>'
        f"{_word_paragraph(sheet.title, bold=True)}"
        f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{edges}</w:tblBorders>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
        f"{_word_paragraph(' '.join(sheet.notes))}"
        f'<w:sectPr><w:pgSz w:w="{WORD_PAGE}" w:h="11906" w:orient="landscape"/>'
        f"<w:pgMar {margins}/>"
        "</w:sectPr>"
        "</w:body></w:document>"
    )
    types = (
        f'{header}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{WORD_TYPE}"/></Types>'
    )
    relations = (
        f'{header}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}" Target="word/document.xml"/></Relationships>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("[Content_Types].xml", types),
            ("_rels/.rels", relations),
            ("word/document.xml", document),
        ):
            entry = zipfile.ZipInfo(name, date_time=EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def _word_widths(sheet: Sheet) -> list[int]:
    """Widths of the columns, by their cells and by the words of their heads, which are bold."""
    letters = [
        max(1.3 * max(map(len, head.split())), min(max(map(len, cells), default=0), LONGEST)) + 3
        for head, *cells in zip(sheet.head, *sheet.rows, strict=True)
    ]
    return [int((WORD_PAGE - 2 * WORD_MARGIN) * one / sum(letters)) for one in letters]


def _word_row(cells: list[str], n_words: int, widths: list[int], *, bold: bool, line: str) -> str:
    border = f'<w:tcBorders><w:bottom w:val="{line}" w:sz="6"/></w:tcBorders>'
    repeat = "<w:trPr><w:tblHeader/></w:trPr>" if bold else ""
    written = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{border}</w:tcPr>'
        f"{_word_paragraph(text, bold=bold, right=index >= n_words)}</w:tc>"
        for index, (text, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"<w:tr>{repeat}{written}</w:tr>"


def _word_paragraph(text: str, *, bold: bool = False, right: bool = False) -> str:
    place = '<w:jc w:val="right"/>' if right else ""
    weight = "<w:b/>" if bold else ""
    return (
        f'<w:p><w:pPr><w:spacing w:after="40"/>{place}</w:pPr><w:r><w:rPr>{weight}'
        f'<w:sz w:val="18"/></w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )
