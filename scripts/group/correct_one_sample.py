"""Clusters of the one-sample t maps of each group, significant after GRF correction."""

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
    outputs: dict[str, str],
    measure: str,
    comparison: dict,
    correction: dict,
    across_seeds: bool,
    smoothness: str,
    seed_distance_mm: float | None,
) -> None:
    comparison = Comparison(**comparison)
    groups = {"patients": comparison.patients, "controls": comparison.controls}
    mask, affine = grid = read_mask(mask_path)
    model = read_json(model_path)
    seeds, base = model["seeds"], model["one_sample_base"]
    correction = Correction(**correction).of_maps(len(seeds) if across_seeds else 1)
    own = seed_surroundings(
        seed_images_paths, *grid, n_volumes=len(seeds), distance_mm=seed_distance_mm
    )
    described = {"measure": measure, "seeds": seeds, "columns": COLUMNS}
    for sample, group in groups.items():
        of_group = of_analysed(maps_paths, participants_path, group=group)
        missing = uncovered(of_maps(covered_paths, of_group), mask, affine)
        labels, tables, summaries = np.zeros(own.shape, np.int16), [], []
        volumes = maps_of_volumes(of_group, *grid, n_volumes=len(seeds), missing=missing)
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
            logger.info("%s, %s", sample, summaries[-1])

        paths = tuple(outputs[f"{sample}_{name}"] for name in ("labels", "table", "columns"))
        write_clusters(tables, labels, *grid, paths, **described, suffix=sample.upper())
        summary = {"measure": measure, "sample": sample, "n": len(of_group), "base": base}
        write_json(outputs[f"{sample}_correction"], summary | {"volumes": summaries})


if __name__ == "__main__":
    run_job(correct_one_sample, snakemake)
