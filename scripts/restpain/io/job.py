"""One job of the workflow: its log, and the call of the function of its script."""

import gc
import inspect
import logging
import sys
from collections.abc import Callable


def run_job(function: Callable, job) -> None:
    """Start the log of a job and call the function of its script with what the rule declares.

    The names of the arguments say what they are. ``mask_path`` is the input or output ``mask``,
    None where the rule gives no file; ``maps_paths`` is the list of the files of ``maps``.
    ``inputs`` and ``outputs`` are all of them by name. Any other argument is a parameter, a
    wildcard, or an input or output of that name (a folder).

    Parameters
    ----------
    function : callable
        Takes keyword arguments only.
    job : snakemake.script.Snakemake
        The object ``snakemake`` of a script.
    """
    start_log(job.log[0])
    gc.freeze()  # collections of garbage need not search what was imported
    function(**{name: _argument(name, job) for name in inspect.signature(function).parameters})
    gc.freeze()  # nor at the end of Python, which takes a quarter of a second after many imports


def _argument(name: str, job):
    if name in ("inputs", "outputs"):
        return dict(getattr(job, name[:-1]).items())
    stem, _, kind = name.rpartition("_")
    files = dict(job.input.items())
    if stem in files and job.output.get(stem) is not None:
        raise TypeError(f"{stem} is an input and an output of the rule; name them apart")
    files |= dict(job.output.items())
    if kind == "paths":
        return [files[stem]] if isinstance(files[stem], str) else list(files[stem])
    if kind == "path":
        return _file_or_none(files[stem])
    for declared in (job.params, job.wildcards):
        if declared.get(name, job) is not job:  # None is a value
            return declared[name]
    return _file_or_none(files[name])


def _file_or_none(value) -> str | None:
    if isinstance(value, str):
        return value
    if len(value):
        raise TypeError(f"the rule gives {len(value)} files where the script takes one")
    return None


def start_log(path: str) -> None:
    """Send log records, warnings and an uncaught error to ``path`` and to stderr.

    An uncaught ``ValueError`` whose text is meant for the user reaches the console as that
    text alone; the log keeps the traceback.
    """
    file = logging.FileHandler(path, mode="w")
    console = logging.StreamHandler()
    console.setFormatter(_WithoutTraceback("%(name)s: %(message)s"))
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    console.setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, handlers=[file, console], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _report


def _report(kind, error, traceback) -> None:
    text = str(error) if issubclass(kind, ValueError) else f"{kind.__name__}: {error}"
    logging.getLogger("stopped").critical("%s", text, exc_info=(kind, error, traceback))


class _WithoutTraceback(logging.Formatter):
    """One sentence for the console; the traceback stays in the file."""

    def format(self, record: logging.LogRecord) -> str:
        return self._fmt % {"name": record.name, "message": record.getMessage()}
