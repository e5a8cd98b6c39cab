"""Figures 2 and 3: statistical maps on slices, and the clusters in projection.

Arrays are indexed ``[x, y, z]`` in RAS space. Every picture shows the left side on the left and
says so. Values below the threshold fade out instead of vanishing, so that a reader sees what
almost reached it (Taylor et al. 2023, doi:10.1016/j.neuroimage.2023.120138).
"""

import math

import numpy as np
import pandas as pd
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy import ndimage, stats

from restpain.formatting import measure_name, number, region_name

N_SLICES = 5
MAX_SEEDS = 4
PLAIN_LEVELS_MM = (-24, 0, 24, 48, 36, -12, 12)
MIN_GAP_MM = 8
UPSAMPLING = 3
MARGIN = 1  # voxels around the brain in a slice
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
    inside = grey > 0.1
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
            axes.contour(grid_x, grid_y, mask, levels=[0.5], colors="black", linewidths=0.7)
        if annotate:
            name = "xyz"[axis]
            axes.text(
                x + columns / 2, height + 3, f"{name} = {number(level, 0)}",
                ha="center", va="top", fontsize=6, color=MUTED,
            )  # fmt: skip
        x += columns + 2
    axes.set_xlim(0, x - 2)
    axes.set_ylim(height, 0)
    axes.axis("off")


def mark_sides(axes, *, width: float, y: float) -> None:
    """Write L and R at the sides of the first slice."""
    axes.text(1, y, "L", fontsize=6.5, color=INK, weight="bold", va="top")
    axes.text(width - 1, y, "R", fontsize=6.5, color=INK, weight="bold", va="top", ha="right")


def colour_bar(axes, *, threshold: float, limit: float, label: str) -> None:
    """Draw the scale of the maps, with the fading below the threshold and the threshold named."""
    values = np.linspace(-limit, limit, 600)
    colours = shaded(values, threshold=threshold, limit=limit)
    white = 1 - colours[:, 3:]
    strip = (colours[:, :3] * colours[:, 3:] + white)[None]
    axes.imshow(strip, extent=(-limit, limit, 0, 1), aspect="auto", interpolation="nearest")
    for sign in (-1, 1):
        axes.axvline(sign * threshold, color="black", linewidth=0.8)
    ticks = [-limit, -threshold, 0, threshold, limit]
    axes.set_xticks(ticks, [number(tick, 1) if tick else "0" for tick in ticks], fontsize=6.5)
    axes.set_yticks([])
    axes.tick_params(length=2, color=MUTED, labelcolor=INK)
    for spine in axes.spines.values():
        spine.set_linewidth(0.4)
        spine.set_color(MUTED)
    axes.set_xlabel(label, fontsize=6.8, color=INK, labelpad=2)


def mark_simulated(figure: Figure) -> None:
    """Say in small letters that the figure shows simulated data."""
    figure.text(
        0.995, 0.004, "SIMULATED DATA", fontsize=6.5, color=ALERT, ha="right", weight="bold"
    )


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
    size = 6.5 if len(names) <= 6 else 4.5
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
    axes.set_title(title, fontsize=7.5, color=INK, loc="left")


