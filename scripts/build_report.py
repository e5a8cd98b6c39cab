"""The page that tells the study, in one HTML file."""

import logging
from pathlib import Path

from restpain.files import write_text
from restpain.groupmaps import of_analysed
from restpain.participants import read_participants
from restpain.quality_wall import motion_sentences
from restpain.report_page import page_context, render_page
from restpain.runlog import start_log
from restpain.tables import read_json, read_table

logger = logging.getLogger("build_report")

TABLES = ("demographics", "regions", "classification", "correlation")
FIGURES = ("workflow", "group_maps", "regions", "roc")


def build_report(
    *,
    template_path: str,
    config_path: str,
    participants_path: str,
    tables_paths: list[str],
    figures_paths: list[str],
    func_qc_paths: list[str],
    anat_qc_paths: list[str],
    pictures_paths: list[str],
    mask_path: str,
    models_paths: list[str],
    corrections_paths: list[str],
    error_rates_paths: list[str],
    normality_path: str,
    motion_path: str,
    score_maps_paths: list[str],
    seeds_path: str,
    check_path: str,
    design_path: str,
    recovery_paths: list[str],
    published_paths: list[str],
    report_path: str,
    settings: dict,
) -> None:
    cohort = settings["cohort"]
    measures = [*settings["metrics"]["measures"], "fc"]
    text = {"brodmann_area": str}
    tables = {
        name: read_table(path, dtype=text) for name, path in zip(TABLES, tables_paths, strict=True)
    }
    seeds = read_table(seeds_path)
    recovery = None
    if recovery_paths:
        *recovered, figure_path = recovery_paths
        named = {"effects": str, "clusters": str}  # lists of numbers and names
        recovery = (
            [read_table(path, dtype=named) for path in recovered],
            Path(figure_path).read_bytes(),
        )
    corrections = {
        measure: read_json(path)["volumes"]
        for measure, path in zip(measures, corrections_paths, strict=True)
    }
    context = page_context(
        settings=settings,
        default_text=Path(config_path).read_text(encoding="utf-8"),
        roster=read_participants(
            participants_path, patients=cohort["patients"], controls=cohort["controls"]
        ),
        tables=tables,
        func_qc=[read_json(path) for path in func_qc_paths],
        anat_qc=[read_json(path) for path in anat_qc_paths],
        pictures=[Path(path).read_bytes() for path in pictures_paths],
        figures={
            name: Path(path).read_bytes()
            for name, path in zip(FIGURES, figures_paths, strict=True)
        },
        mask=read_json(mask_path),
        models={
            measure: read_json(path) for measure, path in zip(measures, models_paths, strict=True)
        },
        corrections=corrections,
        error_rates=[read_json(path) for path in error_rates_paths],
        normality=read_table(normality_path),
        motion=motion_sentences(read_table(motion_path)),
        score_maps={
            measure: read_json(path)
            for measure, path in zip(measures, score_maps_paths, strict=True)
        },
        seeds=seeds,
        checks={
            "Cohort: files and headers": read_table(check_path),
            "Design: columns of the group model": read_table(design_path),
        },
        recovery=recovery,
        published_tables=tuple(read_table(path) for path in published_paths) or None,
        files=[
            (path, Path(path).read_bytes())
            for path in [*tables_paths, *figures_paths, *recovery_paths]
        ],
    )
    page = render_page(Path(template_path).read_text(encoding="utf-8"), context)
    logger.info("%d participants, %.1f MB", len(pictures_paths), len(page) / 1e6)
    write_text(report_path, page)


if __name__ == "__main__":
    start_log(snakemake.log[0])
    build_report(
        template_path=snakemake.input.template,
        config_path=snakemake.input.config,
        participants_path=snakemake.input.participants,
        tables_paths=snakemake.input.tables,
        figures_paths=snakemake.input.figures,
        func_qc_paths=of_analysed(snakemake.input.func_qc, snakemake.input.participants),
        anat_qc_paths=of_analysed(snakemake.input.anat_qc, snakemake.input.participants),
        pictures_paths=of_analysed(snakemake.input.pictures, snakemake.input.participants),
        mask_path=snakemake.input.mask,
        models_paths=snakemake.input.models,
        corrections_paths=snakemake.input.corrections,
        error_rates_paths=snakemake.input.error_rates,
        normality_path=snakemake.input.normality,
        motion_path=snakemake.input.motion,
        score_maps_paths=snakemake.input.score_maps,
        seeds_path=snakemake.input.seeds,
        check_path=snakemake.input.check,
        design_path=snakemake.input.design,
        recovery_paths=snakemake.input.recovery,
        published_paths=snakemake.input.published,
        report_path=snakemake.output.report,
        settings=snakemake.params.settings,
    )
