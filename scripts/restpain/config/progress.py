"""A line for people beside Snakemake's own: which stage of the study is done."""

import logging
import re
import sys
import time
from collections import Counter
from pathlib import Path

# what has been done when all jobs of a rule file have ended
STAGES = {
    "cohort": "data read and checked",
    "simulation": "participants simulated",
    "preprocessing": "series of all participants preprocessed",
    "metrics": "maps of the local measures computed",
    "quality": "pages of quality control drawn",
    "group": "groups compared",
    "connectivity": "connectivity of the seeds computed",
    "association": "clinical score correlated",
    "classification": "patients and controls classified",
    "recovery": "simulated effects compared with those found",
    "power": "power estimated",
    "published": "published tables audited and compared",
    "multiverse": "groups compared in all universes",
    "multiverse_page": "page of the multiverse written",
    "tables": "tables written",
    "figures": "figures drawn",
    "report": "report written",
}
FINISHED = re.compile(r"Finished jobid: \d+ \(Rule: (\w+)\)")
SHARES = (25, 50, 75)  # percent of a stage that get a line of their own
LONG = 20  # jobs of a stage for that


class StageProgress(logging.Handler):
    """Write a line to ``stream`` for each stage that is done, and for quarters of long ones.

    Parameters
    ----------
    jobs : callable
        Number of jobs known now, and the stage of each job that has not ended; it is asked again
        only when the number has changed, as after a checkpoint.
    stage_of : dict of str
        Stage of each rule.
    """

    def __init__(self, jobs, stage_of: dict[str, str], *, stream=None) -> None:
        super().__init__(logging.INFO)
        self.jobs, self.stage_of, self.stream = jobs, stage_of, stream
        self.n_known, self.remaining, self.done = None, Counter(), Counter()
        self.start = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Count a finished job; called by the logger of Snakemake."""
        found = FINISHED.match(record.getMessage())
        stage = self.stage_of.get(found[1]) if found else None
        if stage is None:
            return
        n_known, unfinished = self.jobs()
        if n_known != self.n_known:
            self.n_known, self.remaining = n_known, Counter(unfinished())
        before = self._share(stage)
        self.done[stage] += 1
        self.remaining[stage] -= 1
        self._tell(stage, before)

    def _share(self, stage: str) -> float:
        done, remaining = self.done[stage], max(self.remaining[stage], 0)
        return 100 * done / (done + remaining) if done + remaining else 0.0

    def _tell(self, stage: str, before: float) -> None:
        share = self._share(stage)
        n = self.done[stage] + max(self.remaining[stage], 0)
        reached = [one for one in SHARES if before < one <= share]
        if share < 100 and not (reached and n >= LONG):
            return
        what = STAGES[stage] if share >= 100 else f"{stage}, {reached[-1]} % of {n} jobs"
        done, ahead = self.done.total(), sum(max(n, 0) for n in self.remaining.values())
        passed = elapsed(time.monotonic() - self.start)
        print(
            f">>> {passed}: {what} ({done} of {done + ahead} jobs)",
            file=self.stream or sys.stderr,
            flush=True,
        )


def elapsed(seconds: float) -> str:
    """Time in words, such as ``1 h 5 min`` or ``12 s``."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def show_stages(workflow) -> None:
    """Show the stages of a run that starts; for ``onstart`` of the Snakefile.

    The stage of a rule is the name of its file in ``rules/``; targets have none.
    """
    stage_of = {
        rule.name: Path(rule.snakefile).stem
        for rule in workflow.rules
        if Path(rule.snakefile).stem in STAGES
    }

    def unfinished():
        names = (job.rule.name for job in workflow.dag.needrun_jobs())
        return [stage_of[name] for name in names if name in stage_of]

    handler = StageProgress(lambda: (len(workflow.dag), unfinished), stage_of)
    logging.getLogger("snakemake.logging").addHandler(handler)
