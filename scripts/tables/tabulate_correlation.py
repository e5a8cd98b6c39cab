"""Table 4: the features of the patients against their clinical score."""

import logging

from restpain.io.job import run_job
from restpain.io.tables import read_table, write_sidecar, write_table
from restpain.presentation.numbers import measure_name

logger = logging.getLogger("tabulate_correlation")

COLUMNS = {
    "measure": "Measure of the feature",
    "region": "AAL label of the feature's cluster",
    "hemisphere": "Side of the feature's cluster",
    "rho": "Spearman correlation of the feature with the score, patients only",
    "p": "Two-sided p of rho, not corrected for the number of features",
    "rho_low": "Lower end of the 95 % bootstrap interval of rho",
    "rho_high": "Upper end of the 95 % bootstrap interval of rho",
    "q_fdr": "False discovery rate over the rows of this table",
    "n": "Patients with a score",
    "score": "Column of the score in participants.tsv",
    "cluster_id": "Identifier of the feature's cluster",
}


def tabulate_correlation(
    *, association_path: str, table_path: str, columns_path: str, source: str
) -> None:
    table = read_table(association_path).reindex(columns=list(COLUMNS))
    table["measure"] = table["measure"].map(measure_name)
    logger.info("%d features", len(table))

    write_table(table_path, table)
    description = "Spearman correlation of regional features with the clinical score in patients"
    write_sidecar(columns_path, COLUMNS, description=description, source=source)


if __name__ == "__main__":
    run_job(tabulate_correlation, snakemake)
