"""The last words of a run, by target."""

import re
from pathlib import Path

import pytest

from restpain.config.products import PRODUCTS, products_summary

REPOSITORY = Path(__file__).parents[3]


def make(folder, *paths):
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()


def test_the_default_target_names_the_report_first_and_the_folder_of_the_study(tmp_path):
    make(tmp_path, "results/quality.html", "results/report.html", "results/tables/table1.tsv")

    lines = products_summary([], tmp_path).splitlines()

    assert lines == [
        f"Finished. In {tmp_path}:",
        "  results/report.html   report of the study: open it first, in a browser",
        "  results/quality.html  QC overview of all participants, to be rated there",
        "  results/tables        Tables 1 to 4 (TSV, HTML, LaTeX, Word) and what supports them",
    ]
    assert products_summary(["all"], tmp_path).splitlines() == lines


def test_participants_names_no_report_of_an_earlier_run_and_what_comes_next(tmp_path):
    make(tmp_path, "results/quality.html", "results/report.html")

    summary = products_summary(["participants"], tmp_path)

    assert "report" not in summary
    assert summary.splitlines()[1].startswith("  results/quality.html  QC overview: open it first")
    assert summary.splitlines()[-1].startswith("Next: rate the participants")


@pytest.mark.parametrize(
    ("made", "target"),
    [
        (["results/cohort/check.tsv"], "with the target participants in place of check"),
        (
            ["results/cohort/check.tsv", "results/cohort/design_check.tsv"],
            "without the target check",
        ),
    ],
)
def test_after_the_check_of_a_pilot_the_group_level_is_not_next(tmp_path, made, target):
    make(tmp_path, *made)

    summary = products_summary(["check"], tmp_path)

    assert summary.splitlines()[-1] == f"Next: the same command {target}."


def test_a_file_as_target_is_named_and_one_that_is_not_there_is_not(tmp_path):
    make(tmp_path, "results/a.tsv")

    assert products_summary(["results/a.tsv", "results/b.tsv"], tmp_path) == (
        f"Finished. In {tmp_path}:\n  results/a.tsv"
    )
    assert products_summary(["results/b.tsv"], tmp_path) == ""


def test_the_targets_are_rules_and_each_file_is_an_output_of_one():
    files = [REPOSITORY / "Snakefile", *REPOSITORY.glob("rules/*.smk")]
    rules = "".join(path.read_text() for path in files)

    for target, products in PRODUCTS.items():
        assert re.search(rf"^rule {target}:", rules, re.MULTILINE)
        for path in filter(lambda path: Path(path).suffix, products):
            assert f'"{path}"' in rules


@pytest.mark.parametrize("target", sorted(PRODUCTS))
def test_a_line_fits_a_terminal(tmp_path, target):
    make(tmp_path, *(path for path in PRODUCTS[target] if Path(path).suffix))

    width = max(map(len, products_summary([target], tmp_path).splitlines()[1:]))
    assert width <= 130
