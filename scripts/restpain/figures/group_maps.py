"""Figure 2: maps within and between the groups, and the correlations of the seeds."""

import math

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from restpain.presentation.numbers import measure_name, number, region_name
from restpain.presentation.slices import (
    COLD_WARM,
    INK,
    MUTED,
    SCALE,
    WIDTH_IN,
    chosen_levels,
    colour_bar,
    colour_limit,
    draw_slices,
    mark_sides,
    mark_simulated,
    t_threshold,
)

N_SLICES = 5
MAX_SEEDS = 4
PLAIN_LEVELS_MM = (-24, 0, 24, 48, 36, -12, 12)


def group_maps_figure(
    *,
    template: np.ndarray,
    affine: np.ndarray,
    rows: list[dict],
    matrices: dict | None,
    note: str | None,
    voxel_p: float,
    tails: int,
    simulated: bool,
) -> Figure:
    """Draw Figure 2.

    Parameters
    ----------
    template : ndarray of shape (x, y, z)
        Brain-only T1, scaled to 0-1.
    rows : list of dict
        One per measure or seed: ``title``, ``patients``, ``controls``, ``difference`` (maps of
        t), ``labels``, ``clusters`` (table), ``df`` (dict of the three contrasts' df).
    matrices : dict or None
        ``seeds`` (names) and the mean Fisher z of ``patients`` and ``controls``; None without
        two seeds.
    note : str
        What is left out, in words; empty if nothing is, None where no seed can be.
    """
    contrasts = ("patients", "controls", "difference")
    thresholds = {
        contrast: t_threshold(voxel_p=voxel_p, tails=tails, df=rows[0]["df"][contrast])
        for contrast in contrasts
    }
    one_sample = max(thresholds["patients"], thresholds["controls"])
    within = colour_limit([row[c] for row in rows for c in contrasts[:2]], threshold=one_sample,
                          percentile=99.5)  # fmt: skip
    between = colour_limit([row["difference"] for row in rows], percentile=100,
                           threshold=thresholds["difference"])  # fmt: skip
    limits = {"patients": within, "controls": within, "difference": between}

    row_height, matrix_height = 0.98, 2.5 if matrices else 0.4
    top, bar = 0.42, 0.86
    height = top + row_height * len(rows) + bar + matrix_height
    figure = Figure((WIDTH_IN, height * SCALE))
    left, width, gap = 0.108, 0.287, 0.012
    titles = (
        "Patients, one-sample t",
        "Controls, one-sample t",
        "Patients \N{MINUS SIGN} controls, two-sample t",
    )
    for index, row in enumerate(rows):
        levels = chosen_levels(
            row["clusters"], column="z_mm", n=N_SLICES, fallback=PLAIN_LEVELS_MM
        )
        y = 1 - (top + row_height * (index + 1)) / height
        head, *rest = row["title"].split("\n")
        middle = y + row_height * (0.56 + 0.065 * len(rest)) / height
        figure.text(0.006, middle, head, fontsize=6.6, color=INK, va="center", weight="bold")
        figure.text(0.006, middle - 0.11 / height, "\n".join(rest), fontsize=5.6, color=MUTED,
                    va="top", linespacing=1.25)  # fmt: skip
        for column, contrast in enumerate(contrasts):
            axes = figure.add_axes(
                (left + column * (width + gap), y + 0.14 / height, width,
                 (row_height - 0.16) / height)
            )  # fmt: skip
            draw_slices(
                axes, template, row[contrast],
                row["labels"] if contrast == "difference" else None,
                places=[(2, level) for level in levels], affine=affine,
                threshold=thresholds[contrast], limit=limits[contrast], annotate=True,
            )  # fmt: skip
            if index == 0:
                axes.set_title(titles[column], fontsize=7, color=INK, pad=7, weight="bold")
            mark_sides(axes, width=axes.get_xlim()[1] / N_SLICES, y=0)
    y = 1 - (top + row_height * len(rows) + 0.3) / height
    tail = "two-tailed" if tails == 2 else "one-tailed"
    bars = (
        (left + 0.1, 2 * width + gap - 0.2, within, one_sample,
         f"t of one group; opaque from p < {voxel_p:g} {tail}, uncorrected"),
        (left + 2 * (width + gap) + 0.03, width - 0.06, between, thresholds["difference"],
         "t, likewise; outlined: significant clusters"),
    )  # fmt: skip
    for x, bar_width, limit, threshold, label in bars:
        axes = figure.add_axes((x, y, bar_width, 0.11 / height))
        colour_bar(axes, threshold=threshold, limit=limit, label=label)
    if matrices:
        _draw_matrices(figure, matrices, height)
    elif note is not None:
        note = f"{note} Correlation matrix of the seeds: fewer than two seeds.".strip()
    figure.text(0.006, 0.07 / height, note or "", fontsize=5.5, color=MUTED)
    if simulated:
        mark_simulated(figure)
    return figure


