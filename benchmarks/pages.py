"""Tables of the benchmarks in the pages of docs, and the code that each was measured with.

    PYTHONPATH=scripts:. python benchmarks/pages.py

names the tables that are older than their benchmark: whose numbers its code may not give any more.
"""

import ast
import hashlib
import re
import sys
from pathlib import Path

import pandas as pd

REPOSITORY = Path(__file__).resolve().parents[1]
MEASURED = REPOSITORY / "docs" / "measured.tsv"
DOCUMENTED = (ast.Module, ast.FunctionDef, ast.ClassDef)
PART = re.compile(r"<!-- ([a-z_ ]+) -->\n.*?<!-- end -->", re.DOTALL)


def markdown(header, rows):
    """Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def replace_part(page: Path, part: str, text: str) -> None:
    """Replace the text between the comments ``<!-- part -->`` and ``<!-- end -->`` of a page.

    ``docs/measured.tsv`` then names the running benchmark and its code.
    """
    content, found = re.subn(
        rf"(<!-- {part} -->\n).*?(<!-- end -->)",
        lambda match: f"{match[1]}{text}\n{match[2]}",
        page.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    if not found:
        raise SystemExit(f"{page.name} has no comment <!-- {part} -->; add it")
    page.write_text(content, encoding="utf-8")
    table = read_measured().set_index(["page", "part"])
    benchmark = Path(sys.argv[0]).name
    table.loc[(page.name, part), :] = [
        benchmark,
        code_of(REPOSITORY / "benchmarks" / benchmark, part),
    ]
    table.sort_index().reset_index().to_csv(MEASURED, sep="\t", index=False)


def read_measured() -> pd.DataFrame:
    """Benchmark and digest of its code (`code_of`), by page and part."""
    return pd.read_csv(MEASURED, sep="\t", dtype=str, keep_default_na=False)


def code_of(path: Path, part: str) -> str:
    """Digest of what a program computes for a part; neither text nor its command line count.

    That is the function of this name with all that it uses of the program, or, without one, the
    whole program.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node):
            node.body = node.body[1:]
    defined = {}
    for node in tree.body:
        for name in _names_of(node):
            defined.setdefault(name, []).append(node)
    left, used = [part] if part in defined else list(defined), set()
    while left:
        name = left.pop()
        if name not in used:
            used.add(name)
            within = [one for node in defined[name] for one in ast.walk(node)]
            left += [one.id for one in within if isinstance(one, ast.Name) and one.id in defined]
    code = [ast.dump(node) for node in tree.body if used.intersection(_names_of(node))]
    return hashlib.sha256("\n".join(code).encode()).hexdigest()[:12]


def _names_of(node: ast.stmt) -> list[str]:
    """Names that a statement at the top of a program defines, imports left out."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
    return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]


def parts_of_pages() -> list[tuple[str, str]]:
    """Pages of docs and their parts that a benchmark writes."""
    pages = sorted((REPOSITORY / "docs").glob("*.md"))
    return [(page.name, part) for page in pages for part in PART.findall(page.read_text("utf-8"))]


def older_parts() -> list[str]:
    """Say which parts are older than their benchmark, or were not written by one."""
    table = read_measured().set_index(["page", "part"])
    said = []
    for page, part in parts_of_pages():
        if (page, part) not in table.index:
            said.append(f"docs/{page}, {part}: not in docs/{MEASURED.name}; run its benchmark")
            continue
        benchmark, code = table.loc[(page, part)]
        if code_of(REPOSITORY / "benchmarks" / benchmark, part) != code:
            said.append(f"docs/{page}, {part}: older than benchmarks/{benchmark}; run it again")
    return said


if __name__ == "__main__":
    print("\n".join(older_parts()) or "every table is of the present code of its benchmark")
