"""Table 4: correlation of the features with the clinical score in patients."""

import logging

from restpain.association.features import COLUMNS as ASSOCIATION_COLUMNS
from restpain.io.job import run_job
from restpain.io.tables import read_table, sidecar, write_json, write_table
from restpain.presentation.numbers import measure_name

logger = logging.getLogger("tabulate_correlation")

COLUMNS = {
    name: ASSOCIATION_COLUMNS[name]
    for name in (
        *("measure", "region", "hemisphere", "rho", "p", "rho_low", "rho_high", "q_fdr", "n"),
        *("score", "cluster_id"),
    )
}


def tabulate_correlation(
    *, association_path: str, table_path: str, columns_path: str, source: str
) -> None:
    table = read_table(association_path).reindex(columns=list(COLUMNS))
    table["measure"] = table["measure"].map(measure_name)
    logger.info("%d features", len(table))

    write_table(table_path, table)
    description = "Spearman correlation of regional features with the clinical score in patients"
    write_json(columns_path, sidecar(description, COLUMNS, source=source))


if __name__ == "__main__":
    run_job(tabulate_correlation, snakemake)
