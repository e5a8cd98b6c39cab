"""Table 1: the analysed participants, group against group."""

import logging

from restpain.cohort.participants import read_participants
from restpain.io.job import run_job
from restpain.io.tables import write_sidecar, write_table
from restpain.tables.demographics import COLUMNS, demographics

logger = logging.getLogger("tabulate_demographics")


def tabulate_demographics(
    *,
    participants_path: str,
    table_path: str,
    columns_path: str,
    patients: str,
    controls: str,
    covariates: list[str],
    score: str | None,
    source: str,
) -> None:
    participants = read_participants(participants_path, patients=patients, controls=controls)
    included = participants[participants["exclude"] == ""]
    names = [*covariates, *([score] if score else [])]
    table = demographics(included, patients=patients, controls=controls, columns=names)
    logger.info("%d participants analysed, %d rows", len(included), len(table))

    write_table(table_path, table)
    description = (
        "Demographic and clinical characteristics of the analysed participants "
        f"(patients: {(included['group'] == patients).sum()}, "
        f"controls: {(included['group'] == controls).sum()})"
    )
    write_sidecar(columns_path, COLUMNS, description=description, source=source)


if __name__ == "__main__":
    run_job(tabulate_demographics, snakemake)
