"""Summary of a failed run: failed jobs with wildcards, reasons and logs."""

import atexit
import re
import sys
from pathlib import Path

JOB = re.compile(r"^\s*(?:Error in )?(?:local)?rule (\w+)(?: \(.*\))?:$")
FIELD = re.compile(r"^\s+(jobid|wildcards|log): (.+)$")
FINISHED = re.compile(r"^Finished jobid: (\d+)\b")
ERROR_OF_GROUP = "    jobs:"
STOPPED = " CRITICAL stopped: "
SILENT = (
    "its log ends without a reason: it was killed, ran out of memory or time, or could not start"
)


def failed_jobs(run_log: str) -> list[dict]:
    """Jobs that failed and did not succeed in a later attempt.

    Parameters
    ----------
    run_log : str
        Snakemake's log of a run.

    Returns
    -------
    list of dict
        ``rule``, ``wildcards`` (as Snakemake writes them, or empty), ``logs`` (paths) and
        ``in_group`` (whether the job was one of several that were submitted together, not all of
        which need to have failed), in the order of their failure.
    """
    wildcards, failed = {}, {}
    rule, jobid, of_error, in_group = None, None, False, False
    for line in run_log.splitlines():
        if finished := FINISHED.match(line):
            failed.pop(finished[1], None)
        if line.startswith("Error in ") or line == ERROR_OF_GROUP:
            of_error, in_group = True, line == ERROR_OF_GROUP
        elif line and not line[0].isspace():
            of_error = False
        if job := JOB.match(line):
            rule, jobid = job[1], None
        elif field := FIELD.match(line):
            key, value = field.groups()
            if key == "jobid":
                jobid = value
                if of_error:
                    failed.pop(jobid, None)  # a later attempt
                    failed[jobid] = {"rule": rule, "logs": [], "in_group": in_group}
            elif key == "wildcards":
                wildcards[jobid] = value
            elif of_error and jobid in failed:
                failed[jobid]["logs"] = value.removesuffix(
                    " (check log file(s) for error details)"
                ).split(", ")
    return [job | {"wildcards": wildcards.get(key, "")} for key, job in failed.items()]


def last_sentences(job_log: str) -> str:
    """Reason for which a job stopped, from its log (`restpain.io.job`); empty if not stated."""
    _, found, rest = job_log.rpartition(STOPPED)
    return re.split(r"^Traceback ", rest, maxsplit=1, flags=re.MULTILINE)[0].strip() * bool(found)


def failure_summary(jobs: list[dict], job_logs: dict[str, str]) -> str:
    """One block per failed job: rule, wildcards, sentences, path of the log.

    Parameters
    ----------
    jobs : list of dict
        Of `failed_jobs`.
    job_logs : dict of str to str
        Text of each log that exists, by path.
    """
    blocks = []
    for job in jobs:
        reasons = [last_sentences(job_logs.get(path, "")) for path in job["logs"]]
        reason = "\n".join(filter(None, reasons))
        if job["in_group"] and not reason and len(jobs) > 1:
            continue  # it finished, or never began
        title = f"{job['rule']} ({job['wildcards']})" if job["wildcards"] else job["rule"]
        lines = [f"Failed: {title}", *(reason or SILENT).splitlines()]
        blocks.append("\n  ".join([*lines, *(f"log: {path}" for path in job["logs"])]))
    if jobs and not blocks:
        blocks = [f"Failed: {', '.join(job['rule'] for job in jobs)}\n  {SILENT}"]
    return "\n\n".join(blocks)


def report_failures_at_exit(run_logs: list[str]) -> None:
    """Print the summary of the failed jobs of a run after all that Snakemake prints.

    ``run_logs`` are the paths of the logs of Snakemake, not those of the jobs.
    """
    folder = Path.cwd()  # Snakemake has left it when the process ends

    def report():
        jobs = failed_jobs("".join(Path(path).read_text() for path in run_logs))
        paths = {path for job in jobs for path in job["logs"] if (folder / path).is_file()}
        job_logs = {path: (folder / path).read_text(errors="replace") for path in paths}
        if jobs:
            print(f"\n{failure_summary(jobs, job_logs)}", file=sys.stderr, flush=True)

    atexit.register(report)
