"""Check that the group comparison can be estimated; all problems at once."""

import logging
from dataclasses import replace

from restpain.cohort.design import (
    category_counts,
    design_overview,
    one_group_sentences,
    score_problems,
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
from restpain.io.job import run_job
from restpain.io.tables import write_sidecar, write_table

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
    seed_masks_paths: list[str],
    check_path: str,
    columns_path: str,
    comparison: dict,
    harmonise: bool,
    n_folds: int,
    score: str | None,
    score_covariates: list[str],
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
    comparison = replace(comparison, covariates=known)
    patients = table[table["group"] == comparison.patients]
    problems = score_problems(patients, score, known_of_score)
    problems += filter(None, map(seed_mask_problem, seed_masks_paths))
    try:
        design = checked_design(
            table,
            comparison,
            harmonise=harmonise,
            n_folds=n_folds,
        )
    except ValueError as error:
        raise ValueError("\n".join([str(error), *problems])) from None
    if problems:
        raise ValueError("\n".join(problems))
    logger.info("patients: %d, controls: %d", design.patients.sum(), design.controls.sum())
    counts = category_counts(table, comparison)
    for row in counts.itertuples():
        logger.info(
            "%s %s: patients %d, controls %d",
            *(row.covariate, row.level, row.n_patients, row.n_controls),
        )
    for sentence in one_group_sentences(counts):
        logger.warning("%s", sentence)
    write_table(check_path, design_overview(design))
    write_sidecar(columns_path, COLUMNS)


if __name__ == "__main__":
    run_job(check_design, snakemake)
