"""Full disks, read-only folders and damaged files: a clear end, and nothing half-written."""

import gzip
import json
import os
import re
import shutil
import subprocess

import nibabel as nib
import numpy as np
import pytest

from runs import SMALL, command, copy_run, snakemake, write_config

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

TEMPLATE = "results/tpl-MNI152NLin2009aSym/anat/tpl-MNI152NLin2009aSym_res-anat_T1w.nii.gz"


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
        "gzip --test {results}/tpl-*/anat/*.gz && echo whole",
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
    copy_run(finished_run[0], directory)
    damaged = next(directory.glob("results/sub-*/func/*_stat-alff_desc-standardised*.nii.gz"))
    content = damaged.read_bytes()
    damaged.unlink()  # the file of the shared run stays
    damaged.write_bytes(content[: len(content) // 2])  # an interrupted copy

    process = snakemake(directory=directory)

    assert process.returncode != 0
    assert f"{damaged.name} ends early (" in process.stderr

    damaged.unlink()
    process = snakemake(damaged.relative_to(directory), directory=directory)

    assert process.returncode == 0, process.stderr[-5000:]
    assert gzip.decompress(damaged.read_bytes()) == gzip.decompress(content)


def test_a_failed_run_ends_with_rule_reason_and_log_and_no_stack(tmp_path):
    data = tmp_path / "bids"
    rows = ["participant_id\tgroup", "sub-01\tpatient", "sub-02\tcontrol"]
    for number, row in enumerate(rows[1:]):
        name = row.split("\t")[0]
        bold = data / name / "func" / f"{name}_task-rest_bold.nii.gz"
        write_image(data / name / "anat" / f"{name}_T1w.nii.gz", (9, 9, 9), seed=number)
        write_image(bold, (9, 9, 9, 60), seed=10 + number)
        sidecar = {"RepetitionTime": 2.0, "SliceTiming": [0.0, 0.5]}
        bold.with_name(f"{name}_task-rest_bold.json").write_text(json.dumps(sidecar))
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
    assert any("sub-01, sub-02: 2 slice times in the data; expected 9" in line for line in last), (
        process.stderr
    )
    assert last[-1] == "  log: results/logs/check_cohort.log"
    assert not [line for line in last if "Traceback" in line or "Error" in line]


def test_one_run_of_the_check_tells_the_problems_of_images_headers_and_table(tmp_path):
    data = tmp_path / "bids"
    groups = ["patient"] * 4 + ["control"] * 4
    rows = [f"sub-0{i}\t{group}\t{20 + i * i}" for i, group in enumerate(groups, start=1)]
    data.mkdir()
    (data / "participants.tsv").write_text("\n".join(["participant_id\tgroup\tage", *rows]) + "\n")
    for number in range(1, 9):
        name = f"sub-0{number}"
        write_image(data / name / "anat" / f"{name}_T1w.nii.gz", (9, 9, 9), seed=number)
        bold = data / name / "func" / f"{name}_task-rest_bold.nii.gz"
        write_image(bold, (9, 9, 9, 60), seed=100 + number)
        sidecar = {"RepetitionTime": 2000 if number == 1 else 2, "SliceTiming": [0.0] * 9}
        bold.with_name(f"{name}_task-rest_bold.json").write_text(json.dumps(sidecar))
    (data / "sub-02/anat/sub-02_T1w.nii.gz").unlink()
    damaged = data / "sub-03/func/sub-03_task-rest_bold.nii.gz"
    damaged.write_bytes(damaged.read_bytes()[:2000])
    cohort = {
        "source": "bids",
        "data": str(data),
        "participants": str(data / "participants.tsv"),
        "covariates": ["age", "iq"],
    }
    own = write_config(tmp_path, cohort=cohort)

    process = snakemake(
        "check", directory=tmp_path, configfiles=(SMALL, own), options=["--keep-going"]
    )

    last = process.stderr[process.stderr.index("\nFailed: ") :]
    for sentence in (
        "sub-01, sub-01_task-rest_bold.nii.gz: a repetition time of 2000 s (sidecar) and 2 s "
        "(image's header); expected 0.05 to 30 s; give RepetitionTime in seconds",
        "sub-02, participant's folder: no T1-weighted image among 1 series; expected one",
        "sub-03, participant's folder: sub-03_task-rest_bold.nii.gz ends early",
        "the covariate iq is no column of the participants table",
    ):
        assert sentence in last
    assert {"check_cohort", "check_design"} == set(re.findall(r"^Failed: (\w+)", last, re.M))
    assert "Traceback" not in process.stderr


def write_image(path, shape, *, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(1, 100, shape).astype(np.int16)
    image = nib.Nifti1Image(values, np.diag([3.0, 3.0, 3.0, 1.0]))
    image.header.set_xyzt_units("mm", "sec")
    image.header.set_zooms((3.0, 3.0, 3.0, 2.0)[: len(shape)])
    nib.save(image, path)
