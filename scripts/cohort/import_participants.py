"""Table of participants of the user, checked and in one form, with its sidecar."""

import logging

from restpain.cohort.described import read_described
from restpain.cohort.levels import SEX_LABELS, with_joined_sex, with_labelled_codes
from restpain.cohort.participants import COLUMNS, Comparison, read_participants
from restpain.io.job import run_job
from restpain.io.tables import write_json, write_table

logger = logging.getLogger("import_participants")


def import_participants(
    *,
    table_path: str,
    columns_path: str | None,
    participants_path: str,
    described_path: str,
    comparison: dict,
    columns: dict,
    categories: dict,
) -> None:
    table = read_participants(table_path, Comparison(**comparison), columns, judge_groups=False)
    written = {COLUMNS[key]: name for key, name in columns.items()}
    described = read_described(columns_path, list(table.columns), written)
    table, described = with_labelled_codes(table, described, categories)
    table = with_joined_sex(table)
    levels = described.get("sex", {}).get("Levels")
    if levels and not set(table["sex"].dropna()) <= set(levels):  # its spellings were joined
        described["sex"] = described["sex"] | {"Levels": SEX_LABELS}
    table[["group", "exclude"]] = table[["group", "exclude"]].replace("", None)
    counts = table["group"].value_counts()
    logger.info("%d rows: %s", len(table), ", ".join(f"{n} {g}" for g, n in counts.items()))
    for reason, n in table["exclude"].value_counts().items():
        logger.info("%d left out: %s", n, reason)
    write_table(participants_path, table)
    write_json(described_path, described)


if __name__ == "__main__":
    run_job(import_participants, snakemake)
