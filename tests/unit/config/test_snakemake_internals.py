"""Internals of Snakemake that the workflow uses, on a workflow of a few lines."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from restpain.config.failures import failed_jobs
from restpain.config.snakemake_internals import group_of_batch, requested_targets

SCRIPTS = Path(__file__).parents[3] / "scripts"
SNAKEFILE = """
from restpain.config.snakemake_internals import disable_job_rate_limit, requested_targets

onstart:
    assert requested_targets(workflow) == ["a.txt"]
    assert type(workflow.scheduler.job_rate_limiter).__name__ == "JobRateLimiter"
    disable_job_rate_limit(workflow)
    assert isinstance(workflow.parent_groupids, dict)
    assert workflow.group_settings.group_components.get("none", 1) == 1
    print("internals are as expected")

onerror:
    print("LOG", log)

rule broken:
    output: "{name}.txt"
    log: "{name}.log"
    shell: "echo stopped > {log}; exit 1"
"""


def test_snakemake_has_the_internals_that_are_used_and_writes_the_log_that_is_read(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)

    process = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", "a.txt"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "internals are as expected" in process.stdout, process.stderr
    (run_log,) = (tmp_path / ".snakemake" / "log").glob("*.log")
    assert failed_jobs(run_log.read_text()) == [
        {"rule": "broken", "wildcards": "name=a", "logs": ["a.log"], "in_group": False}
    ]


def workflow(**components):
    settings = SimpleNamespace(group_components=components)
    return SimpleNamespace(group_settings=settings, parent_groupids={})


def test_neighbours_share_a_group_whose_size_is_that_of_the_profile():
    flow = workflow(seeds=10)

    names = [group_of_batch(flow, "seeds", place) for place in range(25)]

    assert names == ["seeds0"] * 10 + ["seeds1"] * 10 + ["seeds2"] * 5
    assert flow.parent_groupids == {"seeds0": "seeds", "seeds1": "seeds", "seeds2": "seeds"}


def test_there_is_no_group_where_the_profile_gives_no_size():
    assert group_of_batch(workflow(), "seeds", 3) is None


@pytest.mark.parametrize("part", ["until", "omit_from", "batch"])
def test_a_part_of_a_target_is_no_target(part):
    whole = {"targets": {"check", "audit"}, "until": set(), "omit_from": set(), "batch": None}

    def targets(**settings):
        return requested_targets(SimpleNamespace(dag_settings=SimpleNamespace(**settings)))

    assert targets(**whole) == ["audit", "check"]
    assert targets(**whole | {part: {"compute_metrics"}}) is None


GROUPS = """
import os
from restpain.config.snakemake_internals import plan_in_linear_time

if "PLAIN" not in os.environ:
    plan_in_linear_time()

rule all:
    input: "last.txt"

rule first:
    output: "{name}.first"
    shell: "touch {output}"

rule second:
    input: rules.first.output
    output: "{name}.second"
    shell: "touch {output}"

rule both:
    input: names=expand(rules.second.output, name=[*os.environ["NAMES"]])
    output: "both.txt"
    shell: "touch {output}"

rule last:
    input: "both.txt", rules.both.input.names
    output: "last.txt"
    shell: "touch {output}"
"""


def planned(folder, *groups, names, **environment):
    """Finished process of a dry run with these groups of rules, two participants in one."""
    (folder / "Snakefile").write_text(GROUPS)
    program = [sys.executable, "-m", "snakemake", "--dry-run", "--cores", "1"]
    program += ["--groups", *groups, "--group-components", "one=2"]
    settings = os.environ | {"PYTHONPATH": str(SCRIPTS), "NAMES": names} | environment
    return subprocess.run(program, cwd=folder, env=settings, capture_output=True, text=True)


def submissions(process):
    """Outputs of the jobs of each group in a dry run, sorted."""
    _, *groups = re.split(r"Group job \w+ .*", process.stdout + process.stderr)
    return sorted(sorted(re.findall(r"output: (\S+)", group)) for group in groups)


def test_groups_are_planned_as_snakemake_plans_them(tmp_path):
    groups = ("first=one", "second=one", "both=end", "last=end")

    ours = planned(tmp_path, *groups, names="abcdef")
    theirs = planned(tmp_path, *groups, names="abcdef", PLAIN="1")

    assert ours.returncode == theirs.returncode == 0, ours.stderr
    assert sorted(map(len, submissions(ours))) == [2, 4, 4, 4]
    assert sorted(map(len, submissions(theirs))) == [2, 4, 4, 4]


def test_groups_that_wait_for_each_other_are_refused_as_snakemake_refuses_them(tmp_path):
    groups = ("first=one", "both=one")

    # Snakemake pairs jobs in any order: of an odd number of first, both always has a partner
    ours = planned(tmp_path, *groups, names="abcde")
    theirs = planned(tmp_path, *groups, names="abcde", PLAIN="1")

    assert theirs.returncode != 0
    assert ours.returncode != 0
    sentence = " ".join((ours.stdout + ours.stderr).split())
    assert "groups of the profile wait for each other: both, first and second" in sentence
    assert "put these rules into one group, or take one out of its group" in sentence
