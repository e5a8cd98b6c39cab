"""Simulated effects of the demo found with several seeds; table of docs/recovery.md.

    PYTHONPATH=scripts:. python benchmarks/seeds.py FOLDER --seeds 1 2 3 [--cores 2] [--write]

runs the demo without classification, figures and report for each seed, in ``FOLDER/SEED``, where
only the tables are kept; a seed whose tables are there is not run again. With ``--write`` the
table replaces the one between the comments ``<!-- seeds -->`` and ``<!-- end -->`` of the page.
A seed takes some seven CPU minutes.
"""

import argparse
import shutil
from pathlib import Path

import pandas as pd

from pages import markdown, replace_part
from participant import snakemake
from restpain.io.tables import read_table

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "recovery.md"
TABLES = ("recovery", "recovery_clusters")


def run(seed, folder, cores):
    """Run the demo with a seed up to its tables, and remove all else."""
    folder.mkdir(parents=True, exist_ok=True)
    targets = [f"results/tables/{name}.tsv" for name in TABLES]
    snakemake(folder, targets, {"seed": seed}, cores)
    shutil.copytree(folder / "results" / "tables", folder / "tables", dirs_exist_ok=True)
    for name in ("results", ".snakemake"):
        shutil.rmtree(folder / name)


def seeds(folders):
    """Share of seeds that find each effect, its T and size; then what `counts` says."""
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
    return f"{markdown(header, rows)}\n\n{counts(folders)}"


def counts(folders):
    """Count the seeds that find all effects, and those with a cluster of no effect."""
    n = len(folders)
    n_all = sum((_verdicts(folder, "recovery") == "found").all() for folder in folders)
    n_false = sum(
        (_verdicts(folder, "recovery_clusters") == "false cluster").any() for folder in folders
    )
    return (
        f"Seeds with all effects found: {n_all} of {n}. "
        f"Seeds with a false cluster: {n_false} of {n}."
    )


def _verdicts(folder, name):
    return read_table(folder / "tables" / f"{name}.tsv")["verdict"]


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
    text = seeds(folders)
    print(text)
    if arguments.write:
        replace_part(PAGE, "seeds", text)


if __name__ == "__main__":
    main()
