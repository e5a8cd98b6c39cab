"""Figure of the recovery: simulated and found regions, attenuation, errors in mm."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import ndimage

from restpain.presentation.numbers import (
    counted,
    joined,
    measure_name,
    number,
    region_name,
    signed_percent,
)
from restpain.presentation.slices import (
    INK,
    MUTED,
    UPSAMPLING,
    brain_box,
    mark_simulated,
    slice_of,
    voxel_index,
)
from restpain.recovery.table import STAGES

MAX_EFFECTS = 6
PER_ROW = 3
MAX_NAMED = 5
SIMULATED, FOUND = "#56B4E9", "#D55E00"  # of Okabe and Ito, as the rest
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#000000")
MARKERS = "osD^vP"
GROUPS = ("#b2521b", "#35618f")
ERRORS = {
    "motion_true_rms_mm": "motion, simulated",
    "motion_rms_mm": "left by realignment",
    "coregistration_rms_mm": "coregistration",
    "normalisation_rms_mm": "normalisation",
    "total_rms_mm": "all steps together",
}


def effect_title(effect: pd.Series) -> str:
    """Title of an effect in two lines: what was simulated, and what was found."""
    side = {"_L": ", left", "_R": ", right"}.get(str(effect["region"])[-2:], "")
    where, missing = f"{region_name(effect['region'])}{side}", "no map of the measure"
    if isinstance(effect["seed"], str):  # names of the atlas, as two in words have no room
        where, missing = (
            f"{effect['region']} with {effect['seed']}",
            f"no seed in {effect['seed']}",
        )
    head = (
        f"{effect['effect']}  {measure_name(effect['measure'])} "
        f"{signed_percent(effect['change_percent'], 0)}  {where}"
    )
    if effect["verdict"] == "not tested":
        return f"{head}\nnot tested: {missing}"
    if effect["verdict"] != "found":
        return f"{head}\n{effect['verdict']}"
    return (
        f"{head}\nfound ({effect['clusters']}): Dice {number(effect['dice'], 2)}, "
        f"peak {number(effect['peak_to_region_mm'], 0)} mm from the region"
    )


def centre_mm(simulated: np.ndarray, found: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Centre (x, y, z in mm) of what is shown: where a region was found, or the whole region."""
    both = simulated & found
    voxels = np.argwhere(both if both.any() else simulated)
    return voxels.mean(axis=0) @ affine[:3, :3].T + affine[:3, 3] if len(voxels) else np.zeros(3)


def draw_region(
    axes: Axes,
    template: np.ndarray,
    simulated: np.ndarray,
    found: np.ndarray,
    affine: np.ndarray,
    centre_mm: np.ndarray,
) -> None:
    """Draw three slices through a region: simulated filled, found outlined."""
    box = brain_box(template)
    planes = [
        [
            slice_of(volume, axis, voxel_index(centre_mm[axis], axis, affine, size), box)
            for volume in (template, simulated, found)
        ]
        for axis, size in enumerate(template.shape)
    ]
    height = UPSAMPLING * max(plane[0].shape[0] for plane in planes)
    x = 0
    for axis, (grey, inside, cluster) in enumerate(planes):
        fine = ndimage.zoom(grey, UPSAMPLING, order=1, grid_mode=True, mode="nearest")
        rows, columns = fine.shape
        top = (height - rows) / 2
        picture = np.where(fine > 0.1, 0.5 + 0.48 * np.clip(fine, 0, 1), 1.0)
        picture = picture[..., None].repeat(3, -1)
        masks = [
            np.kron(part > 0, np.ones((UPSAMPLING, UPSAMPLING))) for part in (inside, cluster)
        ]
        colour = np.array(matplotlib.colors.to_rgb(SIMULATED))
        picture = np.where(masks[0][..., None] > 0, 0.25 * picture + 0.75 * colour, picture)
        axes.imshow(picture, extent=(x, x + columns, top + rows, top), interpolation="nearest")
        if masks[1].any():
            grid = x + np.arange(columns) + 0.5, top + np.arange(rows) + 0.5
            axes.contour(*grid, masks[1], levels=[0.5], colors=FOUND, linewidths=1.3)
        axes.text(x + columns / 2, height + 2, f"{'xyz'[axis]} = {number(centre_mm[axis], 0)}",
                  fontsize=6, color=MUTED, ha="center", va="top")  # fmt: skip
        if axis:
            for place, side, align in ((x - 1, "L", "left"), (x + columns + 1, "R", "right")):
                axes.text(place, top + 2, side, fontsize=6, color=INK, weight="bold", ha=align,
                          va="top")  # fmt: skip
        x += columns + 9
    axes.set_xlim(0, x - 9)
    axes.set_ylim(height, 0)
    axes.axis("off")


