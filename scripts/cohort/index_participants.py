"""Index of the raw data of a few participants from their headers, without identifiers."""

import logging
from pathlib import Path

from restpain.cohort.folders import known_participant
from restpain.cohort.index import participant_index
from restpain.cohort.map_index import map_index
from restpain.io.job import run_job
from restpain.io.tables import write_json

logger = logging.getLogger("index_participants")


def index_participants(
    *,
    folders_paths: list[str],
    indices_paths: list[str],
    source: str,
    select: dict,
    repetition_time_s: float | None,
    maps: dict | None,
) -> None:
    members = [Path(path).stem for path in indices_paths]
    folders = {known_participant(Path(path).name, members): path for path in folders_paths}
    for who, path in zip(members, indices_paths, strict=True):
        if maps is not None:
            index = map_index(
                who,
                maps["files"][who],
                scales=maps["scales"],
                repetition_time_s=repetition_time_s,
            )
            logger.info("%s: %d files", who, len(index["series"]))
            write_json(path, index)
            continue
        index = participant_index(
            folders.get(who),
            participant_id=who,
            source=source,
            select=select,
            repetition_time_s=repetition_time_s,
        )
        for one in index["series"]:
            if one["chosen"]:
                logger.info("%s, %s: %s, %s", who, one["kind"], one["label"], one["why"])
        logger.info("%s: %d series, found: %s", who, len(index["series"]), index["found"])
        write_json(path, index)


if __name__ == "__main__":
    run_job(index_participants, snakemake)
