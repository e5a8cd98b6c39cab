"""Section Checks and versions: findings of the checks, software, checksums."""

import hashlib
from importlib import metadata

import pandas as pd

from restpain.presentation.numbers import EN_DASH, is_missing, shortest
from restpain.presentation.pages import Section
from restpain.tables.provenance import MAP
from restpain.version import version

DIGITS = 16  # of a digest on the page
PACKAGES = (
    "numpy", "scipy", "pandas", "numba", "nibabel", "nilearn", "matplotlib", "SimpleITK",
    "picsl-greedy", "pydicom", "scikit-learn", "autogluon.tabular", "torch", "snakemake", "Jinja2",
)  # fmt: skip


def provenance_section(
    checks: dict[str, pd.DataFrame], files: list[tuple[str, bytes]], inputs: pd.DataFrame
) -> Section:
    """Tables of the checks by title, versions, and checksums of the files.

    ``inputs`` has the files of the participants (``provenance.INPUT_COLUMNS``).
    """
    return Section(
        "provenance",
        "Checks and versions",
        "Checks and versions",
        {
            "checks": [(title, plain_rows(table)) for title, table in checks.items()],
            "versions": versions(),
            "inputs": [
                (row.file, row.rule, row.sha256[:DIGITS])
                for row in inputs[inputs["stage"] != MAP].itertuples()
            ],
            "files": [(name, digest(content)) for name, content in files],
        },
    )


def digest(content: bytes) -> str:
    """First 16 digits of the SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()[:DIGITS]


def versions() -> list[tuple[str, str]]:
    """Name and version of the workflow and of each package of ``PACKAGES`` that is installed."""
    found = [("restpain", version())]
    for name in PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return found


def plain_rows(table: pd.DataFrame) -> dict:
    """Any table as its header and its cells as text."""

    def cell(value) -> str:
        if is_missing(value):
            return EN_DASH
        return shortest(value) if isinstance(value, float) else str(value)

    return {
        "head": [str(name).replace("_", " ") for name in table.columns],
        "rows": [[cell(value) for value in row] for row in table.itertuples(index=False)],
    }
