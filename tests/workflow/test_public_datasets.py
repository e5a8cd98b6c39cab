"""Presets of public datasets: the cohort check on their layout, with simulated heads."""

import pytest

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
