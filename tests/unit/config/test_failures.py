"""The last words of a failed run."""

import subprocess
import sys
from pathlib import Path

from restpain.config.failures import SILENT, failed_jobs, failure_summary, last_sentences

RUN_LOG = """\
[Tue Nov 24 16:37:59 2026]
localrule index_participant:
    log: results/logs/index_participant/sub-01.log
    jobid: 3
    wildcards: subject=01
[Tue Nov 24 16:38:00 2026]
Finished jobid: 3 (Rule: index_participant)
[Tue Nov 24 16:38:01 2026]
rule preprocess_func:
    log: results/logs/preprocess_func/sub-01.log
    jobid: 7
    wildcards: subject=01
[Tue Nov 24 16:38:01 2026]
rule preprocess_func:
    log: results/logs/preprocess_func/sub-02.log
    jobid: 8
    wildcards: subject=02
RuleException:
CalledProcessError in file "rules/preprocessing.smk", line 87:
[Tue Nov 24 16:38:02 2026]
Error in rule preprocess_func:
    message: None
    jobid: 7
    log: results/logs/preprocess_func/sub-01.log (check log file(s) for error details)
[Tue Nov 24 16:38:02 2026]
Error in rule preprocess_func:
    message: None
    jobid: 8
    log: results/logs/preprocess_func/sub-02.log (check log file(s) for error details)
"""
AGAIN = "[Tue Nov 24 16:38:03 2026]\nFinished jobid: 8 (Rule: preprocess_func)\n"
GROUP = """\
[Tue Nov 24 16:38:02 2026]
    message: Job failed.
    log: slurm.log (check log file(s) for error details)
    jobs:
        rule preprocess_anat:
            jobid: 4
            log: a.log (check log file(s) for error details)
        rule preprocess_func:
            jobid: 5
            log: b.log (check log file(s) for error details)
"""


def stopped(tmp_path, statement):
    """The log of a program that the statement stops."""
    log = tmp_path / "job.log"
    program = f"from restpain.io.job import start_log\nstart_log({str(log)!r})\n{statement}"
    process = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[3] / "scripts",
    )
    assert process.returncode == 1
    return log.read_text()


def test_a_job_that_succeeded_in_a_later_attempt_has_not_failed():
    assert [job["wildcards"] for job in failed_jobs(RUN_LOG)] == ["subject=01", "subject=02"]
    assert [job["wildcards"] for job in failed_jobs(RUN_LOG + AGAIN)] == ["subject=01"]


def test_the_reason_is_all_sentences_of_the_log_and_no_traceback(tmp_path):
    two = stopped(tmp_path, "raise ValueError('a.nii: 3 slices; expected 4\\nb.nii: ends early')")
    other = stopped(tmp_path, "open('/nowhere/at/all')")

    assert "Traceback" in two
    assert last_sentences(two) == "a.nii: 3 slices; expected 4\nb.nii: ends early"
    assert last_sentences(other).startswith("FileNotFoundError: ")
    assert "\n" not in last_sentences(other)
    assert last_sentences("2026 INFO work: half done\n") == ""


def test_a_block_names_rule_participant_reason_and_log():
    path = "results/logs/preprocess_func/sub-01.log"
    logs = {path: "12:00 CRITICAL stopped: no slice times\nTraceback (most recent call last):\n x"}

    assert failure_summary(failed_jobs(RUN_LOG), logs) == (
        "Failed: preprocess_func (subject=01)\n  no slice times\n"
        "  log: results/logs/preprocess_func/sub-01.log\n\n"
        f"Failed: preprocess_func (subject=02)\n  {SILENT}\n"
        "  log: results/logs/preprocess_func/sub-02.log"
    )


def test_of_jobs_submitted_together_those_that_say_why_are_named():
    logs = {"b.log": "12:00 CRITICAL stopped: no room\nTraceback (most recent call last):\n"}

    assert failure_summary(failed_jobs(GROUP), logs) == (
        "Failed: preprocess_func\n  no room\n  log: b.log"
    )
    assert SILENT in failure_summary(failed_jobs(GROUP), {})
