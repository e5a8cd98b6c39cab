"""The run that the tests of the workflow share."""

import time

import pytest

from runs import snakemake


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items):
    """Keep all tests that share the run in one process of pytest-xdist."""
    for item in items:
        if item.get_closest_marker("workflow"):
            item.add_marker(pytest.mark.xdist_group("workflow"))


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    """The default target on the small cohort, run once for all tests: directory and seconds."""
    directory = tmp_path_factory.mktemp("run")
    start = time.monotonic()
    process = snakemake(directory=directory)
    assert process.returncode == 0, process.stderr[-5000:]
    return directory, time.monotonic() - start
