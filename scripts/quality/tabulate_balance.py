"""Warnings about the analysed participants: values, balance of the groups, training sets."""

import logging

import pandas as pd

from restpain.cohort.design import two_sample_design
from restpain.cohort.design_warnings import (
    category_counts,
    group_warnings,
    one_group_sentences,
)
from restpain.cohort.participants import MEAN_FD, Comparison, included, read_participants
from restpain.cohort.table_values import value_warnings
from restpain.cohort.training_sets import training_warnings
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table, write_sidecar, write_table
from restpain.presentation.labels import shown_columns

logger = logging.getLogger("tabulate_balance")

COLUMNS = {
    "warning": "What is to be known of the analysed participants: values, balance of the groups, "
    "training sets. Sites with one group are told by the report."
}


def tabulate_balance(
    *,
    participants_path: str,
    described_path: str,
    quality_path: str,
    warnings_path: str,
    columns_path: str,
    comparison: dict,
    harmonise: bool,
    n_folds: int,
    score: str | None,
    shown: list[str] | None,
    seed: int,
) -> None:
    comparison = Comparison(**comparison)
    table = included(read_participants(participants_path, comparison))
    quality = read_table(quality_path).set_index("participant_id")
    table[MEAN_FD] = table["participant_id"].map(quality["mean_fd_jenkinson_mm"])
    levels = category_counts(table, comparison)
    sentences = [
        *one_group_sentences(levels[levels["covariate"] != comparison.site]),
        *group_warnings(table, comparison, described=read_json(described_path), seed=seed),
        *value_warnings(table, shown_columns(shown, list(comparison.covariates), score)),
        *training_warnings(
            table,
            comparison,
            levels,
            n_columns=len(two_sample_design(table, comparison).columns),
            n_folds=n_folds,
            harmonise=harmonise,
        ),
    ]
    for sentence in sentences:
        logger.warning("%s", sentence)
    write_table(warnings_path, pd.DataFrame({"warning": sentences}, dtype=object))
    write_sidecar(columns_path, COLUMNS)


if __name__ == "__main__":
    run_job(tabulate_balance, snakemake)
