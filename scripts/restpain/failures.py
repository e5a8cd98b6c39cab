"""Why a run stopped, in the words of the jobs that failed."""

import re
from pathlib import Path

FAILED_JOB = re.compile(r"^Error in (?:group )?(?:rule|job) (\w+):\n((?:    .*\n)*)", re.MULTILINE)
LOG = re.compile(r"^    log: (\S+?),?(?: |$)", re.MULTILINE)
SENTENCES = re.compile(r"CRITICAL stopped: (.*?)(?=^Traceback|\Z)", re.DOTALL | re.MULTILINE)
SILENT = "it ended without a word: killed, perhaps for lack of memory or time"


def failure_summary(run_log: str, folder: Path = Path()) -> str:
    """Rule, sentences and log of each job that failed, once each.

    Parameters
    ----------
    run_log : str
        What Snakemake has written about the run.
    folder : Path
        Directory of the run, from which logs are named.
    """
    blocks = {}
    for rule, details in FAILED_JOB.findall(run_log):
        named = LOG.search(details)
        log = named[1] if named else None
        blocks[rule, log] = "\n".join(f"      {line}" for line in _sentences(folder, log))
    if not blocks:
        return ""
    parts = [
        f"  {rule}:\n{words}\n      log: {log or 'none'}" for (rule, log), words in blocks.items()
    ]
    return "\n".join(["", "What stopped the run:", *parts, ""])


def _sentences(folder: Path, log: str | None) -> list[str]:
    path = folder / log if log else None
    text = path.read_text(encoding="utf-8") if path and path.is_file() else ""
    found = SENTENCES.search(text)
    return found[1].strip().splitlines() if found else [SILENT]
