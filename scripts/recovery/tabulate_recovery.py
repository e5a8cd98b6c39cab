"""Tables of the recovery of the ground truth: effects, clusters, stages, errors in mm."""

import logging

import numpy as np
import pandas as pd

from restpain.cohort.participants import of_analysed
from restpain.io.images import read_mask, read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table, sidecar, write_json, write_table
from restpain.recovery.table import (
    CLUSTERS,
    EFFECTS,
    PARTICIPANTS,
    STAGE_COLUMNS,
    STAGES,
    recovered_effects,
    stage_table,
    with_observed,
)

logger = logging.getLogger("tabulate_recovery")

MEASURED = [stage for stage in STAGES if stage != "simulated"]


def tabulate_recovery(
    *,
    truth_path: str,
    regions_path: str,
    places_path: str,
    mask_path: str,
    labels_paths: list[str],
    clusters_paths: list[str],
    seeds_path: str,
    seeds_mask_path: str,
    participants_path: str,
    comparisons_paths: list[str],
    tables_paths: list[str],
    sidecars_paths: list[str],
    measures: list[str],
    patients: str,
) -> None:
    comparisons_paths = of_analysed(comparisons_paths, participants_path)
    mask, affine = read_mask(mask_path)
    effects = read_json(truth_path)["effects"]
    images = read_volume(regions_path)[0] > 0
    for row in read_table(places_path).itertuples():
        key = {"region": "voxels", "seed": "seed_voxels"}[row.role]
        effects[row.effect - 1][key] = images[..., row.volume] & mask

    labels, parts = {}, []
    for measure, labels_path, table_path in zip(
        measures, labels_paths, clusters_paths, strict=True
    ):
        labels[measure] = read_volume(labels_path)[0]
        parts.append(read_table(table_path).assign(measure=measure))
    clusters = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    clusters = clusters.astype({"seed": object}).replace({"seed": {np.nan: None}})
    seed_images = read_volume(seeds_mask_path)[0] > 0
    seeds = {
        name: seed_images[..., index]
        for index, name in enumerate(read_table(seeds_path)["seed"].tolist())
    }
    found, listed = recovered_effects(effects, clusters, labels, seeds, affine, tested=[*measures])

    comparisons = [read_json(path) for path in comparisons_paths]
    is_patient = np.array([one["group"] == patients for one in comparisons])
    values = {
        stage: np.array([one["stages"][stage] for one in comparisons], dtype=float)
        for stage in (MEASURED if effects else [])
    }
    stages = stage_table(effects, values, is_patient)
    found = with_observed(found, stages)
    participants = pd.DataFrame(comparisons)[list(PARTICIPANTS)]
    logger.info("%s", found[["measure", "region", "verdict", "dice"]].to_string())
    logger.info(
        "%d clusters, %d of them false", len(listed), (listed["verdict"] == "false cluster").sum()
    )

    tables = (found, listed, stages, participants)
    descriptions = {
        "Simulated effects and the clusters that recover them.": EFFECTS,
        "Significant clusters and their relation to the simulated effects.": CLUSTERS,
        "Group difference in the regions of the effects, stage by stage.": STAGE_COLUMNS,
        "Position errors of each participant against the truth.": PARTICIPANTS,
    }
    for table, (text, columns), path, sidecar_path in zip(
        tables, descriptions.items(), tables_paths, sidecars_paths, strict=True
    ):
        write_table(path, table)
        write_json(sidecar_path, sidecar(text, columns, source="simulated"))


if __name__ == "__main__":
    run_job(tabulate_recovery, snakemake)
