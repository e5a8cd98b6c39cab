"""The page that tells the study, in one HTML file."""

import logging
from importlib.resources import files
from pathlib import Path

from restpain.cohort.participants import (
    configured_comparison,
    included,
    of_analysed,
    read_participants,
)
from restpain.cohort.sites import site_counts
from restpain.figures.workflow_content import exclusion_flow
from restpain.group.cluster_maps import maps_of_measures
from restpain.io.files import write_text
from restpain.io.images import read_volume
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table
from restpain.presentation.pages import render_report
from restpain.quality.overview import motion_sentences
from restpain.report.section_classification import classification_section
from restpain.report.section_cohort import cohort_section
from restpain.report.section_methods import methods_section
from restpain.report.section_provenance import provenance_section
from restpain.report.section_published import published_section
from restpain.report.section_quality import quality_section, quality_table
from restpain.report.section_recovery import recovery_section
from restpain.report.section_regions import regions_section
from restpain.report.section_run_times import run_times_section
from restpain.report.section_score import score_section
from restpain.report.section_settings import settings_section
from restpain.report.section_summary import summary_section
from restpain.report.section_viewer import viewer_section
from restpain.report.sentences import question

logger = logging.getLogger("build_report")

TABLES = ("demographics", "regions", "classification", "correlation")
BRAINSPRITE = files("nilearn").joinpath("plotting", "data", "js", "brainsprite.min.js")
FIGURES = ("workflow", "group_maps", "regions", "roc", "robustness")


def build_report(*, inputs: dict, report_path: str, settings: dict) -> None:
    """Read what each section shows, in the order of the page; ``inputs`` are those of the rule."""
    cohort = settings["cohort"]
    comparison = configured_comparison(settings)
    measures = [*settings["metrics"]["measures"], "fc"]
    tables = {
        name: read_table(path, dtype={"brodmann_area": str})
        for name, path in zip(TABLES, inputs["tables"], strict=True)
    }
    figures = {
        name: Path(path).read_bytes()
        for name, path in zip(FIGURES, inputs["figures"], strict=True)
    }
    roster = read_participants(inputs["participants"], comparison)
    flow = exclusion_flow(roster, comparison)
    func_qc = [read_json(path) for path in of_analysed(inputs["func_qc"], inputs["participants"])]
    anat_qc = [read_json(path) for path in of_analysed(inputs["anat_qc"], inputs["participants"])]
    quality = quality_table(roster[roster["exclude"] == ""], func_qc, anat_qc)
    models = {
        measure: read_json(path) for measure, path in zip(measures, inputs["models"], strict=True)
    }
    normality = read_table(inputs["normality"])
    seeds = read_table(inputs["seeds"])
    df = next(iter(models.values()))["df"]
    recovery = None
    if inputs["recovery"]:
        *recovered, figure_path = inputs["recovery"]
        named = {"effects": str, "clusters": str}  # lists of numbers and names
        recovery = recovery_section(
            [read_table(path, dtype=named) for path in recovered], Path(figure_path).read_bytes()
        )
    sections = [
        summary_section(
            flow,
            tables,
            quality,
            settings=settings,
            models=models,
            corrections={
                measure: read_json(path)["volumes"]
                for measure, path in zip(measures, inputs["corrections"], strict=True)
            },
            error_rates=[read_json(path) for path in inputs["error_rates"]],
            normality=normality,
        ),
        cohort_section(
            flow,
            tables["demographics"],
            figures["workflow"],
            site_counts(included(roster), comparison),
        ),
        regions_section(
            tables["regions"],
            normality,
            settings=settings,
            df=df,
            n_seeds=len(seeds),
            group_maps=figures["group_maps"],
            places=figures["regions"],
        ),
        viewer_section(
            maps_of_measures(
                measures,
                {
                    "difference": [read_volume(path)[0] for path in inputs["differences"]],
                    "labels": [read_volume(path)[0] for path in inputs["labels"]],
                },
                [read_table(path) for path in inputs["clusters"]],
                seeds,
            ),
            *read_volume(inputs["brain"]),
            settings=settings,
            df=df,
            brainsprite=BRAINSPRITE.read_text(encoding="utf-8"),
        ),
        classification_section(
            tables["classification"],
            read_table(inputs["robustness"]),
            n_repeats=settings["classification"]["n_repeats"],
            curves=figures["roc"],
            trust=figures["robustness"],
        ),
        score_section(
            tables["correlation"],
            {
                measure: read_json(path)
                for measure, path in zip(measures, inputs["score_maps"], strict=True)
            },
            cohort["score"],
        ),
        recovery,
        published_section(tuple(read_table(path) for path in inputs["published"]) or None),
        quality_section(
            quality,
            [
                Path(path).read_bytes()
                for path in of_analysed(inputs["pictures"], inputs["participants"])
            ],
            motion_sentences(read_table(inputs["motion"])),
            comparison,
        ),
        methods_section(settings, func_qc, df=df, n_voxels=read_json(inputs["mask"])["n_voxels"]),
        settings_section(Path(inputs["config"]).read_text(encoding="utf-8"), settings),
        provenance_section(
            {
                "Cohort: files and headers": read_table(inputs["check"]),
                "Design: columns of the group model": read_table(inputs["design"]),
            },
            [
                (path, Path(path).read_bytes())
                for path in [*inputs["tables"], *inputs["figures"], *inputs["recovery"]]
            ],
            read_table(inputs["inputs"]),
        ),
        run_times_section(read_table(inputs["run_times"])),
    ]
    shared = {
        "patients": comparison.patients,
        "controls": comparison.controls,
        "simulated": cohort["source"] == "simulated",
        "question": question(settings),
        "score": cohort["score"],
        "n": {group["group"]: group["analysed"] for group in flow},
    }
    templates = {Path(path).name: Path(path).read_text("utf-8") for path in inputs["templates"]}
    page = render_report(sections, shared, templates)
    logger.info("%d participants, %.1f MB", len(func_qc), len(page) / 1e6)
    write_text(report_path, page)


if __name__ == "__main__":
    run_job(build_report, snakemake)
