"""Arms B and D: nothing of a test fold is seen before its prediction, and what must be beaten."""

import logging

import pandas as pd

from restpain.classification_columns import (
    CALIBRATION,
    NESTED,
    NESTED_PREDICTIONS,
    NESTED_REGIONS,
)
from restpain.foldregions import fold_connectivity, fold_regions
from restpain.folds import folds_of
from restpain.groupmaps import maps_of_volumes, of_analysed, participant_of, read_design
from restpain.nested import evaluate_arm, leak_free_arms
from restpain.runlog import start_log
from restpain.tables import read_json, read_table, write_table
from restpain.volumes import read_mask

logger = logging.getLogger("classify_nested")


def classify_nested(
    *,
    fc_paths: list[str],
    qc_paths: list[str],
    mask_path: str,
    participants_path: str,
    folds_path: str,
    regions_path: str,
    features_path: str,
    nested_path: str,
    predictions_path: str,
    calibration_path: str,
    fc_regions_path: str,
    measures: list[str],
    patients: str,
    controls: str,
    covariates: list[str],
    learners: list[str],
    n_folds: int,
    n_bootstrap: int,
    seed: int,
    settings: dict,
    across_seeds: bool,
) -> None:
    mask, affine = read_mask(mask_path)
    design = read_design(
        participants_path,
        qc_paths,
        fc_paths,
        patients=patients,
        controls=controls,
        covariates=covariates,
    )
    index = pd.Index(design.participants, name="participant_id")
    labels = pd.Series(design.patients.astype(int), index=index)
    groups = labels.map({1: patients, 0: controls})
    motion = {participant_of(path): read_json(path)["mean_fd_jenkinson_mm"] for path in qc_paths}
    folds = {fold.number: fold for fold in folds_of(read_table(folds_path))}

    seeds = read_table(regions_path).sort_values("volume")
    found = {number: [] for number in folds}
    n_seeds = seeds["fold"].value_counts()
    maps_of_seeds = maps_of_volumes(fc_paths, mask, affine, n_volumes=len(seeds))
    for row, maps in zip(seeds.itertuples(), maps_of_seeds, strict=True):
        name = f"connectivity of {row.cluster_id}"
        together = {"n_maps": int(n_seeds[row.fold])} if across_seeds else {}
        _, clusters, means, record = fold_regions(
            maps, design, folds[row.fold], mask, affine, name=name, settings=settings | together
        )
        logger.info("%s", record)
        found[row.fold].append((row.cluster_id, clusters, means))
    local = read_table(features_path)
    regional, fc_regions = {}, []
    for number, fold in folds.items():
        regions, connectivity = fold_connectivity(found[number], fold)
        fc_regions.append(regions)
        of_fold = local[local["fold"] == number]
        wide = of_fold.pivot(index="participant_id", columns="cluster_id", values="value")
        regional[number] = wide.reindex(index).join(connectivity)
    n_without = sum(features.shape[1] == 0 for features in regional.values())
    logger.info("%d of %d folds without a region", n_without, len(folds))

    arms = leak_free_arms(
        regional, design, motion, measures=measures, learners=learners, n_folds=n_folds
    )
    rows, predictions, bins = [], [], []
    for arm in arms:
        row, predicted, calibrated, records = evaluate_arm(
            arm, labels, list(folds.values()), n_bootstrap=n_bootstrap, seed=seed
        )
        for record in records:
            logger.info("%s", record)
        rows.append(row)
        predictions.append(predicted.assign(group=predicted["participant_id"].map(groups)))
        bins.append(calibrated)

    write_table(nested_path, pd.DataFrame(rows)[list(NESTED)], NESTED)
    predicted = pd.concat(predictions)[list(NESTED_PREDICTIONS)]
    write_table(predictions_path, predicted, NESTED_PREDICTIONS)
    write_table(calibration_path, pd.concat(bins), CALIBRATION)
    write_table(fc_regions_path, pd.concat(fc_regions), NESTED_REGIONS)


if __name__ == "__main__":
    start_log(snakemake.log[0])
    classify_nested(
        fc_paths=of_analysed(snakemake.input.fc, snakemake.input.participants),
        qc_paths=snakemake.input.qc,
        mask_path=snakemake.input.mask,
        participants_path=snakemake.input.participants,
        folds_path=snakemake.input.folds,
        regions_path=snakemake.input.regions,
        features_path=snakemake.input.features,
        nested_path=snakemake.output.nested,
        predictions_path=snakemake.output.predictions,
        calibration_path=snakemake.output.calibration,
        fc_regions_path=snakemake.output.fc_regions,
        measures=snakemake.params.measures,
        patients=snakemake.params.patients,
        controls=snakemake.params.controls,
        covariates=snakemake.params.covariates,
        learners=snakemake.params.learners,
        n_folds=snakemake.params.n_folds,
        n_bootstrap=snakemake.params.n_bootstrap,
        seed=snakemake.params.seed,
        settings={
            "voxel_p": snakemake.params.voxel_p,
            "cluster_p": snakemake.params.cluster_p,
            "tails": snakemake.params.tails,
            "connectivity": snakemake.params.connectivity,
            "smoothness": snakemake.params.smoothness,
        },
        across_seeds=snakemake.params.across_seeds,
    )
