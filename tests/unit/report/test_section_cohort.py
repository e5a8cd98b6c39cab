"""Cells of Table 1 and warnings about sites."""

import pandas as pd

from restpain.cohort.participants import Comparison
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
    table = demographics(PEOPLE, Comparison("CP", "HC"), columns=[])

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
