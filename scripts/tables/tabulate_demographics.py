"""Table 1: demographic and clinical characteristics of the analysed participants."""

import logging

from restpain.cohort.participants import Comparison, included, read_participants
from restpain.io.job import run_job
from restpain.io.tables import read_json, write_sidecar, write_table
from restpain.presentation.labels import shown_columns
from restpain.tables.demographics import COLUMNS, demographics

logger = logging.getLogger("tabulate_demographics")


def tabulate_demographics(
    *,
    participants_path: str,
    described_path: str,
    table_path: str,
    columns_path: str,
    comparison: dict,
    score: str | None,
    source: str,
    columns: list[str] | None,
    skewed: list[str],
    seed: int,
) -> None:
    comparison = Comparison(**comparison)
    participants = read_participants(participants_path, comparison)
    analysed = included(participants)
    table = demographics(
        analysed,
        comparison,
        columns=shown_columns(columns, list(comparison.covariates), score),
        skewed=skewed,
        described=read_json(described_path),
        seed=seed,
    )
    logger.info("%d participants analysed, %d rows", len(analysed), len(table))

    write_table(table_path, table)
    description = (
        "Demographic and clinical characteristics of the analysed participants "
        f"(patients: {(analysed['group'] == comparison.patients).sum()}, "
        f"controls: {(analysed['group'] == comparison.controls).sum()})"
    )
    write_sidecar(columns_path, COLUMNS, description=description, source=source)


if __name__ == "__main__":
    run_job(tabulate_demographics, snakemake)
