"""A study in a folder of its own: defaults of the clone, paths of the study, read-only clone."""

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from runs import REPOSITORY

pytestmark = pytest.mark.workflow

NEEDED = ("Snakefile", "config.yaml", "CITATION.cff", "rules", "schemas", "scripts", "profiles")
NEEDED += ("resources", "envs", "docs/captions")
SAID = "configuration: "


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The files of the repository that a run needs, in a path with blanks and umlauts."""
    folder = tmp_path_factory.mktemp("clone") / "mein größerer Klon"
    for name in NEEDED:
        if (REPOSITORY / name).is_dir():
            shutil.copytree(
                REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            folder.mkdir(exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)
    return folder


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "Studie für Schmerz"
    folder.mkdir()
    return folder


def run(clone, *arguments, cwd, environment=None, before=()):
    line = [*before, sys.executable, "-m", "snakemake", "-s", clone / "Snakefile", "--cores", "1"]
    return subprocess.run(
        [*line, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def write_settings(study, **sections):
    path = study / "mine.yaml"
    path.write_text(yaml.safe_dump(sections))
    return path


@pytest.mark.parametrize("named", ["directory", "working directory", "no configuration at all"])
def test_what_a_study_does_not_say_is_as_in_the_clone(clone, study, tmp_path, named):
    mine = write_settings(study, simulation={"n_patients": 4})
    arguments = ["--directory", study, "--configfile", mine]
    if named != "directory":
        arguments = arguments[2:] if named == "working directory" else []
    cwd = tmp_path if named == "directory" else study

    process = run(clone, *arguments, "--dry-run", "--", "check", cwd=cwd)

    assert process.returncode == 0, process.stderr[-3000:]
    n_participants = 4 + 10 if arguments else 10 + 10  # of config.yaml
    assert process.stdout.count("rule simulate_participant:") == n_participants
    assert not (study / "results").exists()
    assert "Finished." not in process.stdout  # nothing was made


def test_a_config_yaml_of_the_study_is_read_over_that_of_the_clone(clone, study):
    (study / "config.yaml").write_text("simulation: {n_patients: 5, n_controls: 5}\n")
    mine = write_settings(study, simulation={"n_patients": 4})

    process = run(clone, "--configfile", mine, "-n", "--", "check", cwd=study)

    assert process.stdout.count("rule simulate_participant:") == 4 + 5, process.stderr[-3000:]


def test_each_fault_of_the_configuration_is_told_once(clone, study):
    metrics = {"band": [0.01, 0.08], "fwhm_mm": -1}
    mine = write_settings(study, metrics=metrics, cohorts={}, group={"tails": 3})

    process = run(clone, "--configfile", mine, "-n", "--", "check", cwd=study)

    told = [line for line in process.stderr.splitlines() if line.startswith(SAID)]
    assert process.returncode == 1
    assert len(told) == len(set(told)) == 4
    assert "Traceback" not in process.stderr


@pytest.fixture
def new_study(study):
    """What make study writes, with a folder for each participant of its table."""
    script = runpy.run_path(str(REPOSITORY / "presets" / "study" / "new_study.py"))
    script["new_study"](study, "dicom")
    for name in ("sub-01", "02", "sub-03"):
        (study / "dicom" / name).mkdir(parents=True)
    return study / "mine.yaml"


def test_relative_paths_start_at_the_folder_of_the_study(clone, study, new_study, tmp_path):
    shutil.copytree(REPOSITORY / "resources" / "published", study / "paper")
    shutil.copy(study / "participants.tsv", study / "qc_ratings.tsv")
    (study / "seed.nii").touch()
    own = study / "own.yaml"
    sections = {
        "published": "paper",
        "quality": {"ratings": "qc_ratings.tsv"},
        "connectivity": {"seeds": "masks", "masks": ["seed.nii"]},
    }
    own.write_text(yaml.safe_dump(sections))

    process = run(
        clone,
        "--directory",
        study,
        "--configfile",
        new_study,
        own,
        "-n",
        "--",
        "all",
        cwd=tmp_path,
    )

    assert process.returncode == 0, process.stderr[-3000:]
    inputs = dict(re.findall(r"^rule (\w+):\n    input: (.*)$", process.stdout, re.MULTILINE))
    checkpoint = re.search(r"^checkpoint check_cohort:\n    input: (.*)$", process.stdout, re.M)
    assert inputs["audit_published"].startswith("paper/table1.csv, ")
    assert inputs["import_participants"] == "participants.tsv"
    assert "qc_ratings.tsv" in checkpoint[1].split(", ")
    assert "seed.nii" in inputs["define_seeds"].split(", ")
    assert inputs["index_participants_0"] == "dicom/sub-01, dicom/02, dicom/sub-03"


def test_the_published_tables_of_the_default_are_those_of_the_clone(clone, study):
    process = run(clone, "-n", "--", "audit", cwd=study)

    (tables,) = re.findall(r"^rule audit_published:\n    input: (.*)$", process.stdout, re.M)
    assert (study / tables.split(", ")[0]).samefile(clone / "resources/published/table1.csv")


def test_published_tables_that_are_nowhere_are_told(clone, study):
    process = run(clone, "-n", "--config", "published=paper", "--", "audit", cwd=study)

    assert process.returncode == 1
    assert process.stderr.splitlines()[-1] == (
        "configuration: published is 'paper'; expected a folder that exists, relative to the "
        f"study folder {study}; correct it, or set it to null for no audit and no comparison"
    )


@pytest.mark.parametrize("name", NEEDED)
def test_the_container_image_has_what_a_run_needs(name):
    patterns = (REPOSITORY / ".dockerignore").read_text().splitlines()
    paths = (Path(name), Path(name).parent)
    matching = [
        pattern
        for pattern in patterns
        if any(path.match(pattern.removeprefix("!")) for path in paths)
    ]
    assert not matching or matching[-1].startswith("!")


def read_only(folder):
    """Words before a command that let it see a folder that it cannot change."""
    if os.geteuid():
        for path in (folder, *folder.rglob("*")):
            path.chmod(path.stat().st_mode & ~0o222)
        return ()
    script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    before = ("unshare", "-m", "sh", "-c", script, str(folder))
    if (
        shutil.which("unshare") is None
        or subprocess.run([*before, "true"], check=False).returncode
    ):
        pytest.skip("root cannot make a folder read-only here")
    return before


@pytest.mark.slow
def test_a_read_only_clone_and_no_home_folder_are_enough(clone, study, tmp_path):
    simulation = {"n_patients": 3, "n_controls": 3, "n_excluded": 0, "t1_voxel_mm": 4.0}
    simulation |= {"bold_matrix": [16, 16, 8], "bold_voxel_mm": [14.0, 14.0, 18.0]}
    mine = write_settings(study, simulation=simulation | {"n_volumes": 40})
    unset = ("NUMBA_CACHE_DIR", "MPLCONFIGDIR", "HOME")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"HOME": "/proc/nohome", "XDG_CACHE_HOME": str(study / ".cache")}
    before = read_only(clone)
    files = sorted(clone.rglob("*"))
    compiled = "results/sub-01/anat/sub-01_desc-preproc_T1w.nii.gz"  # by numba, where it is made

    process = run(
        clone,
        *("--directory", study, "--configfile", mine, "--"),
        "results/sourcedata/truth/sub-01_truth.json",
        compiled,
        cwd=tmp_path,
        environment=environment,
        before=before,
    )

    assert process.returncode == 0, process.stderr[-5000:]
    assert list((study / ".snakemake" / "numba").rglob("*.nbi"))
    assert "matplotlib" not in process.stderr.lower()
    assert process.stdout.rstrip().splitlines()[-3:] == [
        f"Finished. In {study}:",
        "  results/sourcedata/truth/sub-01_truth.json",
        f"  {compiled}",
    ]
    assert sorted(clone.rglob("*")) == files
