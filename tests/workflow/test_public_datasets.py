"""Presets of public datasets: the cohort check on their layout, with simulated heads."""

import shlex

import pytest
from snakemake.cli import get_argument_parser

from public_layouts import LAYOUTS, N_EACH, heads
from restpain.io.tables import read_table
from runs import REPOSITORY, SMALL, snakemake

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

LEFT_OUT = {
    "ds002748": [],
    "ds002748_fmriprep": [],
    "ds004144": [],
    "ds000030": ["no T1-weighted image", "not part of this comparison"],
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


@pytest.mark.parametrize("dataset", LAYOUTS)
def test_a_preset_has_at_most_eight_lines(dataset):
    lines = (REPOSITORY / "presets" / f"openneuro_{dataset}.yaml").read_text().splitlines()

    assert sum(not line.startswith("#") for line in lines) <= 8


@pytest.mark.parametrize("dataset", LAYOUTS)
def test_the_command_in_the_head_of_a_preset_asks_for_the_check(dataset):
    """Snakemake takes a target behind ``--configfile`` for another file."""
    text = (REPOSITORY / "presets" / f"openneuro_{dataset}.yaml").read_text()
    line = text.partition("# Run: snakemake ")[2].partition("\n")[0]

    given = get_argument_parser().parse_args(shlex.split(line))

    assert given.targets == ["check"]
    assert [path.name for path in given.configfile] == [f"openneuro_{dataset}.yaml"]
