"""What is said at the end of a run that stopped."""

from restpain.failures import SILENT, failure_summary

RUN_LOG = """\
[Tue Nov 24 16:31:52 2026]
Error in rule preprocess_func:
    message: None
    jobid: 1
    output: results/sub-01/x.nii.gz
    log: results/logs/preprocess_func/sub-01.log (check log file(s) for error details)
Trying to restart job 1.
Error in rule preprocess_func:
    message: None
    log: results/logs/preprocess_func/sub-01.log (check log file(s) for error details)
Error in rule compute_metrics:
    message: None
    log: results/logs/compute_metrics/sub-02.log, /tmp/slurm/7.log (check log file(s))
"""
JOB_LOG = """\
2026-11-24 INFO preprocess_func: 60 volumes
2026-11-24 CRITICAL stopped: the first problem; expected another
the second problem
Traceback (most recent call last):
  File "x.py", line 1
ValueError: the first problem
"""


def test_each_failed_job_is_named_once_with_its_sentences_and_its_log(tmp_path):
    log = tmp_path / "results/logs/preprocess_func/sub-01.log"
    log.parent.mkdir(parents=True)
    log.write_text(JOB_LOG)

    assert failure_summary(RUN_LOG, tmp_path) == (
        "\nWhat stopped the run:\n"
        "  preprocess_func:\n"
        "      the first problem; expected another\n"
        "      the second problem\n"
        "      log: results/logs/preprocess_func/sub-01.log\n"
        "  compute_metrics:\n"
        f"      {SILENT}\n"
        "      log: results/logs/compute_metrics/sub-02.log\n"
    )


def test_a_run_without_failed_jobs_has_no_summary():
    assert failure_summary("Finished jobid: 1") == ""
