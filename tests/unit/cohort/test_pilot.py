"""Checks of pilot: what the cohort check says about a table that is no study of groups."""

import pandas as pd
import pytest

from restpain.cohort.checks import problem_table, sentences
from restpain.cohort.participants import Comparison
from restpain.cohort.pilot import pilot_notes


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        (["patient"], "1 participant of the group 'patient'"),
        ([""], "1 participant without a group"),
        (["pilot", "pilot", ""], "2 participants of the group 'pilot', 1 participant without a "),
    ],
)
def test_a_pilot_is_told_that_only_the_group_level_needs_groups(groups, found):
    table = pd.DataFrame({"group": groups, "exclude": ""})

    rows = pilot_notes(table, Comparison("patient", "control"))

    assert [row["severity"] for row in rows] == ["warning"]
    (sentence,) = sentences(problem_table(rows))
    assert sentence.startswith(f"participants.tsv: {found}")
    assert sentence.endswith(
        "; expected at least 3 each of 'patient' and 'control' for the group level; run the "
        "target participants, which needs no groups"
    )


def test_a_study_of_two_groups_is_told_nothing():
    table = pd.DataFrame({"group": ["patient", "control"] * 3, "exclude": ""})

    assert pilot_notes(table, Comparison("patient", "control")) == []
