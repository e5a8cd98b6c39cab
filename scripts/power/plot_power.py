"""Power of the configured comparison, drawn from its table."""

from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table
from restpain.power.figure import power_figure
from restpain.presentation.plots import save_figure

DPI = 200


def plot_power(*, table_path: str, settings_path: str, png_path: str, svg_path: str) -> None:
    figure = power_figure(read_table(table_path), read_json(settings_path))
    save_figure(figure, png_path=png_path, svg_path=svg_path, dpi=DPI)


if __name__ == "__main__":
    run_job(plot_power, snakemake)
