"""Plan of a finished run on other numbers of cores."""

import pytest

from critical_path import jobs_of, longest_chain, planned_seconds

LOG = """\
[Mon Nov 30 20:00:00 2026]
localrule first:
    output: a.txt
    jobid: 1
[Mon Nov 30 20:00:00 2026]
localrule other:
    output: b.txt
    jobid: 2
[Mon Nov 30 20:00:10 2026]
Finished jobid: 1 (Rule: first)
[Mon Nov 30 20:00:04 2026]
Finished jobid: 2 (Rule: other)
[Mon Nov 30 20:00:10 2026]
rule last:
    input: a.txt, b.txt, there_before.txt
    output: c.txt
    jobid: 3
[Mon Nov 30 20:01:10 2026]
Finished jobid: 3 (Rule: last)
[Mon Nov 30 20:01:10 2026]
localrule all:
    input: c.txt
    jobid: 0
"""


def test_jobs_have_their_seconds_and_wait_for_those_that_make_their_files():
    jobs = jobs_of(LOG)

    assert {number: job.seconds for number, job in jobs.items()} == {"1": 10, "2": 4, "3": 60}
    assert jobs["3"].waits_for == {"1", "2"}


def test_the_longest_chain_is_that_of_most_seconds():
    assert longest_chain(jobs_of(LOG)) == [("first", 10), ("last", 60)]


@pytest.mark.parametrize(("cores", "seconds"), [(1, 74), (2, 70), (16, 70)])
def test_more_cores_help_up_to_the_longest_chain(cores, seconds):
    assert planned_seconds(jobs_of(LOG), cores) == seconds