def group_maps_figure(
    *,
    template: np.ndarray,
    affine: np.ndarray,
    rows: list[dict],
    matrices: dict | None,
    note: str,
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
        What is left out, in words; empty if nothing is.
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

    row_height, matrix_height = 0.98, 2.35 if matrices else 0.35
    top, bar = 0.42, 0.72
    height = top + row_height * len(rows) + bar + matrix_height
    figure = Figure((10.2, height))
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
        figure.text(0.006, middle, head, fontsize=7.8, color=INK, va="center", weight="bold")
        figure.text(0.006, middle - 0.11 / height, "\n".join(rest), fontsize=6.6, color=MUTED,
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
                axes.set_title(titles[column], fontsize=8.2, color=INK, pad=7, weight="bold")
            mark_sides(axes, width=axes.get_xlim()[1] / N_SLICES, y=0)
    y = 1 - (top + row_height * len(rows) + 0.3) / height
    tail = "two-tailed" if tails == 2 else "one-tailed"
    bars = (
        (left + 0.1, 2 * width + gap - 0.2, within, one_sample,
         f"t of one group; opaque from p < {voxel_p:g} {tail}, uncorrected"),
        (left + 2 * (width + gap) + 0.03, width - 0.06, between, thresholds["difference"],
         f"t; opaque from p < {voxel_p:g} {tail}; outlined: significant"),
    )  # fmt: skip
    for x, bar_width, limit, threshold, label in bars:
        axes = figure.add_axes((x, y, bar_width, 0.11 / height))
        colour_bar(axes, threshold=threshold, limit=limit, label=label)
    if matrices:
        _draw_matrices(figure, matrices, height)
    else:
        note = f"{note} Correlation matrix of the seeds: fewer than two seeds.".strip()
    figure.text(0.006, 0.07 / height, note, fontsize=6.5, color=MUTED)
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
            (0.11 + index * 0.307, 0.32 / height, 0.24, 1.75 / height), anchor="W"
        )
        draw_matrix(axes, matrix, matrices["seeds"], limit=end, title=title)


def cluster_title(row) -> str:
    """Two lines about a cluster: identifier and place; t, peak and size."""
    side = "" if row.hemisphere == "midline" else f", {row.hemisphere}"
    peak = ", ".join(number(value, 0) for value in (row.x_mm, row.y_mm, row.z_mm))
    seed = f", seed {row.seed}" if isinstance(row.seed, str) else ""
    return (
        f"{row.cluster_id}  {region_name(row.region)}{side}\n"
        f"t = {number(row.t, 2)} at ({peak}) mm, {row.n_voxels} voxels{seed}"
    )


def draw_projection(
    axes, template: np.ndarray, values: np.ndarray, labels: np.ndarray, *, limit: float
) -> None:
    """Draw sagittal, coronal and axial projections of the strongest value behind each point."""
    box = brain_box(template)
    inside = template > 0.02
    signed = np.where(labels > 0, values, 0.0)
    x = 0.0
    height = max(slice_of(template, axis, 0, box).shape[0] for axis in range(3))
    for axis in range(3):
        high, low = signed.max(axis=axis), signed.min(axis=axis)
        strongest = np.where(high >= -low, high, low)
        kept = [part for other, part in enumerate(box) if other != axis]
        view = strongest[kept[0], kept[1]].T[::-1]
        shell = inside.any(axis=axis)[kept[0], kept[1]].T[::-1]
        depth = inside.mean(axis=axis)[kept[0], kept[1]].T[::-1]
        rows, columns = view.shape
        top = (height - rows) / 2
        extent = (x, x + columns, top + rows, top)
        shade = np.where(shell, 0.985 - 0.13 * depth / depth.max(), 1.0)
        axes.imshow(shade, cmap="gray", vmin=0, vmax=1, extent=extent, interpolation="bilinear")
        colours = COLD_WARM(np.clip(view / (2 * limit) + 0.5, 0, 1))
        colours[..., 3] = view != 0
        axes.imshow(colours, extent=extent, interpolation="nearest")
        grid = x + np.arange(columns) + 0.5, top + np.arange(rows) + 0.5
        axes.contour(*grid, shell.astype(float), levels=[0.5], colors=MUTED, linewidths=0.8)
        if axis:
            axes.text(x, top, "L", fontsize=6, color=INK, va="top", weight="bold")
            axes.text(x + columns, top, "R", fontsize=6, color=INK, va="top", ha="right",
                      weight="bold")  # fmt: skip
        x += columns + 3
    axes.set_xlim(-0.5, x - 2.5)
    axes.set_ylim(height + 0.5, -0.5)
    axes.axis("off")


def surface_values(
    pial: np.ndarray, white: np.ndarray, values: np.ndarray, labels: np.ndarray, affine: np.ndarray
) -> np.ndarray:
    """Strongest value of the clusters between white matter and pial surface, per vertex.

    Parameters
    ----------
    pial, white : ndarray of shape (n_vertices, 3)
        Corresponding vertices in mm.
    values, labels : ndarray of shape (x, y, z)
        Map, and nonzero where a cluster is.
    """
    signed = np.where(labels > 0, values, 0.0)
    to_voxel = np.linalg.inv(affine)
    samples = []
    for depth in np.linspace(0, 1, 5):
        points = (1 - depth) * pial + depth * white
        voxels = np.rint(points @ to_voxel[:3, :3].T + to_voxel[:3, 3]).astype(int)
        voxels = np.clip(voxels, 0, np.array(values.shape) - 1)
        samples.append(signed[tuple(voxels.T)])
    samples = np.array(samples)
    strongest = np.abs(samples).argmax(axis=0)
    return np.take_along_axis(samples, strongest[None], axis=0)[0]


def surface_view(
    vertices: np.ndarray, faces: np.ndarray, values: np.ndarray, *, side: int, limit: float
) -> tuple[np.ndarray, np.ndarray]:
    """Polygons and colours of a hemisphere seen along x, from the nearest side of each face.

    ``side`` is the sign of x from which one looks. Faces turned away are left out; the rest are
    ordered from far to near and shaded by their slope.

    Returns
    -------
    polygons : ndarray of shape (n_faces, 3, 2)
        In mm; from the right, anterior is on the right.
    colours : ndarray of shape (n_faces, 3)
    """
    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12
    facing = normals[:, 0] * side
    order = np.argsort(corners[:, :, 0].mean(axis=1) * side, kind="stable")
    order = order[facing[order] > 0]
    shade = 0.45 + 0.5 * facing[order] ** 0.8
    strongest = values[faces[order]]
    pick = np.abs(strongest).argmax(axis=1)
    value = np.take_along_axis(strongest, pick[:, None], axis=1)[:, 0]
    colours = np.repeat(np.minimum(shade * 1.02, 0.97)[:, None], 3, axis=1)
    painted_colours = COLD_WARM(np.clip(value / (2 * limit) + 0.5, 0, 1))[:, :3]
    bright = 0.65 + 0.35 * shade[:, None]
    colours = np.where((value != 0)[:, None], painted_colours * bright, colours)
    polygons = corners[order][:, :, 1:].copy()
    polygons[..., 0] *= side
    return polygons, colours


def draw_surface(axes, polygons: np.ndarray, colours: np.ndarray) -> None:
    """Draw a view of a hemisphere."""
    axes.add_collection(
        PolyCollection(polygons, facecolors=colours, edgecolors=colours, linewidths=0.15)
    )
    axes.set_xlim(polygons[..., 0].min() - 1, polygons[..., 0].max() + 1)
    axes.set_ylim(polygons[..., 1].min() - 1, polygons[..., 1].max() + 1)
    axes.set_aspect("equal")
    axes.axis("off")


def regions_figure(
    *,
    template: np.ndarray,
    affine: np.ndarray,
    panels: list[dict],
    projections: list[dict],
    caption: str,
    simulated: bool,
    limit: float,
    threshold: float,
) -> Figure:
    """Draw Figure 3: each significant cluster on three slices, and all of a measure in projection.

    Parameters
    ----------
    panels : list of dict
        One per cluster: ``row`` (of the cluster table), ``values`` (map of t), ``labels``.
    projections : list of dict
        One per measure with clusters: ``title``, ``values``, ``labels``, and ``surfaces``, the
        four views as of ``surface_view``.
    """
    if not panels:
        return empty_figure("No cluster survived the correction", caption, simulated=simulated)
    n_columns = 3 if len(panels) > 2 else len(panels)
    n_rows = math.ceil(len(panels) / n_columns)
    card, glass, surface, bar, top = 1.82, 1.42, 0.86, 0.6, 0.1
    height = top + glass + surface + n_rows * card + bar
    figure = Figure((10.2, height))
    width = 1 / max(len(projections), 2)
    for index, projection in enumerate(projections):
        axes = figure.add_axes(
            (index * width + 0.01, 1 - (top + glass - 0.05) / height, width - 0.02,
             (glass - 0.3) / height)
        )  # fmt: skip
        draw_projection(axes, template, projection["values"], projection["labels"], limit=limit)
        axes.set_title(projection["title"], fontsize=8.8, color=INK, weight="bold", pad=4)
        for view, colours in enumerate(projection["surfaces"]):
            axes = figure.add_axes(
                (index * width + 0.01 + view * (width - 0.02) / 4,
                 1 - (top + glass + surface - 0.1) / height, (width - 0.02) / 4,
                 (surface - 0.14) / height)
            )  # fmt: skip
            draw_surface(axes, *colours)
    width = 1 / n_columns
    for index, panel in enumerate(panels):
        column, line = index % n_columns, index // n_columns
        row, x = panel["row"], column * width + 0.01
        y = 1 - (top + glass + surface + card * (line + 1)) / height
        axes = figure.add_axes((x, y + 0.22 / height, width - 0.02, (card - 0.68) / height),
                               anchor="W")  # fmt: skip
        places = [(0, row.x_mm), (1, row.y_mm), (2, row.z_mm)]
        draw_slices(axes, template, panel["values"], panel["labels"], places=places, affine=affine,
                    threshold=threshold, limit=limit, annotate=True)  # fmt: skip
        _mark_panel_sides(axes, template)
        head, detail = cluster_title(row).split("\n")
        figure.text(x, y + (card - 0.18) / height, head, fontsize=7.8, color=INK, weight="bold")
        figure.text(x, y + (card - 0.34) / height, detail, fontsize=6.8, color=MUTED)
    axes = figure.add_axes((0.3, 0.36 / height, 0.4, 0.11 / height))
    colour_bar(axes, threshold=threshold, limit=limit, label=caption)
    if simulated:
        mark_simulated(figure)
    return figure


def _mark_panel_sides(axes, template: np.ndarray) -> None:
    """Mark left and right on the coronal and the axial slice of a panel of three."""
    box = brain_box(template)
    depth, across = (UPSAMPLING * (box[axis].stop - box[axis].start) for axis in (1, 0))
    for start in (depth + 2, depth + across + 4):
        for x, text, side in ((start, "L", "left"), (start + across, "R", "right")):
            axes.text(x, 0, text, fontsize=6, color=INK, va="top", ha=side, weight="bold")


def empty_figure(title: str, text: str, *, simulated: bool) -> Figure:
    """Draw a figure that says why there is nothing to show."""
    figure = Figure((10.2, 1.7))
    axes = figure.add_axes((0.01, 0.06, 0.98, 0.88))
    axes.axis("off")
    axes.add_patch(
        Rectangle((0, 0), 1, 1, transform=axes.transAxes, facecolor="#f4f5f7", edgecolor="#c9d0d8")
    )
    axes.text(0.5, 0.6, title, ha="center", va="center", fontsize=12, color=INK, weight="bold")
    axes.text(0.5, 0.34, text, ha="center", va="center", fontsize=8.5, color=MUTED)
    if simulated:
        mark_simulated(figure)
    return figure


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
