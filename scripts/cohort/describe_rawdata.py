"""Description, README and table of participants of the raw BIDS dataset."""

import logging

from restpain.cohort.datasets import raw_description, raw_participants, raw_readme
from restpain.io.files import write_text
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table, write_json, write_table

logger = logging.getLogger("describe_rawdata")


def describe_rawdata(
    *,
    table_path: str,
    described_path: str,
    origin_path: str | None,
    description_path: str,
    readme_path: str,
    participants_path: str,
    columns_path: str,
    source: str,
) -> None:
    everybody = read_table(table_path, dtype=str)
    table, described = raw_participants(everybody, read_json(described_path))
    left_out = everybody.columns.difference([*table.columns, "exclude"])
    logger.info("%d participants with raw data", len(table))
    logger.info("columns that hold what BIDS does not allow: %s", ", ".join(left_out) or "none")
    write_json(description_path, raw_description(origin_path))
    write_text(readme_path, raw_readme(source))
    write_table(participants_path, table)
    write_json(columns_path, described)


if __name__ == "__main__":
    run_job(describe_rawdata, snakemake)
