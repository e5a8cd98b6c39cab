"""Figure of the detection rate by group size and effect size."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from restpain.presentation.numbers import counted, integer, number, shortest

INK, MUTED, ALERT = "#1d2b3a", "#5b6875", "#a3261f"
COLOURS = matplotlib.colormaps["viridis"]
MARKERS = "osD^vPX*<>"
AIM = 0.8  # the power that studies aim at
SMALLEST_GAP = 0.055  # between two labels at the ends of the lines


def needed(table: pd.DataFrame, *, rate: float) -> pd.Series:
    """Smallest group whose detection rate reaches ``rate``, by effect size; NaN if none does."""
    reached = table[table["detection_rate"] >= rate].groupby("effect_size")["n_per_group"].min()
    return reached.reindex(sorted(table["effect_size"].unique()))


def spread_labels(heights_wanted: np.ndarray, *, gap: float) -> np.ndarray:
    """Heights of labels in their order, moved apart to at least ``gap``, kept below 1."""
    order = np.argsort(heights_wanted, kind="stable")
    heights = np.array(heights_wanted, dtype=float)
    for lower, upper in zip(order[:-1], order[1:], strict=True):
        heights[upper] = max(heights[upper], heights[lower] + gap)
    ceiling = 1.0
    for index in order[::-1]:
        heights[index] = min(heights[index], ceiling)
        ceiling = heights[index] - gap
    return heights


def power_figure(table: pd.DataFrame, settings: dict) -> Figure:
    """Draw a line per effect size with Wilson intervals; the sizes needed for 80 % beside it.

    Parameters
    ----------
    table : DataFrame
        With the columns of `restpain.power.detection.COLUMNS`.
    settings : dict
        Settings of the simulation, ``settings.json`` of the rule.
    """
    figure = Figure((8.6, 5.0))
    axes = figure.add_axes((0.075, 0.26, 0.56, 0.6))
    effects = sorted(table["effect_size"].unique())
    shades = COLOURS(np.linspace(0.0, 0.85, len(effects)))
    ends = []
    for index, (effect, shade) in enumerate(zip(effects, shades, strict=True)):
        rows = table[table["effect_size"] == effect].sort_values("n_per_group")
        rate = rows["detection_rate"].to_numpy()
        reach = np.abs(rows[["detection_rate_low", "detection_rate_high"]].to_numpy().T - rate)
        axes.errorbar(
            rows["n_per_group"], rate, yerr=reach, color=shade, linewidth=1.6, capsize=2.5,
            elinewidth=0.9, marker=MARKERS[index % len(MARKERS)], markersize=4.5,
        )  # fmt: skip
        ends.append(rate[-1])
    last = table["n_per_group"].max()
    for effect, shade, height in zip(
        effects, shades, spread_labels(np.array(ends), gap=SMALLEST_GAP), strict=True
    ):
        axes.annotate(
            f"d = {shortest(effect)}", (last, height), xytext=(9, 0), va="center", color=shade,
            textcoords="offset points", fontsize=8, weight="bold", annotation_clip=False,
        )  # fmt: skip
    axes.axhline(AIM, color=MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.set_ylim(-0.02, 1.02)
    sizes = sorted(table["n_per_group"].unique())
    axes.set_xticks(sizes, [str(size) for size in sizes], fontsize=8)
    shares = [0, 0.2, 0.4, 0.6, 0.8, 1]
    axes.set_yticks(shares, [f"{100 * share:.0f} %" for share in shares], fontsize=8)
    axes.set_xlabel("participants in each group", fontsize=8.5, color=INK)
    axes.set_ylabel("cohorts in which the effect is found", fontsize=8.5, color=INK)
    axes.grid(color="#e6e9ed", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.text(0.075, 0.93, "Power of the configured comparison", fontsize=11, color=INK,
                weight="bold")  # fmt: skip
    figure.text(
        0.075, 0.885, f"{table['n_draws'].iloc[0]} simulated cohorts per point; bars: 95 % "
        "intervals (Wilson); dashed: 80 %", fontsize=8, color=MUTED,
    )  # fmt: skip
    _write_needed(figure, needed(table[table["effect_size"] > 0], rate=AIM))
    figure.text(0.075, 0.03, _caption(settings), fontsize=7.2, color=MUTED, linespacing=1.5)
    figure.text(0.995, 0.008, "SIMULATED DATA", fontsize=6.5, color=ALERT, ha="right",
                weight="bold")  # fmt: skip
    return figure


def _write_needed(figure: Figure, sizes: pd.Series) -> None:
    figure.text(0.765, 0.8, "Smallest group with\n80 % power", fontsize=8.5, color=INK,
                weight="bold", va="top", linespacing=1.3)  # fmt: skip
    for index, (effect, size) in enumerate(sizes.items()):
        y = 0.68 - 0.055 * index
        figure.text(0.765, y, f"d = {shortest(effect)}", fontsize=8.5, color=INK)
        text = "none of these" if np.isnan(size) else f"{size:.0f} per group"
        figure.text(0.985, y, text, fontsize=8.5, color=INK, ha="right")


def _caption(settings: dict) -> str:
    widths = " \N{MULTIPLICATION SIGN} ".join(
        dict.fromkeys(number(width, 1) for width in settings["map_fwhm_mm"])
    )
    tails = "two-tailed" if settings["tails"] == 2 else "each sign by itself"
    return (
        f"Simulated effect: a ball of {integer(settings['planted_mm3'])} mm\N{SUPERSCRIPT THREE}, "
        f"smoothed with {shortest(settings['smoothing_fwhm_mm'])} mm; d: difference inside it in "
        "standard deviations between participants, before smoothing.\n"
        f"Maps: Gaussian random fields of {widths} mm FWHM ({settings['map_fwhm_origin']}) in a "
        f"mask of {integer(settings['voxels_searched'])} voxels. Test: two-sample t with "
        f"{counted(settings['n_covariates'], 'covariate')},\n"
        f"GRF correction, voxel p < {settings['voxel_p']:g}, cluster p < "
        f"{settings['cluster_p']:g}, {tails}. Found: a significant cluster of the right sign "
        "overlaps the ball."
    )
