"""Outer folds, and the regions that each fold's training participants give."""

import logging

import numpy as np
import pandas as pd

from restpain.atlas import aal
from restpain.foldregions import fold_regions
from restpain.folds import deal_folds
from restpain.groupmaps import of_analysed, read_design
from restpain.runlog import start_log
from restpain.tables import write_table
from restpain.volumes import read_mask, read_masked, write_volume

logger = logging.getLogger("select_fold_regions")

FOLD_COLUMNS = {
    "repeat": "Repeat of the outer folds",
    "fold": "Outer fold, counted over all repeats",
    "participant_id": "Participant",
    "set": "train or test",
}
REGION_COLUMNS = {
    "fold": "Outer fold",
    "cluster_id": "Measure and number by decreasing |peak t| within the fold",
    "measure": "Measure in which the training groups differ",
    "region": "AAL label at or nearest to the peak",
    "x_mm": "Peak, mm (MNI)",
    "y_mm": "Peak, mm (MNI)",
    "z_mm": "Peak, mm (MNI)",
    "t": "Peak t of the training participants, patients minus controls",
    "n_voxels": "Voxels",
    "volume": "Volume of the seed image, counted from 0",
}
FEATURE_COLUMNS = {
    "fold": "Outer fold",
    "participant_id": "Participant, of the training or the test set",
    "cluster_id": "Cluster of the fold",
    "value": "Mean of the standardised map over the cluster",
}


def select_fold_regions(
    *,
    maps_paths: list[str],
    qc_paths: list[str],
    mask_path: str,
    participants_path: str,
    folds_path: str,
    seeds_path: str,
    regions_path: str,
    features_path: str,
    measures: list[str],
    patients: str,
    controls: str,
    covariates: list[str],
    n_folds: int,
    n_fold_repeats: int,
    seed: int,
    settings: dict,
) -> None:
    # ASSUME: the group mask, the overlap of all participants' signal, may include the test
    # participants: no label has a part in it
    mask, affine = read_mask(mask_path)
    n_participants = len(maps_paths) // len(measures)
    design = read_design(
        participants_path,
        qc_paths,
        maps_paths[:n_participants],
        patients=patients,
        controls=controls,
        covariates=covariates,
    )
    folds = deal_folds(
        design.participants,
        design.patients.astype(int),
        n_folds=n_folds,
        n_repeats=n_fold_repeats,
        seed=seed,
    )
    seeds, regions, features = [], [], []
    for place, measure in enumerate(measures):
        paths = maps_paths[place * n_participants : (place + 1) * n_participants]
        maps = np.stack([read_masked(path, mask, affine) for path in paths])
        for fold in folds:
            labels, clusters, means, record = fold_regions(
                maps, design, fold, mask, affine, name=measure, settings=settings
            )
            logger.info("%s", record)
            for row in clusters.itertuples():
                name = f"{measure.upper()}{row.label}"
                regions.append(_region(row, fold.number, name, measure, volume=len(seeds)))
                seeds.append(labels == row.label)
                features.append(_feature(means[row.label], fold.number, name))
    logger.info("%d regions in %d folds", len(regions), len(folds))

    write_table(folds_path, pd.concat([fold.table() for fold in folds]), FOLD_COLUMNS)
    write_table(regions_path, pd.DataFrame(regions, columns=list(REGION_COLUMNS)), REGION_COLUMNS)
    write_table(
        features_path,
        pd.concat(features) if features else pd.DataFrame(columns=list(FEATURE_COLUMNS)),
        FEATURE_COLUMNS,
    )
    volumes = np.stack(seeds, axis=-1) if seeds else np.zeros((*mask.shape, 0), dtype=bool)
    write_volume(seeds_path, volumes, affine)


def _region(row, fold: int, name: str, measure: str, *, volume: int) -> dict:
    peak = (row.x_mm, row.y_mm, row.z_mm)
    return {
        "fold": fold,
        "cluster_id": name,
        "measure": measure,
        "region": aal().nearest(peak)[0],
        "x_mm": row.x_mm,
        "y_mm": row.y_mm,
        "z_mm": row.z_mm,
        "t": row.t,
        "n_voxels": row.n_voxels,
        "volume": volume,
    }


def _feature(values: pd.Series, fold: int, name: str) -> pd.DataFrame:
    table = values.rename("value").reset_index()
    table.insert(0, "fold", fold)
    table.insert(2, "cluster_id", name)
    return table


if __name__ == "__main__":
    start_log(snakemake.log[0])
    select_fold_regions(
        maps_paths=of_analysed(snakemake.input.maps, snakemake.input.participants),
        qc_paths=snakemake.input.qc,
        mask_path=snakemake.input.mask,
        participants_path=snakemake.input.participants,
        folds_path=snakemake.output.folds,
        seeds_path=snakemake.output.seeds,
        regions_path=snakemake.output.regions,
        features_path=snakemake.output.features,
        measures=snakemake.params.measures,
        patients=snakemake.params.patients,
        controls=snakemake.params.controls,
        covariates=snakemake.params.covariates,
        n_folds=snakemake.params.n_folds,
        n_fold_repeats=snakemake.params.n_fold_repeats,
        seed=snakemake.params.seed,
        settings={
            "voxel_p": snakemake.params.voxel_p,
            "cluster_p": snakemake.params.cluster_p,
            "tails": snakemake.params.tails,
            "connectivity": snakemake.params.connectivity,
            "smoothness": snakemake.params.smoothness,
        },
    )
