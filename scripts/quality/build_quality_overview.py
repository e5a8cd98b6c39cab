"""QC overview page of all participants, on which they are rated."""

import logging
from pathlib import Path

from restpain.cohort.participants import participant_of
from restpain.io.files import write_text
from restpain.io.job import run_job
from restpain.io.tables import read_table
from restpain.presentation.pages import render_page
from restpain.quality.overview import overview_context, thumbnail
from restpain.quality.participant_figure import SLICES_WIDTH, TRACES_WIDTH

logger = logging.getLogger("build_quality_overview")

TEXTS = dict.fromkeys(
    [
        "participant_id",
        "group",
        "rating",
        "rating_reason",
        "exclude",
        "exclude_detail",
        "measured_steps",
    ],
    str,
)


def build_quality_overview(
    *,
    template_path: str,
    quality_path: str,
    motion_path: str,
    pictures_paths: list[str],
    overview_path: str,
    source: str,
    limits: dict[str, float | None],
) -> None:
    left = TRACES_WIDTH / (TRACES_WIDTH + SLICES_WIDTH)
    context = overview_context(
        read_table(quality_path, dtype=TEXTS),
        read_table(motion_path),
        {
            participant_of(path): thumbnail(Path(path).read_bytes(), left=left)
            for path in pictures_paths
        },
        limits,
        left=left,
        simulated=source == "simulated",
    )
    page = render_page(Path(template_path).read_text(encoding="utf-8"), context)
    logger.info("%d pictures, %.1f MB", len(pictures_paths), len(page) / 1e6)
    write_text(overview_path, page)


if __name__ == "__main__":
    run_job(build_quality_overview, snakemake)
