"""Statistical maps on slices, for Figures 2 and 3.

Arrays are indexed ``[x, y, z]`` in RAS space. Every picture shows the left side on the left and
says so. Values below the threshold fade out instead of vanishing, so that a reader sees values
that nearly reached it (Taylor et al. 2023, doi:10.1016/j.neuroimage.2023.120138).
"""

import math

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy import ndimage, stats

from restpain.presentation.numbers import number

WIDTH_IN = 6.89  # 17.5 cm, the width of a page of a journal; fonts are 5.5 points and more there
DPI = 300
SCALE = WIDTH_IN / 10.2  # layouts are written for a width of 10.2
MIN_GAP_MM = 8
UPSAMPLING = 3
SLICE_GAP = 9  # enlarged pixels between two slices
MARGIN = 1  # voxels around the brain in a slice
BRAIN = 0.1  # of the largest value of a template: what is drawn as brain
LEAST_BRAIN = 0.15  # of the largest slice of the same direction
INK, MUTED, ALERT = "#1d2b3a", "#5b6875", "#a3261f"
# dark is far from zero on both sides; blue and orange differ for every kind of colour vision
COLD_WARM = LinearSegmentedColormap.from_list(
    "cold_warm",
    [
        (0.0, "#08205c"),
        (0.25, "#1c5fb8"),
        (0.45, "#58b4e8"),
        (0.5, "#f4f4f2"),
        (0.55, "#ffc35c"),
        (0.75, "#e0531f"),
        (1.0, "#6f0f12"),
    ],
)


def t_threshold(*, voxel_p: float, tails: int, df: int) -> float:
    """T above which a voxel passes ``voxel_p``, halved for each sign if ``tails`` is 2."""
    return float(stats.t.isf(voxel_p / tails, df))


def colour_limit(maps: list[np.ndarray], *, threshold: float, percentile: float) -> float:
    """End of a symmetric colour scale: a percentile of |t| inside, in half units, > threshold."""
    inside = [np.abs(volume[volume != 0]) for volume in maps]
    values = np.concatenate(inside) if inside else np.empty(0)
    top = float(np.percentile(values, percentile)) if values.size else 0.0
    return max(math.ceil(2 * top) / 2, math.ceil(2 * threshold * 1.4) / 2)


def chosen_levels(clusters: pd.DataFrame, *, column: str, n: int, fallback) -> list[float]:
    """Pick ``n`` levels that show the clusters, in ascending order, in mm.

    The peaks come first, by decreasing |t|, then plain levels; two levels are at least
    ``MIN_GAP_MM`` apart.
    """
    peaks = clusters.reindex(clusters["t"].abs().sort_values(ascending=False).index)[column]
    levels: list[float] = []
    for level in [*peaks.astype(float), *map(float, fallback)]:
        if len(levels) < n and all(abs(level - other) >= MIN_GAP_MM for other in levels):
            levels.append(level)
    return sorted(levels)


def shaded(values: np.ndarray, *, threshold: float, limit: float) -> np.ndarray:
    """Colours of a statistical slice, RGBA; opaque from the threshold on, fading below it."""
    colours = COLD_WARM(np.clip(values / (2 * limit) + 0.5, 0, 1))
    strength = np.clip(np.abs(values) / threshold, 0, 1)
    colours[..., 3] = np.where(strength >= 1, 1.0, 0.75 * strength**2)
    return colours


def brain_box(template: np.ndarray) -> tuple[slice, slice, slice]:
    """Box around the brain of a brain-only template, with a margin."""
    inside = template > 0.02 * template.max()
    box = ndimage.find_objects(inside.astype(np.uint8))[0]
    return tuple(
        slice(max(part.start - MARGIN, 0), min(part.stop + MARGIN, size))
        for part, size in zip(box, template.shape, strict=True)
    )


def slice_of(volume: np.ndarray, axis: int, index: int, box) -> np.ndarray:
    """Take a slice inside the box, as rows from top to bottom: axial 2, coronal 1, sagittal 0."""
    kept = [part for other, part in enumerate(box) if other != axis]
    plane = np.take(volume, index, axis=axis)[kept[0], kept[1]]
    return plane.T[::-1]


def voxel_index(level_mm: float, axis: int, affine: np.ndarray, size: int) -> int:
    """Index of the voxel at a coordinate along an axis, kept inside the grid."""
    index = round((level_mm - affine[axis, 3]) / affine[axis, axis])
    return int(min(max(index, 0), size - 1))


def level_with_brain(
    level_mm: float,
    axis: int,
    affine: np.ndarray,
    *,
    template: np.ndarray,
    labels: np.ndarray | None = None,
) -> float:
    """Level in mm of the slice nearest to a level that shows enough brain to be recognised.

    Of the slices through the voxels of ``labels``, if there are any, the nearest with at least
    ``LEAST_BRAIN`` of the area of the largest slice, or else the one with the largest area.
    """
    others = tuple(other for other in range(3) if other != axis)
    area = np.sum(template > BRAIN * template.max(), axis=others)
    index = voxel_index(level_mm, axis, affine, len(area))
    passed = np.full(len(area), True) if labels is None else np.any(labels > 0, axis=others)
    if not np.any(area[passed]):
        passed[:] = True
    candidates = np.flatnonzero(passed)
    enough = candidates[area[candidates] >= LEAST_BRAIN * area.max()]
    if not len(enough):
        enough = candidates[[area[candidates].argmax()]]
    nearest = enough[np.abs(enough - index).argmin()]
    return level_mm if nearest == index else float(affine[axis, 3] + affine[axis, axis] * nearest)


