"""Clusters that survive the correction for multiple tests, numbered, named and measured."""

import logging
from dataclasses import asdict

import numpy as np

from restpain.clustertable import COLUMNS, cluster_rows, numbered
from restpain.folds import step_seed
from restpain.groupmaps import maps_of_volumes, of_analysed, read_design
from restpain.inference import Correction, corrected_clusters, permutation_null
from restpain.permutation import size_threshold
from restpain.runlog import start_log
from restpain.smoothness import map_smoothness
from restpain.tables import read_json, write_json, write_table
from restpain.volumes import read_mask, read_masked, write_masked

logger = logging.getLogger("correct_clusters")


def correct_clusters(
    *,
    maps_paths: list[str],
    mask_path: str,
    participants_path: str,
    motion_paths: list[str],
    t_path: str,
    z_path: str,
    model_path: str,
    labels_path: str,
    table_path: str,
    columns_path: str,
    correction_path: str,
    measure: str,
    patients: str,
    controls: str,
    covariates: list[str],
    correction: Correction,
    smoothness: str,
    n_permutations: int,
    seed: int,
) -> None:
    mask, affine = read_mask(mask_path)
    design = read_design(
        participants_path,
        motion_paths,
        maps_paths,
        patients=patients,
        controls=controls,
        covariates=covariates,
    )
    model = read_json(model_path)
    seeds = model["seeds"]
    shape = (mask.sum(), len(seeds))
    t = read_masked(t_path, mask, affine).reshape(shape)
    z = read_masked(z_path, mask, affine).reshape(shape)

    all_labels, tables, summaries = np.zeros(shape, np.int16), [], []
    for k, maps in enumerate(maps_of_volumes(maps_paths, mask, affine, n_volumes=len(seeds))):
        dlh, fwhm_mm = model["volumes"][k]["dlh"], model["volumes"][k]["fwhm_mm"]
        if smoothness == "zmap":
            voxel_mm = np.linalg.norm(affine[:3, :3], axis=0)
            field = map_smoothness(z[:, k], mask=mask, voxel_mm=voxel_mm)
            dlh, fwhm_mm = field.dlh, field.fwhm_mm
        labels, clusters, size = corrected_clusters(
            t[:, k], z[:, k], mask, affine, dlh=dlh, correction=correction
        )
        null = permutation_null(
            maps,
            design,
            mask,
            correction=correction,
            n_permutations=n_permutations,
            seed=step_seed(seed, "permutation"),
            with_scores=len(clusters) > 0,
        )
        all_labels[:, k] = labels[mask]
        tables.append(
            cluster_rows(
                clusters,
                labels,
                maps=maps,
                design=design,
                t=t[:, k],
                mask=mask,
                affine=affine,
                null=null,
                correction=correction,
            )
        )
        summaries.append(
            {
                "seed": seeds[k],
                **asdict(correction),
                "z_threshold": correction.z_threshold,
                "smoothness": smoothness,
                "dlh": dlh,
                "fwhm_mm": fwhm_mm,
                "n_voxels": int(mask.sum()),
                "cluster_size_threshold": size,
                "cluster_size_permutation": size_threshold(
                    null.sizes, level=correction.cluster_p, tails=correction.tails
                ),
                "n_permutations": n_permutations,
                "n_clusters": len(clusters),
            }
        )
        logger.info("%s", summaries[-1])

    table, all_labels = numbered(tables, all_labels, measure=measure, seeds=seeds)
    write_masked(labels_path, all_labels if measure == "fc" else all_labels[:, 0], mask, affine)
    write_table(table_path, table)
    write_json(columns_path, {name: {"Description": text} for name, text in COLUMNS.items()})
    write_json(correction_path, {"measure": measure, "volumes": summaries})


if __name__ == "__main__":
    start_log(snakemake.log[0])
    correct_clusters(
        maps_paths=of_analysed(snakemake.input.maps, snakemake.input.participants),
        mask_path=snakemake.input.mask,
        participants_path=snakemake.input.participants,
        motion_paths=snakemake.input.motion,
        t_path=snakemake.input.t,
        z_path=snakemake.input.z,
        model_path=snakemake.input.model,
        labels_path=snakemake.output.labels,
        table_path=snakemake.output.table,
        columns_path=snakemake.output.columns,
        correction_path=snakemake.output.correction,
        measure=snakemake.wildcards.measure,
        patients=snakemake.params.patients,
        controls=snakemake.params.controls,
        covariates=snakemake.params.covariates,
        correction=Correction(
            voxel_p=snakemake.params.voxel_p,
            cluster_p=snakemake.params.cluster_p,
            tails=snakemake.params.tails,
            connectivity=snakemake.params.connectivity,
        ),
        smoothness=snakemake.params.smoothness,
        n_permutations=snakemake.params.n_permutations,
        seed=snakemake.params.seed,
    )
