"""Specification curves of one measure: T of regions in every universe, and their choices."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextPath
from matplotlib.ticker import MaxNLocator

from restpain.multiverse.universes import KEYS, shown_value
from restpain.presentation.numbers import (
    counted,
    is_missing,
    joined,
    measure_name,
    number,
    region_name,
)
from restpain.presentation.slices import (
    ALERT,
    INK,
    MUTED,
    WIDTH_IN,
    empty_figure,
    mark_simulated,
)

MAX_REGIONS = 6
COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}  # regions side by side, by their number
MAX_NAMED = 24  # regions that are not drawn
LINE_LETTERS = 172
FOUND, ABSENT, WASH = "#2b5b8c", "#a9b3be", "#f1f4f7"
FONT = 5.6
# inches
LABELS, SHARES, GAP, EDGE = 1.44, 0.6, 0.34, 0.06
HEAD, TITLE, CURVE, ROW, AXIS, LINE = 0.74, 0.4, 1.1, 0.108, 0.42, 0.1
EXPLAINED = (
    "Effect of a choice: bar, share of the variance of t over the universes that it explains, "
    "with its 95 % interval (jackknife over participants); below it, of all pairs of universes "
    "that differ in this choice only, those of which one has a significant cluster in the region "
    "and the other has none."
)


def shown_regions(regions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Regions that are drawn, and the others.

    Those of the main analysis come first, then those found in more universes; ``MAX_REGIONS`` of
    them are drawn.
    """
    order = regions.sort_values(["in_main", "n_surviving"], ascending=False, kind="stable")
    return order.iloc[:MAX_REGIONS], order.iloc[MAX_REGIONS:]


def region_words(row) -> tuple[str, str]:
    """Name of a region and its side, to be joined: ``("Insula", ", left")``."""
    on_side = not is_missing(row.hemisphere) and row.hemisphere != "midline"
    return region_name(row.region), f", {row.hemisphere}" if on_side else ""


def sorted_universes(curve: pd.DataFrame, choices: np.ndarray) -> np.ndarray:
    """Order of universes from left to right: by t, of equal ones by verdict, then by choices.

    Parameters
    ----------
    curve : DataFrame
        Rows of one region of ``specification.tsv``.
    choices : ndarray of int, shape (n_universes, n_keys)

    Returns
    -------
    ndarray of int, shape (n_universes,)
        Rows of ``curve``; without t last.
    """
    t = curve["t"].to_numpy(float).round(9)  # equal t may differ in their last digits
    return np.lexsort((*choices.T[::-1], ~curve["survives"].to_numpy(bool), t))


def without_region(n: int, *, tested: bool) -> str:
    """Say why none of ``n`` universes has a region of a measure."""
    if not tested:
        return "Not tested, no seed."
    if n == 1:
        return "The only universe has no significant cluster."
    return f"None of the {n} universes has a significant cluster."


