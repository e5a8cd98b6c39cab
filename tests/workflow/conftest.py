"""Whole runs of the workflow in directories of their own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SMALL = Path(__file__).with_name("small.yaml")


def command(*targets, directory, configfiles=(SMALL,), cores=2, options=()):
    """The command line of a run; later configuration files win over ``config.yaml``."""
    return [
        *(sys.executable, "-m", "snakemake"),
        *("--snakefile", REPOSITORY / "Snakefile", "--directory", directory),
        *("--cores", str(cores)),
        *options,
        *("--configfile", REPOSITORY / "config.yaml", *configfiles, "--"),
        *targets,
    ]


def snakemake(*targets, directory, configfiles=(SMALL,), cores=2, options=()):
    """Run the workflow; returns the finished process with its output as text."""
    return subprocess.run(
        command(
            *targets, directory=directory, configfiles=configfiles, cores=cores, options=options
        ),
        capture_output=True,
        text=True,
        check=False,
    )


def snakemake_killed_after(seconds, *, directory, configfiles=(SMALL,), cores=2):
    """Start the workflow and kill it with all its jobs (SIGKILL to the process group)."""
    process = subprocess.Popen(
        command(directory=directory, configfiles=configfiles, cores=cores),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)
    still_running = process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return still_running


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    """The default target on the small cohort, run once for all tests: directory and seconds."""
    directory = tmp_path_factory.mktemp("run")
    start = time.monotonic()
    process = snakemake(directory=directory)
    assert process.returncode == 0, process.stderr[-5000:]
    return directory, time.monotonic() - start
