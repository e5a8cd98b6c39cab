"""Tables 1 to 4 of a manuscript as HTML, LaTeX and Word."""

import logging
from pathlib import Path

from restpain.io.files import write_bytes, write_text
from restpain.io.job import run_job
from restpain.io.tables import read_table
from restpain.tables.documents import as_docx, as_html, as_latex
from restpain.tables.manuscript import SHEETS

logger = logging.getLogger("export_tables")


def export_tables(
    *,
    tables_paths: list[str],
    html_paths: list[str],
    latex_paths: list[str],
    word_paths: list[str],
    source: str,
) -> None:
    for table_path, html_path, latex_path, word_path in zip(
        tables_paths, html_paths, latex_paths, word_paths, strict=True
    ):
        table = read_table(table_path, dtype={"brodmann_area": str})
        sheet = SHEETS[Path(table_path).stem](table, simulated=source == "simulated")
        logger.info("%s: %d rows", Path(table_path).stem, len(sheet.rows))
        write_text(html_path, as_html(sheet))
        write_text(latex_path, as_latex(sheet))
        write_bytes(word_path, as_docx(sheet))


if __name__ == "__main__":
    run_job(export_tables, snakemake)
