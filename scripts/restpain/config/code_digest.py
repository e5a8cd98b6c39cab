"""Digest of the code of a script, by which Snakemake sees that a module has changed."""

import ast
import hashlib
from functools import cache
from pathlib import Path


@cache
def code_digest(script: str, *, folder: Path) -> str:
    """Digest of a script and of every module of ``folder`` that it imports.

    Snakemake reruns a job when its script changes, but not when a module that the script
    imports does. A parameter that changes with their content closes that gap.
    """
    contents, waiting = {}, [folder / script]
    while waiting:
        path = waiting.pop()
        if path not in contents:
            contents[path] = path.read_bytes()
            names = _imported_names(contents[path])
            waiting += [file for name in names for file in _files_of(name, folder)]
    content = b"".join(contents[path] for path in sorted(contents, key=str))
    return hashlib.sha256(content).hexdigest()[:12]


@cache
def _imported_names(source: bytes) -> frozenset[str]:
    """Dotted names that a module imports anywhere; of what may be a module or not, both."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


@cache
def _files_of(name: str, folder: Path) -> list[Path]:
    """Files of ``folder`` that Python runs to import a dotted name; none of other packages."""
    files = []
    for part in name.split("."):
        folder /= part
        places = (folder / "__init__.py", folder.with_suffix(".py"))
        found = [path for path in places if path.is_file()]
        if not found:
            break
        files.append(found[0])
    return files
