"""Figure 3: the significant clusters on slices, in projection and on the surface."""

import itertools
import math

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from restpain.presentation.numbers import counted, number, region_name
from restpain.presentation.slices import (
    COLD_WARM,
    INK,
    MUTED,
    SCALE,
    SLICE_GAP,
    UPSAMPLING,
    WIDTH_IN,
    brain_box,
    colour_bar,
    draw_slices,
    empty_figure,
    level_with_brain,
    mark_simulated,
    slice_of,
)

# none of the blue and orange of the maps, and of different lightness
SEED_COLOURS = ("#00803c", "#e0218a", "#6a3d9a", "#57d163", "#7d5a2b", "#00b3b0", "#b0a300",
                "#f79ad3")  # fmt: skip
SEEDS_A_LINE = 4


def cluster_title(row) -> str:
    """Two lines about a cluster: identifier and region; t, peak in mm, size, and seed if any."""
    side = "" if row.hemisphere == "midline" else f", {row.hemisphere}"
    peak = " ".join(number(value, 0) for value in (row.x_mm, row.y_mm, row.z_mm))
    seed = f", seed {row.seed}" if isinstance(row.seed, str) else ""
    return (
        f"{row.cluster_id}  {region_name(row.region)}{side}\n"
        f"t {number(row.t, 2)} at {peak}, {row.n_voxels} voxels{seed}"
    )


def seed_colours(seeds: list[str]) -> dict[str, str]:
    """Colour of the outlines of each seed's clusters; nothing for a single seed.

    Seeds beyond the number of colours share a grey.
    """
    if len(seeds) < 2:
        return {}
    return dict(itertools.zip_longest(seeds, SEED_COLOURS[: len(seeds)], fillvalue=MUTED))


