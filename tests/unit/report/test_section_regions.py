"""Cells of Table 2."""

import pandas as pd

from restpain.report.section_regions import one_sample_rows, one_sample_words, region_rows
from study import ONE_SAMPLE, REGIONS


def test_rows_of_one_measure_share_one_tall_cell():
    rows = region_rows(REGIONS.assign(p_permutation=[1 / 501, 2 / 501, 0.1]), 500)

    assert [row["span"] for row in rows] == [2, 0, 1]
    assert [row["p_permutation"] for row in rows] == [
        *("≤1/501, smallest possible", "0.004", "0.100"),
    ]
    assert rows[1]["near"] == "4.2 mm away"
    assert [row["fdr"] for row in rows] == ["yes", "no", "no"]


def test_the_values_of_the_one_sample_tests_are_named():
    assert one_sample_words({"alff": 1.0, "fc": 0.0}) == (
        "Local measures are tested against the mean of the brain, connectivity against zero."
    )
    assert one_sample_words({"alff": 1.0, "zfc": 0.0, "reho": 1.0}) == (
        "The mean of a group is tested: ALFF and ReHo against the mean of the brain, 1, zfc "
        "against zero."
    )


def test_the_largest_clusters_of_each_group_are_listed_with_how_many_there_are():
    five = pd.concat([ONE_SAMPLE.iloc[:1]] * 5).assign(n_voxels=[1500, 90, 80, 70, 60])
    table = pd.concat([five, ONE_SAMPLE.iloc[1:2].assign(group="controls"), ONE_SAMPLE.iloc[2:]])

    rows = one_sample_rows(table, ["ALFF1"])

    assert [(row["measure"], row["group"], row["place"], row["of"]) for row in rows] == [
        *[("ALFF", "patients", place, 5) for place in (1, 2, 3)],
        ("ALFF", "controls", 1, 1),
        ("FC of ALFF1", "controls", 1, 1),
    ]
    assert [row["span"] for row in rows] == [4, 0, 0, 0, 1]
    assert rows[0]["n_voxels"] == "1\N{NARROW NO-BREAK SPACE}500"
    assert rows[0]["shares"] == "Inferior temporal gyrus L 100\N{NO-BREAK SPACE}%"
    assert rows[3]["region"] == "near Inferior temporal gyrus, right"


def test_connectivity_of_each_group_is_in_the_order_of_the_seeds():
    table = pd.concat([ONE_SAMPLE.iloc[2:].assign(seed=seed) for seed in ("ReHo1", "ALFF1")])

    rows = one_sample_rows(table, ["ALFF1", "ReHo1"])

    assert [row["measure"] for row in rows] == ["FC of ALFF1", "FC of ReHo1"]
