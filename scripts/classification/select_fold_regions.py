"""Outer folds of one repeat, and the regions selected in each training set."""

import logging

import numpy as np
import pandas as pd

from restpain.classification.fold_regions import (
    FEATURES,
    REGIONS,
    Search,
    feature_table,
    fold_regions,
    read_local_maps,
    region_table,
    stored_connectivity,
)
from restpain.classification.folds import repeated_folds
from restpain.cohort.participants import Comparison, of_analysed
from restpain.group.maps import of_maps, read_cohort
from restpain.group.missing import uncovered
from restpain.io.images import read_mask, write_masked
from restpain.io.job import run_job
from restpain.io.tables import write_table

logger = logging.getLogger("select_fold_regions")

FOLDS = {
    "repeat": "Repeat of the outer folds",
    "fold": "Outer fold, counted over all repeats",
    "participant_id": "Participant",
    "set": "train or test",
}


def select_fold_regions(
    *,
    maps_paths: list[str],
    series_paths: list[str],
    qc_paths: list[str],
    mask_path: str,
    covered_paths: list[str],
    participants_path: str,
    folds_path: str,
    voxels_path: str,
    regions_path: str,
    features_path: str,
    repeat: str,
    measures: list[str],
    comparison: dict,
    harmonise: bool,
    n_folds: int,
    seed: int,
    selection: dict,
) -> None:
    comparison = Comparison(**comparison)
    # ASSUME: the group mask, the overlap of all participants' signal, may include the test
    # participants, since it depends on no label
    maps_paths = of_analysed(maps_paths, participants_path)
    series_paths = of_analysed(series_paths, participants_path)
    mask, affine = read_mask(mask_path)
    missing = uncovered(
        of_maps(covered_paths, of_analysed(qc_paths, participants_path)), mask, affine
    )
    cohort = read_cohort(participants_path, qc_paths, qc_paths, comparison, harmonise=harmonise)
    all_folds = repeated_folds(
        cohort.design.participants,
        cohort.labels.to_numpy(),
        n_folds=n_folds,
        n_repeats=int(repeat),
        seed=seed,
        sites=cohort.sites,
    )
    folds = [fold for fold in all_folds if fold.repeat == int(repeat)]
    local = read_local_maps(maps_paths, measures, mask, affine, missing)
    found = fold_regions(
        local,
        stored_connectivity(series_paths, missing),
        [cohort.design] * len(folds),
        folds,
        Search(mask, affine, selection),
    )
    for result in found:
        for record in result.records:
            logger.info("%s", record)
        logger.info("fold %d: %d regions", result.fold.number, len(result.regions))

    write_table(folds_path, pd.concat([fold.table() for fold in folds]), FOLDS)
    write_table(regions_path, region_table(found), REGIONS)
    write_table(features_path, feature_table(found), FEATURES)
    # measure after measure, fold after fold
    compared = list(found[0].voxels)
    voxels = [result.voxels[measure] for measure in compared for result in found]
    write_masked(voxels_path, np.stack(voxels, axis=1).astype(np.uint8), mask, affine)


if __name__ == "__main__":
    run_job(select_fold_regions, snakemake)
