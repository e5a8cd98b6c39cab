"""Thousands of participants: headers and submission to Slurm; tables of docs/cohort_size.md.

    PYTHONPATH=scripts:. python benchmarks/large_cohort.py index 5000 --write
    PYTHONPATH=scripts:.:tests python benchmarks/large_cohort.py submit 5000 --write

The first reads the headers of as many participants with tiny images (target ``check``), of a
hundred with the images of a simulated participant of the paper's size, and of ten DICOM folders of
that participant. The second starts the Slurm of the tests (as root, with Debian's slurm-wlm and
munge), lets no job start, and measures the submitting process until all participants are queued.
CPU seconds come from the operating system.
"""

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nibabel as nib
import numpy as np
import psutil

from pages import markdown, replace_part
from participant import PAGE, PARTICIPANT, REPOSITORY, simulate, snakemake, timed
from scale import table_of

IMAGES = (("anat", "T1w"), ("func", "task-rest_bold"))
HEADER, DESCRIPTION = 352, 148  # bytes of a NIfTI header, place of the text in it
N_LARGE = 100  # participants with images of the paper's size
SLICES = {"preprocessing": {"slice_order": "interleaved"}}
N_DICOM = 10  # folders of DICOM, one job
IDLE_SECONDS = 20  # without a new job in the queue: all are submitted


def simulated(folder: Path) -> Path:
    """Simulate a participant of the paper's size and convert it; return the results."""
    folder.mkdir()
    simulate(folder, [PARTICIPANT], 2)
    dicom = folder / "results" / "sourcedata" / "dicom"
    config = configured(folder, "dicom", dicom, [PARTICIPANT])
    images = [
        f"results/rawdata/{PARTICIPANT}/{kind}/{PARTICIPANT}_{name}.nii.gz"
        for kind, name in IMAGES
    ]
    snakemake(folder, images, config, 2)
    return folder / "results"


def bids_cohort(folder: Path, n_participants: int, results: Path | None = None) -> dict:
    """Lay out a BIDS dataset and return its configuration.

    Its images are those of one participant's ``results``, or else tiny. Each has a name in its
    header, since the check refuses copies.
    """
    names = [f"sub-{number:05d}" for number in range(n_participants)]
    images = {}
    for kind, name in IMAGES:
        if results is None:
            content, sidecar = tiny_image(kind)
        else:
            path = results / "rawdata" / PARTICIPANT / kind / f"{PARTICIPANT}_{name}.nii.gz"
            content = gzip.decompress(path.read_bytes())
            sidecar = path.with_name(path.name.replace("nii.gz", "json")).read_text()
        images[kind, name] = content[:HEADER], gzip.compress(content[HEADER:], 3), sidecar
    for who in names:
        for (kind, name), (header, rest, sidecar) in images.items():
            place = folder / "data" / who / kind
            place.mkdir(parents=True)
            start = header[:DESCRIPTION] + who.encode().ljust(80, b"\0")
            start += header[DESCRIPTION + 80 :]
            # two members of gzip, one file: only the header is compressed for each participant
            (place / f"{who}_{name}.nii.gz").write_bytes(gzip.compress(start) + rest)
            (place / f"{who}_{name}.json").write_text(sidecar)
    return configured(folder, "bids", folder / "data", names)


def tiny_image(kind: str) -> tuple[bytes, str]:
    """Bytes of an image of some thousand voxels, and its sidecar."""
    rng = np.random.default_rng(0)
    shape, voxel_mm = ((24, 24, 24), 8.0) if kind == "anat" else ((16, 16, 12, 60), 12.0)
    values = rng.integers(0, 1000, shape).astype(np.int16)
    image = nib.Nifti1Image(values, np.diag([voxel_mm, voxel_mm, voxel_mm, 1.0]))
    image.header.set_zooms((*[voxel_mm] * 3, 2.0)[: len(shape)])
    image.header.set_xyzt_units("mm", "sec")
    sidecar = {"Manufacturer": "Philips", "MagneticFieldStrength": 3}
    if kind == "func":
        sidecar |= {"RepetitionTime": 2.0, "TaskName": "rest"}
    return image.to_bytes(), json.dumps(sidecar)


def dicom_cohort(folder: Path, results: Path) -> dict:
    """Lay out folders of DICOM, links to one, and return their configuration."""
    names = [f"sub-{number:05d}" for number in range(N_DICOM)]
    (folder / "data").mkdir(parents=True)
    for who in names:
        (folder / "data" / who).symlink_to(results / "sourcedata" / "dicom" / PARTICIPANT)
    return configured(folder, "dicom", folder / "data", names)


