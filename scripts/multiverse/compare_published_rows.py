"""Published regions over all universes: which reading has them, and what chance would give."""

import logging

import pandas as pd

from restpain.io.images import read_arrays
from restpain.io.job import run_job
from restpain.io.tables import read_printed, read_table, write_table
from restpain.multiverse.joint import joint_test
from restpain.multiverse.published_rows import (
    READINGS,
    ROWS,
    published_table,
    readings_table,
    rows_reproduced,
)
from restpain.published.arithmetic import INCONSISTENT

logger = logging.getLogger("compare_published_rows")

CHANCE = {
    "statistic": "Published rows with a cluster of the same sign and measure near the peak: of "
    "the main analysis, or of the universe that has most of them.",
    "observed": "Of the true groups.",
    "mean_permuted": "Mean over permuted groups, with the same search.",
    "q95_permuted": "Its 95 % quantile over permuted groups.",
    "p": "(1 + permutations with as many) / (1 + permutations).",
}


def compare_published_rows(
    *,
    published_path: str,
    audit_path: str,
    universes_path: str,
    matches_paths: list[str],
    hits_paths: list[str],
    rows_path: str,
    readings_path: str,
    chance_path: str,
    measures: list[str],
) -> None:
    published = read_printed(published_path)
    audit = read_table(audit_path, dtype=str)
    of_table2 = audit[(audit["table"] == "2") & (audit["verdict"] == INCONSISTENT)]
    audited = dict.fromkeys(audit.loc[audit["table"] == "2", "row"], 0)
    inconsistent = audited | of_table2["row"].value_counts().to_dict()
    universes = read_table(universes_path)
    matches = dict(zip(measures, map(read_table, matches_paths), strict=True))
    stored = dict(zip(measures, map(read_arrays, hits_paths), strict=True))
    hits = {measure: (one["universe"], one["hits"]) for measure, one in stored.items()}

    rows = published_table(published, matches, universes, inconsistent)
    write_table(rows_path, rows, ROWS)
    write_table(readings_path, readings_table(published, matches, universes), READINGS)
    counts = rows_reproduced(hits, universes)
    chance = pd.DataFrame(
        [
            {"statistic": "main analysis"} | joint_test(counts[0]),
            {"statistic": "best universe"} | joint_test(counts.max(axis=0)),
        ],
        columns=list(CHANCE),
    )
    write_table(chance_path, chance, CHANCE)
    logger.info("%s", chance.to_dict("records"))


if __name__ == "__main__":
    run_job(compare_published_rows, snakemake)
