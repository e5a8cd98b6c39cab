"""Regions of one measure over all universes: specification curves, choices and joint tests."""

import logging

from restpain.cohort.participants import of_analysed
from restpain.io.images import read_arrays, read_mask, write_arrays, write_masked
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_printed, read_table, write_table
from restpain.multiverse.collected import (
    REGIONS,
    SHARE_SIDECAR,
    TESTS,
    check_main,
    collected,
    region_rows,
)
from restpain.multiverse.group_level import INFERENCES
from restpain.multiverse.joint import share_tests
from restpain.multiverse.participants import read_alternative, read_covered, read_designs
from restpain.multiverse.published_rows import MATCHES, matches_of_rows, places_of_rows
from restpain.multiverse.regions import matched_regions, region_names, shares_of_universes
from restpain.multiverse.specification import (
    CHOICES,
    SPECIFICATION,
    choices_table,
    region_means,
    region_t,
    specification_table,
)

logger = logging.getLogger("compare_universes")


def compare_universes(
    *,
    plan_path: str,
    results_paths: list[str],
    clusters_paths: list[str],
    main_path: str,
    seeds_paths: list[str],
    maps_paths: list[str],
    covered_paths: list[str],
    template_mask_path: str,
    participants_path: str,
    motion_paths: list[str],
    published_paths: list[str],
    regions_path: str,
    specification_path: str,
    choices_path: str,
    tests_path: str,
    hits_path: str,
    matches_path: str,
    positive_path: str,
    negative_path: str,
    measure: str,
    comparison: dict,
    match_mm: float,
) -> None:
    plan = read_json(plan_path)["measures"][measure]
    universes = plan["universes"]
    seeds = read_table(seeds_paths[0])["seed"].tolist() if seeds_paths else [None]
    found = collected(
        [read_arrays(path) for path in results_paths],
        [read_table(path) for path in clusters_paths],
        universes,
    )
    check_main(found.clusters, read_table(main_path), main_path)
    regions = matched_regions(found.clusters, found.voxels)
    names = region_names(regions, measure)

    maps_paths = of_analysed(maps_paths, participants_path)
    template, affine = read_mask(template_mask_path)
    covered = read_covered(covered_paths, maps_paths, template, affine)
    means = [
        region_means(read_alternative(maps_paths, measure, number), regions, covered)
        for number in range(len(plan["maps"]))
    ]
    designs = read_designs(universes, participants_path, motion_paths, maps_paths, comparison)
    t, left_out = region_t(means, designs, universes)

    specification = specification_table(regions, names, found.clusters, t, universes)
    write_table(specification_path, specification, SPECIFICATION)
    rows = region_rows(regions, names, found.clusters, specification, seeds)
    write_table(regions_path, rows, REGIONS)
    shown = (regions, names, plan["keys"], universes, t, left_out)
    write_table(choices_path, choices_table(*shown), CHOICES)
    tests = share_tests(found.significant, list(INFERENCES))
    tests.insert(0, "seed", [seeds[volume] for volume in tests.pop("volume")])
    write_table(tests_path, tests, TESTS)
    published = read_printed(published_paths[0]) if published_paths else None
    places = places_of_rows(published, measure, template, affine, match_mm=match_mm)
    significant = (found.clusters, found.voxels)
    matches = matches_of_rows(published, measure, *significant, places)
    write_table(matches_path, matches, MATCHES)
    write_arrays(hits_path, universe=[one["universe"] for one in universes], hits=found.hits)
    sizes = {"n_voxels": int(template.sum()), "n_volumes": len(seeds)}
    shares = shares_of_universes(*significant, n_universes=len(universes), **sizes)
    for path, share in zip((positive_path, negative_path), shares, strict=True):
        values = share if measure == "fc" else share[:, 0]
        write_masked(path, values, template, affine, sidecar=SHARE_SIDECAR)
    logger.info("%d universes, %d regions", len(universes), len(regions))


if __name__ == "__main__":
    run_job(compare_universes, snakemake)
