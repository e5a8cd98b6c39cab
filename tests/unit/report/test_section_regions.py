"""Cells of Table 2."""

from restpain.report.section_regions import one_sample_words, region_rows
from study import REGIONS


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
