"""Note of the cohort check on a pilot: participants who are processed, but no groups."""

import pandas as pd

from restpain.cohort.image_checks import NONE, problem
from restpain.cohort.participants import SMALLEST_GROUP, Comparison, included, is_pilot
from restpain.presentation.numbers import counted


def pilot_notes(table: pd.DataFrame, comparison: Comparison) -> list[dict]:
    """Rows of the table of problems: a warning if the group level is not possible yet.

    Parameters
    ----------
    table : pandas.DataFrame
        The participants, from `read_participants`.
    comparison : Comparison
        Labels of the groups.
    """
    if not is_pilot(table):
        return []
    counts = included(table)["group"].value_counts()
    found = ", ".join(
        f"{counted(n, 'participant')} {f'of the group {label!r}' if label else 'without a group'}"
        for label, n in counts.items()
    )
    expected = " and ".join(repr(label) for label in comparison.groups)
    return [
        problem(
            NONE,
            "participants.tsv",
            "warning",
            found,
            f"at least {SMALLEST_GROUP} each of {expected} for the group level",
            "run the target participants, which needs no groups",
        )
    ]
