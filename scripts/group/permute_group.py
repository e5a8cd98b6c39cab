"""Largest clusters and TFCE scores of some permutations of the participants."""

import logging
from dataclasses import replace

from restpain.cohort.participants import Comparison, of_analysed
from restpain.group.inference import Correction, corrected_clusters, smoothness_for_correction
from restpain.group.maps import read_group
from restpain.group.permutation_null import NULL_COLUMNS, null_table, permutation_null
from restpain.group.search import part_of_mask
from restpain.io.job import run_job
from restpain.io.tables import read_json, write_table
from restpain.random_seeds import step_seed

logger = logging.getLogger("permute_group")

# Whether a cluster is significant by permutation is known after all jobs, and scores are drawn in
# each. GRF gives such clusters two or three times the p (docs/calibration.md), not ten times.
PROMISING_P = 0.5


def permute_group(
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
    largest_path: str,
    comparison: dict,
    correction: dict,
    across_seeds: bool,
    smoothness: str,
    first: int,
    n_permutations: int,
    seed: int,
) -> None:
    comparison = Comparison(**comparison)
    correction = Correction(**correction)
    maps_paths = of_analysed(maps_paths, participants_path)
    cohort = (participants_path, motion_paths, comparison, covered_paths)
    group = read_group(maps_paths, mask_path, *cohort)
    model = read_json(model_path)
    n_volumes = len(model["seeds"])
    correction = correction.of_maps(n_volumes if across_seeds else 1)
    t, z = (group.statistic(path, n_volumes) for path in (t_path, z_path))
    searched, _ = group.searched(n_path, n_volumes)
    promising = correction
    if correction.inference == "permutation":
        promising = replace(correction, cluster_p=max(PROMISING_P, correction.cluster_p))
    significant = []
    for k, fitted in enumerate(model["volumes"]):
        inside = searched[:, k]
        grid = (part_of_mask(group.mask, inside), group.affine)
        dlh, _ = smoothness_for_correction(z[inside, k], *grid, fitted, source=smoothness)
        _, clusters, _ = corrected_clusters(
            t[inside, k], z[inside, k], *grid, dlh=dlh, correction=promising
        )
        significant.append(len(clusters) > 0)
    drawn = {"n_permutations": n_permutations, "first": first, "correction": correction}
    drawn["seed"] = step_seed(seed, "permutation")
    nulls = []
    for k, maps in enumerate(group.volumes(n_volumes)):
        with_scores = any(significant) if across_seeds else significant[k]
        inside = searched[:, k]
        maps = maps if inside.all() else maps[:, inside]
        tested = (maps, group.design, part_of_mask(group.mask, inside))
        nulls.append(permutation_null(*tested, with_scores=with_scores, **drawn))
        logger.info("%d of %d volumes permuted", k + 1, n_volumes)
    logger.info(
        "%d permutations from %d, %d volumes, TFCE scores of %d",
        *(n_permutations, first, n_volumes, sum(len(null.scores) > 0 for null in nulls)),
    )
    write_table(largest_path, null_table(nulls, first=first), NULL_COLUMNS)


if __name__ == "__main__":
    run_job(permute_group, snakemake)
