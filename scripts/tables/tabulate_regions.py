"""Table 2: the regions that differ between the groups."""

import logging

import pandas as pd

from restpain.io.job import run_job
from restpain.io.tables import read_table, write_sidecar, write_table
from restpain.presentation.numbers import measure_name

logger = logging.getLogger("tabulate_regions")

COLUMNS = {
    "measure": "ALFF, fALFF, ReHo, or FC (functional connectivity of a seed)",
    "region": "AAL label at the peak, or the nearest one",
    "hemisphere": "Side of the peak, from the sign of x",
    "brodmann_area": "Brodmann area at the peak",
    "x_mm": "Peak in MNI space, mm, right is positive",
    "y_mm": "Peak in MNI space, mm, anterior is positive",
    "z_mm": "Peak in MNI space, mm, superior is positive",
    "t": "t at the peak, patients minus controls, adjusted for the covariates",
    "n_voxels": "Voxels of the cluster",
    "volume_mm3": "Volume of the cluster, mm3",
    "p_grf": "Cluster p of Gaussian random field theory",
    "p_permutation": "p of the cluster's size among the maximal sizes of permuted groups",
    "p_tfce": "p of the peak by threshold-free cluster enhancement and permutation",
    "q_fdr_peak": "False discovery rate at the peak",
    "survives": "Corrections that the cluster survives: grf, permutation, tfce, fdr",
    "hedges_g": "Standardised group difference of the cluster mean, patients minus controls",
    "hedges_g_low": "Lower end of the 95 % interval of hedges_g",
    "hedges_g_high": "Upper end of the 95 % interval of hedges_g",
    "region_distance_mm": "Distance of the peak to the region, mm; 0 inside",
    "composition": "Share of the cluster per AAL region",
    "subpeaks": "Further peaks of the cluster: x,y,z (t), mm",
    "cluster_id": "Identifier of the cluster in maps, features and tables",
    "seed": "Seed of the connectivity map (FC)",
}


def tabulate_regions(
    *, clusters_paths: list[str], table_path: str, columns_path: str, source: str
) -> None:
    tables = [
        read_table(path, dtype={"brodmann_area": str}).reindex(columns=list(COLUMNS))
        for path in clusters_paths
    ]
    filled = [table for table in tables if len(table)]
    table = pd.concat(filled, ignore_index=True) if filled else tables[0]
    table["measure"] = table["measure"].map(measure_name)
    logger.info("%d clusters in %d tables", len(table), len(tables))

    write_table(table_path, table)
    description = "Regions with a significant difference, patients against controls"
    write_sidecar(columns_path, COLUMNS, description=description, source=source)


if __name__ == "__main__":
    run_job(tabulate_regions, snakemake)
