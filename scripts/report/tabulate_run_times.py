"""Processor time, wall time and memory of each rule of the run."""

import logging
from pathlib import Path

from restpain.io.job import run_job
from restpain.io.tables import read_table, write_table
from restpain.report.run_times import COLUMNS, run_times

logger = logging.getLogger("tabulate_run_times")


def tabulate_run_times(*, folder: str, times_path: str) -> None:
    found = sorted(Path(folder).rglob("*.tsv"))
    rules = [path.relative_to(folder).parts[0].removesuffix(".tsv") for path in found]
    table = run_times([(rule, read_table(path)) for rule, path in zip(rules, found, strict=True)])
    logger.info("%d benchmarks of %d rules", len(found), len(table))
    write_table(times_path, table, COLUMNS)


if __name__ == "__main__":
    run_job(tabulate_run_times, snakemake)
