"""Group comparison of one measure in all universes that share one set of maps."""

import logging

import numpy as np

from restpain.cohort.participants import of_analysed
from restpain.group.cluster_table import COLUMNS
from restpain.io.images import read_mask, read_masked, write_arrays
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_printed, write_table
from restpain.multiverse.group_level import Cohort, group_level
from restpain.multiverse.participants import read_alternative, read_covered, read_designs
from restpain.multiverse.published_rows import places_of_rows
from restpain.random_seeds import step_seed

logger = logging.getLogger("fit_universes")

OWN = {
    "universe": "Number of the universe, see universes.tsv.",
    "volume": "Volume of the maps, counted from 0: the seed, or 0 for local measures.",
    "sign": "1: patients higher, -1: lower.",
    "survives_grf": "Large enough for GRF correction.",
    "survives_permutation": "Large enough for the permutation of cluster sizes.",
}
SHARED = (
    *("region", "hemisphere", "x_mm", "y_mm", "z_mm", "t", "z", "n_voxels"),
    *("p_grf", "p_permutation", "hedges_g", "composition"),
)


def fit_universes(
    *,
    plan_path: str,
    maps_paths: list[str],
    covered_paths: list[str],
    template_mask_path: str,
    participants_path: str,
    motion_paths: list[str],
    seed_images_paths: list[str],
    published_paths: list[str],
    results_path: str,
    clusters_path: str,
    measure: str,
    alternative: str,
    comparison: dict,
    across_seeds: bool,
    search_seed: bool,
    n_permutations: int,
    match_mm: float,
    seed: int,
) -> None:
    plan = read_json(plan_path)["measures"][measure]
    number = int(alternative)
    universes = [one for one in plan["universes"] if one["map"] == number]
    maps_paths = of_analysed(maps_paths, participants_path)
    template, affine = read_mask(template_mask_path)
    seeds = [read_masked(path, template, affine) for path in seed_images_paths]
    cohort = Cohort(
        maps=read_alternative(maps_paths, measure, number),
        covered=read_covered(covered_paths, maps_paths, template, affine),
        template=template,
        affine=affine,
        designs=read_designs(universes, participants_path, motion_paths, maps_paths, comparison),
        seeds=seeds[0] if seeds else None,
        seed_distance_mm=None if search_seed else plan["maps"][number]["metrics.fwhm_mm"],
    )
    places = places_of_rows(
        read_printed(published_paths[0]) if published_paths else None,
        measure,
        template,
        affine,
        match_mm=match_mm,
    )
    found = group_level(
        cohort,
        universes,
        n_permutations=n_permutations,
        seed=step_seed(seed, "permutation"),
        across_seeds=across_seeds,
        places=places,
    )
    write_arrays(
        results_path,
        universe=np.array([one["universe"] for one in universes]),
        significant=found.significant,
        hits=found.hits,
        voxels=np.concatenate([np.zeros(0, int), *found.voxels]).astype(np.int32),
        ends=np.cumsum([len(voxels) for voxels in found.voxels], dtype=np.int64),
    )
    columns = OWN | {key: COLUMNS[key] for key in SHARED}
    write_table(clusters_path, found.clusters.reindex(columns=list(columns)), columns)
    logger.info("%d universes, %d clusters", len(universes), len(found.clusters))


if __name__ == "__main__":
    run_job(fit_universes, snakemake)
