"""Traces of a participant's rest series: motion, displacement, carpets.

Colours are those of Okabe and Ito, which differ for every kind of colour vision.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from restpain.quality.limits import FLAG_ABOVE_MM, flagged_volumes

BLUE, ORANGE, GREEN, RED, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9"
INK, MUTED = "#1d2b3a", "#5b6875"
DPI = 120
HEIGHT, TRACES_WIDTH, SLICES_WIDTH = 9.6, 7, 10.5  # inches; they stand side by side in one picture
CARPET_ROWS = 600
CARPET_LIMIT = 2.0  # standard deviations
LEGEND = {  # above the axes, so that it covers no curve
    "loc": "lower right",
    "bbox_to_anchor": (1, 0.97),
    "fontsize": 8,
    "frameon": False,
    "handlelength": 1.2,
    "borderpad": 0,
}
TISSUE_COLOURS = {"grey": GREEN, "white": SKY, "CSF": ORANGE}


def draw_displacement(ax: Axes, jenkinson: np.ndarray, power: np.ndarray) -> None:
    """Both framewise displacements, ``(n_volumes,)`` in mm; flagged volumes are marked."""
    flagged = np.flatnonzero(flagged_volumes(jenkinson))
    ax.vlines(flagged, 0, 1, transform=ax.get_xaxis_transform(), color=RED, lw=3, alpha=0.25)
    ax.plot(power, color=ORANGE, lw=0.9, label="Power")
    ax.plot(jenkinson, color=BLUE, lw=1.2, label="Jenkinson")
    ax.axhline(FLAG_ABOVE_MM, color=RED, lw=0.8, ls="--")
    highest = np.nanmax([*jenkinson, *power, FLAG_ABOVE_MM])
    ax.set_ylim(0, 1.15 * highest)
    ax.set_title(
        f"Framewise displacement, mm; {len(flagged)} of {len(jenkinson)} volumes flagged "
        f"(Jenkinson > {FLAG_ABOVE_MM})",
        loc="left",
        fontsize=9,
        color=INK,
    )
    ax.legend(**LEGEND, ncols=2)


def draw_motion(ax: Axes, values: np.ndarray, *, title: str) -> None:
    """Three motion parameters, ``(n_volumes, 3)``, in x, y and z."""
    for column, name, colour in zip(values.T, "xyz", (BLUE, ORANGE, GREEN), strict=True):
        ax.plot(column, color=colour, lw=1.0, label=name)
    ax.axhline(0, color=MUTED, lw=0.4)
    ax.set_title(title, loc="left", fontsize=9, color=INK)
    ax.legend(**LEGEND, ncols=3)


def carpet(
    series: np.ndarray, tissues: np.ndarray, *, n_rows: int
) -> tuple[np.ndarray, dict[str, tuple[int, int]]]:
    """Standardised series of voxels, sorted by tissue.

    Parameters
    ----------
    series : ndarray of shape (n_voxels, n_volumes)
        Series; their means are subtracted.
    tissues : ndarray of shape (3, n_voxels)
        Probabilities of grey matter, white matter and cerebrospinal fluid.
    n_rows : int
        Most rows; voxels are skipped at even distances.

    Returns
    -------
    rows : ndarray of shape (at most n_rows, n_volumes)
        In standard deviations.
    extents : dict
        First row and end of each tissue.
    """
    best = np.where(tissues.max(axis=0) > 0.5, tissues.argmax(axis=0), -1)
    members = [np.flatnonzero(best == k) for k in range(3)]
    step = max(1, -(-sum(map(len, members)) // n_rows))
    members = [voxels[::step] for voxels in members]
    rows = (series - series.mean(axis=1, keepdims=True))[np.concatenate(members)]
    spread = rows.std(axis=1, keepdims=True)
    rows = rows / np.where(spread > 0, spread, 1)
    ends = np.cumsum([len(voxels) for voxels in members])
    starts = ends - [len(voxels) for voxels in members]
    extents = zip(starts.tolist(), ends.tolist(), strict=True)
    return rows, dict(zip(TISSUE_COLOURS, extents, strict=True))


def draw_carpet(
    ax: Axes, rows: np.ndarray, extents: dict[str, tuple[int, int]], *, title: str
) -> None:
    """Carpet with a bar of colour and the name of each tissue at the left."""
    ax.imshow(
        rows,
        aspect="auto",
        cmap="gray",
        vmin=-CARPET_LIMIT,
        vmax=CARPET_LIMIT,
        interpolation="nearest",
    )
    width = 0.008 * rows.shape[1]
    for name, (start, end) in extents.items():
        if end > start:
            ax.add_patch(
                Rectangle(
                    (-0.5 - width, start - 0.5),
                    width,
                    end - start,
                    color=TISSUE_COLOURS[name],
                    clip_on=False,
                )
            )
            ax.text(
                -0.5 - 1.6 * width,
                (start + end) / 2,
                name,
                color=INK,
                fontsize=8,
                ha="right",
                va="center",
                rotation=90 if end - start > 0.1 * len(rows) else 0,
            )
    ax.set_yticks([])
    ax.set_title(title, loc="left", fontsize=9, color=INK)


def draw_dropped(ax: Axes, n_dropped: int) -> None:
    """Grey where volumes were dropped, left of the first one kept."""
    if n_dropped:
        ax.axvspan(-0.5 - n_dropped, -0.5, color="#d9dfe6", lw=0, zorder=0)


def traces_figure(
    *,
    title: str,
    confounds: dict[str, np.ndarray],
    carpets: dict[str, np.ndarray],
    extents: dict[str, tuple[int, int]],
    n_dropped: int,
) -> Figure:
    """Draw motion, displacement and carpets over one another, with one axis of volumes.

    Parameters
    ----------
    title : str
        Heading.
    confounds : dict
        ``jenkinson`` and ``power`` of shape (n_volumes,) in mm, ``translations`` (mm) and
        ``rotations`` (degrees) of shape (n_volumes, 3); all NaN where unknown.
    carpets : dict
        Rows of `carpet` by title.
    extents : dict
        Of `carpet`; the same for all.
    n_dropped : int
        Volumes dropped before the first one shown; a grey band.
    """
    figure = Figure(figsize=(TRACES_WIDTH, HEIGHT), dpi=DPI)  # a layout engine costs a third more
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, color=INK, fontweight="bold")
    heights = (1, 1, 1, *[5 / len(carpets)] * len(carpets))
    axes = figure.subplots(len(heights), 1, height_ratios=heights, sharex=True)
    figure.subplots_adjust(left=0.07, right=0.99, top=0.94, bottom=0.045, hspace=0.2)
    if np.isfinite(confounds["power"]).any():
        draw_displacement(axes[0], confounds["jenkinson"], confounds["power"])
        draw_motion(axes[1], confounds["translations"], title="Translation, mm")
        draw_motion(axes[2], confounds["rotations"], title="Rotation, degrees")
        for ax in axes[:3]:
            draw_dropped(ax, n_dropped)
    else:
        for ax in axes[:3]:
            ax.set_axis_off()
        axes[1].text(
            0.5,
            0.5,
            "Motion is not known",
            ha="center",
            color=MUTED,
            transform=axes[1].transAxes,
        )
    for ax, (name, rows) in zip(axes[3:], carpets.items(), strict=True):
        draw_carpet(ax, rows, extents, title=name)
        draw_dropped(ax, n_dropped)
    dropped = f"; grey: {n_dropped} dropped before the first one" if n_dropped else ""
    axes[-1].set_xlabel(f"volume{dropped}", fontsize=8)
    axes[-1].set_xlim(-0.5 - n_dropped, next(iter(carpets.values())).shape[1] - 0.5)
    for ax in axes:
        ax.tick_params(labelsize=7, length=2)
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def pixels(figure: Figure) -> np.ndarray:
    """Draw a figure; ``(rows, columns, 3)``, uint8."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
