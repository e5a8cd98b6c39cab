"""Spellings and codes of categories."""

import pandas as pd
import pytest

from cohort_inputs import import_table
from restpain.cohort.design import two_sample_design
from restpain.cohort.levels import spelling_problems, with_joined_sex, with_labelled_codes
from restpain.cohort.participants import Comparison
from restpain.io.tables import read_json, read_table


def table(**columns):
    return pd.DataFrame(columns, dtype=object)


def test_every_spelling_of_a_sex_that_bids_knows_is_one():
    found = with_joined_sex(table(sex=["M", "m", "male", "MALE", "f", "Female", "O", None]))

    assert found["sex"].tolist() == ["M", "M", "M", "M", "F", "F", "O", None]


def test_a_word_of_another_language_is_not_joined():
    words = table(sex=["m", "w", "M"])

    assert with_joined_sex(words)["sex"].tolist() == ["m", "w", "M"]


def test_codes_that_are_declared_get_the_labels_of_the_sidecar_or_none():
    people = table(hand=["1", "2", "3", None], age=["60", "61", "60", "61"])
    described = {"hand": {"LongName": "Handedness", "Levels": {"1": "right", "2": "left"}}}

    found, entries = with_labelled_codes(people, described, {"hand": True})

    assert found["hand"].tolist() == ["right", "left", "code 3", None]
    assert found["age"].tolist() == people["age"].tolist()
    assert entries["hand"] == {
        "LongName": "Handedness",
        "Levels": {"right": "right", "left": "left", "code 3": "code 3"},
    }


@pytest.mark.parametrize(
    ("levels", "declared", "expected"),
    [
        ({"0": "no", "1": {"Description": "yes"}}, {}, ["no", "yes"]),  # as BIDS has it
        ({"0": "no", "1": "yes"}, {"x": False}, ["0", "1"]),
        ({"0": "no pain", "10": "worst pain"}, {}, ["0", "1"]),  # ends of a scale
        ({}, {}, ["0", "1"]),
    ],
)
def test_levels_that_name_every_value_make_a_category(levels, declared, expected):
    found, _ = with_labelled_codes(table(x=["0", "1"]), {"x": {"Levels": levels}}, declared)

    assert found["x"].tolist() == expected


def test_a_wrong_name_and_a_label_for_two_codes_are_told_together():
    people = table(hand=["1", "2"])

    with pytest.raises(ValueError, match="cohort") as error:
        with_labelled_codes(people, {"hand": {"Levels": {"1": "r", "2": "r"}}}, {"sx": True})

    assert str(error.value).splitlines() == [
        "cohort.categories names the column sx, but participants.tsv has hand; correct the name "
        "or remove it",
        "participants.json has the level 'r' for 1 and 2 of hand; give each code a label of its "
        "own",
    ]


@pytest.mark.parametrize(
    "levels",
    [
        ("a", "b", "ab"),
        ("A", "AB", "B", "0"),  # blood groups
        ("I", "Ib", "III"),  # stages
        ("A+", "A-"),
        ("site1", "site2"),
        ("N", "CBT", "no"),
    ],
)
def test_levels_that_only_look_alike_are_levels(levels):
    assert spelling_problems("x", pd.Series(levels)) == []


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("Left", "left", "which differ in case, blanks or signs only"),
        ("left handed", "left-handed", "which differ in case, blanks or signs only"),
        ("L", "left", "of which one may be short for the other"),
        ("m", "Male", "of which one may be short for the other"),
    ],
)
def test_spellings_of_one_level_are_refused_with_their_counts(first, second, reason):
    (sentence,) = spelling_problems("x", pd.Series([first, second, second]))

    for level, n in ((first, 1), (second, 2)):
        assert f"{level!r} ({n} time" in sentence
    assert f"in the column x, {reason}; write one of them" in sentence


def test_the_import_writes_sex_in_one_spelling_and_labels_for_codes(tmp_path):
    text = "id\tgroup\tsex\thand\n01\tCP\t1\t1\n02\tHC\t2\t2\n03\tHC\tn/a\t1\n"
    sexes = {"LongName": "Sex", "Levels": {"1": "male", "2": "female"}}

    import_table(tmp_path, text, {"sex": sexes}, categories={"hand": True}, participant="id")

    found = read_table(tmp_path / "participants.tsv", dtype=str)
    assert found["sex"].fillna("n/a").tolist() == ["M", "F", "n/a"]
    assert found["hand"].tolist() == ["code 1", "code 2", "code 1"]
    described = read_json(tmp_path / "participants.json")
    assert described["sex"]["Levels"] == {"M": "male", "F": "female", "O": "other"}
    assert described["hand"]["Levels"] == {"code 1": "code 1", "code 2": "code 2"}


def test_codes_enter_the_design_as_categories_and_not_as_a_quantity():
    people = table(
        participant_id=[f"sub-{number}" for number in range(1, 9)],
        group=["p"] * 4 + ["c"] * 4,
        sex=["1", "2", "2", "1"] * 2,
        hand=["1", "2", "3", "1", "2", "1", "3", "1"],
    )
    coded, _ = with_labelled_codes(people, {}, {"sex": True, "hand": True})

    design = two_sample_design(coded, Comparison("p", "c", ["sex", "hand"]))

    assert design.columns[2:] == ("sex=code 2", "hand=code 2", "hand=code 3")
    assert design.matrix[:, 3:].sum(axis=0).tolist() == [2, 2]