def painted(
    template: np.ndarray,
    values: np.ndarray,
    labels: np.ndarray | None,
    *,
    threshold: float,
    limit: float,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Paint one slice: anatomy in light grey, values over it; RGB, and the outline's mask.

    Anatomy and values are enlarged by splines and by cubic interpolation of the values
    respectively, so that no voxel edges distract; labels keep their edges.
    """
    grey = ndimage.zoom(template, UPSAMPLING, order=1, grid_mode=True, mode="nearest")
    value = ndimage.zoom(values, UPSAMPLING, order=1, grid_mode=True, mode="nearest")
    inside = grey > BRAIN
    picture = np.where(inside, 0.5 + 0.48 * np.clip(grey, 0, 1), 1.0)[..., None].repeat(3, -1)
    colours = shaded(value, threshold=threshold, limit=limit)
    alpha = colours[..., 3:] * inside[..., None]
    picture = picture * (1 - alpha) + colours[..., :3] * alpha
    if labels is None:
        return picture, None
    mask = np.kron(labels > 0, np.ones((UPSAMPLING, UPSAMPLING))).astype(float)
    return picture, mask


def draw_slices(
    axes,
    template: np.ndarray,
    values: np.ndarray,
    labels: np.ndarray | None,
    *,
    places: list[tuple[int, float]],
    affine: np.ndarray,
    threshold: float,
    limit: float,
    annotate: bool,
    outline: str = "black",
) -> None:
    """Draw slices side by side on one axes.

    ``places`` are (axis, level in mm). ``labels`` marks the significant clusters, outlined.
    ``template`` is scaled to 0-1.
    """
    box = brain_box(template)
    height = UPSAMPLING * max(slice_of(template, axis, 0, box).shape[0] for axis, _ in places)
    x = 0
    for axis, level in places:
        index = voxel_index(level, axis, affine, template.shape[axis])
        planes = [
            None if volume is None else slice_of(volume, axis, index, box)
            for volume in (template, values, labels)
        ]
        picture, mask = painted(*planes, threshold=threshold, limit=limit)
        rows, columns = picture.shape[:2]
        top = (height - rows) / 2
        extent = (x, x + columns, top + rows, top)
        axes.imshow(picture, extent=extent, interpolation="bilinear")
        if mask is not None and mask.any():
            grid_x = x + np.arange(columns) + 0.5
            grid_y = top + np.arange(rows) + 0.5
            axes.contour(grid_x, grid_y, mask, levels=[0.5], colors=outline, linewidths=0.7)
        if annotate:
            name = "xyz"[axis]
            axes.text(
                x + columns / 2, height + 3, f"{name} = {number(level, 0)}",
                ha="center", va="top", fontsize=5.5, color=MUTED,
            )  # fmt: skip
        x += columns + SLICE_GAP
    axes.set_xlim(0, x - SLICE_GAP)
    axes.set_ylim(height, 0)
    axes.axis("off")


def mark_sides(axes, *, width: float, y: float) -> None:
    """Write L and R at the sides of the first slice."""
    axes.text(1, y, "L", fontsize=5.5, color=INK, weight="bold", va="top")
    axes.text(width - 1, y, "R", fontsize=5.5, color=INK, weight="bold", va="top", ha="right")


def colour_bar(axes, *, threshold: float, limit: float, label: str) -> None:
    """Draw the scale of the maps, with the fading below the threshold and the threshold named."""
    values = np.linspace(-limit, limit, 600)
    colours = shaded(values, threshold=threshold, limit=limit)
    white = 1 - colours[:, 3:]
    strip = (colours[:, :3] * colours[:, 3:] + white)[None]
    axes.imshow(strip, extent=(-limit, limit, 0, 1), aspect="auto", interpolation="nearest")
    for sign in (-1, 1):
        axes.axvline(sign * threshold, color="black", linewidth=0.8)
    middle = [0] if threshold > 0.15 * limit else []  # room for three labels
    ticks = [-limit, -threshold, *middle, threshold, limit]
    axes.set_xticks(ticks, [number(tick, 1) if tick else "0" for tick in ticks], fontsize=5.5)
    if threshold > 0.6 * limit:  # nothing beyond it: labels of threshold and limit are near
        labels = axes.get_xticklabels()
        labels[1].set_ha("left")
        labels[-2].set_ha("right")
    axes.set_yticks([])
    axes.tick_params(length=2, color=MUTED, labelcolor=INK)
    for spine in axes.spines.values():
        spine.set_linewidth(0.4)
        spine.set_color(MUTED)
    axes.set_xlabel(label, fontsize=5.8, color=INK, labelpad=2)


def mark_simulated(figure: Figure) -> None:
    """Write SIMULATED DATA in small letters on a figure."""
    figure.text(
        0.995, 0.004, "SIMULATED DATA", fontsize=5.5, color=ALERT, ha="right", weight="bold"
    )


def empty_figure(title: str, text: str, *, simulated: bool) -> Figure:
    """Draw a figure that says why there is nothing to show."""
    figure = Figure((WIDTH_IN, 1.7 * SCALE))
    axes = figure.add_axes((0.01, 0.11, 0.98, 0.85))  # room for a line below
    axes.axis("off")
    axes.add_patch(
        Rectangle((0, 0), 1, 1, transform=axes.transAxes, facecolor="#f4f5f7", edgecolor="#c9d0d8")
    )
    axes.text(0.5, 0.6, title, ha="center", va="center", fontsize=10.2, color=INK, weight="bold")
    axes.text(0.5, 0.34, text, ha="center", va="center", fontsize=7.2, color=MUTED)
    if simulated:
        mark_simulated(figure)
    return figure
