"""Cells of Table 1 and warnings about sites."""

import pandas as pd

from restpain.cohort.participants import Comparison
from restpain.presentation.labels import PAPER_ROWS
from restpain.report.section_cohort import demographic_rows, site_warnings
from restpain.tables.demographics import demographics

PEOPLE = pd.DataFrame(
    {
        "group": ["CP"] * 3 + ["HC"] * 3,
        "age": ["60", "61", "62", "63", "64", None],
        "nrs": ["2", "5", "8", None, None, None],
    }
)


def test_a_row_has_both_p_and_a_row_of_patients_alone_has_none():
    table = demographics(PEOPLE, Comparison("CP", "HC"), columns=list(PAPER_ROWS), seed=1)

    age, score, mild, *_ = demographic_rows(table)

    # t = -2.5 / sqrt((2 x 1 + 1 x 0.5) / 3 x (1/3 + 1/2)) = -3, df 3: p = 0.0577
    assert (age["p"], age["mark"], age["missing"]) == ("0.058", "a", "1")
    assert age["alternative"] not in ("", age["p"])
    assert (score["p"], score["controls"], score["smd"]) == ("", "", "")
    assert [row["indent"] for row in (age, score, mild)] == [False, False, True]


def test_only_sites_of_one_group_are_warned_of():
    sites = pd.DataFrame(
        {
            "covariate": "scanner",
            "level": ["A", "B", "C"],
            "n_patients": [3, 0, 1],
            "n_controls": [2, 1, 0],
        }
    )

    first, second = site_warnings(sites)

    assert first.startswith("The scanner B has no patients and 1 control: its effect cannot")
    assert second.startswith("The scanner C has 1 patient and no controls")


def test_levels_are_indented_below_their_test_and_the_skewness_of_both_groups_is_shown():
    people = PEOPLE.assign(hand=["left", "right", "both"] * 2, age=["1", "1", "4"] * 2)
    table = demographics(people, Comparison("CP", "HC"), columns=["age", "hand"], seed=1)

    age, hand, *levels = demographic_rows(table)

    assert age["skewness"] == "1.7 / 1.7"  # 3^0.5
    assert (hand["mark"], hand["skewness"], hand["indent"]) == ("d", "", False)
    assert [row["indent"] for row in levels] == [True] * 3
    assert [row["p"] for row in levels] == [""] * 3
