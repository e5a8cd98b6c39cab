"""Checks of design: columns that can be read off, and every way a design can fail."""

import numpy as np
import pytest

from restpain.cohort.design import (
    score_problems,
)
from restpain.cohort.participants import included
from small_design import design_of, participants


def test_columns_are_group_intercept_and_covariates_as_they_are():
    design = design_of(participants(), "age", "sex")

    assert design.columns == ("group", "intercept", "age", "sex=M")
    np.testing.assert_array_equal(
        design.matrix[[0, 5]], [[1, 1, 50, 1], [-1, 1, 66, 1]]
    )  # sub-1, sub-6
    assert design.df == 4
    assert design.patients.tolist() == [True] * 4 + [False] * 4


def test_a_category_has_one_column_per_level_but_the_first():
    design = design_of(participants(site=["b", "c", "a", "b", "a", "b", "c", "c"]), "site")

    assert design.columns[2:] == ("site=b", "site=c")
    np.testing.assert_array_equal(design.matrix[:3, 2:], [[1, 0], [0, 1], [0, 0]])


def test_the_excluded_are_left_out_in_table_order():
    table = participants(exclude=["", "motion", "", "", "", "no T1", "", ""])

    assert included(table)["participant_id"].tolist() == [
        f"sub-{number}" for number in (1, 3, 4, 5, 7, 8)
    ]


def test_all_problems_are_reported_at_once():
    table = participants(
        age=["50", "61", None, "70", "52", None, "57", "x"], scanner=["A"] * 8
    ).drop(index=[0, 1])

    with pytest.raises(ValueError, match="exclude the participant") as error:
        design_of(table, "age", "scanner", "weight")

    assert str(error.value).splitlines() == [
        "the covariate age is missing for sub-3, sub-6; give the value, exclude the participant "
        "or drop the covariate",
        "the covariate scanner is A for all participants; drop it",
        "the covariate weight is no column of the participants table, which has participant_id, "
        "group, age, sex, scanner; correct the name or add the column",
        "the group patient has 2 participants, but a group needs at least 3 participants",
    ]


def test_a_value_that_is_no_number_among_numbers_is_named():
    table = participants(age=["50", "61", "5O", "70", "52", "66", "57", "63"])

    with pytest.raises(ValueError, match="age is '5O' for sub-3, but a number for most others"):
        design_of(table, "age")


def test_a_covariate_that_separates_the_groups_is_named():
    table = participants(site=["north"] * 4 + ["south"] * 4)

    with pytest.raises(
        ValueError, match="columns group, site=south .* separate the groups completely"
    ):
        design_of(table, "age", "site")


def test_covariates_that_repeat_each_other_are_named_and_others_are_not():
    table = participants(months=[600, 732, 660, 840, 624, 792, 684, 756])

    with pytest.raises(ValueError, match="the columns age, months of the design are collinear"):
        design_of(table, "age", "sex", "months")


def test_nearly_equal_covariates_of_different_scale_still_make_a_design():
    months = [600.5, 732, 660, 840, 624, 792, 684, 756]

    assert design_of(participants(months=months), "age", "months").df == 4


def test_more_columns_than_participants_can_estimate_are_counted():
    rng = np.random.default_rng(0)
    extra = {f"x{number}": rng.normal(size=8) for number in range(6)}

    with pytest.raises(ValueError, match=r"8 columns .* but 8 participants; it needs at least 9"):
        design_of(participants(**extra), *extra)


def test_a_subset_keeps_rows_and_drops_covariates_it_cannot_estimate():
    design = design_of(participants(site=["a"] * 7 + ["b"]), "age", "site")

    part = design.subset(np.arange(7))

    assert part.columns == ("group", "intercept", "age")
    assert part.participants == tuple(f"sub-{number}" for number in range(1, 8))
    np.testing.assert_array_equal(part.matrix, design.matrix[:7, :3])


def test_a_subset_with_two_controls_is_refused():
    with pytest.raises(ValueError, match="the group controls has 2 .* at least 3 participants"):
        design_of(participants(), "age").subset(np.arange(6))


def test_score_problems_name_the_column_or_the_value():
    table = participants(nrs=["3", "high", None, "5", None, None, None, None])

    assert score_problems(table, None, []) == []
    assert score_problems(table, "nrs", []) == [
        "the score nrs is 'high' for sub-2, but must be a number or n/a"
    ]
    assert score_problems(table.assign(nrs="inf"), "nrs", [])[0] == (
        "the score nrs is 'inf' for sub-1, but must be a number or n/a"
    )
    assert "the score pain is no column" in score_problems(table, "pain", [])[0]


def test_problems_of_the_scores_covariates_are_reported_for_patients_with_a_score():
    table = participants(
        nrs=[3, 5, 4, 7, 2, 6, None, None],
        age=[50, 61, 55, 70, 52, 66, None, 63],
        dose=[9, 25, 16, 49, 4, 36, 1, 1],  # orders as the score does
        site=["a"] * 6 + ["b"] * 2,
        weight=[70, None, 80, 75, 66, 90, 71, 72],
    )

    assert score_problems(table, "nrs", ["age"]) == []
    assert score_problems(table, "nrs", ["age", "dose"]) == [
        "association.covariates: the ranks of nrs, dose follow from one another in the patients "
        "with a score; drop dose"
    ]
    assert score_problems(table, "nrs", ["site", "weight", "height"]) == [
        "association.covariates: the covariate site is a for all participants; drop it",
        "association.covariates: the covariate weight is missing for sub-2; give the value, "
        "exclude the participant or drop the covariate",
        "association.covariates: the covariate height is no column of the participants table, "
        "which has participant_id, group, age, sex, nrs, dose, site, weight; correct the name or "
        "add the column",
    ]


def test_a_site_for_each_group_is_refused():
    with pytest.raises(ValueError, match="separate the groups completely.*drop site=B"):
        design_of(participants(site=["A"] * 4 + ["B"] * 4), "site")
