"""Specification curves of one measure, drawn from its tables."""

from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table
from restpain.multiverse.figure import specification_figure
from restpain.presentation.plots import save_figure

DPI = 300


def plot_specifications(
    *,
    plan_path: str,
    regions_path: str,
    specification_path: str,
    choices_path: str,
    tests_path: str,
    png_path: str,
    svg_path: str,
    measure: str,
    source: str,
) -> None:
    plan = read_json(plan_path)
    own = plan["measures"][measure]
    figure = specification_figure(
        measure=measure,
        regions=read_table(regions_path),
        specification=read_table(specification_path),
        choices=read_table(choices_path),
        universes=own["universes"],
        values={key: plan["values"][key] for key in own["keys"]},
        tested=not read_table(tests_path).empty,
        simulated=source == "simulated",
    )
    save_figure(figure, png_path=png_path, svg_path=svg_path, dpi=DPI)


if __name__ == "__main__":
    run_job(plot_specifications, snakemake)
