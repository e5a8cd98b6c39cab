"""Power of the configured comparison, drawn from its table."""

import io

from restpain.io.files import write_bytes
from restpain.io.job import run_job
from restpain.io.tables import read_json, read_table
from restpain.power.figure import power_figure

DPI = 200


def plot_power(*, table_path: str, settings_path: str, png_path: str, svg_path: str) -> None:
    figure = power_figure(read_table(table_path), read_json(settings_path))
    for path, kind, metadata in (
        (png_path, "png", {"Software": None}),
        (svg_path, "svg", {"Date": None, "Creator": None}),
    ):
        content = io.BytesIO()
        figure.savefig(content, format=kind, dpi=DPI, metadata=metadata)
        write_bytes(path, content.getvalue())


if __name__ == "__main__":
    run_job(plot_power, snakemake)