def configured(folder: Path, source: str, data: Path, names: list[str]) -> dict:
    """Write the table of participants; return the configuration of the cohort."""
    table = folder / "participants.tsv"
    table_of(names).to_csv(table, sep="\t", index=False)
    return SLICES | {"cohort": {"source": source, "data": str(data), "participants": str(table)}}


def index(folder: Path, n_participants: int) -> str:
    """Headers of BIDS datasets and of DICOM folders: CPU seconds in all and of a participant."""
    results = simulated(folder / "simulated")
    rows = []
    for name, n, images in (
        ("BIDS, tiny images", n_participants, None),
        ("BIDS, 44 MB of images", N_LARGE, results),
    ):
        run = folder / name.replace(" ", "")
        config = bids_cohort(run, n, images)
        rows.append((f"{name}, with the check", n, *timed(run, ["check"], config, 2)))
        shutil.rmtree(run)
    config = dicom_cohort(folder / "dicom", results)
    n_files = sum(1 for path in (folder / "dicom/data/sub-00000").rglob("*") if path.is_file())
    dicom = timed(folder / "dicom", ["results/cohort/index/sub-00000.json"], config, 2)
    rows.append((f"DICOM, {n_files:,} files", N_DICOM, *dicom))
    cells = [
        [name, f"{n:,}", f"{cpu:.0f}", f"{wall:.0f}", f"{cpu / n:.2f}"]
        for name, n, cpu, wall in rows
    ]
    header = ["headers", "participants", "CPU s, Snakemake included", "wall s, two cores"]
    return markdown([*header, "CPU s of a participant"], cells)


def submit(folder: Path, n_participants: int) -> str:
    """CPU seconds and memory of planning a cohort and submitting all of its participants."""
    import slurm_cluster

    if not slurm_cluster.available():
        raise SystemExit("no Slurm daemons here that could be started as root; nothing measured")
    run = folder / "bids"
    config = bids_cohort(run, n_participants)
    # what all participants wait for
    snakemake(run, ["check", "prepare_template", "describe_rawdata"], config, 2)
    (run / "config.json").write_text(json.dumps(config))
    command = [
        *(sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"),
        *("--directory", run, *slurm_cluster.PROFILE, "--jobs", str(2 * n_participants)),
        *("--configfile", REPOSITORY / "config.yaml", run / "config.json"),
    ]
    with (
        tempfile.TemporaryDirectory(prefix="slurm-") as place,
        slurm_cluster.running_cluster(Path(place, "cluster")) as cluster,
        open(run / "snakemake.log", "w") as log,
    ):
        cluster._run("scontrol", "update", "nodename=node[1-2]", "state=drain", "reason=benchmark")
        begin = time.perf_counter()
        process = subprocess.Popen(command, env=cluster.environment, stdout=log, stderr=log)
        watched, planned, queued, last = psutil.Process(process.pid), None, 0, begin
        peak = 0
        while process.poll() is None and time.perf_counter() - last < (
            IDLE_SECONDS if queued else 3600
        ):
            time.sleep(2)
            peak = max(peak, watched.memory_info().rss)
            now = len(cluster._run("squeue", "-h", "-o", "%A").split())
            if now > queued:
                planned = planned or _cpu(watched)
                queued, last, cpu = now, time.perf_counter(), _cpu(watched)
        process.kill()
        process.wait()
    if not queued:
        raise RuntimeError((run / "snakemake.log").read_text()[-3000:])
    cells = [f"{n_participants:,}", f"{queued:,}", f"{planned:.0f}", f"{cpu:.0f}"]
    cells += [f"{peak / 1e6:.0f}", f"{last - begin:.0f}"]
    header = ["participants", "Slurm jobs", "CPU s before the first", "CPU s in all"]
    return markdown([*header, "memory, MB", "wall s"], [cells])


def _cpu(process: psutil.Process) -> float:
    """CPU seconds of a process and of the children that have ended."""
    times = process.cpu_times()
    return times.user + times.system + times.children_user + times.children_system


def main():
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("part", choices=("index", "submit"))
    parser.add_argument("participants", type=int)
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/cohort_size.md"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = {"index": index, "submit": submit}[options.part](Path(folder), options.participants)
    print(text)
    if options.write:
        replace_part(PAGE, options.part, text)


if __name__ == "__main__":
    main()
