"""Grid of the images that are given: that of all of them, which the check has compared."""

import logging

from restpain.cohort.grids import grid_words, usual_grid
from restpain.io.job import run_job
from restpain.io.tables import read_json, write_json

logger = logging.getLogger("find_grid")


def find_grid(*, indices_paths: list[str], grid_path: str) -> None:
    matrix, affine = usual_grid([read_json(path) for path in indices_paths])
    logger.info("%s", grid_words(matrix, affine))
    write_json(grid_path, {"matrix": matrix, "affine": affine})


if __name__ == "__main__":
    run_job(find_grid, snakemake)
