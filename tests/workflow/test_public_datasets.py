"""Presets of public datasets: check and group level on their layout, with simulated heads."""

import re
import shlex

import numpy as np
import pytest
from snakemake.cli import get_argument_parser

from public_layouts import LAYOUTS, N_EACH, heads
from restpain.io.tables import read_table
from runs import REPOSITORY, SMALL, dead_links, metric_map, snakemake, write_config

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

LEFT_OUT = {
    "ds002748": [],
    "ds002748_fmriprep": [],
    "ds004144": [],
    "ds000030": ["no T1-weighted image", "not part of this comparison"],
}
COARSE = {
    "preprocessing": {"normalisation_mm": 4.0, "voxel_mm": 4.0},
    "group": {"n_permutations": 20},
    "classification": {"learners": ["KNN"], "n_repeats": 1, "n_permutations": 2},
}


@pytest.mark.parametrize("dataset", LAYOUTS)
def test_the_layout_passes_the_check_with_its_preset(finished_run, tmp_path, dataset):
    LAYOUTS[dataset](heads(finished_run[0]), tmp_path)
    preset = REPOSITORY / "presets" / f"openneuro_{dataset}.yaml"

    process = snakemake("check", directory=tmp_path, configfiles=(SMALL, preset))

    assert process.returncode == 0, process.stderr[-5000:]
    analysed = read_table(tmp_path / "results/cohort/complete.tsv")
    assert analysed["exclude"].isna().sum() == 2 * N_EACH
    assert sorted(analysed["exclude"].dropna()) == LEFT_OUT[dataset]


def test_four_groups_with_missing_scans_go_through_to_the_group_level(finished_run, tmp_path):
    found = heads(finished_run[0])
    LAYOUTS["ds000030"](found, tmp_path)
    preset = REPOSITORY / "presets" / "openneuro_ds000030.yaml"
    coarse = write_config(tmp_path, **COARSE)
    tables = tmp_path / "results" / "tables"
    targets = [tables / "table1_demographics.tsv", tables / "table2_regions.tsv"]

    process = snakemake(
        *(path.relative_to(tmp_path) for path in targets),
        "results/report.html",
        "results/quality.html",
        directory=tmp_path,
        configfiles=(SMALL, preset, coarse),
    )

    assert process.returncode == 0, process.stderr[-5000:]
    age = read_table(targets[0]).iloc[0]
    for group, is_patient in (("patients", True), ("controls", False)):
        ages = [head.age for head in found if head.is_patient == is_patient]
        assert age[f"{group}_n"] == N_EACH
        assert age[f"{group}_mean"] == pytest.approx(np.mean(ages))
    assert read_table(targets[1]).columns[0] == "measure"
    for number in range(2 * N_EACH):  # relative to the mean in the mask
        values = metric_map(tmp_path, f"sub-{10159 + number}", "alff")
        assert np.mean(values[values > 0]) == pytest.approx(1, abs=0.1)
    report = re.sub(r"<[^>]+>|\s+", " ", (tmp_path / "results/report.html").read_text())
    assert (
        "Of 5 patients recruited (group “SCHZ”), none was excluded and 5 were analysed." in report
    )
    assert "no T1-weighted image: 1) and 5 were analysed." in report
    assert dead_links(tmp_path / "results") == []


@pytest.mark.parametrize("dataset", LAYOUTS)
def test_a_preset_has_at_most_eight_lines(dataset):
    lines = (REPOSITORY / "presets" / f"openneuro_{dataset}.yaml").read_text().splitlines()

    assert sum(not line.startswith("#") for line in lines) <= 8


PRESETS = sorted((REPOSITORY / "presets").glob("*.yaml"))
WITH_COMMAND = [path for path in PRESETS if "# Run: snakemake " in path.read_text()]


@pytest.mark.parametrize("preset", WITH_COMMAND, ids=lambda path: path.stem)
def test_the_command_in_the_head_of_a_preset_asks_for_the_check(preset):
    """Snakemake takes a target behind ``--configfile`` for another file."""
    text = preset.read_text()
    line = text.partition("# Run: snakemake ")[2].partition("\n")[0]

    given = get_argument_parser().parse_args(shlex.split(line))

    assert given.targets == ["check"]
    assert [path.name for path in given.configfile] == [preset.name]


def test_every_public_dataset_has_its_command():
    names = {path.stem.removeprefix("openneuro_") for path in WITH_COMMAND}

    assert names >= {*LAYOUTS, "abide_dparsf"}
