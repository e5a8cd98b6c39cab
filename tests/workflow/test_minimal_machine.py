"""README's commands on a Debian with Python, make and git and nothing else, made by mmdebstrap.

Downloads 100 MB of Debian packages and the whole environment, which takes 3 to 5 minutes, so it
runs on request only: the variable RESTPAIN_MINIMAL_MACHINE names the suite of Debian, bookworm
(Python 3.11) or trixie (3.13).
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from runs import REPOSITORY

SUITE = os.environ.get("RESTPAIN_MINIMAL_MACHINE")
PACKAGES = "python3,python3-venv,make,git"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")  # with those of a proxy, if it has any
RESOLVER = Path("/etc/resolv.conf")
NOT_COPIED = (".git", ".venv*", ".snakemake", "results", "__pycache__", "*.nb[ci]")

pytestmark = [
    pytest.mark.workflow,
    pytest.mark.slow,
    pytest.mark.skipif(SUITE is None, reason="RESTPAIN_MINIMAL_MACHINE names no suite of Debian"),
]


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """The root of the minimal machine, with the repository in /restpain."""
    if os.geteuid() or shutil.which("mmdebstrap") is None:
        pytest.fail("a minimal machine needs root and the program mmdebstrap")
    root = tmp_path_factory.mktemp("minimal") / "root"
    make = ["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", f"--include={PACKAGES}"]
    made = subprocess.run([*make, SUITE, root], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.fail(f"mmdebstrap made no {SUITE} here: {made.stderr[-1000:]}")
    shutil.copytree(
        REPOSITORY, root / "restpain", ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True
    )
    for path in filter(Path.is_file, (CERTIFICATES, RESOLVER)):
        shutil.copyfile(path, root / path.relative_to("/"))
    yield root
    subprocess.run(["rm", "-rf", "--one-file-system", root], check=True)


def run(root, *command):
    """Run a command in the repository of the machine, with no variable of this one."""
    enter = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    enter += [f"--root={root}", "--mount-proc", "--wd=/restpain"]
    return subprocess.run(
        [*enter, *command],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_environment_and_a_target_need_nothing_else(machine):
    made = run(machine, "make", "environment")
    assert made.returncode == 0, made.stdout + made.stderr
    assert "No broken requirements found." in made.stdout
    assert "packages of the environment can be imported" in made.stdout

    audit = run(machine, ".venv/bin/snakemake", "audit", "--cores", "1")
    assert audit.returncode == 0, audit.stderr[-5000:]
    assert (machine / "restpain/results/tables/audit_published.tsv").is_file()
