"""What is planned, and what is read for it: dry runs, observed from inside."""

import json
import re
import subprocess
import sys

import pandas as pd
import pytest
import yaml

import slurm_cluster
from runs import REPOSITORY, SMALL, command, snakemake, write_config

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

# groups are made again when a checkpoint has run, which a dry run has none of
PLANNED_TWICE = """
import sys
import snakemake.cli
from snakemake.dag import DAG

update_groups = DAG.update_groups

def update_groups_twice(dag):
    update_groups(dag)
    update_groups(dag)

DAG.update_groups = update_groups_twice
snakemake.cli.main(sys.argv[1:])
"""
# every file that is opened and every folder that is listed below the one named first
WATCHED = """
import sys
folder = sys.argv.pop(1)

def tell(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and str(arguments[0]).startswith(folder):
        print("WATCHED", event, str(arguments[0])[len(folder):], flush=True)

sys.addaudithook(tell)
import snakemake.cli
snakemake.cli.main(sys.argv[1:])
"""
SETTINGS = """
import json
import sys
import snakemake.cli

def tell(arguments, parser):
    print(json.dumps(vars(arguments), default=str))
    return True

snakemake.cli.args_to_api = tell
snakemake.cli.main(sys.argv[1:])
"""
N_PATIENTS, N_CONTROLS, N_EXCLUDED = 13, 12, 2


def dry_run(program, *arguments, options=(), **settings):
    """What a Python program prints that runs Snakemake itself."""
    line = command(options=[*options, "--dry-run"], **settings)
    process = subprocess.run(
        [sys.executable, "-c", program, *arguments, *line[line.index("snakemake") + 1 :]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-5000:]
    return process.stdout


@pytest.fixture(scope="module")
def submissions(tmp_path_factory):
    """Names and participants of the jobs of each group, from a dry run planned twice."""
    directory = tmp_path_factory.mktemp("groups")
    counts = {"n_patients": N_PATIENTS, "n_controls": N_CONTROLS, "n_excluded": N_EXCLUDED}
    own = directory / "own.yaml"
    own.write_text(f"simulation: {counts}\n")
    output = dry_run(
        PLANNED_TWICE,
        directory=directory,
        configfiles=(SMALL, own),
        cores=1,
        options=slurm_cluster.PROFILE,
    )
    blocks = output.split("Group job ")[1:]
    return {
        block.split()[0] + block.split("jobid: ")[1].split()[0]: re.findall(
            r"^ +rule (\w+):.*?(?:wildcards: subject=(\w+)|resources: )",
            block,
            re.MULTILINE | re.DOTALL,
        )
        for block in blocks
    }


@pytest.mark.parametrize(
    ("rule", "sizes"),
    [
        ("simulate_participant", [4, 4, 4, 4, 4, 4, 1]),
        ("correlate_seeds", [10, 10, 5]),
        ("compare_truth", [10, 10, 5]),
        ("compute_metrics", [1] * 25),
    ],
)
def test_participants_share_jobs_as_the_profile_says_and_no_more_after_a_checkpoint(
    submissions, rule, sizes
):
    of_rule = [[name for name, _ in jobs if name == rule] for jobs in submissions.values()]

    assert sorted((len(jobs) for jobs in of_rule if jobs), reverse=True) == sizes


def test_neighbours_in_the_table_share_a_job(submissions):
    seeds = sorted(
        sorted(int(subject) for _, subject in jobs)
        for group, jobs in submissions.items()
        if group.startswith("seeds")
    )

    assert seeds == [list(range(1, 11)), list(range(11, 21)), list(range(21, 26))]


@pytest.mark.parametrize("name", ["slurm", "cluster-generic"])
def test_a_profile_holds_beside_the_default_one_which_snakemake_adds(tmp_path, name):
    profile = REPOSITORY / "profiles" / name

    output = dry_run(SETTINGS, directory=tmp_path, cores=1, options=["--profile", profile])

    settings = json.loads(output)
    expected = {
        key.replace("-", "_"): value
        for key, value in yaml.safe_load((profile / "config.yaml").read_text()).items()
        if isinstance(value, (bool, int)) and not key.startswith("slurm")
    }
    assert expected["keep_going"] is True
    assert {key: settings[key] for key in expected} == expected


@pytest.fixture
def dicom_of_twelve(tmp_path):
    """Configuration of twelve participants, each with a folder and a file in it."""
    data = tmp_path / "data"
    names = [f"sub-{number:02d}" for number in range(1, 13)]
    for name in names:
        (data / name / "deep").mkdir(parents=True)
        (data / name / "deep" / "IM_0001").write_bytes(b"DICM")
    table = pd.DataFrame(
        {
            "participant_id": names,
            "group": ["patient", "control"] * 6,
            **dict.fromkeys(("age", "education", "nrs"), 5),
            "sex": "F",
        }
    )
    table.to_csv(data / "participants.tsv", sep="\t", index=False)
    cohort = {
        "source": "dicom",
        "data": str(data),
        "participants": str(data / "participants.tsv"),
    }
    return write_config(tmp_path, cohort=cohort)


def test_planning_lists_no_participants_folder_and_opens_none_of_its_files(
    dicom_of_twelve, tmp_path
):
    data = tmp_path / "data"

    output = dry_run(WATCHED, str(data), directory=tmp_path, configfiles=(dicom_of_twelve,))

    assert output.count("rule convert_dicom:") == 12
    watched = re.findall(r"^WATCHED (\S+) (.*)$", output, re.MULTILINE)
    assert set(watched) == {("open", "/participants.tsv")}


def test_memory_and_time_of_a_participant_grow_with_what_its_headers_said(
    dicom_of_twelve, tmp_path
):
    index = tmp_path / "results" / "cohort" / "index" / "sub-01.json"
    index.parent.mkdir(parents=True)
    rest = {"kind": "rest", "matrix": [100, 100, 50], "n_volumes": 1000}  # 2,000 MB as float32
    anatomy = {"kind": "t1", "matrix": [250, 200, 200], "n_volumes": 1}  # 40 MB
    index.write_text(json.dumps({"series": [rest, anatomy]}))

    process = snakemake(directory=tmp_path, configfiles=(dicom_of_twelve,), options=["--dry-run"])

    asked = {
        (rule, subject): (int(memory), int(minutes))
        for rule, subject, memory, minutes in re.findall(
            r"^rule (\w+):\n(?:    .*\n)*?    wildcards: subject=(\d+)\n"
            r"    resources: (?=.*\bmem_mb=(\d+))(?=.*\bruntime=(\d+))",
            process.stdout,
            re.MULTILINE,
        )
    }
    assert asked["preprocess_anat", "01"] == (600 + 30 * 40, 12)
    assert asked["preprocess_func", "01"] == (600 + 12 * 2000, 50)
    assert asked["convert_dicom", "01"] == (600 + 4 * 2000, 50)
    assert asked["compute_metrics", "01"] == (500 + 4 * 2000, 50)
    assert asked["preprocess_func", "02"] == (600, 10)
