"""Figure 2: maps within and between the groups, and the correlations of the seeds."""

import math

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath

from restpain.group.clusters import cluster_number
from restpain.presentation.labels import inference_name
from restpain.presentation.numbers import counted, measure_name, number, region_name
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
    level_with_brain,
    mark_sides,
    mark_simulated,
    t_threshold,
)

N_SLICES = 5
MAX_SEEDS = 4  # rows of maps
MAX_MATRIX_SEEDS = 12  # as many as have room for their names
MAX_NAME = 11  # letters of a seed beside its matrix
MAX_VALUES = 4  # seeds of a matrix whose cells have room for their values
MATRIX_IN, BAR_IN, FONT = 1.18, 0.06, 5.5
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
    inference: str,
    simulated: bool,
) -> Figure:
    """Draw Figure 2.

    Parameters
    ----------
    template : ndarray of shape (x, y, z)
        Brain-only T1, scaled to 0-1.
    rows : list of dict
        One per measure or seed: ``title``, ``patients``, ``controls``, ``difference`` (maps of
        t), ``labels`` and ``clusters`` (table) of the difference, ``patients_labels``,
        ``controls_labels``, ``df`` (dict of the three contrasts' df).
    matrices : dict or None
        ``seeds`` (names) and the mean Fisher z of ``patients`` and ``controls``, of which the
        first ``MAX_MATRIX_SEEDS`` are drawn; None without two seeds.
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

    names = _shown_names(matrices["seeds"]) if matrices else []
    below = 0.94 if are_turned(names) else 0.5  # the matrices, for their names and the note
    row_height, matrix_height = 0.98, 2.22 + below if matrices else 0.4
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
        shown = row["clusters"].assign(
            z_mm=[
                level_with_brain(level, 2, affine, template=template, labels=row["labels"] == own)
                for own, level in zip(
                    row["clusters"]["cluster_id"].map(cluster_number),
                    row["clusters"]["z_mm"],
                    strict=True,
                )
            ]
        )
        levels = chosen_levels(shown, column="z_mm", n=N_SLICES, fallback=PLAIN_LEVELS_MM)
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
            values, labels = row[contrast], row["labels"]
            if contrast != "difference":
                found = row[f"{contrast}_labels"] > 0
                values = faded_outside(values, found, threshold=thresholds[contrast])
                labels = None
            draw_slices(
                axes, template, values, labels,
                places=[(2, level) for level in levels], affine=affine,
                threshold=thresholds[contrast], limit=limits[contrast], annotate=True,
            )  # fmt: skip
            if index == 0:
                axes.set_title(titles[column], fontsize=7, color=INK, pad=7, weight="bold")
            mark_sides(axes, width=axes.get_xlim()[1] / N_SLICES, y=0)
    y = 1 - (top + row_height * len(rows) + 0.3) / height
    tail = "two-tailed" if tails == 2 else "one-tailed"
    by = inference_name(inference)
    bars = (
        (left + 0.1, 2 * width + gap - 0.2, within, one_sample,
         f"t of one group; opaque: significant clusters (GRF, {tail})"),
        (left + 2 * (width + gap) + 0.03, width - 0.06, between, thresholds["difference"],
         f"t; opaque: p < {voxel_p:g} uncorrected\noutlined: significant clusters ({by})"),
    )  # fmt: skip
    for x, bar_width, limit, threshold, label in bars:
        axes = figure.add_axes((x, y, bar_width, 0.11 / height))
        colour_bar(axes, threshold=threshold, limit=limit, label=label)
    if matrices:
        _draw_matrices(figure, matrices, names, height=height, below=below)
    elif note is not None:
        note = f"{note} Correlation matrix of the seeds: fewer than two seeds.".strip()
    figure.text(0.006, 0.07 / height, note or "", fontsize=5.5, color=MUTED)
    if simulated:
        mark_simulated(figure)
    return figure


def _draw_matrices(
    figure: Figure, matrices: dict, names: list[str], *, height: float, below: float
) -> None:
    patients, controls = (
        matrices[group][: len(names), : len(names)] for group in ("patients", "controls")
    )
    within = _matrix_limit(patients, controls)
    panels = (
        (patients, within, "Patients", "seed to seed, mean Fisher z"),
        (controls, within, "Controls", "seed to seed, mean Fisher z"),
        (patients - controls, _matrix_limit(patients - controls),
         "Patients \N{MINUS SIGN} controls", "difference of Fisher z, own scale"),
    )  # fmt: skip
    height_in = height * SCALE
    side, bottom = MATRIX_IN / WIDTH_IN, below / height
    for index, (matrix, limit, title, subtitle) in enumerate(panels):
        left = 0.108 + index * 0.299
        axes = figure.add_axes((left, bottom, side, MATRIX_IN / height_in))
        image = draw_matrix(axes, matrix, names, limit=limit)
        axes.text(0, 1.14, title, fontsize=6.6, color=INK, weight="bold",
                  transform=axes.transAxes)  # fmt: skip
        axes.text(0, 1.05, subtitle, fontsize=FONT, color=MUTED, transform=axes.transAxes)
        scale = figure.add_axes(
            (left + side + 0.008, bottom, BAR_IN / WIDTH_IN, MATRIX_IN / height_in)
        )
        figure.colorbar(image, cax=scale, ticks=[-limit, 0, limit])
        scale.set_yticklabels([number(-limit, 1), "0", number(limit, 1)], fontsize=FONT)
        scale.tick_params(length=2, color=MUTED, labelcolor=INK, pad=1.5)


def faded_outside(values: np.ndarray, clusters: np.ndarray, *, threshold: float) -> np.ndarray:
    """Map whose values outside of the clusters stay below the threshold, so that they fade."""
    below = np.nextafter(threshold, 0)
    return np.where(clusters, values, np.clip(values, -below, below))


def _matrix_limit(*matrices: np.ndarray) -> float:
    """End of the symmetric scale of some matrices, in steps of 0.1."""
    return max(math.ceil(10 * np.nanmax(np.abs(matrices))) / 10, 0.1)


def _shown_names(names: list[str]) -> list[str]:
    """Names of the seeds that are drawn; the middle of one beyond ``MAX_NAME`` is left out."""
    ends = MAX_NAME - 5, 4
    return [
        name
        if len(name) <= MAX_NAME
        else f"{name[: ends[0]]}\N{HORIZONTAL ELLIPSIS}{name[-ends[1] :]}"
        for name in names[:MAX_MATRIX_SEEDS]
    ]


def are_turned(names: list[str]) -> bool:
    """Check whether a name is too wide to stand below its column of a matrix."""
    column = 72 * MATRIX_IN / max(len(names), 1)
    widths = [TextPath((0, 0), name, size=FONT).get_extents().width for name in names]
    return any(width > 0.85 * column for width in widths)


def omitted_words(n_seeds: int) -> str:
    """Sentences about the seeds that have no row of maps, and no row of the matrices."""
    rows, cells = n_seeds - MAX_SEEDS, n_seeds - MAX_MATRIX_SEEDS
    words = [f"Maps of {counted(rows, 'more seed')} not shown."] if rows > 0 else []
    if cells > 0:
        words.append(f"Matrices: the first {MAX_MATRIX_SEEDS} of {n_seeds} seeds.")
    if n_seeds > MAX_VALUES:
        words.append(f"Values are written for up to {MAX_VALUES} seeds.")
    return " ".join(words)


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


def draw_matrix(axes, matrix: np.ndarray, names: list[str], *, limit: float):
    """Draw a seed by seed matrix, with values for few seeds (``MAX_VALUES``); return the image.

    The names below the columns are turned where one is wider than its column.
    """
    image = axes.imshow(matrix, cmap=COLD_WARM, vmin=-limit, vmax=limit)
    if len(names) <= MAX_VALUES:
        for row, column in np.argwhere(np.isfinite(matrix)):
            value = matrix[row, column]
            light = np.dot(COLD_WARM(0.5 + value / (2 * limit))[:3], (0.299, 0.587, 0.114))
            colour = INK if light > 0.5 else "white"
            axes.text(column, row, number(value, 2), ha="center", va="center", fontsize=FONT,
                      color=colour)  # fmt: skip
    ticks = range(len(names))
    axes.set_xticks(
        ticks, names, fontsize=FONT, rotation=90 if are_turned(names) else 0, color=INK
    )
    axes.set_yticks(ticks, names, fontsize=FONT, color=INK)
    axes.tick_params(length=0, pad=2)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return image


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
