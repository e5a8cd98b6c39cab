"""Commands and configurations of the tutorials, as printed, on simulated data in their layouts.

Left out are downloads, and whole runs, which the tests of each source make.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from printed import blocks
from public_layouts import LAYOUTS, heads
from restpain.io.tables import read_table, write_table
from runs import REPOSITORY, working_folder_of_dparsf

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

TUTORIALS = REPOSITORY / "docs" / "tutorials"
RUN_HERE = re.compile(r"(cd|make study|snakemake (check|audit|power)) ")
STUDY = re.compile(r"/data/(pain|depression|fibromyalgia)\b")
PUBLIC = {"bids": "ds002748", "fmriprep": "ds002748_fmriprep", "chronic_pain": "ds004144"}


def printed_commands(page, study):
    """Commands of a tutorial that need no download, for this study and this clone."""
    text = "\n".join(blocks(TUTORIALS / f"{page}.md", "sh")).replace("\\\n", " ")
    lines = [line for line in text.splitlines() if RUN_HERE.match(line)]
    wanted = [STUDY.sub(str(study), line).replace("CLONE", str(REPOSITORY)) for line in lines]
    # folders of the dataset, which the download makes
    return [line for line in wanted if not line.startswith("cd ") or Path(line[3:]).is_dir()]


def run_printed(commands, directory):
    """Run commands in a shell with the programs of this environment; returns the process."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-c", "\n".join(commands)],
        cwd=directory, env=os.environ | {"PATH": programs}, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize(("page", "dataset"), PUBLIC.items())
def test_a_public_dataset_is_checked(finished_run, tmp_path, page, dataset):
    LAYOUTS[dataset](heads(finished_run[0]), tmp_path)
    commands = printed_commands(page, tmp_path)

    process = run_printed(commands, tmp_path)

    assert sum("snakemake check" in line for line in commands) == 1
    assert process.returncode == 0, process.stderr[-5000:]
    assert len(read_table(tmp_path / "results/cohort/complete.tsv")) == 10


def lay_out_dicom(run, study):
    """DICOM files of a finished run, and their table."""
    (study / "dicom").symlink_to(run / "results/sourcedata/dicom")
    shutil.copy(run / "results/cohort/participants.tsv", study)


def lay_out_dparsf(run, study):
    """Working folder of DPARSF from a finished run, and its table."""
    write_table(
        study / "participants.tsv", read_table(working_folder_of_dparsf(run, study / "dparsf"))
    )


@pytest.mark.parametrize(
    ("page", "lay_out"), [("dicom", lay_out_dicom), ("dparsf", lay_out_dparsf)]
)
def test_a_study_is_made_and_checked(finished_run, tmp_path, page, lay_out):
    study = tmp_path / "pain"
    make, *commands = printed_commands(page, study)
    made = run_printed([make], REPOSITORY)
    assert made.returncode == 0, made.stderr
    assert (study / "mine.yaml").exists()
    lay_out(finished_run[0], study)
    (study / "mine.yaml").write_text(blocks(TUTORIALS / f"{page}.md", "yaml")[0])

    process = run_printed(commands, study)

    assert commands
    assert process.returncode == 0, process.stderr[-5000:]
    complete = read_table(study / "results/cohort/complete.tsv")
    expected = read_table(finished_run[0] / "results/cohort/complete.tsv")
    assert complete["exclude"].isna().sum() == expected["exclude"].isna().sum()


def test_the_paper_is_audited_and_power_is_computed_with_fewer_draws(tmp_path):
    config = {}
    for text in blocks(TUTORIALS / "power.md", "yaml"):
        update_config(config, yaml.safe_load(text))
    config["power"]["n_draws"] = 20
    study = tmp_path / "pain"
    study.mkdir()
    (study / "mine.yaml").write_text(yaml.safe_dump(config))
    _, of_study = printed_commands("power", study)

    # in the folder of the study: a clone would be written into
    of_clone = f" -s {REPOSITORY}/Snakefile"
    audit = printed_commands("audit", study)[0] + of_clone
    process = run_printed([audit, of_study], study)

    assert process.returncode == 0, process.stderr[-5000:]
    assert (study / "results/tables/audit_published.tsv").exists()
    assert len(read_table(study / "results/power/power.tsv")) >= 9
