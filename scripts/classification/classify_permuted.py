"""Arms A and B with permuted groups and newly selected regions: some of the permutations."""

import logging

import pandas as pd

from restpain.classification.columns import PERMUTED
from restpain.classification.fold_regions import Search, read_local_maps, stored_connectivity
from restpain.classification.permuted import permuted_aucs, permuted_regions
from restpain.cohort.participants import Comparison, of_analysed
from restpain.group.maps import of_maps, read_cohort
from restpain.group.missing import uncovered
from restpain.io.images import read_mask
from restpain.io.job import run_job
from restpain.io.tables import write_table

logger = logging.getLogger("classify_permuted")


def classify_permuted(
    *,
    maps_paths: list[str],
    series_paths: list[str],
    qc_paths: list[str],
    mask_path: str,
    covered_paths: list[str],
    participants_path: str,
    permuted_path: str,
    permutations: list[int],
    measures: list[str],
    comparison: dict,
    harmonise: bool,
    learners: list[str],
    test_fraction: float,
    n_repeats: int,
    max_leave_one_out: int,
    n_folds: int,
    n_search_trials: int,
    seed: int,
    selection: dict,
) -> None:
    comparison = Comparison(**comparison)
    maps_paths = of_analysed(maps_paths, participants_path)
    series_paths = of_analysed(series_paths, participants_path)
    mask, affine = read_mask(mask_path)
    missing = uncovered(
        of_maps(covered_paths, of_analysed(qc_paths, participants_path)), mask, affine
    )
    cohort = read_cohort(participants_path, qc_paths, qc_paths, comparison, harmonise=harmonise)
    local = read_local_maps(maps_paths, measures, mask, affine, missing)
    rows = []
    for permutation in permutations:
        permuted, found = permuted_regions(
            local,
            stored_connectivity(series_paths, missing),
            cohort.design,
            Search(mask, affine, selection),
            permutation=permutation,
            n_folds=n_folds,
            seed=seed,
            sites=cohort.sites,
        )
        aucs = permuted_aucs(
            permuted,
            found,
            cohort.motion,
            learners=learners,
            test_fraction=test_fraction,
            n_repeats=n_repeats,
            max_leave_one_out=max_leave_one_out,
            n_folds=n_folds,
            n_search_trials=n_search_trials,
            seed=seed,
            sites=cohort.sites,
        )
        rows += [{"permutation": permutation, **row} for row in aucs]
        logger.info("permutation %d: %d regions", permutation, len(found[0].regions))
    write_table(permuted_path, pd.DataFrame(rows, columns=list(PERMUTED)), PERMUTED)


if __name__ == "__main__":
    run_job(classify_permuted, snakemake)
