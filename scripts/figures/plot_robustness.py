"""Figure 4, continued: calibration, permuted groups and learning curve."""

import io
import logging

from restpain.figures.robustness import robustness_figure
from restpain.io.files import write_bytes
from restpain.io.log import start_log
from restpain.io.tables import read_table

DPI = 200

logger = logging.getLogger("plot_robustness")


def plot_robustness(
    *,
    published_path: str,
    nested_path: str,
    calibration_path: str,
    permuted_path: str,
    curve_path: str,
    figure_path: str,
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
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=DPI, metadata={"Software": None})
    write_bytes(figure_path, content.getvalue())


if __name__ == "__main__":
    start_log(snakemake.log[0])
    plot_robustness(
        published_path=snakemake.input.published,
        nested_path=snakemake.input.nested,
        calibration_path=snakemake.input.calibration,
        permuted_path=snakemake.input.permuted,
        curve_path=snakemake.input.curve,
        figure_path=snakemake.output.figure,
        source=snakemake.params.source,
    )
