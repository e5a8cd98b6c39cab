"""Last words of a successful run: what was made, where, and what to look at first."""

import atexit
from pathlib import Path

DESIGN = "results/cohort/design_check.tsv"
# by target: its products, the one to look at first on top
PRODUCTS = {
    "all": {
        "results/report.html": "report of the study: open it first, in a browser",
        "results/quality.html": "QC overview of all participants, to be rated there",
        "results/tables": "Tables 1 to 4 (TSV, HTML, LaTeX, Word) and what supports them",
        "results/figures": "Figures 1 to 4 (PNG, SVG)",
        "results/tables/published_vs_recomputed.html": "the published tables beside these",
        "results/group": "group maps, clusters and seeds",
    },
    "participants": {
        "results/quality.html": "QC overview: open it first, rate the participants there",
        "results/quality": "quality numbers, and a template of qc_ratings.tsv",
        "results": "one folder per participant (sub-*): maps, series, page of quality",
    },
    "check": {
        "results/cohort/check.tsv": "the images have no error: read the warnings, and the "
        "memory, disk space and hours of a run",
        DESIGN: "the group design has no error: read the warnings in logs/check_design.log",
    },
    "audit": {
        "results/tables/audit_published.tsv": "each published number that was checked: look at "
        "the column verdict",
    },
    "power": {
        "results/power/power.png": "detection rate by group size and effect size: open it first",
        "results/power/power.tsv": "its numbers",
    },
    "multiverse": {
        "results/multiverse.html": "which choices the findings depend on: open it first, in a "
        "browser",
        "results/multiverse": "its tables, maps and specification curves (PNG, SVG)",
    },
}
SUMMARIES = {"check": "results/cohort/check_summary.txt"}  # shown before the products
NEXT = {
    "participants": "Next: rate the participants, name qc_ratings.tsv in quality.ratings, and run "
    "without a target.",
    "check": "Next: the same command without the target check.",
}
NEXT_OF_PILOT = "Next: the same command with the target participants in place of check."


def products_summary(targets: list[str], folder: Path) -> str:
    """Products of a finished run that are there, one per line with what they hold.

    Parameters
    ----------
    targets : list of str
        Of the command line: names of targets or paths of files; empty for the default target.
    folder : Path
        Folder of the study.
    """
    targets = targets or ["all"]
    products = {}
    for target in targets:
        products |= {
            path: text
            for path, text in PRODUCTS.get(target, {target: ""}).items()
            if path not in products and (folder / path).exists()
        }
    if not products:
        return ""
    width = max(map(len, products))
    lines = [f"  {path:<{width}}  {text}".rstrip() for path, text in products.items()]
    ends = [NEXT[target] for target in targets if target in NEXT]
    if targets == ["check"] and DESIGN not in products:
        ends = [NEXT_OF_PILOT]
    shown = [
        (folder / path).read_text(encoding="utf-8")
        for target, path in SUMMARIES.items()
        if target in targets and (folder / path).exists()
    ]
    return "\n".join([*shown, f"Finished. In {folder}:", *lines, *ends[:1]])


def print_products_at_exit(targets: list[str] | None) -> None:
    """Print the summary after all that Snakemake prints; nothing for a part of a target."""
    folder = Path.cwd()  # Snakemake has left it when the process ends
    if targets is not None and (summary := products_summary(targets, folder)):
        atexit.register(print, f"\n{summary}", flush=True)
