"""Simulated effects of the demo found with several seeds; table of docs/recovery.md.

    PYTHONPATH=scripts:. python benchmarks/seeds.py FOLDER --seeds 1 2 3 [--cores 2] [--write]

runs the demo without classification, figures and report for each seed, in ``FOLDER/SEED``, where
only the tables are kept; a seed whose tables are there is not run again. With ``--write`` the
table replaces the one between the comments ``<!-- seeds -->`` and ``<!-- end -->`` of the page.
A seed takes some seven CPU minutes.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from pages import markdown, replace_part
from restpain.io.tables import read_table

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "recovery.md"
TABLES = ("recovery", "recovery_clusters", "table4_correlation")


def run(seed, folder, cores):
    """Run the demo with a seed up to its tables, and remove all else."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mine.yaml").write_text(f"seed: {seed}\n")
    subprocess.run(
        [
            *(sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"),
            *("--directory", folder, "--cores", str(cores)),
            *("--configfile", folder / "mine.yaml", "--"),
            *(f"results/tables/{name}.tsv" for name in TABLES),
        ],
        check=True,
        capture_output=True,
    )
    shutil.copytree(folder / "results" / "tables", folder / "tables", dirs_exist_ok=True)
    for name in ("results", ".snakemake"):
        shutil.rmtree(folder / name)


def seeds(folders):
    """How often each effect was found, and with what T; the clusters that are of no effect."""
    found = pd.concat(read_table(folder / "tables" / "recovery.tsv") for folder in folders)
    rows = []
    for (measure, region, change), of_effect in found.groupby(
        ["measure", "region", "change_percent"], sort=False
    ):
        size = of_effect["hedges_g"].abs()
        t = of_effect.loc[of_effect["verdict"] == "found", "t"].abs()
        rows.append(
            [
                f"{measure}, {region}",
                f"{change:+.0f} %",
                f"{len(t)} of {len(of_effect)}",
                f"{t.min():.1f} to {t.max():.1f}" if len(t) else "none",
                f"{size.median():.1f} ({size.min():.1f} to {size.max():.1f})",
            ]
        )
    header = ["effect", "simulated", "found", "t where found", "g of the region, median (range)"]
    return markdown(header, rows)


def false_clusters(folders):
    """Clusters of no simulated effect, and the seeds that have one."""
    tables = [read_table(folder / "tables" / "recovery_clusters.tsv") for folder in folders]
    counts = [np.count_nonzero(table["verdict"] == "false cluster") for table in tables]
    n_all = sum(_all_found(folder) for folder in folders)
    return (
        f"Seeds: {len(counts)}; that find all effects: {n_all}; with a false cluster: "
        f"{np.count_nonzero(counts)} ({sum(counts)} such clusters)."
    )


def _all_found(folder):
    return (read_table(folder / "tables" / "recovery.tsv")["verdict"] == "found").all()


def main():
    """Run the seeds that were not run, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    folders = [arguments.folder / str(seed) for seed in arguments.seeds]
    for seed, folder in zip(arguments.seeds, folders, strict=True):
        if not all((folder / "tables" / f"{name}.tsv").exists() for name in TABLES):
            run(seed, folder, arguments.cores)
    text = f"{seeds(folders)}\n\n{false_clusters(folders)}"
    print(text)
    if arguments.write:
        replace_part(PAGE, "seeds", text)


if __name__ == "__main__":
    main()
