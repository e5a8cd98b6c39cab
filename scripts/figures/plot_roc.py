"""Figure 4: ROC curves of arm A, published protocol, and of arms B to D."""

import logging

from restpain.figures.roc import roc_figure
from restpain.io.job import run_job
from restpain.io.tables import read_table
from restpain.presentation.plots import save_figure

DPI = 200

logger = logging.getLogger("plot_roc")


def plot_roc(
    *,
    published_path: str,
    published_predictions_path: str,
    nested_path: str,
    nested_predictions_path: str,
    png_path: str,
    svg_path: str,
    patients: str,
    n_bootstrap: int,
    seed: int,
    source: str,
) -> None:
    published, nested = read_table(published_path), read_table(nested_path)
    logger.info("%d features, %d arms B to D", len(published), len(nested))
    figure = roc_figure(
        published=published,
        published_predictions=read_table(published_predictions_path),
        nested=nested,
        nested_predictions=read_table(nested_predictions_path),
        patients=patients,
        n_bootstrap=n_bootstrap,
        seed=seed,
        simulated=source == "simulated",
    )
    save_figure(figure, png_path=png_path, svg_path=svg_path, dpi=DPI)


if __name__ == "__main__":
    run_job(plot_roc, snakemake)
