"""Who enters the group level: the table of participants after quality control."""

import logging

from restpain.cohort.participants import MEAN_FD, Comparison, included, read_participants
from restpain.cohort.sites import checked_design
from restpain.io.job import run_job
from restpain.io.tables import column_entries, read_json, read_table, write_json, write_table

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
    left_out = quality["exclude"].dropna()
    for who, reason in left_out.items():
        table.loc[table["participant_id"] == who, "exclude"] = reason
    kept = included(table)
    kept[MEAN_FD] = kept["participant_id"].map(quality["mean_fd_jenkinson_mm"])
    try:
        checked_design(
            kept,
            comparison,
            harmonise=harmonise,
            n_folds=n_folds,
        )
    except ValueError as error:
        names = "; ".join(f"{who}: {reason}" for who, reason in left_out.items())
        raise ValueError(
            f"after quality control, which leaves out {len(left_out)} participants"
            f"{f' ({names})' if names else ''}, the group comparison is not possible:\n{error}"
        ) from None
    logger.info("%d of %d participants analysed", len(kept), len(table))
    table["exclude"] = table["exclude"].replace("", None)
    write_table(analysed_path, table)
    write_json(columns_path, read_json(described_path) | column_entries(COLUMNS))


if __name__ == "__main__":
    run_job(select_participants, snakemake)
