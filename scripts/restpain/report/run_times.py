"""Time and memory of the jobs of a run, from the benchmark files of Snakemake."""

import numpy as np
import pandas as pd

COLUMNS = {
    "rule": "Rule",
    "jobs": "Number of its jobs with a benchmark",
    "cpu_s": {"Description": "Processor time of all of them", "Units": "s"},
    "longest_s": {"Description": "Wall time of the longest", "Units": "s"},
    "memory_mb": {"Description": "Largest resident memory of one of them", "Units": "MB"},
}


def run_times(benchmarks: list[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Summarise benchmarks by rule, the most expensive first.

    Parameters
    ----------
    benchmarks : list of (rule, DataFrame)
        One table per job, with the columns ``s`` (wall time), ``cpu_time`` (s) and
        ``max_rss`` (MB) of Snakemake; missing for jobs of milliseconds.

    Returns
    -------
    DataFrame
        With the columns of ``COLUMNS``.
    """
    rows = []
    for rule in sorted({rule for rule, _ in benchmarks}):
        jobs = pd.concat([table for name, table in benchmarks if name == rule])
        jobs = jobs[["s", "cpu_time", "max_rss"]].apply(pd.to_numeric, errors="coerce")
        rows.append(
            {
                "rule": rule,
                "jobs": len(jobs),
                "cpu_s": round(float(np.nansum(jobs["cpu_time"])), 1),
                "longest_s": round(float(np.nanmax(jobs["s"])), 1),
                "memory_mb": jobs["max_rss"].max(),
            }
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("cpu_s", ascending=False, kind="stable", ignore_index=True)
