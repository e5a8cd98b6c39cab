"""Figure 1: the stages of a run as a drawn flow, with its settings and counts.

It is made of rows of boxes, one row per stage. Lengths are in thousandths of the figure's width,
x to the right and y down.
"""

import re

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch
from matplotlib.textpath import TextPath

from restpain.presentation.numbers import counted
from restpain.presentation.slices import ALERT, INK, MUTED, WIDTH_IN

WIDTH = 1000
POINT = 72 * WIDTH_IN / WIDTH  # in one unit
LEFT, RIGHT = 168, 982  # the boxes lie between these
GAP = 22
PADDING = 12
CHIP_HEIGHT = 36
LINE = 17
TITLE_SIZE, TEXT_SIZE = 14, 12.5
HINTED = 1.04  # as much wider letters are on a screen
RULE = "#8a96a3"
DASHED = (0, (3, 2))
STAGES = {
    "cohort": ("1", "Cohort", "#35618f", "#edf3f9"),
    "preprocessing": ("2", "Preprocessing", "#2f7d74", "#ebf5f3"),
    "metrics": ("3", "Metrics", "#a8681b", "#fbf3e7"),
    "group": ("4", "Group level", "#8c4a6b", "#f8eef3"),
    "outcomes": ("5", "Score and\nclassification", "#55652f", "#f2f5ea"),
}


def workflow_figure(content: dict) -> Figure:
    """Draw the flow; ``content`` as of ``workflow_content``."""
    figure = Figure()
    axes = figure.add_axes((0, 0, 1, 1))
    y = _cohort_stage(axes, 14, content["cohort"])
    y, _ = _box_stage(axes, y, "preprocessing", content["preprocessing"], chained=True)
    y, metric_boxes = _box_stage(axes, y, "metrics", content["metrics"])
    y, chips = _group_stage(axes, y, content)
    y, _ = _box_stage(axes, y, "outcomes", content["outcomes"], last=True)
    if content["seeded"]:
        _seed_arrow(axes, metric_boxes[-1], chips[:-1])
    if content["simulated"]:
        _text(axes, RIGHT, y + 6, "SIMULATED DATA", 12, ALERT, "right", bold=True)
        y += 14
    figure.set_size_inches(WIDTH_IN, WIDTH_IN * y / WIDTH)
    axes.set(xlim=(0, WIDTH), ylim=(y, 0))
    axes.axis("off")
    return figure


def _cohort_stage(axes: Axes, top: float, flow: list[dict]) -> float:
    _, _, colour, _ = STAGES["cohort"]
    width = (RIGHT - LEFT - 36) / 2
    main, side = width * 0.49, width * 0.46
    reasons = [
        _wrapped([f"{count} {reason}" for reason, count in group["excluded"]], side, TEXT_SIZE)
        for group in flow
    ]
    height = _box_height(0)
    most = max(len(lines) for lines in reasons)
    middle = max(PADDING * 2 + LINE * (1 + most) + 8, 40) if most else 36
    bottom = top + 16 + height + middle + height + 16
    _band(axes, "cohort", top, bottom)
    for index, group in enumerate(flow):
        x = LEFT + index * (width + 36)
        y = top + 16
        name = ("patient", "control")[index]
        recruited, analysed = (counted(group[kind], name) for kind in ("recruited", "analysed"))
        _box(axes, x, y, main, height, colour, f"{recruited} recruited", [])
        centre = x + main / 2
        low = y + height + middle
        _arrow(axes, (centre, y + height), (centre, low - 2))
        total = sum(count for _, count in group["excluded"])
        if total:
            side_x = x + main + 16
            side_height = middle - 16
            level = y + height + middle / 2
            _arrow(axes, (centre, level), (side_x - 2, level))
            _box(axes, side_x, level - side_height / 2, side, side_height, MUTED,
                 f"{total} excluded", reasons[index], thin=True)  # fmt: skip
        _box(axes, x, low, main, height, colour, f"{analysed} analysed", [])
        _arrow(axes, (centre, low + height), (centre, bottom + 14))
    return bottom + 14


def _box_stage(axes, top, stage, boxes, *, chained=False, last=False):
    _, _, colour, _ = STAGES[stage]
    width = (RIGHT - LEFT - GAP * (len(boxes) - 1)) / len(boxes)
    wrapped = [_wrapped(lines, width, TEXT_SIZE) for _, lines in boxes]
    height = _box_height(max(len(lines) for lines in wrapped))
    bottom = top + 14 + height + 14
    _band(axes, stage, top, bottom)
    rectangles = []
    for index, ((title, _), lines) in enumerate(zip(boxes, wrapped, strict=True)):
        x = LEFT + index * (width + GAP)
        _box(axes, x, top + 14, width, height, colour, title, lines)
        rectangles.append((x, top + 14, width, height))
        if chained and index:
            level = top + 14 + height / 2
            _arrow(axes, (x - GAP, level), (x - 2, level))
    if not last:
        centre = (LEFT + RIGHT) / 2
        _arrow(axes, (centre, bottom - 14), (centre, bottom + 14))
    following = bottom + (8 if last else 14)
    return following, rectangles


