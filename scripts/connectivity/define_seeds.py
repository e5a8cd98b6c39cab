"""Seeds of functional connectivity: significant clusters, spheres or mask files."""

import logging
from pathlib import Path

import numpy as np

from restpain.connectivity.correlation import sphere
from restpain.connectivity.seeds import COLUMNS, on_grid, seed_row, seed_table
from restpain.group.clusters import cluster_number
from restpain.io.images import check_grid, read_mask, read_volume, write_masked
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_sidecar, write_table

logger = logging.getLogger("define_seeds")


def define_seeds(
    *,
    mask_path: str,
    coverage_path: str,
    labels_paths: list[str],
    tables_paths: list[str],
    images_paths: list[str],
    seeds_path: str,
    table_path: str,
    columns_path: str,
    kind: str,
    coordinates: list[tuple[float, float, float]],
    radius_mm: float,
) -> None:
    mask, affine = read_mask(mask_path)
    coverage, _ = read_volume(coverage_path)
    complete = mask & (coverage >= 1)  # the same voxels in all participants
    seeds, rows = [], []

    def add(voxels, seed, source, *, measure=None, place_mm=None):
        voxels = voxels & complete
        if source in ("cluster", "union") and not voxels.any():
            logger.info("%s is no seed: none of its voxels is covered by all participants", seed)
            return
        place = {"measure": measure, "place_mm": place_mm}
        rows.append(seed_row(voxels, affine, seed=seed, source=source, **place))
        seeds.append(voxels[mask])

    if kind in ("clusters", "union"):
        clusters = []
        for labels_path, clusters_path in zip(labels_paths, tables_paths, strict=True):
            labels, other = read_volume(labels_path)
            check_grid(labels.shape, other, mask.shape, affine, Path(labels_path).name)
            for row in read_table(clusters_path).itertuples():
                clusters.append((labels == cluster_number(row.cluster_id), row))
        if kind == "clusters":
            for voxels, row in clusters:
                place_mm = (row.x_mm, row.y_mm, row.z_mm)
                add(voxels, row.cluster_id, "cluster", measure=row.measure, place_mm=place_mm)
        elif clusters:
            add(np.any([voxels for voxels, _ in clusters], axis=0), "UNION", "union")
    elif kind == "coordinates":
        for number, centre_mm in enumerate(coordinates, start=1):
            grid = {"affine": affine, "shape": mask.shape}
            voxels = sphere(centre_mm=centre_mm, radius_mm=radius_mm, **grid)
            add(voxels, f"SPHERE{number}", "coordinate", place_mm=centre_mm)
    else:
        for number, path in enumerate(images_paths, start=1):
            image, other = read_mask(path)
            add(on_grid(image, other, shape=mask.shape, affine=affine), f"MASK{number}", "mask")
    logger.info("%d seeds from %s: %s", len(rows), kind, [row["seed"] for row in rows])

    volumes = np.array(seeds, dtype=np.uint8).reshape(len(seeds), mask.sum()).T
    write_masked(seeds_path, volumes, mask, affine)
    write_table(table_path, seed_table(rows))
    write_sidecar(columns_path, COLUMNS)


if __name__ == "__main__":
    run_job(define_seeds, snakemake)
