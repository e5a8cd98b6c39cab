"""Which jobs a cluster gets together, asked of dry runs with its profile."""

import re
import subprocess
import sys

import pytest

import slurm_cluster
from runs import SMALL, command

pytestmark = pytest.mark.workflow

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
N_PATIENTS, N_CONTROLS, N_EXCLUDED = 13, 12, 2


@pytest.fixture(scope="module")
def submissions(tmp_path_factory):
    """Names and participants of the jobs of each group, from a dry run planned twice."""
    directory = tmp_path_factory.mktemp("groups")
    counts = {"n_patients": N_PATIENTS, "n_controls": N_CONTROLS, "n_excluded": N_EXCLUDED}
    own = directory / "own.yaml"
    own.write_text(f"simulation: {counts}\n")
    program = command(
        directory=directory,
        configfiles=(SMALL, own),
        cores=1,
        options=[*slurm_cluster.PROFILE, "--dry-run"],
    )
    after_module = program.index("snakemake") + 1

    process = subprocess.run(
        [sys.executable, "-c", PLANNED_TWICE, *program[after_module:]],
        capture_output=True,
        text=True,
        check=False,
    )

    assert process.returncode == 0, process.stderr[-5000:]
    blocks = process.stdout.split("Group job ")[1:]
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
        ("index_participant", [10, 10, 5]),
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
