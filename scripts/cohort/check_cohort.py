"""Check of the headers of all participants before anything is computed."""

import logging
from pathlib import Path

from restpain.cohort.changed_data import make_again
from restpain.cohort.check_summary import check_summary
from restpain.cohort.checks import (
    as_warnings,
    cohort_problems,
    left_out,
    problem_table,
    sentences,
    unmatched_folders,
)
from restpain.cohort.choice import selection_lines
from restpain.cohort.datasets import bidsignore, results_description
from restpain.cohort.grids import NATIVE
from restpain.cohort.job_sizes import predicted_resources
from restpain.cohort.participants import Comparison, read_participants
from restpain.cohort.pilot import pilot_notes
from restpain.cohort.ratings import rating_problems
from restpain.io.files import write_text
from restpain.io.job import run_job
from restpain.io.tables import read_json, write_json, write_table

logger = logging.getLogger("check_cohort")


def check_cohort(
    *,
    participants_path: str,
    indices_paths: list[str],
    ratings_path: str | None,
    check_path: str,
    summary_path: str,
    complete_path: str,
    description_path: str,
    ignored_path: str,
    comparison: dict,
    source: str,
    places: list[str],
    incomplete: str,
    drop_volumes: int,
    min_volumes: int,
    slice_order: str | list[float] | None,
    band_hz: tuple[float, float],
    nuisance: list[str] | str,
    measures: list[str],
    fwhm_mm: float,
    normalisation_mm: float,
    voxel_mm: float | str,
    n_permutations: int,
    maps: dict | None,
) -> None:
    comparison = Comparison(**comparison)
    participants = read_participants(participants_path, comparison, judge_groups=False)
    indices = [read_json(path) for path in indices_paths]
    folders = {path.name for place in places for path in Path(place).iterdir() if path.is_dir()}
    lengths = {"drop_volumes": drop_volumes, "min_volumes": min_volumes}
    reasons = left_out(indices, **lengths) if incomplete == "exclude" else {}
    complete = [index for index in indices if index["participant_id"] not in reasons]
    others = [index for index in indices if index["participant_id"] in reasons]
    settings = lengths | {"slice_order": slice_order, "band_hz": band_hz, "nuisance": nuisance}
    settings |= {"measures": measures, "fwhm_mm": fwhm_mm, "voxel_mm": voxel_mm}
    problems = cohort_problems(complete, **settings)
    problems += as_warnings(cohort_problems(others, **settings))
    if ratings_path is not None:
        problems += rating_problems(ratings_path, participants["participant_id"])
    resources = predicted_resources(
        complete,
        drop_volumes=drop_volumes,
        normalisation_mm=normalisation_mm,
        voxel_mm=voxel_mm,
        n_permutations=n_permutations,
    )
    listed = participants["participant_id"].tolist()
    notes = pilot_notes(participants, comparison) + unmatched_folders(folders, listed)
    table = problem_table(problems + notes + resources)
    for severity, level in (("info", logging.INFO), ("warning", logging.WARNING)):
        for sentence in sentences(table[table["severity"] == severity]):
            logger.log(level, "%s", sentence)
    errors = sentences(table[table["severity"] == "error"])
    if errors:
        # a corrected file does not change the time of its participant's folder: the index is given
        # a time before all folders, so that it is made again next time, and can be read until then
        wrong = set(table.loc[table["severity"] == "error", "participant_id"])
        for path, index in zip(indices_paths, indices, strict=True):
            if index["participant_id"] in wrong:
                make_again(path)
        raise ValueError(
            "\n".join(["the cohort has problems:", *errors, *selection_lines(indices)])
        )

    who = participants["participant_id"]
    for name, reason in reasons.items():
        participants.loc[who == name, "exclude"] = reason
    summary = check_summary(
        participants,
        comparison,
        complete,
        table,
        resources,
        drop_volumes=drop_volumes,
        slice_order=slice_order,
        maps=maps,
        native=source == "derivatives" and voxel_mm == NATIVE,
    )
    for line in summary:
        logger.info("%s", line)
    write_table(check_path, table)
    write_text(summary_path, "\n".join(summary) + "\n")
    write_table(complete_path, participants.replace({"group": "", "exclude": ""}, None))
    write_json(description_path, results_description(source))
    write_text(ignored_path, bidsignore())


if __name__ == "__main__":
    run_job(check_cohort, snakemake)
