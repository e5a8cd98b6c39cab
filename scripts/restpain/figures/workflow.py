"""Figure 1: the stages of a run as a drawn flow, with its settings and counts.

The drawing is SVG text: the same bytes for the same content, sharp at any size, and its words
can be searched. It is made of rows of boxes, one row per stage.
"""

import re
import textwrap
from xml.sax.saxutils import escape

from restpain.presentation.numbers import counted

WIDTH = 1000
LEFT, RIGHT = 168, 982  # the boxes lie between these
GAP = 22
PADDING = 12
CHIP_HEIGHT = 36
LINE = 17
TITLE_SIZE, TEXT_SIZE = 14, 12.5
CHARACTER_WIDTH = 0.52  # mean width of a character in a sans-serif font, as a share of its size
INK, MUTED, RULE = "#1d2b3a", "#5b6875", "#8a96a3"
STAGES = {
    "cohort": ("1", "Cohort", "#35618f", "#edf3f9"),
    "preprocessing": ("2", "Preprocessing", "#2f7d74", "#ebf5f3"),
    "metrics": ("3", "Metrics", "#a8681b", "#fbf3e7"),
    "group": ("4", "Group level", "#8c4a6b", "#f8eef3"),
    "outcomes": ("5", "Score and\nclassification", "#55652f", "#f2f5ea"),
}


def workflow_svg(content: dict) -> str:
    """Draw the flow as an SVG document; ``content`` as of ``workflow_content``."""
    parts: list[str] = []
    y = 14
    y = _cohort_stage(parts, y, content["cohort"])
    y, _ = _box_stage(parts, y, "preprocessing", content["preprocessing"], chained=True)
    y, metric_boxes = _box_stage(parts, y, "metrics", content["metrics"])
    y, chips = _group_stage(parts, y, content)
    y, _ = _box_stage(parts, y, "outcomes", content["outcomes"], last=True)
    if content["seeded"]:
        _seed_arrow(parts, metric_boxes[-1], chips[:-1])
    if content["simulated"]:
        parts.append(_text(RIGHT, y + 6, "SIMULATED DATA", 12, "#a3261f", "end", bold=True))
        y += 14
    title = "Workflow of this run: cohort, preprocessing, metrics, group level, outcomes"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y:g}" role="img" '
        'aria-label="Workflow of this run" '
        'font-family="Helvetica Neue, Helvetica, Arial, DejaVu Sans, sans-serif">\n'
        f"<title>{title}</title>\n"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="{RULE}"/></marker></defs>\n'
        f'<rect width="{WIDTH}" height="{y:g}" fill="#ffffff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _cohort_stage(parts: list[str], top: float, flow: list[dict]) -> float:
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
    parts.append(_band("cohort", top, bottom))
    for index, group in enumerate(flow):
        x = LEFT + index * (width + 36)
        y = top + 16
        name = ("patient", "control")[index]
        parts.append(
            _box(x, y, main, height, colour, f"{counted(group['recruited'], name)} recruited", [])
        )
        centre = x + main / 2
        low = y + height + middle
        parts.append(_arrow(centre, y + height, centre, low - 2))
        total = sum(count for _, count in group["excluded"])
        if total:
            side_x = x + main + 16
            side_height = middle - 16
            level = y + height + middle / 2
            parts.append(_arrow(centre, level, side_x - 2, level))
            parts.append(
                _box(side_x, level - side_height / 2, side, side_height, MUTED,
                     f"{total} excluded", reasons[index], thin=True)
            )  # fmt: skip
        parts.append(
            _box(x, low, main, height, colour, f"{counted(group['analysed'], name)} analysed", [])
        )
        parts.append(_arrow(centre, low + height, centre, bottom + 14))
    return bottom + 14


def _box_stage(parts, top, stage, boxes, *, chained=False, last=False):
    _, _, colour, _ = STAGES[stage]
    width = (RIGHT - LEFT - GAP * (len(boxes) - 1)) / len(boxes)
    wrapped = [_wrapped(lines, width, TEXT_SIZE) for _, lines in boxes]
    height = _box_height(max(len(lines) for lines in wrapped))
    bottom = top + 14 + height + 14
    parts.append(_band(stage, top, bottom))
    rectangles = []
    for index, ((title, _), lines) in enumerate(zip(boxes, wrapped, strict=True)):
        x = LEFT + index * (width + GAP)
        parts.append(_box(x, top + 14, width, height, colour, title, lines))
        rectangles.append((x, top + 14, width, height))
        if chained and index:
            level = top + 14 + height / 2
            parts.append(_arrow(x - GAP, level, x - 2, level))
    if not last:
        centre = (LEFT + RIGHT) / 2
        parts.append(_arrow(centre, bottom - 14, centre, bottom + 14))
    following = bottom + (8 if last else 14)
    return following, rectangles


