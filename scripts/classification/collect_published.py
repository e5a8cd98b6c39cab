"""One table of arm A, published protocol, for all measures."""

import logging

import pandas as pd

from restpain.classification.columns import PUBLISHED, PUBLISHED_PREDICTIONS
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_table

logger = logging.getLogger("collect_published")


def collect_published(
    *,
    measure_published_paths: list[str],
    measure_predictions_paths: list[str],
    published_path: str,
    predictions_path: str,
) -> None:
    for parts, path, columns in (
        (measure_published_paths, published_path, PUBLISHED),
        (measure_predictions_paths, predictions_path, PUBLISHED_PREDICTIONS),
    ):
        # as text, so that every digit is kept
        tables = [read_table(part, dtype=str) for part in parts]
        filled = [table for table in tables if len(table)] or tables[:1]
        table = pd.concat(filled, ignore_index=True)
        logger.info("%s: %d rows of %d tables", path, len(table), len(tables))
        write_table(path, table, columns)


if __name__ == "__main__":
    run_job(collect_published, snakemake)
