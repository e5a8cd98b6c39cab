"""Page of the multiverse: choices, joint test, regions, curves, published regions."""

import logging
from pathlib import Path

from restpain.group.cluster_maps import NO_SEEDS
from restpain.io.files import write_text
from restpain.io.images import read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table
from restpain.multiverse.page import multiverse_page
from restpain.report.section_viewer import BRAINSPRITE

logger = logging.getLogger("build_multiverse_page")


def build_multiverse_page(
    *,
    templates_paths: list[str],
    config_path: str,
    plan_path: str,
    universes_path: str,
    left_out_path: str,
    seeds_paths: list[str],
    regions_paths: list[str],
    choices_paths: list[str],
    tests_paths: list[str],
    figures_paths: list[str],
    positive_paths: list[str],
    negative_paths: list[str],
    brain_path: str,
    published_paths: list[str],
    page_path: str,
    measures: list[str],
    source: str,
    seeds_from: str,
    match_mm: float,
    n_permutations: int,
) -> None:
    def by_measure(read, paths):
        return dict(zip(measures, map(read, paths), strict=True))

    signs = zip(positive_paths, negative_paths, strict=True)
    results = {
        "plan": read_json(plan_path),
        "universes": read_table(universes_path, dtype=str),
        "left_out": read_table(left_out_path, dtype=str),
        "seeds": read_table(seeds_paths[0]) if seeds_paths else NO_SEEDS,
        "regions": by_measure(read_table, regions_paths),
        "choices": by_measure(read_table, choices_paths),
        "tests": by_measure(read_table, tests_paths),
        "figures": by_measure(lambda path: Path(path).read_bytes(), figures_paths),
        "shares": by_measure(lambda pair: [read_volume(path)[0] for path in pair], signs),
        "brain": read_volume(brain_path),
        "published": tuple(map(read_table, published_paths)) or None,
        "config": Path(config_path).read_text(encoding="utf-8"),
        "brainsprite": BRAINSPRITE.read_text(encoding="utf-8"),
    }
    page = multiverse_page(
        results,
        {Path(path).name: Path(path).read_text(encoding="utf-8") for path in templates_paths},
        simulated=source == "simulated",
        match_mm=match_mm,
        seeds_from=seeds_from,
        n_permutations=n_permutations,
    )
    logger.info("%d universes, %.1f MB", len(results["universes"]), len(page) / 1e6)
    write_text(page_path, page)


if __name__ == "__main__":
    run_job(build_multiverse_page, snakemake)
