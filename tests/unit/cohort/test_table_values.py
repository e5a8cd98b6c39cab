"""Values that cannot be what they are counted as, and the sentence about each."""

import numpy as np
import pandas as pd
import pytest

from restpain.cohort.table_values import (
    far_values,
    shown_problems,
    value_problems,
    value_warnings,
)

AGES = ["61", "55", "47", "39", "58", "50", "44", "60"]


def people(**columns):
    n = len(next(iter(columns.values())))
    return pd.DataFrame(
        {"participant_id": [f"sub-{number}" for number in range(1, n + 1)]} | columns,
        dtype=object,
    )


def said(values, name="x", **settings):
    return value_problems(people(**{name: values}), [name], **settings)


def test_values_that_can_be_right_are_not_spoken_of():
    table = people(
        age=AGES,
        sex=["M", "F"] * 4,
        bdi=["3", "9", "14", "3", "0", "22", "8", "1"],
        dose=["0.5", "1", "0.5", "1", "0.5", "1", "1", "1"],
        field=["3T", "1.5T"] * 4,
    )

    assert value_problems(table, list(table)[1:], declared={"field": True}) == []
    assert value_warnings(table, list(table)[1:]) == []


@pytest.mark.parametrize("code", ["-999", "999", "-9", "-99", "9999"])
def test_a_code_for_a_missing_value_is_named_with_the_way_out(code):
    (sentence,) = said([code, *AGES[1:]], "age")

    assert sentence == (
        f"participants.tsv has {code} as age for sub-1, where all others have 39 to 60; write n/a "
        f"if it stands for a missing value, or {code}.0 if it was measured"
    )


def test_a_score_is_held_to_the_same_however_often_the_code_occurs():
    table = people(nrs=["4", "-9", "5", "-9", "-9", "-9", "7", "6"])

    (sentence,) = value_problems(table, ["nrs"], score="nrs")

    assert sentence.startswith("participants.tsv has -9 as nrs for sub-2, sub-4, sub-5 and sub-6,")


def test_what_was_measured_is_taken():
    assert said(["999.0", *AGES[1:]], "weight") == []
    assert said(["99", "88", "95", "91", "86", "90", "97", "93"], "age") == []


@pytest.mark.parametrize("age", ["-3", "160"])
def test_an_impossible_age_is_an_error(age):
    assert said([age, *AGES[1:]], "age") == [
        f"participants.tsv has the age {age} for sub-1; expected 0 to 120 years; correct it"
    ]


@pytest.mark.parametrize(
    ("values", "shown"),
    [(["0", "1"] * 4, "0, 1"), (["1", "2"] * 4, "1, 2"), (["1", "2", "3", "1"] * 2, "1, 2, 3")],
)
def test_few_whole_numbers_have_to_be_declared_one_way_or_the_other(values, shown):
    (sentence,) = said(values)

    assert sentence == (
        f"participants.tsv has only the whole numbers {shown} in the column x: codes or a "
        "quantity? Set cohort.categories to {x: true} for codes, or to {x: false} for a quantity"
    )
    assert said(values, declared={"x": False}) == []
    assert said(values, described={"x": {"Units": "children"}}) == []
    assert said(values, score="x") == []
    assert said(values, site="x") == []  # `site_problems` refuses numbers


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([f"{age} years" for age in AGES], "a number with a unit"),
        ([f"{age}y" for age in AGES], "a number with a unit"),
        ([f"19{age}-03-01" for age in AGES], "a date"),
        ([f"01.03.19{age}" for age in AGES], "a date"),
        ([f"1/3/{age}" for age in AGES], "a date"),
        ([f"19{age}0301" for age in AGES], "a date"),
        ([f"KK{age}" for age in AGES], "8 different texts in 8 participants"),
    ],
)
def test_what_is_neither_a_number_nor_a_category_is_refused(values, kind):
    (sentence,) = said(values)

    assert sentence.startswith(
        f"participants.tsv has {kind} in the column x, such as {values[0]!r} for sub-1; expected"
    )
    assert "expected a number or a category; " in sentence


def test_infinite_and_mixed_values_and_decimal_commas_are_named():
    assert said(["inf", *AGES[1:]]) == [
        "the column x is 'inf' for sub-1, but a number for most others; correct the value"
    ]
    assert said(["12 years", *AGES[1:]]) == [
        "the column x is '12 years' for sub-1, but a number for most others; correct the value"
    ]
    assert said([f"{age},5" for age in AGES]) == [
        "the column x has decimal commas, such as '61,5' for sub-1; write decimal points"
    ]


def test_two_spellings_are_refused_and_a_level_of_one_participant_is_named():
    sexes = ["M", "F", "M", "f", "F", "M", "F", "M"]

    (sentence,) = said(sexes, "gender")

    assert "'F' (3 times) and 'f' (1 time)" in sentence
    assert value_warnings(people(site=["a"] * 7 + ["b"]), ["site"]) == [
        "the column site is b for one participant only (sub-8): a spelling? Otherwise the effect "
        "of this level is that of the participant; merge it with another"
    ]


def test_a_value_far_from_all_others_is_named():
    assert value_warnings(people(weight=["610", *AGES[1:]]), ["weight"]) == [
        "the weight of sub-1 is 610, far from all others (39 to 60): look whether it is right"
    ]


def test_samples_of_normal_and_of_skewed_values_are_rarely_called_far():
    generator = np.random.default_rng(1)
    samples = [
        draw
        for n in (8, 20, 46)
        for _ in range(500)
        for draw in (generator.normal(50, 10, n), generator.lognormal(4, 1.5, n))
    ]

    assert np.mean([far_values(sample).any() for sample in samples]) < 0.02


def test_columns_of_table_1_must_be_there_and_skewed_ones_be_numbers():
    table = people(age=AGES, sex=["M", "F"] * 4)

    assert shown_problems(table, columns=["age", "iq"], skewed=["sex", "age"]) == [
        "table1.columns names the column iq, but participants.tsv has participant_id, age, sex; "
        "correct the name or remove it",
        "table1.skewed names the column sex, which is a category; remove it",
    ]
