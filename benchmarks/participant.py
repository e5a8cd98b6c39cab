"""Time, memory and disk of a participant of the paper's size, alone and of ten, end to end.

    PYTHONPATH=scripts:. python benchmarks/participant.py --write

replaces the table between the comments ``<!-- participant -->`` and ``<!-- end -->`` of
``docs/cohort_size.md``. It simulates DICOM sessions (T1 of 256 x 256 x 205 voxels of 0.94 mm, rest
64 x 54 x 32 x 240), then runs the target ``participants`` on one, and on ten of them, as on a
user's DICOM: index, check, conversion, anatomy, rest series, metrics, quality page. Time and
memory of a step come from Snakemake's benchmark files, the total from the operating system. The
template, made once per study, is not counted; compiled functions are cached by a first run of the
same participant, as for all but a study's first.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from pages import markdown, replace_part

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "cohort_size.md"
PAPER_SIZE = {
    "t1_voxel_mm": 0.9375,  # of 240 x 240 x 192 mm; some more voxels than 256 x 256 x 192
    "bold_matrix": [64, 54, 32],
    "bold_voxel_mm": [3.44, 4.07, 4.6],
    "n_volumes": 240,
}
PARTICIPANT = "sub-01"
COHORT = [f"sub-{number:02d}" for number in range(1, 11)]
FOLDERS = (f"rawdata/{PARTICIPANT}", PARTICIPANT)


def snakemake(folder, targets, config, cores, *options):
    """Run targets in a folder with a configuration of its own."""
    file = folder / "config.json"
    file.write_text(json.dumps(config))
    subprocess.run(
        [
            *(sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"),
            *("--directory", folder, "--cores", str(cores), *options),
            *("--configfile", REPOSITORY / "config.yaml", file, "--", *targets),
        ],
        check=True,
        capture_output=True,
    )


def simulate(folder, names, cores):
    """Simulate the DICOM sessions of some participants."""
    targets = [f"results/sourcedata/dicom/{who}" for who in names]
    snakemake(folder, targets, {"simulation": PAPER_SIZE}, cores)


def configured(folder, dicom, names):
    """Write a table of patients; return the configuration of their DICOM."""
    table = folder / "participants.tsv"
    table.write_text("participant_id\tgroup\n" + "".join(f"{who}\tpatient\n" for who in names))
    return {
        "cohort": {"source": "dicom", "data": str(dicom), "participants": str(table)},
        "preprocessing": {"slice_order": "interleaved"},
    }


def timed(folder, targets, config, cores, *options):
    """CPU and wall seconds of a run of targets, Snakemake included."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    snakemake(folder, targets, config, cores, *options)
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def megabytes(folder):
    """Size of the files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main():
    """Simulate, run, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="kept; else a temporary one")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch)
        simulated, run, cohort = (folder / name for name in ("simulated", "run", "cohort"))
        for path in (simulated, run, cohort):
            path.mkdir(parents=True, exist_ok=True)
        dicom = simulated / "results" / "sourcedata" / "dicom"
        # the others later, since their thousands of files slow the file system down
        simulate(simulated, [PARTICIPANT], arguments.cores)
        alone = configured(run, dicom, [PARTICIPANT])
        snakemake(run, ["participants"], alone, arguments.cores)
        load = os.getloadavg()[0]
        again = ("--forcerun", "index_participants_0", "preprocess_anat", "convert_dicom")
        cpu, wall = timed(run, ["participants"], alone, arguments.cores, *again)
        simulate(simulated, COHORT, arguments.cores)
        together = configured(cohort, dicom, COHORT)
        snakemake(cohort, ["prepare_template"], together, arguments.cores)
        seconds_of_ten = timed(cohort, ["participants"], together, arguments.cores)
        rows = steps(run / "results" / "benchmarks")
        disk = sum(megabytes(run / "results" / name) for name in FOLDERS)
    total = {
        "step": "all, with Snakemake",
        "wall_s": wall,
        "cpu_s": cpu,
        "max_rss_mb": max(row["max_rss_mb"] for row in rows),
        "disk_mb": disk,
    }
    of_ten = dict(zip(("cpu_s", "wall_s"), np.divide(seconds_of_ten, len(COHORT)), strict=True))
    of_ten["step"] = f"the same of each of {len(COHORT)} on {arguments.cores} cores"
    text = markdown(
        ["step", "CPU s", "wall s", "largest memory, MB", "on disk, MB"],
        [
            [
                row["step"],
                *(f"{row[name]:.1f}" for name in ("cpu_s", "wall_s")),
                *(f"{row[name]:.0f}" if name in row else "" for name in ("max_rss_mb", "disk_mb")),
            ]
            for row in [*rows, total, of_ten]
        ],
    )
    print(text, f"\nload at the start of the run {load:.1f}")
    if arguments.write:
        replace_part(PAGE, "participant", text)


def steps(folder):
    """Wall and CPU seconds and largest memory of each step of the participant."""
    rows = []
    for name in (
        "index_participants/0",
        "check_cohort",
        "convert_dicom",
        "preprocess_anat",
        "preprocess_func",
        "compute_metrics",
        "plot_participant",
    ):
        files = [folder / f"{name}.tsv", folder / name / f"{PARTICIPANT}.tsv"]
        values = pd.read_csv(next(file for file in files if file.exists()), sep="\t").iloc[0]
        rows.append(
            {
                "step": f"`{name.partition('/')[0]}`",
                "wall_s": values["s"],
                "cpu_s": values["cpu_time"],
                "max_rss_mb": values["max_rss"],
            }
        )
    return rows


if __name__ == "__main__":
    main()
