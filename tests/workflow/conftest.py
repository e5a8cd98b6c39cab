"""The run that the tests of the workflow share."""

import time

import pytest

from runs import snakemake


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    """The default target on the small cohort, run once for all tests: directory and seconds."""
    directory = tmp_path_factory.mktemp("run")
    start = time.monotonic()
    process = snakemake(directory=directory)
    assert process.returncode == 0, process.stderr[-5000:]
    return directory, time.monotonic() - start