def draw_projection(
    axes,
    template: np.ndarray,
    values: np.ndarray,
    labels: np.ndarray,
    *,
    limit: float,
    outlines: list[tuple[str, np.ndarray]],
) -> None:
    """Draw sagittal, coronal and axial projections of the strongest value behind each point.

    ``outlines`` are pairs of a colour and the voxels (x, y, z) whose projection it surrounds.
    """
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
        fine = (
            x + (np.arange(UPSAMPLING * columns) + 0.5) / UPSAMPLING,
            top + (np.arange(UPSAMPLING * rows) + 0.5) / UPSAMPLING,
        )
        for colour, voxels in outlines:
            seen = voxels.any(axis=axis)[kept[0], kept[1]].T[::-1]
            seen = np.kron(seen, np.ones((UPSAMPLING, UPSAMPLING)))
            axes.contour(*fine, seen, levels=[0.5], colors=colour, linewidths=0.8)
        if axis:
            axes.text(x, top, "L", fontsize=5.5, color=INK, va="top", weight="bold")
            axes.text(x + columns, top, "R", fontsize=5.5, color=INK, va="top", ha="right",
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
    vertices: np.ndarray,
    faces: np.ndarray,
    values: np.ndarray,
    *,
    side: int,
    limit: float,
    outlines: list[tuple[str, np.ndarray]],
) -> tuple[np.ndarray, np.ndarray]:
    """Polygons and colours of a hemisphere seen along x, from the nearest side of each face.

    ``side`` is the sign of x from which one looks. Faces turned away are left out; the rest are
    ordered from far to near and shaded by their slope. ``outlines`` are pairs of a colour and the
    vertices (bool) whose border it paints.

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
    for colour, inside in outlines:
        n_inside = inside[faces[order]].sum(axis=1)
        colours[(n_inside > 0) & (n_inside < 3)] = to_rgb(colour)
    polygons = corners[order][:, :, 1:].copy()
    polygons[..., 0] *= side
    return polygons, colours


def draw_surface(axes, polygons: np.ndarray, colours: np.ndarray) -> None:
    """Draw a view of a hemisphere."""
    axes.add_collection(
        PolyCollection(polygons, facecolors=colours, edgecolors=colours, linewidths=0.15,
                       rasterized=True)
    )  # fmt: skip
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
    colours: dict[str, str],
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
        One per measure with clusters: ``title``, ``values``, ``labels``, ``outlines`` (see
        ``draw_projection``), and ``surfaces``, the four views as of ``surface_view``.
    colours : dict of str
        Colour of each seed, see ``seed_colours``.
    """
    if not panels:
        return empty_figure("No cluster survived the correction", caption, simulated=simulated)
    n_columns = 3 if len(panels) > 2 else len(panels)
    n_rows = math.ceil(len(panels) / n_columns)
    card, glass, surface, bar, top = 1.82, 1.42, 0.86, 0.78, 0.1
    legend = _seed_lines(colours)
    key = 0.3 + 0.2 * math.ceil(len(legend) / SEEDS_A_LINE) if legend else 0
    height = top + glass + surface + key + n_rows * card + bar
    figure = Figure((WIDTH_IN, height * SCALE))
    width = 1 / max(len(projections), 2)
    for index, projection in enumerate(projections):
        axes = figure.add_axes(
            (index * width + 0.01, 1 - (top + glass - 0.05) / height, width - 0.02,
             (glass - 0.3) / height)
        )  # fmt: skip
        draw_projection(axes, template, projection["values"], projection["labels"], limit=limit,
                        outlines=projection["outlines"])  # fmt: skip
        axes.set_title(projection["title"], fontsize=7.5, color=INK, weight="bold", pad=4)
        for view, drawn in enumerate(projection["surfaces"]):
            axes = figure.add_axes(
                (index * width + 0.01 + view * (width - 0.02) / 4,
                 1 - (top + glass + surface - 0.1) / height, (width - 0.02) / 4,
                 (surface - 0.14) / height)
            )  # fmt: skip
            draw_surface(axes, *drawn)
    if legend:
        figure.legend(
            handles=legend, ncols=SEEDS_A_LINE, fontsize=5.8, frameon=False, labelcolor=INK,
            title="FC clusters, outlined by seed", title_fontsize=5.8, loc="upper center",
            bbox_to_anchor=(0.5, 1 - (top + glass + surface - 0.06) / height), borderpad=0,
        )  # fmt: skip
    width = 1 / n_columns
    for index, panel in enumerate(panels):
        column, line = index % n_columns, index // n_columns
        row, x = panel["row"], column * width + 0.01
        y = 1 - (top + glass + surface + key + card * (line + 1)) / height
        axes = figure.add_axes((x, y + 0.22 / height, width - 0.02, (card - 0.68) / height),
                               anchor="W")  # fmt: skip
        levels = [
            (axis, level_with_brain(peak, axis, affine, template=template, labels=panel["labels"]))
            for axis, peak in enumerate((row.x_mm, row.y_mm, row.z_mm))
        ]
        draw_slices(axes, template, panel["values"], panel["labels"], places=levels, affine=affine,
                    threshold=threshold, limit=limit, annotate=True,
                    outline=colours.get(row.seed, "black"))  # fmt: skip
        _mark_panel_sides(axes, template)
        head, detail = cluster_title(row).split("\n")
        figure.text(x, y + (card - 0.18) / height, head, fontsize=6.6, color=INK, weight="bold")
        figure.text(x, y + (card - 0.34) / height, detail, fontsize=5.8, color=MUTED)
    axes = figure.add_axes((0.3, 0.52 / height, 0.4, 0.11 / height))
    colour_bar(axes, threshold=threshold, limit=limit, label=f"t, {caption}")
    if simulated:
        mark_simulated(figure)
    return figure


def _seed_lines(colours: dict[str, str]) -> list[Line2D]:
    """Lines of the legend: a seed each, and one for those that share a colour."""
    lines = [
        Line2D([], [], color=colour, label=seed)
        for seed, colour in list(colours.items())[: len(SEED_COLOURS)]
    ]
    more = len(colours) - len(lines)
    if more:
        lines.append(Line2D([], [], color=MUTED, label=counted(more, "more seed")))
    return lines


def _mark_panel_sides(axes, template: np.ndarray) -> None:
    """Mark left and right on the coronal and the axial slice of a panel of three."""
    box = brain_box(template)
    depth, across = (UPSAMPLING * (box[axis].stop - box[axis].start) for axis in (1, 0))
    for start in (depth + SLICE_GAP, depth + across + 2 * SLICE_GAP):
        for x, text, side in ((start, "L", "left"), (start + across, "R", "right")):
            axes.text(x, 0, text, fontsize=5.5, color=INK, va="top", ha=side, weight="bold")
