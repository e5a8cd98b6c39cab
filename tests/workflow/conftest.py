"""The run that the tests of the workflow share, also between `make test` and `make test-slow`."""

import fcntl
import hashlib
import os
import shutil
import sys
import time

import nibabel as nib
import numpy as np
import pytest

from runs import REPOSITORY, SMALL, snakemake, write_config

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
MAPS = {
    "source": "maps",
    "data": "Results",
    "participants": "participants.tsv",
    "maps": {
        "alff": "ALFF_FunImgARCW/mALFFMap_{participant_id}.nii",
        "reho": "ReHo_FunImgARCWF/smReHoMap_{participant_id}.nii",
    },
    "covariates": ["age"],
}


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
    folders, worker = tmp_path_factory.getbasetemp().parent, os.environ.get("PYTEST_XDIST_WORKER")
    shared = (folders.parent if worker else folders) / f"shared-{name}"
    directory = shared / "of-workers" / digest_of_code() if worker else shared / digest_of_code()
    finished = directory / FINISHED
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process of these tests may be at it
        if not finished.exists() or time.time() - finished.stat().st_mtime > SECONDS_REUSED:
            shutil.rmtree(shared, ignore_errors=True)  # runs of older code, too
            directory.mkdir(parents=True)
            start = time.monotonic()
            process = snakemake(directory=directory)
            assert process.returncode == 0, process.stderr[-5000:]
            finished.write_text(f"{time.monotonic() - start}\n")
    return directory, float(finished.read_text())


@pytest.fixture(scope="session")
def entered_as_maps(finished_run, tmp_path_factory):
    """Study with the maps of the finished run, x from right to left as DPABI has it."""
    study = tmp_path_factory.mktemp("maps")
    results = finished_run[0] / "results"
    for measure, pattern in MAPS["maps"].items():
        for path in results.glob(f"sub-*/func/*_stat-{measure}_desc-standardised_boldmap.nii.gz"):
            who = path.name.split("_")[0]
            image = nib.load(path)
            flipped = image.affine @ np.diag([-1.0, 1, 1, 1])
            flipped[:3, 3] += image.affine[:3, 0] * (image.shape[0] - 1)
            target = study / "Results" / pattern.format(participant_id=who)
            target.parent.mkdir(parents=True, exist_ok=True)
            values = np.asarray(image.dataobj, dtype=np.float32)[::-1]
            nib.Nifti1Image(values, flipped).to_filename(target)
    return study, run_of_maps(
        study,
        results,
        MAPS,
        "results/tables/table2_regions.tsv",
        "results/tables/table1_demographics.tsv",
        "results/group/association.tsv",
        "check",
    )


@pytest.fixture(scope="session")
def entered_as_maps_with_series(finished_run, tmp_path_factory):
    """Study with the maps of the finished run, and its denoised series beside them."""
    study = tmp_path_factory.mktemp("series")
    results = finished_run[0] / "results"
    pattern = "{participant_id}/func/*_NAME.nii.gz"
    names = {name: f"stat-{name}_desc-standardised_boldmap" for name in ("alff", "reho")}
    cohort = MAPS | {
        "data": str(results),
        "maps": {measure: pattern.replace("NAME", name) for measure, name in names.items()},
        "series": pattern.replace("NAME", "desc-denoised_bold"),
    }
    return study, run_of_maps(
        study,
        results,
        cohort,
        "results/tables/table2_regions.tsv",
        "results/classification/repeat-1/fold_features.tsv",
        "check",
    )


def run_of_maps(study, results, cohort, *targets):
    """Run a study of maps with the participants of a finished run; returns its process."""
    for name in ("participants.tsv", "participants.json"):
        (study / name).write_bytes((results / "cohort" / name).read_bytes())
    own = write_config(study, cohort=cohort)
    process = snakemake(*targets, directory=study, configfiles=(SMALL, own))
    assert process.returncode == 0, process.stderr[-5000:]
    return process
