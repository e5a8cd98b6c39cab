"""Files to start a study with: nothing is overwritten, and they are valid."""

import runpy
import subprocess
from pathlib import Path

import pytest
import yaml

from restpain.cohort.participants import Comparison, included, read_participants

REPOSITORY = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(REPOSITORY / "presets" / "study" / "new_study.py"))
new_study = SCRIPT["new_study"]


@pytest.mark.parametrize("source", SCRIPT["SOURCES"])
def test_the_files_name_the_source_each_other_and_columns_that_are_there(tmp_path, source):
    settings, table = new_study(tmp_path / "new", source)

    cohort = yaml.safe_load(settings.read_text())["cohort"]
    assert cohort["source"] == source
    assert (settings.parent / cohort["participants"]) == table
    comparison = Comparison(cohort["patients"], cohort["controls"])
    participants = read_participants(table, comparison)
    assert set(included(participants)["group"]) == {"patient", "control"}
    assert {*cohort["covariates"], cohort["score"]} <= set(participants)
    # keys that are commented out are valid as well: presets/**/*.yaml are checked without them
    text = settings.read_text()
    assert "quality" not in yaml.safe_load(text)
    offered = yaml.safe_load(
        "\n".join(line.removeprefix("# ") for line in text[text.index("# quality:") :].splitlines()
                  if not line.startswith("# For"))
    )  # fmt: skip
    known = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    assert all(set(keys) <= set(known[section]) for section, keys in offered.items())


@pytest.mark.parametrize("name", ["mine.yaml", "participants.tsv"])
def test_a_file_that_is_there_is_named_and_nothing_is_written(tmp_path, name):
    (tmp_path / name).write_text("mine")

    with pytest.raises(SystemExit, match=f"{name} exists and will not be overwritten"):
        new_study(tmp_path, "bids")

    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_source_that_does_not_exist_is_told_with_those_that_do(tmp_path):
    with pytest.raises(SystemExit, match="SOURCE is 'nifti'; expected one of dicom, bids, deriv"):
        new_study(tmp_path / "new", "nifti")

    assert not (tmp_path / "new").exists()


def test_make_study_prints_commands_that_a_shell_understands(tmp_path):
    folder = tmp_path / "Müller's study"

    def make(*arguments):
        line = ["make", "--no-print-directory", "study", *arguments]
        return subprocess.run(line, cwd=REPOSITORY, capture_output=True, text=True, check=False)

    first, second, missing = make(f"DIR={folder}", "SOURCE=bids"), make(f"DIR={folder}"), make()

    assert first.returncode == 0, first.stderr
    (check,) = (line for line in first.stdout.splitlines() if "snakemake check" in line)
    shown = subprocess.run(
        ["sh", "-c", f"for part in {check}; do echo \"$part\"; done"],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert shown[1:5] == ["check", "--keep-going", "-s", str(REPOSITORY / "Snakefile")]
    assert shown[5:9] == ["--directory", str(folder), "--configfile", str(folder / "mine.yaml")]
    assert second.returncode == 2
    assert "will not be overwritten" in second.stderr
    assert "DIR is missing" in missing.stderr