def _draw_matrices(figure: Figure, matrices: dict, height: float) -> None:
    difference = matrices["patients"] - matrices["controls"]
    top = np.nanmax(np.abs([matrices["patients"], matrices["controls"]]))
    limit = max(math.ceil(10 * top) / 10, 0.1)
    spread = max(math.ceil(10 * np.nanmax(np.abs(difference))) / 10, 0.1)
    panels = (
        (matrices["patients"], limit, "Patients, seed to seed, mean Fisher z"),
        (matrices["controls"], limit, "Controls, seed to seed, mean Fisher z"),
        (difference, spread, "Patients \N{MINUS SIGN} controls"),
    )
    for index, (matrix, end, title) in enumerate(panels):
        axes = figure.add_axes(
            (0.11 + index * 0.307, 0.44 / height, 0.24, 1.75 / height), anchor="W"
        )
        draw_matrix(axes, matrix, matrices["seeds"], limit=end, title=title)


def seed_correlations(fc_maps: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Correlate the seeds of one participant through their connectivity maps.

    Entry (i, j) is the mean Fisher z of seed i's map over the voxels of seed j, averaged with
    (j, i): a seed's own map is the only series-based value at hand. The diagonal is NaN.

    Parameters
    ----------
    fc_maps, seeds : ndarray of shape (x, y, z, n_seeds)
        Fisher z maps and masks.
    """
    n_seeds = seeds.shape[-1]
    matrix = np.full((n_seeds, n_seeds), np.nan)
    for j in range(n_seeds):
        matrix[:, j] = fc_maps[seeds[..., j] > 0].mean(axis=0)
    matrix = (matrix + matrix.T) / 2
    np.fill_diagonal(matrix, np.nan)
    return matrix


def draw_matrix(axes, matrix: np.ndarray, names: list[str], *, limit: float, title: str) -> None:
    """Draw a seed by seed matrix with its values written in the cells."""
    axes.imshow(matrix, cmap=COLD_WARM, vmin=-limit, vmax=limit)
    size = 5.5 if len(names) <= 6 else 4
    for row, column in np.ndindex(matrix.shape):
        value = matrix[row, column]
        if np.isfinite(value):
            colour = "white" if abs(value) > 0.6 * limit else INK
            axes.text(column, row, number(value, 2), ha="center", va="center", fontsize=size,
                      color=colour)  # fmt: skip
    ticks = range(len(names))
    axes.set_xticks(ticks, names, fontsize=size, rotation=90 if len(names) > 6 else 0)
    axes.set_yticks(ticks, names, fontsize=size)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(title, fontsize=6.4, color=INK, loc="left")


def measure_title(measure: str, seed: pd.Series | None = None) -> str:
    """Name of a row of maps: the measure, or the seed of a connectivity map in three lines."""
    if seed is None:
        return measure_name(measure)
    name = region_name(seed["region"]).replace(" (", "\n(")
    side = seed["hemisphere"] if isinstance(seed["hemisphere"], str) else ""
    return f"FC of {seed['seed']}\n{_broken(name)}\n{side}".rstrip()


def _broken(name: str) -> str:
    """Break a long name at the space nearest to its middle."""
    if len(name) < 15 or "\n" in name or " " not in name:
        return name
    spaces = [index for index, letter in enumerate(name) if letter == " "]
    middle = min(spaces, key=lambda index: abs(index - len(name) / 2))
    return f"{name[:middle]}\n{name[middle + 1 :]}"
