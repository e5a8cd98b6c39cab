"""Full disks, read-only folders and damaged files: a clear end, and nothing half-written."""

import gzip
import os
import shutil
import subprocess

import pytest

from runs import command, snakemake

pytestmark = pytest.mark.workflow

TEMPLATE = "results/template/tpl-MNI152NLin2009aSym_res-anat_T1w.nii.gz"


def mounts_allowed():
    """Whether this user may mount in a namespace of its own."""
    program = ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return shutil.which("unshare") and subprocess.run(program, check=False).returncode == 0


@pytest.fixture
def results_disk(tmp_path):
    """Runs the workflow with ``results`` on a disk of its own, with options of mount."""
    if not mounts_allowed():
        if "CI" in os.environ:
            pytest.fail("no file system can be mounted here")
        pytest.skip("no file system can be mounted here")
    results = tmp_path / "results"
    results.mkdir()
    program = " ".join(f"'{word}'" for word in command(TEMPLATE, directory=tmp_path))

    def run(*steps):
        script = "; ".join(
            step.format(mount=f"mount -t tmpfs none '{results}'", run=program, results=results)
            for step in steps
        )
        return subprocess.run(
            ["unshare", "--map-root-user", "--mount", "sh", "-c", script],
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_full_disk_stops_the_run_and_leaves_no_half_written_image(results_disk):
    process = results_disk("{mount} -o size=1m", "{run}", "echo code $?", "find {results} -type f")

    assert "code 1" in process.stdout
    assert "No space left on device" in process.stderr
    assert not [line for line in process.stdout.splitlines() if ".nii" in line]


def test_after_room_was_made_the_run_goes_on(results_disk):
    process = results_disk(
        "{mount} -o size=1m",
        "{run}",
        "mount -o remount,size=200m '{results}'",
        "{run}",
        "echo code $?",
        "gzip --test {results}/template/*.gz && echo whole",
    )

    assert "code 0" in process.stdout, process.stderr[-3000:]
    assert "whole" in process.stdout


def test_a_read_only_folder_is_named(results_disk):
    process = results_disk("{mount} -o ro", "{run}", "echo code $?")

    assert "code 1" in process.stdout
    assert "Read-only file system" in process.stderr
    assert "results" in process.stderr


def test_a_damaged_intermediate_is_named_with_what_to_do(finished_run, tmp_path):
    directory = tmp_path / "run"
    shutil.copytree(finished_run[0], directory, symlinks=True)
    damaged = next(directory.glob("results/sub-*/func/*_stat-alff_desc-standardised*.nii.gz"))
    content = damaged.read_bytes()
    damaged.write_bytes(content[: len(content) // 2])  # an interrupted copy

    process = snakemake(directory=directory)

    assert process.returncode != 0
    assert f"{damaged.name} ends early or is damaged; delete it" in process.stderr

    damaged.unlink()
    process = snakemake(directory=directory)

    assert process.returncode == 0, process.stderr[-5000:]
    assert gzip.decompress(damaged.read_bytes()) == gzip.decompress(content)