def specification_figure(
    *,
    measure: str,
    regions: pd.DataFrame,
    specification: pd.DataFrame,
    choices: pd.DataFrame,
    universes: list[dict],
    values: dict[str, list],
    tested: bool,
    simulated: bool,
) -> Figure:
    """Draw a specification curve of each region above the choices of its universes.

    Parameters
    ----------
    measure : str
        Such as ``alff``.
    regions, specification, choices : DataFrame
        Tables of the measure, see `REGIONS`, `SPECIFICATION` and `CHOICES`.
    universes : list of dict
        Those of `measure_plan`.
    values : dict of list
        Values of each key that varies for the measure, that of the main analysis first.
    tested : bool
        False for connectivity without a seed.
    """
    n, name = len(universes), measure_name(measure)
    if regions.empty:
        title, why = f"No region to show for {name}", without_region(n, tested=tested)
        return empty_figure(title, why, simulated=simulated)
    drawn, others = shown_regions(regions)
    notes = [*(textwrap.wrap(EXPLAINED, LINE_LETTERS) if values else []), *_notes(others, n)]
    columns = COLUMNS[len(drawn)]
    bands = [drawn.iloc[start : start + columns] for start in range(0, len(drawn), columns)]
    n_rows = sum(1 + len(alternatives) for alternatives in values.values())
    matrix = ROW * n_rows
    height = HEAD + len(bands) * (TITLE + CURVE + matrix + AXIS) + LINE * (len(notes) + 1.2)
    figure = Figure((WIDTH_IN, height))
    _head(figure, f"{name}: {counted(len(regions), 'region')} in {counted(n, 'universe')}", height)

    width = (WIDTH_IN - LABELS - EDGE - (columns - 1) * GAP) / columns - SHARES
    numbers = np.array([one["choices"] for one in universes], int).reshape(n, len(values))
    for index, band in enumerate(bands):
        top = height - HEAD - index * (TITLE + CURVE + matrix + AXIS)
        bottom = top - TITLE - CURVE - matrix
        for column, row in enumerate(band.itertuples()):
            left = LABELS + column * (width + SHARES + GAP)
            curve = specification[specification["region_id"] == row.region_id]
            curve = curve.set_index("universe").loc[[one["universe"] for one in universes]]
            order = sorted_universes(curve, numbers)
            curve = curve.reset_index().iloc[order]
            _title(figure, row, (left, top), width=width + SHARES, height=height)
            above = _axes(figure, (left, bottom + matrix + 0.05, width, CURVE - 0.05), height)
            _draw_curve(above, curve, ROW * 72, label=column == 0)
            below = _axes(figure, (left, bottom, width, matrix), height)
            _draw_choices(below, curve, numbers[order], values, width=width, labels=column == 0)
            if values:
                own = choices[choices["region_id"] == row.region_id].set_index("key")
                beside = (left + width + 0.05, bottom, SHARES - 0.05, matrix)
                _draw_shares(_axes(figure, beside, height), own, values)
    for index, line in enumerate(reversed(notes)):
        figure.text(
            EDGE / WIDTH_IN, LINE * (index + 1.2) / height, line, fontsize=FONT, color=MUTED
        )
    if simulated:
        mark_simulated(figure)
    return figure


def _axes(figure: Figure, box: tuple[float, float, float, float], height: float) -> Axes:
    """Axes without a frame at left, bottom, width and height in inches."""
    left, bottom, width, tall = box
    axes = figure.add_axes((left / WIDTH_IN, bottom / height, width / WIDTH_IN, tall / height))
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(labelsize=FONT, colors=INK, length=0, pad=2)
    return axes


def _head(figure: Figure, title: str, height: float) -> None:
    left = EDGE / WIDTH_IN
    figure.text(left, 1 - 0.16 / height, title, fontsize=8.6, color=INK, weight="bold")
    figure.text(
        left,
        1 - 0.24 / height,
        "Each column of a panel is one universe: the whole analysis under one combination of "
        "choices, which the marks below the\ncurve name. Columns are sorted by t of the region "
        "(patients \N{MINUS SIGN} controls); blue: the region has a significant cluster there.",
        fontsize=FONT + 0.6,
        color=MUTED,
        va="top",
        linespacing=1.35,
    )
    kinds = (
        ("o", FOUND, FOUND, "significant cluster in the region"),
        ("o", ABSENT, "white", "none"),
        ("D", ALERT, ALERT, "main analysis (its choices in bold), filled or open likewise"),
    )
    handles = [
        Line2D([], [], linestyle="none", markersize=4, marker=marker, color=colour,
               markerfacecolor=fill, label=label)
        for marker, colour, fill, label in kinds
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0, 1 - 0.47 / height), ncols=3,
        frameon=False, fontsize=FONT + 0.2, labelcolor=INK, handletextpad=0.3, columnspacing=1.4,
        borderpad=0.2, handlelength=1.2, handleheight=0.6, borderaxespad=0.1,
    )  # fmt: skip


