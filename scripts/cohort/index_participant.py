"""What a participant's raw data are, from their headers; nothing that identifies anybody."""

import logging

from restpain.cohort.index import participant_index
from restpain.io.log import start_log
from restpain.io.tables import write_json

logger = logging.getLogger("index_participant")


def index_participant(
    *, folder: str | None, index_path: str, participant_id: str, source: str
) -> None:
    index = participant_index(folder, participant_id=participant_id, source=source)
    for one in index["series"]:
        if one["kind"] != "other" and "matrix" in one:
            size = "x".join(map(str, one["matrix"]))
            logger.info(
                "%s: %s of %s, %d volumes", one["label"], one["kind"], size, one["n_volumes"]
            )
    logger.info("%d series, folder found: %s", len(index["series"]), index["found"])
    write_json(index_path, index)


if __name__ == "__main__":
    start_log(snakemake.log[0])
    index_participant(
        folder=snakemake.input.folder or None,
        index_path=snakemake.output.index,
        participant_id=f"sub-{snakemake.wildcards.subject}",
        source=snakemake.params.source,
    )
