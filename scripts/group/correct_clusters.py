"""Significant clusters, by GRF correction or by permutation, with location and strength."""

import logging

import numpy as np

from restpain.cohort.participants import Comparison, of_analysed
from restpain.group.cluster_table import (
    COLUMNS,
    cluster_rows,
    correction_summary,
    shares_inside,
    write_clusters,
)
from restpain.group.inference import Correction, corrected_clusters, smoothness_for_correction
from restpain.group.maps import read_group, seed_surroundings
from restpain.group.permutation_null import (
    correction_of_maps,
    nulls_of_tables,
    required_sizes,
)
from restpain.group.search import part_of_mask
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table, write_json

logger = logging.getLogger("correct_clusters")


def correct_clusters(
    *,
    maps_paths: list[str],
    mask_path: str,
    participants_path: str,
    motion_paths: list[str],
    covered_paths: list[str],
    t_path: str,
    z_path: str,
    n_path: str,
    model_path: str,
    seed_images_paths: list[str],
    largest_paths: list[str],
    labels_path: str,
    table_path: str,
    columns_path: str,
    correction_path: str,
    measure: str,
    comparison: dict,
    correction: dict,
    across_seeds: bool,
    smoothness: str,
    fwhm_mm: float,
) -> None:
    comparison = Comparison(**comparison)
    correction = Correction(**correction)
    maps_paths = of_analysed(maps_paths, participants_path)
    cohort = (participants_path, motion_paths, comparison, covered_paths)
    group = read_group(maps_paths, mask_path, *cohort)
    model = read_json(model_path)
    seeds = model["seeds"]
    t, z = (group.statistic(path, len(seeds)) for path in (t_path, z_path))
    nulls = nulls_of_tables([read_table(path) for path in largest_paths], n_maps=len(seeds))
    searched, df = group.searched(n_path, len(seeds))
    correction, nulls, q = correction_of_maps(
        np.where(searched, t, np.nan), df, nulls, correction=correction, across=across_seeds
    )

    around = {"n_volumes": len(seeds), "distance_mm": fwhm_mm}
    own = seed_surroundings(seed_images_paths, group.mask, group.affine, **around)
    all_labels, tables, summaries = np.zeros(t.shape, np.int16), [], []
    for k, maps in enumerate(group.volumes(len(seeds))):
        fitted, inside = model["volumes"][k], searched[:, k]
        maps = maps if inside.all() else maps[:, inside]
        grid = (part_of_mask(group.mask, inside), group.affine)
        t_k, z_k, q_k = t[inside, k], z[inside, k], q[inside, k]
        dlh, width_mm = smoothness_for_correction(z_k, *grid, fitted, source=smoothness)
        smallest = required_sizes(nulls[k], correction)
        labels, clusters, size = corrected_clusters(
            t_k, z_k, *grid, dlh=dlh, correction=correction, smallest=smallest
        )
        all_labels[:, k] = labels[group.mask]
        corrected = {"null": nulls[k], "correction": correction}
        tested = {"maps": maps, "design": group.design, "t": t_k, "q": q_k}
        rows = cluster_rows(clusters, labels, *grid, **tested, **corrected)
        if seeds[k] is not None:
            rows["seed_share"] = shares_inside(clusters, all_labels[:, k], own[:, k])
        tables.append(rows)
        sizes = {"fwhm_mm": width_mm, "size_threshold": size}
        sources = {"seed": seeds[k], "smoothness": smoothness, "dlh": dlh}
        summaries.append(correction_summary(z_k, grid[0], **sources, **sizes, **corrected))
        logger.info("%s", summaries[-1])

    paths = (labels_path, table_path, columns_path)
    described = {"measure": measure, "seeds": seeds, "columns": COLUMNS}
    write_clusters(tables, all_labels, group.mask, group.affine, paths, **described)
    write_json(correction_path, {"measure": measure, "volumes": summaries})


if __name__ == "__main__":
    run_job(correct_clusters, snakemake)