def draw_stages(axes: Axes, stages: pd.DataFrame, column: str, *, title: str, label: str) -> None:
    """Draw a quantity of each effect from stage to stage."""
    names = [name for name in STAGES if column == "change_percent" or name != "simulated"]
    for index, (effect, rows) in enumerate(stages.groupby("effect", sort=True)):
        values = rows.set_index("stage")[column].reindex(names).astype(float).abs()
        style = {"color": LINES[index % 6], "marker": MARKERS[index % 6], "markersize": 4.5}
        measure = rows["measure"].iloc[0]
        name = f"{effect}  {measure_name(measure)}"
        if names[0] == "simulated" and measure == "reho":
            # the simulated number has another unit than what follows
            axes.plot(0, values.iloc[0], linestyle="", fillstyle="none", **style)
            values = values.iloc[1:]
        axes.plot([names.index(stage) for stage in values.index], values, label=name,
                  linewidth=1.5, **style)  # fmt: skip
    axes.set_xticks(range(len(names)), names, fontsize=7)
    axes.set_xlim(-0.3, len(names) - 0.7)
    axes.set_ylim(0, 1.06 * axes.get_ylim()[1])  # no marker is cut
    axes.tick_params(labelsize=7, length=2, color=MUTED)
    axes.set_ylabel(label, fontsize=7.2, color=INK)
    axes.set_title(title, fontsize=8.2, color=INK, loc="left", weight="bold")
    axes.legend(fontsize=6.6, frameon=False, loc="best", labelcolor=INK)
    _tidy(axes)


def draw_errors(axes: Axes, participants: pd.DataFrame, *, patients: str) -> None:
    """Draw one row of dots per kind of error, the groups above each other; median marked."""
    is_patient = (participants["group"] == patients).to_numpy()
    for row, column in enumerate(ERRORS):
        values = participants[column].to_numpy(float)
        for group, colour, shift in (
            (is_patient, GROUPS[0], -0.14),
            (~is_patient, GROUPS[1], 0.14),
        ):
            axes.plot(values[group], np.full(group.sum(), row + shift), "o", color=colour,
                      alpha=0.55, markersize=3.6, markeredgewidth=0)  # fmt: skip
        middle = float(np.median(values))
        axes.plot([middle] * 2, [row - 0.3, row + 0.3], color=INK, linewidth=1.3)
        axes.annotate(number(middle, 2), (middle, row - 0.33), ha="center", va="bottom",
                      fontsize=6.4, color=INK)  # fmt: skip
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.xaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
    axes.set_yticks(range(len(ERRORS)), list(ERRORS.values()), fontsize=7)
    axes.set_ylim(len(ERRORS) - 0.45, -0.75)
    axes.tick_params(labelsize=7, length=2, color=MUTED)
    axes.set_xlabel("mm, root mean square over the brain", fontsize=7.2, color=INK)
    axes.set_title("Errors in mm: a dot per participant", fontsize=8.2, color=INK, loc="left",
                   weight="bold", pad=12)  # fmt: skip
    scale = 0.22 / axes.get_position().width  # words take the same room in a wider plot
    for text, colour, place in (
        ("patients", GROUPS[0], 0.0),
        ("controls", GROUPS[1], 0.22 * scale),
    ):
        axes.text(place, 1.015, text, fontsize=6.8, color=colour, transform=axes.transAxes,
                  weight="bold")  # fmt: skip
    axes.text(0.46 * scale, 1.015, "| median", fontsize=6.8, color=INK, transform=axes.transAxes)
    _tidy(axes)


