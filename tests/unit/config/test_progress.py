"""Lines of progress: each stage once when it is done, quarters of long stages, later jobs."""

import io
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from restpain.config.progress import STAGES, StageProgress, elapsed

REPOSITORY = Path(__file__).parents[3]
SNAKEFILE = """
from restpain.config.progress import show_stages

onstart:
    show_stages(workflow)

include: "metrics.smk"
include: "tables.smk"

rule all:
    default_target: True
    input: "table.txt"
"""
METRICS = """
rule compute:
    output: "{name}.map"
    shell: "touch {output}"
"""
TABLES = """
checkpoint choose:
    input: "a.map"
    output: "chosen.txt"
    shell: "echo b c > {output}"

def chosen(wildcards):
    names = open(checkpoints.choose.get().output[0]).read().split()
    return [f"{name}.map" for name in names]

rule write:
    input: chosen
    output: "table.txt"
    shell: "touch {output}"
"""


def test_snakemake_tells_of_finished_jobs_and_of_those_a_checkpoint_adds(tmp_path):
    for name, text in (("Snakefile", SNAKEFILE), ("metrics.smk", METRICS), ("tables.smk", TABLES)):
        (tmp_path / name).write_text(text)

    process = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY / "scripts")},
        capture_output=True,
        text=True,
        check=True,
    )

    lines = [line for line in process.stderr.splitlines() if line.startswith(">>>")]
    told = [line.split(": ", 1)[1] for line in lines]
    # before the checkpoint one map is known of, after it two more
    assert told == [
        "maps of the local measures computed (1 of 3 jobs)",
        "maps of the local measures computed (4 of 5 jobs)",
        "tables written (5 of 5 jobs)",
    ]


def record(rule):
    text = f"Finished jobid: 7 (Rule: {rule})"
    return logging.LogRecord("snakemake.logging", logging.INFO, "", 0, text, None, None)


@pytest.mark.parametrize(("n", "lines"), [(8, 1), (40, 4)])
def test_long_stages_have_a_line_for_each_quarter(n, lines):
    stream = io.StringIO()
    handler = StageProgress(
        lambda: (n, lambda: ["metrics"] * n), {"compute": "metrics"}, stream=stream
    )

    for _ in range(n):
        handler.emit(record("compute"))
        handler.emit(record("all"))  # a target is of no stage

    told = stream.getvalue().splitlines()
    assert len(told) == lines
    assert told[-1].endswith(f"maps of the local measures computed ({n} of {n} jobs)")
    if lines == 4:
        assert [line.split(": ")[1] for line in told[:3]] == [
            f"metrics, {share} % of 40 jobs ({done} of 40 jobs)"
            for share, done in ((25, 10), (50, 20), (75, 30))
        ]


def test_every_rule_file_is_a_stage_with_words():
    files = {path.stem for path in (REPOSITORY / "rules").glob("*.smk")}
    assert files - {"common", "products"} == set(STAGES)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (75, "1 min 15 s"), (3600 + 61, "1 h 1 min")]
)
def test_time_is_told_in_words(seconds, words):
    assert elapsed(seconds) == words
