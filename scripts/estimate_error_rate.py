"""How often the random field finds a cluster in this cohort when the groups mean nothing."""

import logging

from restpain.calibration import aimed_error_rate, family_wise_error
from restpain.folds import step_seed
from restpain.groupmaps import maps_of_volumes, of_analysed, read_design
from restpain.inference import Correction, permutation_null
from restpain.runlog import start_log
from restpain.tables import read_json, write_json
from restpain.volumes import read_mask

logger = logging.getLogger("estimate_error_rate")

CONFIDENCE = 0.95


def estimate_error_rate(
    *,
    maps_paths: list[str],
    mask_path: str,
    participants_path: str,
    motion_paths: list[str],
    correction_path: str,
    error_rate_path: str,
    measure: str,
    patients: str,
    controls: str,
    covariates: list[str],
    correction: Correction,
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
    (volume,) = read_json(correction_path)["volumes"]
    (maps,) = maps_of_volumes(maps_paths, mask, affine, n_volumes=1)
    # ASSUME: the smoothness of the observed comparison holds for every permutation
    null = permutation_null(
        maps,
        design,
        mask,
        correction=correction,
        n_permutations=n_permutations,
        seed=step_seed(seed, "error_rate"),
        with_scores=False,
    )
    size = volume["cluster_size_threshold"]
    found = family_wise_error(null.sizes, size_threshold=size, confidence=CONFIDENCE)
    logger.info("%s", found)
    aimed = aimed_error_rate(cluster_p=correction.cluster_p, tails=correction.tails)
    write_json(
        error_rate_path,
        {
            "measure": measure,
            "aimed": aimed,
            **found,
            "voxel_p": correction.voxel_p,
            "cluster_p": correction.cluster_p,
            "tails": correction.tails,
            "cluster_size_threshold": size,
            "smoothness": f"{volume['smoothness']} of the observed groups",
        },
    )


if __name__ == "__main__":
    start_log(snakemake.log[0])
    estimate_error_rate(
        maps_paths=of_analysed(snakemake.input.maps, snakemake.input.participants),
        mask_path=snakemake.input.mask,
        participants_path=snakemake.input.participants,
        motion_paths=snakemake.input.motion,
        correction_path=snakemake.input.correction,
        error_rate_path=snakemake.output.error_rate,
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
        n_permutations=snakemake.params.n_permutations,
        seed=snakemake.params.seed,
    )
