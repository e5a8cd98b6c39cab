"""Figure 4, continued: calibration, permuted group labels and learning curve."""

import logging

from restpain.figures.robustness import robustness_figure
from restpain.io.job import run_job
from restpain.io.tables import read_table
from restpain.presentation.plots import save_figure

DPI = 200

logger = logging.getLogger("plot_robustness")


def plot_robustness(
    *,
    published_path: str,
    nested_path: str,
    calibration_path: str,
    permuted_path: str,
    curve_path: str,
    png_path: str,
    svg_path: str,
    source: str,
) -> None:
    permuted = read_table(permuted_path)
    logger.info("%d permutations", permuted["permutation"].nunique())
    figure = robustness_figure(
        published=read_table(published_path),
        nested=read_table(nested_path),
        calibration=read_table(calibration_path),
        permuted=permuted,
        curve=read_table(curve_path),
        simulated=source == "simulated",
    )
    save_figure(figure, png_path=png_path, svg_path=svg_path, dpi=DPI)


if __name__ == "__main__":
    run_job(plot_robustness, snakemake)
