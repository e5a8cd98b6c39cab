"""Clusters of the one-sample t maps of a group, significant after GRF correction."""

import logging

import numpy as np

from restpain.cohort.participants import Comparison, of_analysed
from restpain.group.cluster_table import write_clusters
from restpain.group.inference import Correction
from restpain.group.maps import maps_of_volumes, of_maps, seed_surroundings
from restpain.group.missing import uncovered
from restpain.group.one_sample import COLUMNS, one_sample_clusters
from restpain.io.images import read_mask
from restpain.io.job import run_job
from restpain.io.tables import read_json, write_json

logger = logging.getLogger("correct_one_sample")


def correct_one_sample(
    *,
    maps_paths: list[str],
    mask_path: str,
    participants_path: str,
    covered_paths: list[str],
    model_path: str,
    seed_images_paths: list[str],
    labels_path: str,
    table_path: str,
    columns_path: str,
    correction_path: str,
    measure: str,
    sample: str,
    comparison: dict,
    correction: dict,
    across_seeds: bool,
    smoothness: str,
    seed_distance_mm: float | None,
) -> None:
    comparison = Comparison(**comparison)
    group = comparison.patients if sample == "patients" else comparison.controls
    maps_paths = of_analysed(maps_paths, participants_path, group=group)
    mask, affine = grid = read_mask(mask_path)
    missing = uncovered(of_maps(covered_paths, maps_paths), mask, affine)
    model = read_json(model_path)
    seeds, base = model["seeds"], model["one_sample_base"]
    correction = Correction(**correction).of_maps(len(seeds) if across_seeds else 1)
    own = seed_surroundings(
        seed_images_paths, *grid, n_volumes=len(seeds), distance_mm=seed_distance_mm
    )
    labels, tables, summaries = np.zeros(own.shape, np.int16), [], []
    volumes = maps_of_volumes(maps_paths, *grid, n_volumes=len(seeds), missing=missing)
    for k, maps in enumerate(volumes):
        labels[:, k], table, summary = one_sample_clusters(
            maps,
            *grid,
            searched=~own[:, k],
            base=base,
            correction=correction,
            smoothness=smoothness,
        )
        tables.append(table)
        summaries.append({"seed": seeds[k]} | summary)
        logger.info("%s", summaries[-1])

    paths = (labels_path, table_path, columns_path)
    described = {"measure": measure, "seeds": seeds, "columns": COLUMNS, "suffix": sample.upper()}
    write_clusters(tables, labels, *grid, paths, **described)
    summary = {"measure": measure, "sample": sample, "n": len(maps_paths), "base": base}
    write_json(correction_path, summary | {"volumes": summaries})


if __name__ == "__main__":
    run_job(correct_one_sample, snakemake)