def _tidy(axes: Axes) -> None:
    axes.grid(color="#e6e9ed", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def false_words(clusters: pd.DataFrame) -> str:
    """Sentence on the number of false clusters and their regions."""
    if clusters.empty:
        return "No significant cluster at all, hence no false one."
    false = clusters[clusters["verdict"] == "false cluster"]
    text = f"False clusters, which overlap no simulated effect: {len(false)} of {len(clusters)}"
    if len(false):
        named = [f"{row.cluster_id} {row.region}" for row in false.itertuples()]
        shown = named[:MAX_NAMED]
        if len(named) > MAX_NAMED:
            shown.append(f"{len(named) - MAX_NAMED} more")
        text += f" ({joined(shown)})"
    return f"{text}."


def recovery_figure(
    *,
    template: np.ndarray,
    affine: np.ndarray,
    effects: pd.DataFrame,
    simulated: list[np.ndarray],
    found: list[np.ndarray],
    clusters: pd.DataFrame,
    stages: pd.DataFrame,
    participants: pd.DataFrame,
    patients: str,
) -> Figure:
    """Draw what the workflow recovered of the ground truth.

    Parameters
    ----------
    template : ndarray of shape (x, y, z)
        Brain-only T1, scaled to 0-1.
    affine : ndarray of shape (4, 4)
        Of the grid.
    effects, clusters, stages, participants : DataFrame
        The tables of `restpain.recovery.table`.
    simulated, found : list of ndarray of bool, shape (x, y, z)
        Of each effect: its region, and the voxels of the clusters that recover it.
    patients : str
        Label of the patients.
    """
    shown = min(len(effects), MAX_EFFECTS)
    place_rows = max(-(-shown // PER_ROW), 1)
    place_height = 1.65 if shown else 0.7
    height = 0.45 + place_height * place_rows + 3.1
    figure = Figure((10.6, height))
    figure.text(0.012, 1 - 0.26 / height, "Simulated and found", fontsize=10.5, color=INK,
                weight="bold")  # fmt: skip
    not_drawn = (
        f"; {counted(len(effects) - shown, 'more effect')} not drawn"
        if len(effects) > shown
        else ""
    )
    if shown:
        figure.text(0.19, 1 - 0.26 / height, "filled: simulated", fontsize=8, color="#1673a8",
                    weight="bold")  # fmt: skip
        figure.text(0.305, 1 - 0.26 / height, f"outlined: found{not_drawn}", fontsize=8,
                    color=FOUND, weight="bold")  # fmt: skip
    else:
        figure.text(0.012, 1 - 0.8 / height, "No effect was simulated: any cluster is false.",
                    fontsize=9, color=MUTED)  # fmt: skip
    for index in range(shown):
        row, column = divmod(index, PER_ROW)
        y = 1 - (0.42 + place_height * (row + 1)) / height
        axes = figure.add_axes((0.012 + 0.33 * column, y + 0.2 / height, 0.318, 1.1 / height))
        centre = centre_mm(simulated[index], found[index], affine)
        draw_region(axes, template, simulated[index], found[index], affine, centre)
        head, tail = effect_title(effects.iloc[index]).split("\n")
        axes.set_title(tail, fontsize=7, color=MUTED, loc="left", pad=2)
        axes.text(0, 1.13, head, fontsize=7.4, color=INK, weight="bold", transform=axes.transAxes)
    bottom, tall = 0.75 / height, 1.95 / height
    if shown:
        draw_stages(figure.add_axes((0.05, bottom, 0.285, tall)), stages, "change_percent",
                    title="Difference, stage by stage",
                    label="patients against controls, |%|")  # fmt: skip
        draw_stages(figure.add_axes((0.395, bottom, 0.235, tall)), stages, "hedges_g",
                    title="The same in SD (Hedges g)", label="|g|")  # fmt: skip
    left, width = (0.765, 0.22) if shown else (0.16, 0.8)
    draw_errors(figure.add_axes((left, bottom, width, tall)), participants, patients=patients)
    figure.text(0.012, 0.24 / height, false_words(clusters), fontsize=7.6, color=INK)
    if shown:
        figure.text(
            0.012, 0.08 / height, "Means over the regions of the effects. Open marker: simulated "
            "change of ReHo, share of common variance, another unit than what follows.",
            fontsize=6.8, color=MUTED,
        )  # fmt: skip
    mark_simulated(figure)
    return figure
