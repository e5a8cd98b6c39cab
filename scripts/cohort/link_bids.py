"""T1 and rest run of a raw BIDS dataset under the names of the workflow."""

import logging
from pathlib import Path

from restpain.cohort.bids_files import check_unchanged
from restpain.cohort.deidentify import place_image
from restpain.cohort.selection import REST_LABELS
from restpain.cohort.timing import decided_sidecar
from restpain.io.job import run_job
from restpain.io.tables import read_json, write_json

logger = logging.getLogger("link_bids")


def link_bids(
    *,
    folder: str,
    index_path: str,
    t1w_path: str,
    t1w_sidecar_path: str,
    bold_path: str,
    bold_sidecar_path: str,
) -> None:
    index = read_json(index_path)
    for kind, path, sidecar_path in (
        ("t1", t1w_path, t1w_sidecar_path),
        ("rest", bold_path, bold_sidecar_path),
    ):
        run = next(one for one in index["series"] if one["kind"] == kind and one["chosen"])
        image, sidecar = Path(folder, run["path"]), run["sidecar"]
        check_unchanged(image, run)
        if kind == "rest":
            task = run["entities"].get("task", "unknown")
            name = "rest" if task.lower() in REST_LABELS else task
            sidecar = {"TaskName": name} | decided_sidecar(sidecar, run)
        write_json(sidecar_path, sidecar)
        placed = place_image(image, path, repetition_time=run.get("repetition_time_s"))
        logger.info("%s: %s", image.name, placed)


if __name__ == "__main__":
    run_job(link_bids, snakemake)
