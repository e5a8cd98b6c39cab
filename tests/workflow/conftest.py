"""The run that the tests of the workflow share, also between `make test` and `make test-slow`."""

import hashlib
import shutil
import sys
import time

import pytest

from runs import REPOSITORY, snakemake

READ = (
    "Snakefile",
    "config.yaml",
    "CITATION.cff",
    "requirements.lock",
    "tests/workflow/small.yaml",
)
READ += ("rules", "schemas", "scripts", "resources", "envs", "profiles", "docs/captions")
SECONDS_REUSED = 7200  # a run of the same code that is older is made again
FINISHED = "seconds.txt"


def digest_of_code():
    """Digest of the Python program and of every file of the repository that a run reads."""
    digest = hashlib.sha256(sys.executable.encode())
    for name in READ:
        place = REPOSITORY / name
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file() and path.parent.name != "__pycache__":
                digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    """The default target on the small cohort, run once for all tests: directory and seconds."""
    # beside the folders of pytest, and as deep: a run names files of the repository relatively
    name = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:8]
    shared = tmp_path_factory.getbasetemp().parent / f"shared-{name}"
    directory = shared / digest_of_code()
    finished = directory / FINISHED
    if not finished.exists() or time.time() - finished.stat().st_mtime > SECONDS_REUSED:
        shutil.rmtree(shared, ignore_errors=True)  # runs of older code, too
        directory.mkdir(parents=True)
        start = time.monotonic()
        process = snakemake(directory=directory)
        assert process.returncode == 0, process.stderr[-5000:]
        finished.write_text(f"{time.monotonic() - start}\n")
    return directory, float(finished.read_text())
