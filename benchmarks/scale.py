"""Planning of large cohorts: seconds and memory of a dry run; table of docs/cohort_size.md.

    PYTHONPATH=scripts python benchmarks/scale.py 46 1000 5000 [--profile slurm]

Dry runs of the whole workflow on simulated tables of as many participants, with a folder for each
of them and no data in it. With ``--write`` the table replaces the one between the comments
``<!-- scale PROFILE -->`` and ``<!-- end -->`` of the page.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from pages import markdown, replace_part

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "cohort_size.md"
MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=sys.stderr)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


def table_of(names):
    """Participants of two groups with the covariates of the default."""
    rng = np.random.default_rng(0)
    n_participants = len(names)
    return pd.DataFrame(
        {
            "participant_id": names,
            "group": np.where(np.arange(n_participants) % 2, "patient", "control"),
            "age": rng.integers(20, 80, n_participants),
            "sex": rng.choice(["F", "M"], n_participants),
            "education": rng.integers(5, 20, n_participants),
            "nrs": rng.integers(0, 11, n_participants),
        }
    )


def dry_run(n_participants, profile):
    """Jobs, CPU seconds, wall seconds and peak memory (MB) of planning a cohort."""
    names = [f"sub-{number:05d}" for number in range(n_participants)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        for name in names:
            (path / "data" / name).mkdir(parents=True)
        table_of(names).to_csv(path / "data" / "participants.tsv", sep="\t", index=False)
        cohort = {
            "source": "bids",
            "data": str(path / "data"),
            "participants": str(path / "data" / "participants.tsv"),
        }
        (path / "own.yaml").write_text(yaml.safe_dump({"cohort": cohort}))
        start = time.monotonic()
        process = subprocess.run(
            [
                *(sys.executable, "-c", MEASURED, sys.executable, "-m", "snakemake"),
                *("--snakefile", REPOSITORY / "Snakefile", "--directory", path, "--cores", "2"),
                *("--dry-run", "--quiet", "rules"),
                *("--workflow-profile", REPOSITORY / "profiles" / profile),
                *("--configfile", REPOSITORY / "config.yaml", path / "own.yaml"),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        wall = time.monotonic() - start
    code, cpu, memory = process.stdout.split()
    if code != "0":
        raise RuntimeError(process.stderr[-2000:])
    jobs = re.search(r"^total\s+(\d+)", process.stderr, re.MULTILINE)[1]
    return int(jobs), float(cpu), wall, float(memory)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("n_participants", nargs="+", type=int)
    parser.add_argument("--profile", default="default", help="a folder of profiles/")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/cohort_size.md"
    )
    arguments = parser.parse_args()
    rows = []
    for n_participants in arguments.n_participants:
        jobs, cpu, wall, memory = dry_run(n_participants, arguments.profile)
        rows.append([f"{n_participants:,}", f"{jobs:,}", f"{cpu:.0f}", f"{memory:.0f}"])
        print(rows[-1], f"{wall:.0f} s", flush=True)
    if arguments.write:
        header = ["participants", "jobs", "CPU s", "memory, MB"]
        replace_part(PAGE, f"scale {arguments.profile}", markdown(header, rows))
