"""Digest of the code of a script, by which Snakemake sees that a module has changed."""

import hashlib
from functools import cache
from modulefinder import ModuleFinder
from pathlib import Path


@cache
def code_digest(script: str, *, folder: Path) -> str:
    """Digest of a script and of every module of ``folder`` that it imports.

    Snakemake reruns a job when its script changes, but not when a module that the script
    imports does. A parameter that changes with their content closes that gap.
    """
    finder = ModuleFinder(path=[str(folder)])
    finder.run_script(str(folder / script))
    files = sorted(module.__file__ for module in finder.modules.values() if module.__file__)
    content = b"".join(Path(name).read_bytes() for name in files)
    return hashlib.sha256(content).hexdigest()[:12]
