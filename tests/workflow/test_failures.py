"""Full disks, read-only folders and damaged files: a clear end, and nothing half-written."""

import gzip
import json
import os
import shutil
import subprocess

import nibabel as nib
import numpy as np
import pytest

from runs import SMALL, command, snakemake, write_config

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
    directory = tmp_path
    shutil.copytree(finished_run[0], directory, symlinks=True, dirs_exist_ok=True)
    damaged = next(directory.glob("results/sub-*/func/*_stat-alff_desc-standardised*.nii.gz"))
    content = damaged.read_bytes()
    damaged.write_bytes(content[: len(content) // 2])  # an interrupted copy

    process = snakemake(directory=directory)

    assert process.returncode != 0
    assert f"{damaged.name} ends early or is damaged; delete it" in process.stderr

    damaged.unlink()
    process = snakemake(damaged.relative_to(directory), directory=directory)

    assert process.returncode == 0, process.stderr[-5000:]
    assert gzip.decompress(damaged.read_bytes()) == gzip.decompress(content)


def test_a_failed_run_ends_with_rule_reason_and_log_and_no_stack(tmp_path):
    data = tmp_path / "bids"
    rows = ["participant_id\tgroup", "sub-01\tpatient", "sub-02\tcontrol"]
    for number, row in enumerate(rows[1:]):
        name = row.split("\t")[0]
        for folder, suffix, shape in (("anat", "T1w", (9, 9, 9)), ("func", "bold", (9, 9, 4, 60))):
            place = data / name / folder
            place.mkdir(parents=True)
            stem = f"{name}_task-rest_bold" if folder == "func" else f"{name}_{suffix}"
            values = np.full(shape, number + 1, np.int16)
            image = nib.Nifti1Image(values, np.diag([3.0, 3.0, 3.0, 1.0]))
            image.header.set_zooms((3.0, 3.0, 3.0, 2.0)[: len(shape)])
            image.header.set_xyzt_units("mm", "sec")
            nib.save(image, place / f"{stem}.nii.gz")
            sidecar = {"RepetitionTime": 2.0, "SliceTiming": [0.0, 0.5]}
            (place / f"{stem}.json").write_text(json.dumps(sidecar if suffix == "bold" else {}))
    (data / "participants.tsv").write_text("\n".join(rows) + "\n")
    table = str(data / "participants.tsv")
    cohort = {"source": "bids", "data": str(data), "participants": table}
    own = write_config(tmp_path, cohort=cohort)

    process = snakemake(
        "results/cohort/check.tsv", directory=tmp_path, configfiles=(SMALL, own), cores=1
    )

    assert process.returncode == 1
    last = process.stderr[process.stderr.rindex("Failed: ") :].splitlines()
    assert last[:2] == ["Failed: check_cohort", "  the cohort has problems:"]
    assert any("sub-01, sub-02: 2 slice times in the data; expected 4" in line for line in last), (
        process.stderr
    )
    assert last[-1] == "  log: results/logs/check_cohort.log"
    assert not [line for line in last if "Traceback" in line or "Error" in line]
