"""Check that the group comparison can be estimated; all problems at once."""

import logging
from dataclasses import replace

from restpain.atlas import atlas_file_problems
from restpain.cohort.design import score_problems
from restpain.cohort.design_warnings import (
    category_counts,
    design_overview,
    group_warnings,
    one_group_sentences,
)
from restpain.cohort.participants import (
    MEAN_FD,
    Comparison,
    group_problems,
    included,
    read_participants,
)
from restpain.cohort.seed_masks import seed_mask_problem
from restpain.cohort.sites import checked_design
from restpain.cohort.table_values import shown_problems, value_problems, value_warnings
from restpain.cohort.training_sets import training_problems, training_warnings
from restpain.io.job import run_job
from restpain.io.tables import read_json, write_sidecar, write_table
from restpain.presentation.labels import shown_columns

logger = logging.getLogger("check_design")

COLUMNS = {
    "column": "Column of the design; a category is named column=level.",
    "mean_patients": "Mean of the column in patients.",
    "mean_controls": "Mean of the column in controls.",
    "variance_inflation": "Factor by which the other columns inflate the variance of its effect.",
}


def check_design(
    *,
    participants_path: str,
    described_path: str,
    seed_masks_paths: list[str],
    atlas_images_paths: list[str],
    atlas_labels_paths: list[str],
    check_path: str,
    columns_path: str,
    comparison: dict,
    harmonise: bool,
    n_folds: int,
    score: str | None,
    score_covariates: list[str],
    categories: dict,
    table1: dict,
    seed: int,
) -> None:
    comparison = Comparison(**comparison)
    table = read_participants(participants_path, comparison, judge_groups=False)
    if problems := group_problems(table, comparison):
        raise ValueError("\n".join(problems))
    table = included(table)
    # motion follows from preprocessing
    known, known_of_score = (
        [name for name in names if name != MEAN_FD]
        for names in (comparison.covariates, score_covariates)
    )
    n_later = len(comparison.covariates) - len(known)
    comparison = replace(comparison, covariates=known)
    patients = table[table["group"] == comparison.patients]
    shown = shown_columns(table1["columns"], known, score)
    used = list(dict.fromkeys([*known, *known_of_score, *([score] if score else []), *shown]))
    problems = score_problems(patients, score, known_of_score) + shown_problems(table, **table1)
    problems += value_problems(
        table,
        used,
        described=read_json(described_path),
        declared=categories,
        score=score,
        site=comparison.site,
    )
    problems += filter(None, map(seed_mask_problem, seed_masks_paths))
    for paths in zip(atlas_images_paths, atlas_labels_paths, strict=True):
        problems += atlas_file_problems(*paths)
    folds = {"n_folds": n_folds, "harmonise": harmonise}
    try:
        design = checked_design(table, comparison, **folds)
        folds["n_columns"] = len(design.columns) + n_later
        problems += training_problems(table, comparison, **folds)
    except ValueError as error:
        problems = [*str(error).splitlines(), *problems]
    if problems:
        raise ValueError("\n".join(dict.fromkeys(problems)))
    logger.info("patients: %d, controls: %d", design.patients.sum(), design.controls.sum())
    counts = category_counts(table, comparison)
    for row in counts.itertuples():
        logger.info(
            "%s %s: patients %d, controls %d",
            *(row.covariate, row.level, row.n_patients, row.n_controls),
        )
    sentences = [
        *one_group_sentences(counts),
        *group_warnings(table, comparison, seed=seed),
        *value_warnings(table, used),
        *training_warnings(table, comparison, counts, **folds),
    ]
    for sentence in sentences:
        logger.warning("%s", sentence)
    write_table(check_path, design_overview(design))
    write_sidecar(columns_path, COLUMNS)


if __name__ == "__main__":
    run_job(check_design, snakemake)
