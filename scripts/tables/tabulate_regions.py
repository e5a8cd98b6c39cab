"""Table 2: regions that differ between the groups."""

import logging

import pandas as pd

from restpain.atlas import NAMED, read_atlas
from restpain.group.cluster_table import COLUMNS as CLUSTER_COLUMNS
from restpain.io.images import read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_sidecar, write_table
from restpain.presentation.numbers import measure_name
from restpain.tables.atlas_columns import atlas_columns, regions_in_atlases

logger = logging.getLogger("tabulate_regions")

COLUMNS = {
    name: CLUSTER_COLUMNS[name]
    for name in (
        *("measure", "region", "hemisphere", "brodmann_area", "x_mm", "y_mm", "z_mm", "t"),
        *("n_voxels", "volume_mm3", "p_grf", "p_permutation", "p_tfce", "q_fdr_peak", "survives"),
        *("hedges_g", "hedges_g_low", "hedges_g_high", "region_distance_mm", "composition"),
        *("subpeaks", "cluster_id", "seed", "seed_share"),
    )
}


def tabulate_regions(
    *,
    clusters_paths: list[str],
    labels_paths: list[str],
    atlas_images_paths: list[str],
    atlas_labels_paths: list[str],
    table_path: str,
    columns_path: str,
    atlases: list[str],
    source: str,
) -> None:
    own = zip(atlas_images_paths, atlas_labels_paths, strict=True)
    read = {name: NAMED[name]() if name in NAMED else read_atlas(*next(own)) for name in atlases}
    columns = COLUMNS | atlas_columns(atlases)
    tables = []
    for path, labels_path in zip(clusters_paths, labels_paths, strict=True):
        table = read_table(path, dtype={"brodmann_area": str}).reindex(columns=list(COLUMNS))
        if read:
            table = table.join(regions_in_atlases(table, *read_volume(labels_path), read))
        tables.append(table)
    filled = [table for table in tables if len(table)]
    table = pd.concat(filled, ignore_index=True) if filled else tables[0]
    table["measure"] = table["measure"].map(measure_name)
    logger.info("%d clusters in %d tables, %d more atlases", len(table), len(tables), len(read))

    write_table(table_path, table)
    description = "Regions with a significant difference, patients against controls"
    write_sidecar(columns_path, columns, description=description, source=source)


if __name__ == "__main__":
    run_job(tabulate_regions, snakemake)
