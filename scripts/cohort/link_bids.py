"""T1 and rest run of a raw BIDS dataset under the names of the workflow."""

import logging
from pathlib import Path

from restpain.cohort.bids import inherited_sidecar, raw_images
from restpain.cohort.deidentify import (
    BOLD_SIDECAR_KEYS,
    SIDECAR_KEYS,
    allowed_sidecar,
    place_image,
)
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
    images = raw_images(folder)
    for kind, path, sidecar_path, keys in (
        ("t1", t1w_path, t1w_sidecar_path, SIDECAR_KEYS),
        ("rest", bold_path, bold_sidecar_path, BOLD_SIDECAR_KEYS),
    ):
        run = next(one for one in index["series"] if one["kind"] == kind and one["chosen"])
        image = next(image for image in images[kind] if image.name == run["label"])
        sidecar = allowed_sidecar(inherited_sidecar(image, Path(folder).parent), keys)
        if kind == "rest":
            sidecar = {"TaskName": "rest"} | decided_sidecar(sidecar, run)
        write_json(sidecar_path, sidecar)
        placed = place_image(image, path, repetition_time=run.get("repetition_time_s"))
        logger.info("%s: %s", image.name, placed)


if __name__ == "__main__":
    run_job(link_bids, snakemake)
