"""A finished run of a simulated cohort, as tables and figures of a page of docs/.

    snakemake --cores 2 --directory RUN --configfile config.yaml presets/paper.yaml
    PYTHONPATH=scripts:. python benchmarks/recorded_run.py RUN docs/paper_size.md
    PYTHONPATH=scripts:. python benchmarks/recorded_run.py . docs/recovery.md

replaces the blocks that the page has between the comments ``<!-- NAME -->`` and ``<!-- end -->``,
and the figures that it shows from the folder of its own name, by what the folder of the run holds.
"""

import argparse
from pathlib import Path

import pandas as pd
from PIL import Image

from pages import markdown, replace_part
from restpain.io.tables import read_table
from restpain.recovery.table import STAGES

FIGURES = {
    "figure2_group_maps.png": 1500,  # width in pixels
    "figure3_regions.png": 1200,
    "figure4_roc.png": 1200,
    "recovery.png": 1300,
}
ERRORS = {
    "motion_true_rms_mm": "motion simulated",
    "motion_rms_mm": "left by realignment",
    "coregistration_rms_mm": "coregistration",
    "normalisation_rms_mm": "normalisation",
    "normalisation_p95_mm": "normalisation, 95th percentile of the voxels",
    "total_rms_mm": "all together",
}
SIMULATION_RULES = ("simulate_cohort", "simulate_participant", "compare_truth")


def table_of(rows: list[dict]) -> str:
    """Markdown table of rows of texts, by the names of their columns."""
    frame = pd.DataFrame(rows)
    return markdown(frame.columns, frame.to_numpy())


def place(row) -> str:
    """Region of an effect or of a cluster, with its seed."""
    return row.region if pd.isna(row.seed) else f"{row.region}, seed {row.seed}"


def effects(tables):
    """Return the simulated effects and what was found of each."""
    rows = [
        {
            "effect": f"{row.measure}, {place(row)}",
            "simulated": f"{row.change_percent:+.0f} %",
            "verdict": row.verdict,
            "clusters": row.clusters,
            "t": f"{row.t:.1f}",
            "Dice": f"{row.dice:.2f}",
            "region covered": f"{100 * row.share_found:.0f} %",
            "peak to region": f"{row.peak_to_region_mm:.0f} mm",
        }
        for row in read_table(tables / "recovery.tsv").itertuples()
    ]
    return table_of(rows)


def stages(tables):
    """Difference of the groups in the regions of the effects after each stage."""
    table = read_table(tables / "recovery_stages.tsv")
    rows = []
    for _, of_effect in table.groupby("effect", sort=True):
        first = of_effect.iloc[0]
        by_stage = of_effect.set_index("stage")
        row = {"effect": f"{first['measure']}, {first['region']}"}
        for stage in STAGES:
            cell = f"{by_stage.loc[stage, 'change_percent']:+.0f} %"
            if not pd.isna(by_stage.loc[stage, "hedges_g"]):
                cell += f" (g {by_stage.loc[stage, 'hedges_g']:.1f})"
            row[stage] = cell
        rows.append(row)
    return table_of(rows)


def clusters(tables):
    """All significant clusters with what each is, and Table 2 beside it."""
    verdicts = read_table(tables / "recovery_clusters.tsv").set_index("cluster_id")
    rows = [
        {
            "cluster": row.cluster_id,
            "region": place(row),
            "peak, mm": f"{row.x_mm:.0f}, {row.y_mm:.0f}, {row.z_mm:.0f}",
            "t": f"{row.t:.2f}",
            "voxels": row.n_voxels,
            "p (GRF)": f"{row.p_grf:.2g}",
            "p (permutation)": f"{row.p_permutation:.2g}",
            "g": f"{row.hedges_g:.2f}",
            "what it is": verdicts.loc[row.cluster_id, "verdict"],
        }
        for row in read_table(tables / "table2_regions.tsv").itertuples()
    ]
    return table_of(rows)


def errors(tables):
    """Errors of motion and registration against the truth."""
    table = read_table(tables / "recovery_participants.tsv")
    rows = [
        {
            "mm": name,
            "median": f"{table[column].median():.3g}",
            "range": f"{table[column].min():.3g} to {table[column].max():.3g}",
        }
        for column, name in ERRORS.items()
    ]
    return table_of(rows)


