"""What a finished run takes on more cores: work, longest chain of jobs, time; a table of docs.

    PYTHONPATH=scripts:. python benchmarks/critical_path.py RUN --write

reads the jobs of a whole run, their files and their wall seconds from Snakemake's log of the run,
and plans them anew on some numbers of cores: whenever a core is free, it takes the job that has
the longest chain of jobs behind it. Each job takes one core as long as it took in the run, so what
the network, the disk and memory add with many cores is not in it. Simulated data are there before.
"""

import argparse
import heapq
import re
from datetime import datetime
from pathlib import Path

from pages import markdown, replace_part
from recorded_run import SIMULATION_RULES

PAGE = Path(__file__).parents[1] / "docs" / "cohort_size.md"
CORES = (1, 2, 4, 16, 64)
BLOCK = re.compile(
    r"^\[(?P<start>[^\]]+)\]\n(?:local)?(?:rule|checkpoint) (?P<rule>\w+):\n"
    r"(?P<lines>(?:    .*\n)+)",
    re.MULTILINE,
)
FINISHED = re.compile(r"^\[(?P<end>[^\]]+)\]\nFinished jobid: (?P<id>\d+)", re.MULTILINE)


class Job:
    """Job of a run: its rule, seconds, and the numbers of the jobs that it waits for."""

    def __init__(self, rule, seconds):
        self.rule, self.seconds, self.waits_for = rule, seconds, set()


def seconds_between(start, end):
    """Seconds between two times as Snakemake prints them."""
    first, last = (datetime.strptime(text, "%a %b %d %H:%M:%S %Y") for text in (start, end))
    return (last - first).total_seconds()


def jobs_of(log):
    """Jobs by number, of the text of Snakemake's log; those that only join others are left out."""
    ends = {match["id"]: match["end"] for match in FINISHED.finditer(log)}
    jobs, made_by, inputs = {}, {}, {}
    for match in BLOCK.finditer(log):
        fields = dict(re.findall(r"^    (\w+): (.*)$", match["lines"], re.MULTILINE))
        number = fields["jobid"]
        if number not in ends or match["rule"] in SIMULATION_RULES:
            continue
        jobs[number] = Job(match["rule"], seconds_between(match["start"], ends[number]))
        inputs[number], outputs = (
            fields[key].split(", ") if key in fields else [] for key in ("input", "output")
        )
        made_by |= dict.fromkeys(outputs, number)
    for number, files in inputs.items():
        jobs[number].waits_for = {made_by[file] for file in files if file in made_by} - {number}
    return jobs


def chains(jobs):
    """Seconds of the longest chain that begins with each job, and the next job in it."""
    behind, longest, following = {number: [] for number in jobs}, {}, {}
    for number, job in jobs.items():
        for other in job.waits_for:
            behind[other].append(number)

    def length(number):
        if number not in longest:
            after = max(behind[number], key=length, default=None)
            following[number] = after
            longest[number] = jobs[number].seconds + (length(after) if after else 0)
        return longest[number]

    for number in jobs:
        length(number)
    return longest, following, behind


def planned_seconds(jobs, cores):
    """Seconds of all jobs on a number of cores, the longest chain first."""
    longest, _, behind = chains(jobs)
    left = {number: len(job.waits_for) for number, job in jobs.items()}
    ready = [(-longest[number], number) for number, n in left.items() if n == 0]
    heapq.heapify(ready)
    running, now = [], 0.0
    while ready or running:
        while ready and len(running) < cores:
            _, number = heapq.heappop(ready)
            heapq.heappush(running, (now + jobs[number].seconds, number))
        now, number = heapq.heappop(running)
        for after in behind[number]:
            left[after] -= 1
            if left[after] == 0:
                heapq.heappush(ready, (-longest[after], after))
    return now


def longest_chain(jobs):
    """Rules of the longest chain of jobs, each with its seconds."""
    longest, following, _ = chains(jobs)
    number = max(longest, key=longest.get)
    rules = []
    while number is not None:
        rules.append((jobs[number].rule, jobs[number].seconds))
        number = following[number]
    return rules


def cores(jobs):
    """Table of the time on some numbers of cores, and the longest chain in words."""
    work = sum(job.seconds for job in jobs.values())
    rows = []
    for n in CORES:
        seconds = planned_seconds(jobs, n)
        rows.append(
            [n, f"{seconds / 60:.1f}", f"{work / seconds:.1f}", f"{work / seconds / n:.0%}"]
        )
    chain = longest_chain(jobs)
    words = ", ".join(f"{rule} {seconds:.0f}" for rule, seconds in chain if seconds >= 2)
    total = sum(seconds for _, seconds in chain)
    text = markdown(["cores", "minutes", "times faster than one", "cores in use"], rows)
    return f"{text}\n\nThe longest chain takes {total:.0f} s: {words} s."


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path, help="folder of a run that was made in one go")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/cohort_size.md"
    )
    arguments = parser.parse_args()
    logs = (arguments.run / ".snakemake" / "log").glob("*.log")
    text = cores(jobs_of(max(logs, key=lambda path: path.stat().st_size).read_text()))
    print(text)
    if arguments.write:
        replace_part(PAGE, "cores", text)
