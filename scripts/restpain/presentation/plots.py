"""Frame of a panel of Figure 4, and the files of a figure."""

import io

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from restpain.io.files import write_bytes
from restpain.presentation.slices import INK, MUTED

VECTOR = {"svg.fonttype": "none", "svg.hashsalt": "restpain"}
# neither software nor date
NO_METADATA = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}


def frame(axes: Axes, title: str, subtitle: str, *, x: str, y: str) -> None:
    """Draw the frame of a panel."""
    axes.set_xlabel(x, fontsize=7.5, color=INK)
    axes.set_ylabel(y, fontsize=7.5, color=INK)
    axes.tick_params(labelsize=6.5, colors=INK)
    axes.grid(color="#e6e9ed", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(MUTED)
    axes.text(0, 1.115, title, fontsize=8.6, color=INK, weight="bold", transform=axes.transAxes)
    axes.text(0, 1.045, subtitle, fontsize=7, color=MUTED, transform=axes.transAxes)


def save_figure(figure: Figure, *, png_path: str, svg_path: str, dpi: int) -> None:
    """Write a figure as PNG and as SVG, whose text is text; the same bytes for the same figure.

    What the figure has rasterised is embedded in the SVG with ``dpi``.
    """
    with mpl.rc_context(VECTOR):
        for path, kind in ((png_path, "png"), (svg_path, "svg")):
            content = io.BytesIO()
            figure.savefig(content, format=kind, dpi=dpi, metadata=NO_METADATA[kind])
            write_bytes(path, content.getvalue())
