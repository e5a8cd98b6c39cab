"""Audit of the published tables: consistency of their printed numbers with each other."""

import logging
from pathlib import Path

from restpain.atlas import aal, brodmann
from restpain.io.images import read_mask
from restpain.io.job import run_job
from restpain.io.tables import read_printed, write_json, write_table
from restpain.published.audit import COLUMNS, audit, counts_by_table, study_of

logger = logging.getLogger("audit_published")


def audit_published(
    *,
    tables_paths: list[str],
    study_path: str,
    brain_path: str,
    findings_path: str,
    columns_path: str,
) -> None:
    tables = {Path(path).stem: read_printed(path) for path in tables_paths}
    findings = audit(
        tables,
        study_of(read_printed(study_path)),
        brain=read_mask(brain_path),
        aal=aal(),
        brodmann=brodmann(),
    )
    for counts in counts_by_table(findings):
        logger.info("cells: %s", counts)

    write_table(findings_path, findings)
    head = {
        "TableDescription": "Published tables checked for consistency; numbers that do not agree "
        "within their rounding are inconsistent",
        "Cells": counts_by_table(findings),
    }
    columns = {name: {"Description": text} for name, text in COLUMNS.items()}
    write_json(columns_path, head | columns)


if __name__ == "__main__":
    run_job(audit_published, snakemake)
