"""The log of a job."""

import logging
import sys


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
