"""Tables of the benchmarks in the pages of docs."""

import re
from pathlib import Path


def markdown(header, rows):
    """Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def replace_part(page: Path, part: str, text: str) -> None:
    """Replace the text between the comments ``<!-- part -->`` and ``<!-- end -->`` of a page."""
    content, found = re.subn(
        rf"(<!-- {part} -->\n).*?(<!-- end -->)",
        lambda match: f"{match[1]}{text}\n{match[2]}",
        page.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    if not found:
        raise SystemExit(f"{page.name} has no comment <!-- {part} -->; add it")
    page.write_text(content, encoding="utf-8")
