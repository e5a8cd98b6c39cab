"""Description, README and table of participants of the raw BIDS dataset."""

import logging

from restpain.cohort.datasets import RAW, raw_participants, raw_readme
from restpain.io.files import write_text
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table, write_json, write_table

logger = logging.getLogger("describe_rawdata")


def describe_rawdata(
    *,
    table_path: str,
    described_path: str,
    description_path: str,
    readme_path: str,
    participants_path: str,
    columns_path: str,
    source: str,
) -> None:
    table = raw_participants(read_table(table_path, dtype=str))
    described = read_json(described_path)
    logger.info("%d participants with raw data", len(table))
    write_json(description_path, RAW)
    write_text(readme_path, raw_readme(source))
    write_table(participants_path, table)
    write_json(columns_path, {name: described[name] for name in table if name in described})


if __name__ == "__main__":
    run_job(describe_rawdata, snakemake)
