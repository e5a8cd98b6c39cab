"""What jobs ask for in memory and time, and how many share one job; functions only."""

from restpain.cohort.job_sizes import series_megabytes
from restpain.io.tables import read_json


def on_retry(amount):
    """A resource that each retry asks as much of again: memory in MB, time in minutes."""

    def resource(wildcards, attempt):
        return attempt * amount

    return resource


def by_headers(start, per_mb, kind):
    """A resource of a participant's job, from what the headers said; each retry asks as much again.

    ``start`` (memory in MB, time in minutes) and ``per_mb`` for each MB that the T1 or rest series takes
    as float32. The index is not an input of the jobs: it exists when one of them is ready, and changes
    nothing in them.
    """

    def resource(wildcards, attempt):
        path = Path(f"results/cohort/index/sub-{wildcards.subject}.json")
        megabytes = series_megabytes(read_json(path), kind) if path.exists() else 0
        return attempt * round(start + per_mb * megabytes)

    return resource


PLACES = {subject: place for place, subject in enumerate(SUBJECTS)}


def in_batches(group):
    """The group of a participant's job: neighbours in the table share a job of the cluster.

    The profile's ``group-components`` says how many; without it there is no group. The participants of
    a batch share a name of their own: groups of one name Snakemake joins once more each time a
    checkpoint has run, ten of ten to one of a hundred.
    """

    def batch(wildcards):
        size = workflow.group_settings.group_components.get(group, 1)
        if size == 1:
            return None
        name = f"{group}{PLACES[wildcards.subject] // size}"
        workflow.parent_groupids[name] = group  # by which Snakemake looks up the size of the name
        return name

    return batch


BATCH = 10  # permutations in one job, so that the start of AutoGluon is paid once for them


def permutations_of_batch(wildcards):
    """Numbers of the permutations of one job, counted from 1 over all jobs."""
    first = BATCH * (int(wildcards.batch) - 1) + 1
    return list(
        range(first, min(first + BATCH - 1, config["classification"]["n_permutations"]) + 1)
    )


# what a job computes, not what the results are: each permutation has its own seed
PERMUTATIONS_PER_JOB = 500


def permutation_range(wildcards):
    """First permutation of a job and how many it computes."""
    first = int(wildcards.permutations) * PERMUTATIONS_PER_JOB
    return first, min(PERMUTATIONS_PER_JOB, config["group"]["n_permutations"] - first)
