"""Parts that the plots of Figure 4 share: frame of a panel, and the file of a figure."""

import io

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from restpain.presentation.slices import INK, MUTED


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


def png(figure: Figure, *, dpi: int) -> bytes:
    """PNG of a figure, without the name of the software, so that its bytes stay the same."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=dpi, metadata={"Software": None})
    return content.getvalue()
