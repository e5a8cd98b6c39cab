"""The Slurm profile on a real Slurm of this machine, with a node lost and jobs out of memory."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

import slurm_cluster
from runs import (
    SMALL,
    bids_of,
    command,
    copy_run,
    first_of_each_group,
    metric_map,
    snakemake,
    write_config,
)

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

MEASURED_MB = 700  # of preprocess_anat, the largest job of a participant of the small cohort
RULES = ("link_bids", "preprocess_anat", "preprocess_func", "compute_metrics", "plot_participant")
SECONDS = 1200
# the plugin asks for the status of jobs less and less often, up to every three minutes
ASKS_OFTEN = """
import sys
import snakemake.cli
from snakemake_executor_plugin_slurm import Executor

Executor.next_seconds_between_status_checks = property(lambda self: 2, lambda self, longer: None)
snakemake.cli.main(sys.argv[1:])
"""


@pytest.fixture
def cluster():
    if not slurm_cluster.available():
        if "CI" in os.environ:
            pytest.fail("slurm-wlm and munge are not installed")
        pytest.skip("no Slurm daemons here that could be started")
    # its daemons have sockets there, whose paths may have no more than 108 characters
    with (
        tempfile.TemporaryDirectory(prefix="slurm-") as folder,
        slurm_cluster.running_cluster(Path(folder, "cluster")) as running,
    ):
        yield running


def test_neither_a_lost_node_nor_lack_of_memory_changes_the_maps(finished_run, cluster, tmp_path):
    run = finished_run[0]
    patient = first_of_each_group(run).head(1)
    own = bids_of(patient, run, tmp_path)
    # the first attempt gets too little memory, the second enough
    memory = [f"{rule}:mem_mb=attempt*{MEASURED_MB // 2 + 100}" for rule in RULES]
    options = [
        *slurm_cluster.PROFILE,
        *("--set-resources", *memory),
    ]
    line = command(
        "participants", directory=tmp_path, configfiles=(SMALL, own), cores=1, options=options
    )
    log = tmp_path / "snakemake.log"

    with log.open("w") as stream:
        process = started(line, cluster, stream)
        try:
            lost = lose_a_node_at_work(cluster, process)
            process.wait(SECONDS)
        finally:
            process.kill()

    text = log.read_text()
    assert process.returncode == 0, text[-5000:]
    assert lost
    assert "Trying to restart" in text
    assert "exceeded memory limit" in cluster.log()
    name = patient["participant_id"].item()
    for measure in ("alff", "reho"):
        np.testing.assert_array_equal(
            metric_map(tmp_path, name, measure), metric_map(run, name, measure)
        )


def started(line, cluster, stream):
    """Start a command line of Snakemake that asks often for the state of its jobs."""
    return subprocess.Popen(
        [sys.executable, "-c", ASKS_OFTEN, *line[line.index("snakemake") + 1 :]],
        env=cluster.environment,
        stdout=stream,
        stderr=subprocess.STDOUT,
    )


def lose_a_node_at_work(cluster, process):
    """Kill the node that works on the participant again; whether that came to pass."""
    end = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < end:
        if "exceeded memory limit" in cluster.log():
            for node in range(1, cluster.n_nodes + 1):
                if cluster.jobs_on(node):
                    cluster.kill_node(node)
                    return True
        time.sleep(0.5)
    return False


def test_the_multiverse_has_the_bytes_of_a_local_one(finished_run, cluster, tmp_path):
    settings = dict.fromkeys(
        ("group.mask_coverage", "group.connectivity", "group.inference", "group.smoothness"), []
    )
    settings |= {"preprocessing.nuisance": [[]], "cohort.covariates": [[]], "group.tails": [1]}
    # as deep as the shared run, whose files of the repository are named relatively
    local = tmp_path.with_name(f"{tmp_path.name}-local")
    for directory in (local, tmp_path):
        copy_run(finished_run[0], directory)
    own = write_config(tmp_path, multiverse={"alternatives": settings})
    here = snakemake("multiverse", directory=local, configfiles=(SMALL, own))
    assert here.returncode == 0, here.stderr[-5000:]
    line = command(
        "multiverse",
        directory=tmp_path,
        configfiles=(SMALL, own),
        cores=1,
        options=slurm_cluster.PROFILE,
    )

    with (tmp_path / "snakemake.log").open("w") as stream:
        process = started(line, cluster, stream)
        try:
            process.wait(SECONDS)
        finally:
            process.kill()

    text = (tmp_path / "snakemake.log").read_text()
    assert process.returncode == 0, text[-5000:]
    # sixteen participants are two jobs of Slurm
    assert len(set(re.findall(r"Group job (alternatives\d+)", text))) == 2
    files = [path for path in local.glob("results/multiverse/**/*") if path.is_file()]
    assert len(files) > 40
    for path in files:
        same = tmp_path / path.relative_to(local)
        assert same.read_bytes() == path.read_bytes(), path
