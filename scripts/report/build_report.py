"""HTML report of the study: summary, tables, figures, quality, methods, settings."""

import logging
from pathlib import Path

from restpain.cohort.measures import compared_measures
from restpain.cohort.participants import configured_comparison, of_analysed, read_participants
from restpain.group.cluster_maps import NO_SEEDS, maps_of_measures
from restpain.io.files import write_text
from restpain.io.images import read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table
from restpain.report.page import report_page
from restpain.report.section_viewer import BRAINSPRITE

logger = logging.getLogger("build_report")

TABLES = ("demographics", "regions", "classification", "correlation")
FIGURES = ("workflow", "group_maps", "regions", "roc", "robustness")
# tables and sidecars of one file each, named as the inputs of the rule
SINGLE_TABLES = (
    *("one_sample", "robustness", "normality", "motion", "warnings", "inputs", "run_times"),
)
BY_MEASURE = ("models", "searched", "corrections", "score_maps")


def build_report(*, inputs: dict, report_path: str, settings: dict) -> None:
    measures = compared_measures(settings)
    participants = inputs["participants"]
    func_qc_paths = of_analysed(inputs["func_qc"], participants)
    anat_qc_paths = of_analysed(inputs["anat_qc"], participants)
    pictures_paths = of_analysed(inputs["pictures"], participants)
    *recovery_paths, recovery_figure_path = inputs["recovery"] or [None]
    volumes = {"difference": inputs["differences"], "labels": inputs["labels"]}

    results = {name: read_table(inputs[name]) for name in SINGLE_TABLES}
    results["seeds"] = read_table(inputs["seeds"]) if inputs["seeds"] else NO_SEEDS
    for name in BY_MEASURE:
        results[name] = dict(zip(measures, map(read_json, inputs[name]), strict=True))
    results |= {
        "described": read_json(inputs["described"]),
        "roster": read_participants(participants, configured_comparison(settings)),
        "tables": {
            name: read_table(path, dtype={"brodmann_area": str})
            for name, path in zip(TABLES, inputs["tables"], strict=True)
        },
        "figures": dict(zip(FIGURES, map(read_bytes, inputs["figures"]), strict=True)),
        "func_qc": [read_json(path) for path in func_qc_paths],
        "anat_qc": [read_json(path) for path in anat_qc_paths],
        "pictures": [read_bytes(path) for path in pictures_paths],
        "error_rates": [read_json(path) for path in inputs["error_rates"]],
        "mask": read_json(inputs["mask"]),
        "recovery": [
            # lists of numbers and names
            read_table(path, dtype={"effects": str, "clusters": str})
            for path in recovery_paths
        ],
        "recovery_figure": recovery_figure_path and read_bytes(recovery_figure_path),
        "published": tuple(read_table(path) for path in inputs["published"]),
        "maps": maps_of_measures(
            measures,
            {name: [read_volume(path)[0] for path in paths] for name, paths in volumes.items()},
            [read_table(path) for path in inputs["clusters"]],
            results["seeds"],
        ),
        "brain": read_volume(inputs["brain"]),
        "brainsprite": BRAINSPRITE.read_text(encoding="utf-8"),
        "config": read_text(inputs["config"]),
        "checks": {
            "Cohort: files and headers": read_table(inputs["check"]),
            "Design: columns of the group model": read_table(inputs["design"]),
        },
        "files": [
            (path, read_bytes(path))
            for path in [*inputs["tables"], *inputs["figures"], *inputs["recovery"]]
        ],
    }
    templates = {Path(path).name: read_text(path) for path in inputs["templates"]}
    page = report_page(results, settings, templates)
    logger.info("%d participants, %.1f MB", len(func_qc_paths), len(page) / 1e6)
    write_text(report_path, page)


def read_bytes(path: str) -> bytes:
    return Path(path).read_bytes()


def read_text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


if __name__ == "__main__":
    run_job(build_report, snakemake)
