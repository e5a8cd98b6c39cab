"""Write the files to start a study with into its folder: make study DIR=... SOURCE=..."""

import argparse
import shlex
import sys
from pathlib import Path

HERE = Path(__file__).absolute().parent
CLONE = HERE.parents[1]
SOURCES = ("dicom", "bids", "derivatives", "maps")


def new_study(folder: Path, source: str) -> list[Path]:
    """Copy mine.yaml and participants.tsv into a folder, which is created; nothing is overwritten.

    Parameters
    ----------
    folder : Path
        Of the study.
    source : str
        As the key ``cohort.source``.
    """
    if source not in SOURCES:
        raise SystemExit(f"SOURCE is {source!r}; expected one of {', '.join(SOURCES)}; correct it")
    if folder.exists() and not folder.is_dir():
        raise SystemExit(f"{folder} is a file; expected a folder, or a name that is free")
    copies = {
        folder / "mine.yaml": HERE / f"mine_{source}.yaml",
        folder / "participants.tsv": HERE / "participants.tsv",
    }
    there = [path for path in copies if path.exists()]
    if there:
        raise SystemExit(
            f"{' and '.join(map(str, there))} exist{'s' * (len(there) == 1)} and will not be "
            "overwritten; nothing was written; name another folder, or move the file away"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for path, template in copies.items():
        path.write_bytes(template.read_bytes())
    return list(copies)


def next_steps(folder: Path, *, snakemake: str) -> str:
    """Say how to go on with the new files: commands that hold in any working directory."""
    options = ["-s", CLONE / "Snakefile", "--directory", folder]
    options += ["--configfile", folder / "mine.yaml", "--cores", "2"]
    check, run = (
        shlex.join(map(str, [snakemake, *target, *options]))
        for target in (["check", "--keep-going"], [])
    )
    return (
        f"Next: write your participants into participants.tsv, edit mine.yaml, then check:\n\n"
        f"  {check}\n\nWhen no problem is left, the run:\n\n  {run}\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="folder of the study (DIR)")
    parser.add_argument(
        "--source", default="dicom", help="dicom, bids, derivatives or maps (SOURCE)"
    )
    parser.add_argument("--snakemake", default="snakemake", help="program in the commands shown")
    options = parser.parse_args()
    if not options.folder:
        sys.exit(
            "DIR is missing: make study DIR=folder, with SOURCE=dicom, bids, derivatives or maps"
        )
    folder = Path(options.folder).absolute()
    for path in new_study(folder, options.source):
        print(f"Written: {path}")
    print(next_steps(folder, snakemake=options.snakemake))


if __name__ == "__main__":
    main()
