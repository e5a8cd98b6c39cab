"""Section Run times, the only one that differs from run to run."""

import pandas as pd

from restpain.presentation.numbers import integer, number
from restpain.presentation.pages import Section


def run_times_section(times: pd.DataFrame) -> Section:
    """Time and memory of each rule; ``times`` as of ``run_times.run_times``."""
    hours = times["cpu_s"].sum() / 3600
    total = f"{number(hours, 1)} hours" if hours >= 1 else f"{number(60 * hours, 1)} minutes"
    return Section(
        "run_times",
        "Run times",
        "Run times",
        {
            "total": total,
            "n_jobs": integer(times["jobs"].sum()),
            "times": [
                {
                    "rule": row.rule,
                    "jobs": integer(row.jobs),
                    "cpu": number(row.cpu_s, 1),
                    "longest": number(row.longest_s, 1),
                    "memory": number(row.memory_mb, 0),
                }
                for row in times.itertuples()
            ],
        },
    )