def _title(
    figure: Figure, row, place: tuple[float, float], *, width: float, height: float
) -> None:
    left, top = place
    seed = "" if is_missing(row.seed) else f"seed {row.seed}, "
    facts = f"{row.region_id}, {seed}patients {'higher' if row.sign > 0 else 'lower'}"
    name = _shortened(*region_words(row), width, FONT + 0.8, weight="bold")
    lines = (
        (0.1, name, FONT + 0.8, INK, "bold"),
        (0.2, facts, FONT, MUTED, None),
        (0.29, f"significant in {row.n_surviving} of {row.n_universes}", FONT, MUTED, None),
    )
    for down, text, size, colour, weight in lines:
        figure.text(left / WIDTH_IN, 1 - (height - top + down) / height, text, fontsize=size,
                    color=colour, weight=weight)  # fmt: skip


def _draw_curve(axes: Axes, curve: pd.DataFrame, row_pt: float, *, label: bool) -> None:
    t, survives = curve["t"].to_numpy(float), curve["survives"].to_numpy(bool)
    n = len(t)
    x = np.arange(n)
    width_pt = axes.get_position().width * WIDTH_IN * 72
    size = float(np.clip(0.9 * width_pt / n, 2.2, 0.5 * row_pt))
    known = t[np.isfinite(t)]
    low, high = min(known.min(initial=0), 0), max(known.max(initial=0), 0)
    room = 0.1 * max(high - low, 1)
    axes.set(xlim=(-0.5, n - 0.5), ylim=(low - room, high + room), xticks=[])
    axes.grid(axis="y", color="#e6e9ed", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.axhline(0, color=INK, linewidth=0.7, zorder=1)
    if label:
        axes.set_ylabel("t of the region", fontsize=FONT + 0.4, color=INK, labelpad=3)
    verdicts = ((~survives, "absent", ABSENT, "white"), (survives, "found", FOUND, FOUND))
    for chosen, gid, colour, fill in verdicts:
        axes.plot(x[chosen], t[chosen], "o", color=colour, markerfacecolor=fill, markersize=size,
                  markeredgewidth=0.6, gid=gid, clip_on=False)  # fmt: skip
    main = np.flatnonzero(curve["universe"] == 0)
    axes.vlines(main, low - room, t[main], color=ALERT, linewidth=0.5, zorder=0)
    fill = ALERT if survives[main].any() else "white"
    axes.plot(x[main], t[main], "D", color=ALERT, markersize=max(size, 3.4), gid="main",
              markerfacecolor=fill, markeredgewidth=0.8, clip_on=False, zorder=4)  # fmt: skip
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: number(value, 0))
    if not len(known):
        axes.text(0.5, 0.5, "t unknown: not all\nparticipants cover it", fontsize=FONT,
                  ha="center", va="center", color=MUTED, transform=axes.transAxes)  # fmt: skip


def _shortened(text: str, tail: str, width: float, size: float, *, weight: str | None) -> str:
    """Text and tail that fit into a width in inches; the end of a longer text is left out."""
    shown = text + tail
    while _width_in(shown, size, weight) > width:
        text = text[:-1]
        shown = f"{text.rstrip(' ,(')}\N{HORIZONTAL ELLIPSIS}{tail}"
    return shown


def _width_in(text: str, size: float, weight: str | None) -> float:
    return TextPath((0, 0), text, size=size, prop={"weight": weight}).get_extents().width / 72


