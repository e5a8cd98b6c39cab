"""Totals of the run times."""

import pandas as pd
import pytest

from restpain.report.section_run_times import run_times_section


@pytest.mark.parametrize(
    ("cpu_s", "total"), [([3000.0, 4200.0], "2.0 hours"), ([30.0, 60.0], "1.5 minutes")]
)
def test_times_of_all_rules_add_up_to_hours_or_minutes(cpu_s, total):
    times = pd.DataFrame(
        {"rule": ["a", "b"], "jobs": [1, 2], "cpu_s": cpu_s, "longest_s": 9.0, "memory_mb": 99.6}
    )

    content = run_times_section(times).content

    assert (content["total"], content["n_jobs"]) == (total, "3")
    assert content["times"][0]["memory"] == "100"
