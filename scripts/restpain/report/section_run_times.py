"""The section of the run times. It differs from run to run, and nothing else of the page does."""

import pandas as pd

from restpain.presentation.numbers import integer, number
from restpain.presentation.pages import Section


def run_times_section(times: pd.DataFrame) -> Section:
    """Show what each rule took; ``times`` as of ``runtimes.run_times``."""
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
