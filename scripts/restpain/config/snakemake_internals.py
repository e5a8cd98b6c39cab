"""Use of Snakemake beyond its documented interface; its tests fail when Snakemake changes."""


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
