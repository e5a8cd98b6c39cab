"""Snakemake's own report of the shared run: every final product under its category."""

import zipfile

import pytest

from runs import snakemake

pytestmark = pytest.mark.workflow

CATEGORIES = {
    "Tables": ["table1_demographics.tsv", "table2_regions.tsv", "table3_classification.tsv",
               "table4_correlation.tsv", "table1_demographics.docx"],
    "Figures": ["figure1_workflow.png", "figure2_group_maps.png", "figure3_regions.png",
                "figure4_roc"],
    "Published tables": ["audit_published.tsv", "published_vs_recomputed.html"],
    "Report": ["report.html"],
}  # fmt: skip


def test_every_final_product_is_in_the_report_of_snakemake_under_its_category(
    finished_run, tmp_path
):
    path = tmp_path / "report.zip"

    process = snakemake(directory=finished_run[0], options=["--report", path])

    assert process.returncode == 0, process.stderr[-3000:]
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        text = "".join(
            archive.read(name).decode("utf-8", "replace")
            for name in names
            if name.endswith((".js", ".json", "report.html")) and "/data/" not in name
        )
    for category, files in CATEGORIES.items():
        assert category in text, category
        for file in files:
            assert file in text + " ".join(names), file
