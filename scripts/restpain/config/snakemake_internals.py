"""Use of Snakemake beyond its documented interface; its tests fail when Snakemake changes."""

from graphlib import CycleError, TopologicalSorter

from snakemake.exceptions import WorkflowError
from snakemake.iocontainers import Namedlist


def disable_job_rate_limit(workflow) -> None:
    """Remove the limit of jobs started per second, which the scheduler checks in ``onstart``.

    The limit wakes the scheduler once more for each job that has ended, and each time it weighs
    all waiting jobs again: minutes of CPU time from some 200 jobs on.
    """
    workflow.scheduler.job_rate_limiter = None


def requested_targets(workflow) -> list[str] | None:
    """Targets of the command line, sorted; empty for the default one, None for a part of it."""
    settings = workflow.dag_settings
    if settings.until or settings.omit_from or settings.batch:
        return None
    return sorted(settings.targets)


def group_of_batch(workflow, group: str, place: int) -> str | None:
    """Name of the group of a participant's job; neighbours in the table share one.

    The profile's ``group-components`` gives the number of participants in a group; without it
    there is none. Each batch has a name of its own, because Snakemake joins groups of one name
    once more each time a checkpoint has run: ten of ten become one of a hundred.
    """
    size = workflow.group_settings.group_components.get(group, 1)
    if size == 1:
        return None
    name = f"{group}{place // size}"
    workflow.parent_groupids[name] = group  # by which Snakemake looks up the size of the name
    return name


def plan_in_linear_time() -> None:
    """Let planning take a time that grows with the number of jobs, not with its square.

    Snakemake looks for each job of a group through all jobs that it waits for, several times,
    and counts each time a job has ended what its group waits for; here all groups are checked at
    once, and what a job waits for within its group is counted once. For each file in a list of
    inputs it computes a hash of the whole list; here of its ends.
    """
    from snakemake.dag import DAG  # not importable before the workflow, which imports it

    Namedlist.__hash__ = lambda files: hash((len(files), *files[:1], *files[-1:]))
    DAG.validate_group = lambda dag, group: None
    DAG._check_groups = _check_groups
    DAG._ready = _ready


def _check_groups(dag) -> None:
    """Stop at groups that wait for each other, or for a job that waits for them.

    Raises
    ------
    snakemake.exceptions.WorkflowError
        Naming the rules of such groups and jobs.
    """
    groups, waits, rules = dag._group, {}, {}
    dag.within_group = dict.fromkeys(groups, 0)
    for job, dependencies in dag._dependencies.items():
        group = groups.get(job)
        unit = id(group or job)
        rules.setdefault(unit, set()).add(job.rule.name)
        others = waits.setdefault(unit, set())
        for other in dependencies:
            if group is not None and groups.get(other) is group:
                dag.within_group[job] += 1
            else:
                others.add(id(groups.get(other) or other))
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        names = [", ".join(sorted(rules[unit])) for unit in error.args[1][:-1]]
        raise WorkflowError(
            f"groups of the profile wait for each other: {' and '.join(names)}; put these rules "
            "into one group, or take one out of its group"
        ) from None


def _ready(dag, job) -> bool:
    """Check that a job, or all jobs of its group, wait for nothing outside of it any more."""
    waiting = dag._n_until_ready
    group = dag._group.get(job)
    if group is None:
        return waiting[job] == 0
    return all(waiting[one] == dag.within_group[one] for one in group)
