"""Levels, overview and balance of a design made by hand."""

import numpy as np
import pytest

from restpain.cohort.design_warnings import (
    category_counts,
    design_overview,
    group_warnings,
    one_group_sentences,
)
from restpain.cohort.participants import Comparison
from small_design import design_of, participants


def test_the_overview_gives_group_means_and_the_inflation_of_a_known_correlation():
    x = np.array([1.0, 1, -1, -1, 1, 1, -1, -1])
    y = np.array([1.0, -1, 1, -1, 1, -1, 1, -1])  # orthogonal to x and to the group
    table = participants(x=x, mixed=0.6 * x + 0.8 * y)

    overview = design_overview(design_of(table, "x", "mixed")).set_index("column")

    # R^2 of either on the other is 0.36
    assert overview.loc["x", "variance_inflation"] == pytest.approx(1 / 0.64)
    assert overview.loc["group", "variance_inflation"] == pytest.approx(1)
    assert overview.loc["group", ["mean_patients", "mean_controls"]].tolist() == [1, -1]


def test_sites_are_counted_by_group_and_one_with_a_single_group_is_named():
    table = participants(site=["A", "A", "B", "C", "A", "B", "B", "B"])

    design = design_of(table, "age", "site")
    counts = category_counts(table, Comparison("patient", "control", ["age", "site"]))

    assert design.columns == ("group", "intercept", "age", "site=B", "site=C")
    assert counts.to_numpy().tolist() == [
        ["site", "A", 2, 1],
        ["site", "B", 1, 3],
        ["site", "C", 1, 0],
    ]
    assert one_group_sentences(counts) == [
        "the covariate site is C for 1 patient and no controls; expected both groups; these "
        "participants add nothing to the group difference: merge the level with another or "
        "exclude them"
    ]


def compared(table, *covariates, **options):
    return group_warnings(
        table, Comparison("patient", "control", list(covariates)), seed=1, **options
    )


def test_groups_that_are_alike_give_no_warning():
    assert compared(participants(), "age", "sex") == []


def test_an_age_that_tells_the_groups_apart_is_named_with_its_inflation():
    age = [20.0, 22, 24, 26, 60, 62, 64, 66]
    described = {"age": {"LongName": "Age"}}

    differ, inflated = compared(participants(age=age), "age", described=described)

    assert differ == (
        "the groups differ in Age: 23.00 in patients and 63.00 in controls on average (p < 0.001, "
        "Welch's t-test)"
    )
    # between the groups 8 x 20^2, within them 40: R^2 = 3200 / 3240, inflation 3240 / 40 = 81
    assert inflated == (
        "the covariates inflate the variance of the group effect 81.0 times, its standard error "
        "9.0 times (Age alone explains 99 % of the variance of the group): little of the group "
        "is left to be compared; match the groups, or drop the covariate and say so"
    )


def test_a_category_that_half_explains_the_group_is_named_with_its_share():
    table = participants(site=["a"] * 4 + ["b"] * 3 + ["a"])

    (inflated,) = compared(table, "site")

    # phi^2 of (4, 0; 1, 3) is 144 / (4 x 4 x 5 x 3) = 0.6, inflation 1 / 0.4; Fisher's p 0.143
    assert "2.5 times, its standard error 1.6 times (site alone explains 60 %" in inflated


def test_motion_is_a_covariate_like_any_other():
    motion = [0.3, 0.32, 0.31, 0.33, 0.1, 0.12, 0.11, 0.13]

    first, _ = compared(participants(mean_fd=motion), "mean_fd")

    assert first.startswith("the groups differ in Mean framewise displacement: 0.32 in patients")
