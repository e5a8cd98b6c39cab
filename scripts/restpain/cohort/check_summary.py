"""Last lines of a passed cohort check: what was found and chosen, and what a run takes."""

from collections import Counter

import pandas as pd

from restpain.cohort.choice import KIND_NAMES, chosen_runs, signature
from restpain.cohort.grids import grid_words, usual_grid
from restpain.cohort.map_checks import map_summary
from restpain.cohort.participants import Comparison
from restpain.cohort.timing import slice_times_source
from restpain.presentation.numbers import counted

N_LISTED = 4  # different values in one line


def check_summary(
    participants: pd.DataFrame,
    comparison: Comparison,
    indices: list[dict],
    problems: pd.DataFrame,
    resources: list[dict],
    *,
    drop_volumes: int,
    slice_order: str | list[float] | None,
    maps: dict | None = None,
    native: bool = False,
) -> list[str]:
    """Lines about a cohort that has no error.

    Parameters
    ----------
    participants : pandas.DataFrame
        All rows of the table, those left out with a reason in ``exclude``.
    comparison : Comparison
        Names the groups.
    indices : list of dict
        Indices of the participants who are not left out.
    problems : pandas.DataFrame
        Table of problems, warnings and notes.
    resources : list of dict
        Notes of `restpain.cohort.job_sizes.predicted_resources`.
    drop_volumes : int
        Volumes dropped at the start.
    slice_order : str, list or None
        As in the configuration.
    maps : dict, optional
        ``scales`` and ``fwhm_mm`` of `restpain.cohort.map_checks.map_summary`, of maps.
    native : bool
        True if the series keep their own grid.
    """
    kept = participants[participants["exclude"] == ""]
    counts = kept["group"].value_counts()
    names = dict.fromkeys([*comparison.groups, *counts.index])
    groups = ", ".join(f"{counts.get(name, 0)} {_group_words(name)}" for name in names)
    lines = [f"participants: {groups}{_reasons(participants)}"]
    lines += (
        [*map_summary(indices, **maps), *_timing_lines(indices, drop_volumes)]
        if maps
        else _series_lines(indices, drop_volumes, slice_order)
    )
    if native:
        lines.append(f"grid: {grid_words(*usual_grid(indices))}, that of the series")
    n_warnings = int((problems["severity"] == "warning").sum())
    lines.append(
        f"warnings of the images: {n_warnings or 'none'}"
        f"{', in results/cohort/check.tsv' * (n_warnings > 0)}"
    )
    return [*lines, "a run takes:", *(f"  {row['found']}" for row in resources)]


def _series_lines(indices: list[dict], drop_volumes: int, slice_order) -> list[str]:
    """Images that were chosen, repetition time, slice times and volumes."""
    lines = []
    runs = {
        kind: [run for index in indices for run in chosen_runs(index) if run["kind"] == kind]
        for kind in KIND_NAMES
    }
    for kind, name in KIND_NAMES.items():
        if runs[kind]:
            chosen = _values(f"{signature(run)} ({run['why']})" for run in runs[kind])
            lines.append(f"{name}: {chosen}")
    order = [slice_times_source(run, slice_order) or "unknown" for run in runs["rest"]]
    if all(index["source"] == "derivatives" for index in indices):
        order = ["as preprocessed before"]
    time, volumes = _timing_lines(indices, drop_volumes)
    return [*lines, time, f"slice times: {_values(order)}", volumes]


def _timing_lines(indices: list[dict], drop_volumes: int) -> list[str]:
    """Repetition time and volumes of the rest series; no line without series."""
    rest = [run for index in indices for run in chosen_runs(index) if run["kind"] == "rest"]
    if not rest:
        return []
    minutes = [
        max(run["n_volumes"] - drop_volumes, 0) * run["repetition_time_s"] / 60 for run in rest
    ]
    return [
        f"repetition time: {_values(_seconds(run) for run in rest)}",
        f"volumes: {_values(str(run['n_volumes']) for run in rest)}; {_range(minutes)} minutes "
        f"after dropping {drop_volumes}",
    ]


def _group_words(label: str) -> str:
    """Label of a group behind a number of participants."""
    return f"of group {label}" if label.isdecimal() else label or "without a group"


def _reasons(participants: pd.DataFrame) -> str:
    reasons = participants.loc[participants["exclude"] != "", "exclude"].value_counts()
    if reasons.empty:
        return ""
    listed = ", ".join(f"{n} {reason}" for reason, n in sorted(reasons.items()))
    return f"; {counted(int(reasons.sum()), 'participant')} left out: {listed}"


def _values(texts) -> str:
    """Different texts with the number of participants each, the most frequent first."""
    counts = Counter(texts).most_common()
    if len(counts) == 1:
        return counts[0][0]
    more = f" and {len(counts) - N_LISTED} more" if len(counts) > N_LISTED else ""
    return ", ".join(f"{text} in {n}" for text, n in counts[:N_LISTED]) + more


def _seconds(run: dict) -> str:
    source = run.get("repetition_time_source")
    return f"{run['repetition_time_s']:g} s" + (f" ({source})" if source else "")


def _range(minutes: list[float]) -> str:
    low, high = f"{min(minutes):.1f}", f"{max(minutes):.1f}"
    return low if low == high else f"{low} to {high}"