def _group_stage(axes: Axes, top: float, content: dict) -> tuple[float, list]:
    _, _, colour, _ = STAGES["group"]
    boxes = content["group"]
    chips = content["clusters"]
    width = (RIGHT - LEFT - GAP) / 2
    wrapped = [_wrapped(lines, width, TEXT_SIZE) for _, lines in boxes]
    height = _box_height(max(len(lines) for lines in wrapped))
    chip_y = top + 14 + height + 26
    bottom = chip_y + CHIP_HEIGHT + 32
    _band(axes, "group", top, bottom)
    for index, ((title, _), lines) in enumerate(zip(boxes, wrapped, strict=True)):
        x = LEFT + index * (width + GAP)
        _box(axes, x, top + 14, width, height, colour, title, lines)
    level = top + 14 + height / 2
    _arrow(axes, (LEFT + width, level), (LEFT + width + GAP - 2, level))
    centre = LEFT + width + GAP + width / 2
    fork = top + 14 + height + 12
    chip_width = (RIGHT - LEFT - 16 * (len(chips) - 1)) / len(chips)
    ends = LEFT + chip_width / 2, RIGHT - chip_width / 2
    _line(axes, (centre, fork - 12), (centre, fork))
    _line(axes, (ends[0], fork), (ends[1], fork))
    chip_ends = []
    for index, (label, found) in enumerate(chips):
        x = LEFT + index * (chip_width + 16)
        fill = colour if found else "#ffffff"
        ink = "#ffffff" if found else colour
        _rectangle(axes, x, chip_y, chip_width, CHIP_HEIGHT, fill=fill, line=colour,
                   radius=CHIP_HEIGHT / 2)  # fmt: skip
        _text(axes, x + chip_width / 2, chip_y + 23, label, 14, ink, "center", bold=True)
        chip_ends.append((x + chip_width / 2, chip_y + CHIP_HEIGHT))
        _arrow(axes, (x + chip_width / 2, fork), (x + chip_width / 2, chip_y - 2))
    centre = chip_ends[-1][0]
    _arrow(axes, (centre, chip_y + CHIP_HEIGHT), (centre, bottom + 14))
    return bottom + 14, chip_ends


def _seed_arrow(axes: Axes, box: tuple, chips: list[tuple]) -> None:
    """Lead from the clusters of the local measures to the seed maps, along the right edge."""
    x, y, width, height = box
    right, target = x + width, y + height / 2
    edge, level = RIGHT + 10, chips[0][1] + 16
    for start in chips:
        _line(axes, start, (start[0], level), dashed=True)
    corners = (chips[0][0], level), (edge, level), (edge, target)
    _line(axes, *corners, dashed=True)
    _arrow(axes, (edge, target), (right + 2, target))
    _text(axes, chips[0][0] + 8, level - 4, "become seeds", 11, MUTED)


def _band(axes: Axes, stage: str, top: float, bottom: float) -> None:
    mark, name, colour, tint = STAGES[stage]
    _rectangle(axes, 8, top, 984, bottom - top, fill=tint, line="none", radius=10)
    axes.add_patch(Circle((27, top + 31), 13, facecolor=colour, edgecolor="none"))
    _text(axes, 27, top + 36, mark, 14, "#ffffff", "center", bold=True)
    for index, line in enumerate(name.split("\n")):
        _text(axes, 46, top + 35 + 18 * index, line, 12.5, colour, bold=True)


def _box(axes, x, y, width, height, colour, title, lines, *, thin=False) -> None:
    size = TEXT_SIZE if thin else TITLE_SIZE
    _rectangle(axes, x, y, width, height, fill="#ffffff", line=colour, radius=6, dashed=thin)
    _text(axes, x + PADDING, y + PADDING + size - 1, title, size, colour, bold=True)
    start = y + PADDING + size + LINE - 1
    for index, line in enumerate(lines):
        _text(axes, x + PADDING, start + LINE * index, line, TEXT_SIZE, INK)


def _box_height(n_lines: int) -> float:
    return 2 * PADDING + TITLE_SIZE + LINE * n_lines + (2 if n_lines else -2)


def _wrapped(lines: list[str], width: float, size: float) -> list[str]:
    """Break lines so that they fit a box of ``width``."""
    room = (width - 2 * PADDING) / HINTED
    lines = [re.sub(r"(?<=\d) (?=mm|Hz|voxels)", "\N{NO-BREAK SPACE}", line) for line in lines]
    wrapped = []
    for line in lines:
        first, *words = line.split(" ")
        wrapped.append(first)
        for word in words:
            longer = f"{wrapped[-1]} {word}"
            if TextPath((0, 0), longer, size=size).get_extents().width <= room:
                wrapped[-1] = longer
            else:
                wrapped.append(word)
    return wrapped


def _text(axes, x, y, text, size, colour, side="left", *, bold=False) -> None:
    axes.text(x, y, str(text), fontsize=size * POINT, color=colour, ha=side, va="baseline",
              weight="bold" if bold else "normal", parse_math=False)  # fmt: skip


def _rectangle(axes, x, y, width, height, *, fill, line, radius, dashed=False) -> None:
    shape = f"round,pad=0,rounding_size={radius}"
    axes.add_patch(
        FancyBboxPatch((x, y), width, height, boxstyle=shape, facecolor=fill, edgecolor=line,
                       linewidth=1.2 * POINT, linestyle=DASHED if dashed else "-")
    )  # fmt: skip


def _line(axes, *corners: tuple[float, float], dashed: bool = False) -> None:
    axes.plot(*zip(*corners, strict=True), color=RULE, linewidth=1.5 * POINT,
              linestyle=DASHED if dashed else "-", solid_capstyle="butt")  # fmt: skip


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    style = {"arrowstyle": "-|>,head_length=0.25,head_width=0.12", "color": RULE}
    style |= {"linewidth": 1.5 * POINT, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 10}
    axes.annotate("", end, start, arrowprops=style)
