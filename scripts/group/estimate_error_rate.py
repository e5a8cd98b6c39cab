"""Empirical family-wise error of GRF correction under permuted group labels."""

import logging

from restpain.group.error_rate import aimed_error_rate, family_wise_error
from restpain.group.permutation_null import nulls_of_tables
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table, write_json

logger = logging.getLogger("estimate_error_rate")

CONFIDENCE = 0.95


def estimate_error_rate(
    *,
    largest_paths: list[str],
    correction_path: str,
    error_rate_path: str,
    measure: str,
) -> None:
    # ASSUME: the smoothness of the observed comparison holds for every permutation
    (volume,) = read_json(correction_path)["volumes"]
    (null,) = nulls_of_tables([read_table(path) for path in largest_paths], n_maps=1)
    size = volume["cluster_size_threshold"]
    found = family_wise_error(null.sizes, size_threshold=size, confidence=CONFIDENCE)
    logger.info("%s", found)
    thresholds = {key: volume[key] for key in ("voxel_p", "cluster_p", "tails")}
    write_json(
        error_rate_path,
        {
            "measure": measure,
            "aimed": aimed_error_rate(cluster_p=volume["cluster_p"], tails=volume["tails"]),
            **found,
            **thresholds,
            "cluster_size_threshold": size,
            "smoothness": f"{volume['smoothness']} of the observed groups",
        },
    )


if __name__ == "__main__":
    run_job(estimate_error_rate, snakemake)
