"""Regions in which each group differs from the value that its maps are tested against."""

import logging

import pandas as pd

from restpain.group.one_sample import COLUMNS as CLUSTER_COLUMNS
from restpain.io.job import run_job
from restpain.io.tables import read_table, write_sidecar, write_table
from restpain.presentation.numbers import measure_name

logger = logging.getLogger("tabulate_one_sample")

COLUMNS = {
    name: CLUSTER_COLUMNS.get(name, "Group whose mean is tested: patients or controls.")
    for name in (
        *("measure", "group", "seed", "region", "hemisphere", "brodmann_area"),
        *("x_mm", "y_mm", "z_mm", "t", "n_voxels", "volume_mm3", "p_grf"),
        *("region_distance_mm", "composition", "subpeaks", "cluster_id"),
    )
}


def tabulate_one_sample(
    *,
    patients_paths: list[str],
    controls_paths: list[str],
    table_path: str,
    columns_path: str,
    source: str,
) -> None:
    parts = [
        read_table(path, dtype={"brodmann_area": str, "seed": str}).assign(group=group)
        for paths in zip(patients_paths, controls_paths, strict=True)
        for group, path in zip(("patients", "controls"), paths, strict=True)
    ]
    filled = [part.reindex(columns=list(COLUMNS)) for part in parts if len(part)]
    table = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(COLUMNS))
    table["measure"] = table["measure"].map(measure_name)
    logger.info("%d clusters in %d tables", len(table), len(parts))

    # measures and groups in the order of the files, seeds as they come, the largest cluster first
    keys = ["measure", "group", "seed"]
    blocks = [
        block.sort_values("n_voxels", ascending=False, kind="stable")
        for _, block in table.groupby(keys, sort=False, dropna=False)
    ]
    write_table(table_path, pd.concat(blocks, ignore_index=True) if blocks else table)
    description = "Regions in which the mean of a group differs from the value tested against"
    write_sidecar(columns_path, COLUMNS, description=description, source=source)


if __name__ == "__main__":
    run_job(tabulate_one_sample, snakemake)
