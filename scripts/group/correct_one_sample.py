"""Clusters of the one-sample t maps of a group, significant after GRF correction."""

import logging

import numpy as np

from restpain.cohort.participants import Comparison, of_analysed
from restpain.group.cluster_table import write_clusters
from restpain.group.inference import Correction
from restpain.group.maps import read_group, seed_surroundings
from restpain.group.one_sample import COLUMNS, one_sample_clusters
from restpain.io.job import run_job
from restpain.io.tables import read_json, write_json

logger = logging.getLogger("correct_one_sample")


def correct_one_sample(
    *,
    maps_paths: list[str],
    mask_path: str,
    participants_path: str,
    motion_paths: list[str],
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
    maps_paths = of_analysed(maps_paths, participants_path)
    cohort = (participants_path, motion_paths, comparison, covered_paths)
    group = read_group(maps_paths, mask_path, *cohort)
    rows = group.design.patients if sample == "patients" else group.design.controls
    model = read_json(model_path)
    seeds, base = model["seeds"], model["one_sample_base"]
    correction = Correction(**correction).of_maps(len(seeds) if across_seeds else 1)
    own = seed_surroundings(
        *(seed_images_paths, group.mask, group.affine),
        n_volumes=len(seeds),
        distance_mm=seed_distance_mm,
    )
    labels, tables, summaries = np.zeros(own.shape, np.int16), [], []
    for k, maps in enumerate(group.volumes(len(seeds))):
        labels[:, k], table, summary = one_sample_clusters(
            *(maps[rows], group.mask, group.affine),
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
    write_clusters(tables, labels, group.mask, group.affine, paths, **described)
    summary = {"measure": measure, "sample": sample, "n": int(rows.sum()), "base": base}
    write_json(correction_path, summary | {"volumes": summaries})


if __name__ == "__main__":
    run_job(correct_one_sample, snakemake)
