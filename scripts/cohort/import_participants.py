"""Table of participants, checked and in one form."""

import logging

from restpain.cohort.participants import read_participants
from restpain.io.job import run_job
from restpain.io.tables import write_table

logger = logging.getLogger("import_participants")


def import_participants(
    *, table_path: str, participants_path: str, patients: str, controls: str
) -> None:
    table = read_participants(table_path, patients=patients, controls=controls)
    table["exclude"] = table["exclude"].replace("", None)
    counts = table["group"].value_counts()
    logger.info("%d rows: %s", len(table), ", ".join(f"{n} {g}" for g, n in counts.items()))
    logger.info("%d excluded with a reason", table["exclude"].notna().sum())
    write_table(participants_path, table)


if __name__ == "__main__":
    run_job(import_participants, snakemake)