def _draw_choices(
    axes: Axes,
    curve: pd.DataFrame,
    choices: np.ndarray,
    values: dict[str, list],
    *,
    width: float,
    labels: bool,
) -> None:
    """Matrix of choices: a row per value, below a row with the name of its key."""
    n = len(curve)
    survives = curve["survives"].to_numpy(bool)
    n_rows = sum(1 + len(alternatives) for alternatives in values.values())
    axes.set(xlim=(-0.5, n - 0.5), ylim=(max(n_rows, 1) - 0.5, -0.5), xticks=[], yticks=[])
    axes.set_xlabel(counted(n, "universe"), fontsize=FONT, color=MUTED, labelpad=2)
    main = np.flatnonzero(curve["universe"] == 0)
    if n_rows:
        axes.vlines(main, -1.5, n_rows - 0.5, color=ALERT, linewidth=0.5, zorder=0, clip_on=False)
    column = width * 72 / n  # points
    thick = 0.72 * column if column > 1.2 else 1.1 * column
    y = 0
    for place, (key, alternatives) in enumerate(values.items()):
        if labels:
            _row_label(axes, y, KEYS[key], colour=MUTED, indent=0, weight=None, width=width)
        for value, shown in enumerate(alternatives):
            y += 1
            axes.axhspan(y - 0.42, y + 0.42, color=WASH, linewidth=0, zorder=-1)
            if labels:
                weight = "bold" if value == 0 else None
                _row_label(axes, y, shown_value(shown), colour=INK, indent=0.08, weight=weight,
                           width=width)  # fmt: skip
            has = choices[:, place] == value
            for chosen, gid, colour in ((~survives, "absent", ABSENT), (survives, "found", FOUND)):
                x = np.flatnonzero(has & chosen)
                # one line of many strokes, since a mark each makes a large SVG
                strokes = np.column_stack([x, x, np.full(len(x), np.nan)]).ravel()
                ends = np.tile([y - 0.36, y + 0.36, np.nan], len(x))
                axes.plot(strokes, ends, color=colour, linewidth=thick, solid_capstyle="butt",
                          gid=f"{key}={shown_value(shown)} {gid}")  # fmt: skip
        y += 1


def _row_label(
    axes: Axes, y: float, text: str, *, colour: str, indent: float, weight, width: float
) -> None:
    text = _shortened(text, "", LABELS - EDGE - indent - 0.04, FONT, weight=weight)
    x = (EDGE + indent - LABELS) / width
    axes.text(x, y, text, fontsize=FONT, color=colour, weight=weight, va="center_baseline",
              transform=axes.get_yaxis_transform())  # fmt: skip


def _draw_shares(axes: Axes, own: pd.DataFrame, values: dict[str, list]) -> None:
    """Bar of the explained variance of each key, and the pairs of universes it parts."""
    n_rows = sum(1 + len(alternatives) for alternatives in values.values())
    axes.set(xlim=(0, 1), ylim=(n_rows - 0.5, -0.5), yticks=[])
    axes.set_xticks([0, 1], ["0", "100 %"], fontsize=FONT, color=MUTED)
    axes.get_xticklabels()[0].set_ha("left")
    axes.get_xticklabels()[1].set_ha("right")
    axes.set_xlabel("of variance", fontsize=FONT, color=MUTED, labelpad=1)
    axes.text(0, -0.75, "Effect of\nthe choice", fontsize=FONT, color=MUTED, va="bottom",
              linespacing=1.15)  # fmt: skip
    y = 0
    for key, alternatives in values.items():
        row = own.loc[key]
        axes.add_patch(Rectangle((0, y - 0.4), 1, 0.8, facecolor=WASH, edgecolor="none", zorder=0))
        axes.barh(y, row["explained"], height=0.8, color=FOUND, alpha=0.45, gid=f"share {key}")
        if not (is_missing(row["explained_low"]) or is_missing(row["explained_high"])):
            axes.hlines(y, row["explained_low"], row["explained_high"], color=INK, linewidth=0.8,
                        clip_on=False, gid=f"interval {key}")  # fmt: skip
        axes.text(0, y + 1, f"{row['n_changed']} of {row['n_pairs']}", fontsize=FONT, color=INK,
                  va="center_baseline")  # fmt: skip
        y += 1 + len(alternatives)


def _notes(others: pd.DataFrame, n: int) -> list[str]:
    """Lines about the regions that are not drawn."""
    if others.empty:
        return []
    named = [
        f"{row.region_id} {''.join(region_words(row))} ({row.n_surviving})"
        for row in others.itertuples()
    ]
    more = len(named) - MAX_NAMED
    if more > 0:
        named = [*named[:MAX_NAMED], f"{more} more in regions.tsv"]
    words = f"Not drawn, with the universes (of {n}) that have them: {joined(named)}."
    return textwrap.wrap(words, LINE_LETTERS)