def _group_stage(parts: list[str], top: float, content: dict) -> tuple[float, list]:
    _, _, colour, _ = STAGES["group"]
    boxes = content["group"]
    chips = content["clusters"]
    width = (RIGHT - LEFT - GAP) / 2
    wrapped = [_wrapped(lines, width, TEXT_SIZE) for _, lines in boxes]
    height = _box_height(max(len(lines) for lines in wrapped))
    chip_y = top + 14 + height + 26
    bottom = chip_y + CHIP_HEIGHT + 32
    parts.append(_band("group", top, bottom))
    for index, ((title, _), lines) in enumerate(zip(boxes, wrapped, strict=True)):
        x = LEFT + index * (width + GAP)
        parts.append(_box(x, top + 14, width, height, colour, title, lines))
    level = top + 14 + height / 2
    parts.append(_arrow(LEFT + width, level, LEFT + width + GAP - 2, level))
    centre = LEFT + width + GAP + width / 2
    fork = top + 14 + height + 12
    chip_width = (RIGHT - LEFT - 16 * (len(chips) - 1)) / len(chips)
    ends = LEFT + chip_width / 2, RIGHT - chip_width / 2
    parts.append(
        f'<path d="M{centre:g} {fork - 12:g}V{fork:g}M{ends[0]:g} {fork:g}H{ends[1]:g}" '
        f'fill="none" stroke="{RULE}" stroke-width="1.5"/>'
    )
    chip_ends = []
    for index, (measure, count) in enumerate(chips):
        x = LEFT + index * (chip_width + 16)
        fill = colour if count else "#ffffff"
        ink = "#ffffff" if count else colour
        parts.append(
            f'<rect x="{x:g}" y="{chip_y:g}" width="{chip_width:g}" height="{CHIP_HEIGHT}" '
            f'rx="{CHIP_HEIGHT / 2:g}" fill="{fill}" stroke="{colour}"/>'
        )
        label = f"{measure}: {counted(count, 'cluster')}"
        parts.append(_text(x + chip_width / 2, chip_y + 23, label, 14, ink, "middle", bold=True))
        chip_ends.append((x + chip_width / 2, chip_y + CHIP_HEIGHT))
        parts.append(_arrow(x + chip_width / 2, fork, x + chip_width / 2, chip_y - 2))
    centre = chip_ends[-1][0]
    parts.append(_arrow(centre, chip_y + CHIP_HEIGHT, centre, bottom + 14))
    return bottom + 14, chip_ends


def _seed_arrow(parts: list[str], box: tuple, chips: list[tuple]) -> None:
    """Lead from the clusters of the local measures to the seed maps, along the right edge."""
    x, y, width, height = box
    right, target = x + width, y + height / 2
    edge, level = RIGHT + 10, chips[0][1] + 16
    starts = "".join(f"M{centre:g} {bottom:g}V{level:g}" for centre, bottom in chips)
    parts.append(
        f'<path d="{starts}M{chips[0][0]:g} {level:g}H{edge:g}V{target:g}H{right + 2:g}" '
        f'fill="none" stroke="{RULE}" stroke-width="1.5" stroke-dasharray="5 4" '
        'marker-end="url(#tip)"/>'
    )
    parts.append(_text(chips[0][0] + 8, level - 4, "become seeds", 11, MUTED))


def _band(stage: str, top: float, bottom: float) -> str:
    mark, name, colour, tint = STAGES[stage]
    lines = name.split("\n")
    text = "".join(
        _text(46, top + 35 + 18 * index, line, 13, colour, bold=True)
        for index, line in enumerate(lines)
    )
    return (
        f'<rect x="8" y="{top:g}" width="984" height="{bottom - top:g}" rx="10" fill="{tint}"/>'
        f'<circle cx="27" cy="{top + 31:g}" r="13" fill="{colour}"/>'
        + _text(27, top + 36, mark, 14, "#ffffff", "middle", bold=True)
        + text
    )


def _box(x, y, width, height, colour, title, lines, *, thin=False) -> str:
    size = TEXT_SIZE if thin else TITLE_SIZE
    parts = [
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" fill="#ffffff" '
        f'stroke="{colour}" stroke-width="{1 if thin else 1.4}"'
        + (' stroke-dasharray="4 3"/>' if thin else "/>"),
        _text(x + PADDING, y + PADDING + size - 1, title, size, colour, bold=True),
    ]
    start = y + PADDING + size + LINE - 1
    parts += [
        _text(x + PADDING, start + LINE * index, line, TEXT_SIZE, INK)
        for index, line in enumerate(lines)
    ]
    return "".join(parts)


def _box_height(n_lines: int) -> float:
    return 2 * PADDING + TITLE_SIZE + LINE * n_lines + (2 if n_lines else -2)


def _wrapped(lines: list[str], width: float, size: float) -> list[str]:
    """Break lines so that they fit a box of ``width``."""
    characters = max(int((width - 2 * PADDING) / (size * CHARACTER_WIDTH)), 8)
    lines = [re.sub(r"(?<=\d) (?=mm|Hz|voxels)", "\N{NO-BREAK SPACE}", line) for line in lines]
    return [part for line in lines for part in textwrap.wrap(line, characters)]


def _text(x, y, text, size, colour, anchor="start", *, bold=False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}" '
        f'text-anchor="{anchor}"{weight}>{escape(str(text))}</text>'
    )


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    return (
        f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" fill="none" stroke="{RULE}" stroke-width="1.5" '
        'marker-end="url(#tip)"/>'
    )
