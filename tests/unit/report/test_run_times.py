"""Times of jobs add up by rule."""

import pandas as pd

from restpain.report.run_times import COLUMNS, run_times


def job(seconds, cpu, memory):
    return pd.DataFrame({"s": [seconds], "cpu_time": [cpu], "max_rss": [memory]})


def test_processor_times_add_up_and_the_longest_job_and_the_largest_memory_are_kept():
    table = run_times(
        [("a", job(2.0, 1.5, 100)), ("b", job(9.0, 8.0, 50)), ("a", job(3.0, 2.5, 80))]
    )

    assert list(table.columns) == list(COLUMNS)
    assert table.to_numpy().tolist() == [["b", 1, 8.0, 9.0, 50], ["a", 2, 4.0, 3.0, 100]]


def test_a_job_too_short_to_be_measured_counts_as_a_job():
    table = run_times([("a", job(0.1, "NA", "NA")), ("a", job(1.0, 1.0, 10))])

    assert table.to_numpy().tolist() == [["a", 2, 1.0, 1.0, 10]]
