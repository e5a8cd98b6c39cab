"""Check of the headers of all participants before anything is computed."""

import logging
from pathlib import Path

from restpain.cohort.checks import cohort_problems, problem_table, sentences, unmatched_folders
from restpain.cohort.datasets import RESULTS, bidsignore
from restpain.cohort.job_sizes import predicted_resources
from restpain.cohort.participants import with_prefix
from restpain.cohort.ratings import rating_problems
from restpain.io.files import write_text
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table, write_json, write_table

logger = logging.getLogger("check_cohort")


def check_cohort(
    *,
    participants_path: str,
    indices_paths: list[str],
    ratings_path: str | None,
    check_path: str,
    description_path: str,
    ignored_path: str,
    data: str | None,
    drop_volumes: int,
    slice_order: str | list[float] | None,
    band_hz: tuple[float, float],
    normalisation_mm: float,
    voxel_mm: float,
) -> None:
    indices = [read_json(path) for path in indices_paths]
    listed = read_table(participants_path, dtype={"participant_id": str})["participant_id"]
    folders = [path.name for path in Path(data).iterdir() if path.is_dir()] if data else []
    problems = cohort_problems(
        indices, drop_volumes=drop_volumes, slice_order=slice_order, band_hz=band_hz
    )
    if ratings_path is not None:
        problems += rating_problems(ratings_path, [with_prefix(label) for label in listed])
    notes = unmatched_folders(folders, listed.tolist()) + predicted_resources(
        indices,
        drop_volumes=drop_volumes,
        normalisation_mm=normalisation_mm,
        voxel_mm=voxel_mm,
    )
    table = problem_table(problems + notes)
    write_table(check_path, table)
    write_json(description_path, RESULTS)
    write_text(ignored_path, bidsignore())

    logger.info(
        "participants: %d, series: %d", len(indices), sum(len(i["series"]) for i in indices)
    )
    for severity, level in (("info", logging.INFO), ("warning", logging.WARNING)):
        for sentence in sentences(table[table["severity"] == severity]):
            logger.log(level, "%s", sentence)
    errors = sentences(table[table["severity"] == "error"])
    if errors:
        # a corrected file does not change the time of its participant's folder, so that the old
        # index would be kept: participants with problems are indexed again next time
        wrong = set(table.loc[table["severity"] == "error", "participant_id"])
        for path, index in zip(indices_paths, indices, strict=True):
            if index["participant_id"] in wrong:
                Path(path).unlink()
        raise ValueError("\n".join(["the cohort has problems:", *errors]))


if __name__ == "__main__":
    run_job(check_cohort, snakemake)
