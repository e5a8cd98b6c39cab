"""Figure 1: stages of this run with their settings and counts."""

import logging

from restpain.cohort.measures import compared_measures
from restpain.cohort.participants import configured_comparison, of_analysed, read_participants
from restpain.figures.workflow import workflow_figure
from restpain.figures.workflow_content import workflow_content
from restpain.group.cluster_maps import NO_SEEDS
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table
from restpain.presentation.plots import save_figure
from restpain.presentation.slices import DPI

logger = logging.getLogger("plot_workflow")


def plot_workflow(
    *,
    participants_path: str,
    described_path: str,
    func_qc_paths: list[str],
    mask_path: str,
    clusters_paths: list[str],
    seeds_path: str | None,
    association_path: str,
    published_path: str,
    nested_path: str,
    png_path: str,
    svg_path: str,
    settings: dict,
) -> None:
    func_qc_paths = of_analysed(func_qc_paths, participants_path)
    measures = compared_measures(settings)
    tables = [read_table(path) for path in clusters_paths]
    content = workflow_content(
        roster=read_participants(participants_path, configured_comparison(settings)),
        func_qc=[read_json(path) for path in func_qc_paths],
        mask=read_json(mask_path),
        clusters=dict(zip(measures, tables, strict=True)),
        seeds=read_table(seeds_path) if seeds_path else NO_SEEDS,
        association=read_table(association_path),
        published=read_table(published_path),
        nested=read_table(nested_path),
        described=read_json(described_path),
        settings=settings,
    )
    logger.info("%d clusters drawn", sum(map(len, tables)))
    save_figure(workflow_figure(content), png_path=png_path, svg_path=svg_path, dpi=DPI)


if __name__ == "__main__":
    run_job(plot_workflow, snakemake)
