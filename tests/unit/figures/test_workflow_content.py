"""Counts and texts of Figure 1."""

import pandas as pd

from restpain.cohort.participants import Comparison
from restpain.figures.workflow_content import exclusion_flow, volumes_text

ROSTER = pd.DataFrame(
    {
        "group": ["CP", "CP", "CP", "CP", "HC"],
        "exclude": ["", "moved", "metastasis", "metastasis", ""],
    }
)


def test_the_flow_counts_each_reason_and_orders_them_by_number():
    patients, controls = exclusion_flow(ROSTER, Comparison("CP", "HC"))

    assert patients["recruited"] == 4
    assert patients["analysed"] == 1
    assert patients["excluded"] == [("metastasis", 2), ("moved", 1)]
    assert controls["excluded"] == []


def test_volumes_of_participants_that_differ_are_a_range():
    assert volumes_text([{"n_volumes": 60}], 1) == "first 1 volume dropped, 60 kept"
    assert volumes_text([{"n_volumes": 60}, {"n_volumes": 55}], 5).endswith("55 to 60 kept")
