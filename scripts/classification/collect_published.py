"""The published protocol's tables of all measures in one."""

import logging

import pandas as pd

from restpain.classification.columns import PUBLISHED, PUBLISHED_PREDICTIONS
from restpain.io.log import start_log
from restpain.io.tables import read_table, write_table

logger = logging.getLogger("collect_published")


def collect_published(
    *,
    published_parts: list[str],
    predictions_parts: list[str],
    published_path: str,
    predictions_path: str,
) -> None:
    for parts, path, columns in (
        (published_parts, published_path, PUBLISHED),
        (predictions_parts, predictions_path, PUBLISHED_PREDICTIONS),
    ):
        # as text, so that every digit stays as it was written
        tables = [read_table(part, dtype=str) for part in parts]
        filled = [table for table in tables if len(table)] or tables[:1]
        table = pd.concat(filled, ignore_index=True)
        logger.info("%s: %d rows of %d tables", path, len(table), len(tables))
        write_table(path, table, columns)


if __name__ == "__main__":
    start_log(snakemake.log[0])
    collect_published(
        published_parts=snakemake.input.published,
        predictions_parts=snakemake.input.predictions,
        published_path=snakemake.output.published,
        predictions_path=snakemake.output.predictions,
    )
