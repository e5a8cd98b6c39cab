"""Table of participants with the exclusions of the quality control."""

import logging

from restpain.cohort.participants import MEAN_FD, Comparison, included, read_participants
from restpain.cohort.sites import checked_design
from restpain.cohort.training_sets import training_problems
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table, write_sidecar, write_table
from restpain.presentation.numbers import counted

logger = logging.getLogger("select_participants")

COLUMNS = {
    "exclude": "Reason why the participant is not analysed, n/a if analysed; it begins with "
    "quality if a rating or a limit of the quality control is the reason."
}


def select_participants(
    *,
    participants_path: str,
    described_path: str,
    quality_path: str,
    analysed_path: str,
    columns_path: str,
    comparison: dict,
    harmonise: bool,
    n_folds: int,
) -> None:
    comparison = Comparison(**comparison)
    table = read_participants(participants_path, comparison)
    quality = read_table(quality_path, dtype={"exclude": str}).set_index("participant_id")
    excluded = quality["exclude"].dropna()
    for who, reason in excluded.items():
        table.loc[table["participant_id"] == who, "exclude"] = reason
    kept = included(table)
    kept[MEAN_FD] = kept["participant_id"].map(quality["mean_fd_jenkinson_mm"])
    folds = {"n_folds": n_folds, "harmonise": harmonise}
    try:
        folds["n_columns"] = len(checked_design(kept, comparison, **folds).columns)
        if problems := training_problems(kept, comparison, **folds):
            raise ValueError("\n".join(problems))
    except ValueError as error:
        names = "; ".join(f"{who}: {reason}" for who, reason in excluded.items())
        raise ValueError(
            f"after quality control, which excludes {counted(len(excluded), 'participant')}"
            f"{f' ({names})' if names else ''}, the group comparison is not possible:\n{error}"
        ) from None
    logger.info("%d of %d analysed", len(kept), len(table))
    table["exclude"] = table["exclude"].replace("", None)
    write_table(analysed_path, table)
    write_sidecar(columns_path, read_json(described_path) | COLUMNS)


if __name__ == "__main__":
    run_job(select_participants, snakemake)
