"""Time, memory and disk of one participant of the paper's size, end to end.

    PYTHONPATH=scripts:. python benchmarks/participant.py --write

replaces the table between the comments ``<!-- participant -->`` and ``<!-- end -->`` of
``docs/cluster.md``. It simulates a DICOM session (T1 of 256 x 256 x 205 voxels of 0.94 mm, rest
64 x 54 x 32 x 240), then runs the target ``participants`` on it as on a user's DICOM: index,
check, conversion, anatomy, rest series, metrics, quality page. Time and memory of a step come
from Snakemake's benchmark files, the total from the operating system. The template, made once per
study, is not counted; compiled functions are cached by a first run of the same participant, as
for all but a study's first.
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

import pandas as pd

from pages import markdown, replace_part

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "cluster.md"
PAPER_SIZE = {
    "t1_voxel_mm": 0.9375,  # of 240 x 240 x 192 mm; some more voxels than 256 x 256 x 192
    "bold_matrix": [64, 54, 32],
    "bold_voxel_mm": [3.44, 4.07, 4.6],
    "n_volumes": 240,
}
PARTICIPANT = "sub-01"
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
        simulated, run = folder / "simulated", folder / "run"
        for path in (simulated, run):
            path.mkdir(parents=True, exist_ok=True)
        dicom = simulated / "results" / "sourcedata" / "dicom"
        snakemake(
            simulated,
            [str(dicom.relative_to(simulated) / PARTICIPANT)],
            {"simulation": PAPER_SIZE},
            1,
        )
        table = run / "participants.tsv"
        table.write_text(f"participant_id\tgroup\n{PARTICIPANT}\tpatient\n")
        config = {
            "cohort": {"source": "dicom", "data": str(dicom), "participants": str(table)},
            "preprocessing": {"slice_order": "interleaved"},
        }
        snakemake(run, ["participants"], config, arguments.cores)
        load = os.getloadavg()[0]
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        again = ("--forcerun", "index_participants_0", "preprocess_anat", "convert_dicom")
        snakemake(run, ["participants"], config, arguments.cores, *again)
        wall = time.perf_counter() - begin
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        rows = steps(run / "results" / "benchmarks")
        disk = sum(megabytes(run / "results" / name) for name in FOLDERS)
    total = {
        "step": "all, with Snakemake",
        "wall_s": wall,
        "cpu_s": cpu,
        "max_rss_mb": max(row["max_rss_mb"] for row in rows),
        "disk_mb": disk,
    }
    text = markdown(
        ["step", "CPU s", "wall s", "largest memory, MB", "on disk, MB"],
        [
            [
                row["step"],
                *(f"{row[name]:.1f}" for name in ("cpu_s", "wall_s")),
                *(f"{row[name]:.0f}" if name in row else "" for name in ("max_rss_mb", "disk_mb")),
            ]
            for row in [*rows, total]
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
