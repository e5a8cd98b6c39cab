"""Memory and time that jobs request, and the share of the permutations that one job computes."""

from collections.abc import Callable
from pathlib import Path

from restpain.cohort.job_sizes import series_megabytes
from restpain.io.tables import read_json


def on_retry(memory_mb: int, minutes: int) -> dict[str, Callable]:
    """Resources of a rule; each retry requests as much again on top."""
    return {
        "mem_mb": lambda wildcards, attempt: attempt * memory_mb,
        "runtime": lambda wildcards, attempt: attempt * minutes,
    }


def by_headers(
    kind: str,
    *,
    memory_mb: tuple[float, float],
    minutes: tuple[float, float],
    participants: list[str] | None = None,
) -> dict[str, Callable]:
    """Resources of a participant's job, from the size that the headers tell.

    ``memory_mb`` and ``minutes`` are ``(start, per MB)`` of the T1 or rest series (``kind``) as
    float32; each retry requests as much again on top. The index is not an input of the jobs: it
    exists when one of them is ready, and changes nothing in them. A job without a wildcard takes
    its ``participants``, labels without sub-, one after the other.
    """

    def megabytes(subject):
        path = Path(f"results/cohort/index/sub-{subject}.json")
        return series_megabytes(read_json(path), kind) if path.exists() else 0

    def resource(total, start, per_mb):
        def requested(wildcards, attempt):
            sizes = map(megabytes, participants or [wildcards.subject])
            return attempt * round(start + per_mb * total(sizes))

        return requested

    return {"mem_mb": resource(max, *memory_mb), "runtime": resource(sum, *minutes)}


def numbers_of_job(job: int, *, per_job: int, total: int) -> range:
    """Numbers, from 0, of the permutations that one job computes; jobs are counted from 0."""
    return range(per_job * job, min(per_job * (job + 1), total))
