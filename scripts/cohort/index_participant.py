"""Index of a participant's raw data from their headers, without identifiers."""

import logging

from restpain.cohort.index import participant_index
from restpain.io.job import run_job
from restpain.io.tables import write_json

logger = logging.getLogger("index_participant")


def index_participant(
    *,
    folder: str | None,
    index_path: str,
    subject: str,
    source: str,
    select: dict,
    repetition_time_s: float | None,
) -> None:
    index = participant_index(
        folder,
        participant_id=f"sub-{subject}",
        source=source,
        select=select,
        repetition_time_s=repetition_time_s,
    )
    for one in index["series"]:
        if one["kind"] != "other" and "matrix" in one:
            size = "x".join(map(str, one["matrix"]))
            logger.info(
                "%s: %s of %s, %d volumes", one["label"], one["kind"], size, one["n_volumes"]
            )
    logger.info("%d series, folder found: %s", len(index["series"]), index["found"])
    write_json(index_path, index)


if __name__ == "__main__":
    run_job(index_participant, snakemake)
