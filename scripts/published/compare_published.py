"""Published vs recomputed tables, cell by cell."""

import logging
from pathlib import Path

from restpain.io.files import write_text
from restpain.io.job import run_job
from restpain.io.tables import read_printed, read_table, sidecar, write_json, write_table
from restpain.presentation.pages import render_page
from restpain.published.audit import study_of
from restpain.published.comparison import (
    ABSENT,
    COLUMNS,
    DIFFERENT,
    SAME,
    UNCOMPARED,
    VERDICTS,
    WITHIN,
    comparison,
    comparison_rows,
    counts,
)

logger = logging.getLogger("compare_published")

CLASSES = {SAME: "same", WITHIN: "", DIFFERENT: "different", ABSENT: "none", UNCOMPARED: "none"}


def compare_published(
    *,
    published_paths: list[str],
    study_path: str,
    ours_paths: list[str],
    template_path: str,
    comparison_path: str,
    columns_path: str,
    page_path: str,
    n_splits: int,
    source: str,
) -> None:
    numbers = [f"table{number}" for number in (1, 2, 3, 4)]
    published = [read_printed(path) for path in published_paths]
    ours = [read_table(path, dtype={"brodmann_area": str}) for path in ours_paths]
    table = comparison(
        dict(zip(numbers, published, strict=True)),
        study_of(read_printed(study_path)),
        dict(zip(numbers, ours, strict=True)),
        n_splits=n_splits,
    )
    for row in counts(table):
        logger.info("cells: %s", row)

    write_table(comparison_path, table)
    write_json(
        columns_path,
        sidecar("Published tables next to the recomputed ones", COLUMNS, source=source)
        | {"Cells": counts(table)},
    )
    page = {
        "simulated": source == "simulated",
        "counts": counts(table),
        "verdicts": VERDICTS,
        "classes": CLASSES,
        "groups": comparison_rows(table),
    }
    write_text(page_path, render_page(Path(template_path).read_text(encoding="utf-8"), page))


if __name__ == "__main__":
    run_job(compare_published, snakemake)