def demographics(tables):
    """Table 1."""
    table = read_table(tables / "table1_demographics.tsv")
    rows = [
        {
            "": f"{row.row}, {row.level}",
            "patients": "" if pd.isna(row.patients) else row.patients,
            "controls": "" if pd.isna(row.controls) else row.controls,
            "p": "" if pd.isna(row.p) else f"{row.p:.3f}",
        }
        for row in table.itertuples()
    ]
    return table_of(rows)


def classification(tables):
    """Table 3."""
    table = read_table(tables / "table3_classification.tsv")
    rows = [
        {
            "arm": row.arm,
            "features": f"{row.measure} {'' if pd.isna(row.region) else row.region}",
            "AUC": f"{row.auc:.2f}",
            "interval": "" if pd.isna(row.auc_low) else f"{row.auc_low:.2f} to {row.auc_high:.2f}",
            "LOO AUC": "" if pd.isna(row.cv_auc) else f"{row.cv_auc:.2f}",
            "sensitivity, specificity": f"{row.sensitivity_percent:.0f} %, "
            f"{row.specificity_percent:.0f} %",
            "p (permutation)": "" if pd.isna(row.p_permutation) else f"{row.p_permutation:.2g}",
        }
        for row in table.itertuples()
    ]
    return table_of(rows)


def correlation(tables):
    """Table 4."""
    table = read_table(tables / "table4_correlation.tsv")
    rows = [
        {
            "cluster": row.cluster_id,
            "region": row.region,
            "rho with NRS": f"{row.rho:.2f} ({row.rho_low:.2f} to {row.rho_high:.2f})",
            "p": f"{row.p:.2f}",
            "q (FDR)": f"{row.q_fdr:.2f}",
        }
        for row in table.itertuples()
    ]
    return table_of(rows)


def times(tables):
    """CPU time and memory of each rule that took a minute or more, and of all."""
    table = read_table(tables.parent / "run_times.tsv").sort_values("cpu_s", ascending=False)
    shown = table[table["cpu_s"] >= 60]
    rows = [
        {
            "rule": row.rule,
            "jobs": row.jobs,
            "CPU s": f"{row.cpu_s:.0f}",
            "CPU s a job": f"{row.cpu_s / row.jobs:.1f}",
            "memory, MB": f"{row.memory_mb:.0f}",
        }
        for row in shown.itertuples()
    ]
    simulation = table["rule"].isin(SIMULATION_RULES)
    for name, some in (
        ("all others", table[table["cpu_s"] < 60]),
        ("**all**", table),
        ("**all but simulation and its comparison**", table[~simulation]),
    ):
        rows.append(
            {
                "rule": name,
                "jobs": some["jobs"].sum(),
                "CPU s": f"{some['cpu_s'].sum():.0f}",
                "CPU s a job": "",
                "memory, MB": f"{some['memory_mb'].max():.0f}",
            }
        )
    return table_of(rows)


BLOCKS = (effects, stages, clusters, errors, demographics, classification, correlation, times)


def shrink(source: Path, target: Path, width: int) -> None:
    """Write a picture no wider than ``width`` pixels."""
    image = Image.open(source)
    image.thumbnail((width, 10 * width))
    image.convert("P", palette=Image.Palette.ADAPTIVE).save(target, optimize=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path, help="folder of the finished run")
    parser.add_argument("page", type=Path, help="Markdown file")
    arguments = parser.parse_args()
    results, page = arguments.run / "results", arguments.page
    text, n_filled = page.read_text(encoding="utf-8"), 0
    for block in BLOCKS:
        if f"<!-- {block.__name__} -->" in text:
            replace_part(page, block.__name__, block(results / "tables"))
            n_filled += 1
    shown = [name for name in FIGURES if f"{page.stem}/{name}" in text]
    for name in shown:
        page.with_suffix("").mkdir(exist_ok=True)
        shrink(results / "figures" / name, page.with_suffix("") / name, FIGURES[name])
    print(f"{page}: {n_filled} tables, {len(shown)} figures")
