"""Rows of Table 1, made by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import skew

from restpain.cohort.participants import Comparison, read_participants
from restpain.presentation.labels import PAPER_ROWS
from restpain.tables.demographics import COLUMNS, demographics


def table(**columns):
    n = len(next(iter(columns.values())))
    half = n // 2
    return pd.DataFrame({"group": ["CP"] * half + ["HC"] * (n - half)} | columns)


def compared(participants, **options):
    return demographics(
        participants, Comparison("CP", "HC"), columns=list(PAPER_ROWS), seed=1, **options
    )


def test_rows_come_in_the_order_of_the_paper_and_absent_columns_give_none():
    rows = compared(table(education=["9", "6", "12", "9"], age=["60", "70", "65", "71"]))

    assert rows["row"].tolist() == ["Age (years)", "Education (years)"]
    assert rows["patients"].iloc[0] == "65.00±7.07 (60–70)"
    assert list(rows.columns) == list(COLUMNS)


def test_pain_is_counted_in_its_three_categories_of_the_patients_with_a_score():
    rows = compared(table(nrs=["1", "3", "6", "7", None, None, None, None, None, None]))

    assert rows["patients"].tolist()[1:] == ["2 (50.00%)", "1 (25.00%)", "1 (25.00%)"]
    assert rows["controls"].isna().all()
    assert rows["p"].isna().all()
    assert rows["missing"].tolist() == [1] * 4  # the controls have none by design


def test_missing_values_of_both_groups_are_counted_and_left_out():
    rows = compared(table(age=["60", None, "64", None, "70", "72"]))

    assert rows.loc[0, ["missing", "patients_n", "controls_n"]].tolist() == [2, 2, 2]
    assert rows.loc[0, "patients_mean"] == 62


def test_sex_and_any_other_category_of_two_levels_are_one_row():
    people = table(sex=["M", "M", "F", "M", "F", "F"], site=["a", "a", "b", "a", "b", "b"])

    rows = demographics(people, Comparison("CP", "HC"), columns=["sex", "site", "mean_fd"], seed=1)

    assert rows["row"].tolist() == ["Male/Female", "site: a/b"]
    assert rows["patients"].tolist() == ["2/1", "2/1"]
    assert rows["controls"].tolist() == ["1/2", "1/2"]


def test_nobody_gives_an_empty_table_with_its_columns():
    rows = compared(pd.DataFrame({"group": [], "age": []}))

    assert rows.empty
    assert list(rows.columns) == list(COLUMNS)


def test_a_column_that_the_paper_lacks_has_its_long_name_and_unit():
    described = {
        "bdi": {"LongName": "Beck Depression Inventory"},
        "weight": {"LongName": "Weight", "Units": "kg"},
        "age": {"LongName": "Age at scan"},
    }
    people = table(age=["60", "61"], bdi=["3", "4"], weight=["70", "80"], hand=["1", "2"])
    columns = ["bdi", "weight", "hand"]

    rows = demographics(
        people, Comparison("CP", "HC"), columns=["age", *columns], described=described, seed=1
    )

    assert rows["row"].tolist() == [
        *("Age (years)", "Beck Depression Inventory", "Weight (kg)", "hand"),
    ]


HANDS = ["right", "right", "right", "left", "both", "both"] * 4
LEVELS = {"Levels": {"right": "right-handed", "left": "left-handed"}, "LongName": "Handedness"}


def test_a_category_of_three_levels_has_one_test_and_a_row_for_each_level():
    people = table(hand=HANDS)

    rows = demographics(
        people, Comparison("CP", "HC"), columns=["hand"], described={"hand": LEVELS}, seed=1
    )

    assert rows["row"].tolist() == [
        *("Handedness", "Handedness: both", "Handedness: left-handed"),
        "Handedness: right-handed",
    ]
    assert rows["patients"].isna().tolist() == [True, False, False, False]
    assert rows["patients"].tolist()[1:] == ["4 (33.33%)", "2 (16.67%)", "6 (50.00%)"]
    assert rows["p"].notna().tolist() == [True, False, False, False]
    assert rows.loc[0, "test"] == "Fisher's exact"  # 2 left-handers expected in each group
    assert rows.loc[0, "p"] == 1
    assert rows["smd"].tolist()[1:] == [0, 0, 0]


def test_the_label_of_yes_is_shown_but_in_the_rows_of_the_paper():
    levels = {"Levels": {"yes": "current smoker"}, "LongName": "Smoking"}
    people = table(smoker=["yes", "no"] * 12, breakthrough=["yes", "no"] * 12)

    rows = demographics(
        people,
        Comparison("CP", "HC"),
        columns=["smoker", "breakthrough"],
        described={"smoker": levels, "breakthrough": levels},
        seed=1,
    )

    assert rows["row"].tolist() == ["Smoking: current smoker", "Breakthrough cancer pain"]


@pytest.mark.parametrize(
    ("name", "values", "label", "patients", "controls"),
    [
        ("sex", ["M", "F"], "Male/Female", "6/6", "6/6"),
        ("sex", ["code 1", "code 2"], "sex: code 1/code 2", "6/6", "6/6"),
        ("smoker", ["Yes", "No", "No"], "smoker", "4 (33.33%)", "4 (33.33%)"),
        ("smoker", ["no", "no", "yes"], "smoker", "4 (33.33%)", "4 (33.33%)"),
        ("hand", ["left", "right", "right"], "hand: left/right", "4/8", "4/8"),
    ],
)
def test_two_levels_are_one_row_with_one_test(name, values, label, patients, controls):
    rows = demographics(
        table(**{name: np.resize(values, 24)}), Comparison("CP", "HC"), columns=[name], seed=1
    )

    assert rows[["row", "patients", "controls", "test"]].to_numpy().tolist() == [
        [label, patients, controls, "chi-square"]
    ]


@pytest.mark.parametrize("sexes", ["M F", "m f", "male female", "Male FEMALE", "M f"])
def test_sex_in_any_spelling_of_bids_is_one_row(tmp_path, sexes):
    man, woman = sexes.split()
    lines = [f"sub-{n}\t{'CP' if n < 4 else 'HC'}\t{man if n % 2 else woman}" for n in range(1, 8)]
    path = tmp_path / "participants.tsv"
    path.write_text("\n".join(["participant_id\tgroup\tsex", *lines]))

    rows = compared(read_participants(path, Comparison("CP", "HC")))

    assert rows[["row", "patients", "controls"]].to_numpy().tolist() == [
        ["Male/Female", "2/1", "2/2"]
    ]


def test_skewed_columns_have_quartiles_and_the_test_of_ranks():
    days = ["1", "2", "3", "4", "100", "2", "3", "5", "6", "7"]

    rows = compared(table(pain_days=days, age=days), skewed=["pain_days"])

    mean, median = (rows.iloc[index] for index in (0, 1))
    assert (median["row"], median["level"]) == ("Duration of cancer pain (days)", "median (IQR)")
    assert (median["patients"], median["controls"]) == ("3.00 (2–4)", "5.00 (3–6)")
    assert (median["test"], median["statistic"]) == ("Mann-Whitney U", 9)  # pairs, ties half
    assert median[["p_welch_or_fisher", "smd"]].isna().all()
    # skewness of all, so that the choice can be made
    assert mean["level"].startswith("mean")
    for row in (mean, median):
        assert row["patients_skewness"] == pytest.approx(skew([1, 2, 3, 4, 100], bias=False))
        assert abs(row["controls_skewness"]) < 1


def test_columns_come_in_the_order_that_is_asked_for():
    people = table(age=["60", "61"], bdi=["3", "4"], education=["9", "10"])

    rows = demographics(people, Comparison("CP", "HC"), columns=["bdi", "iq", "age"], seed=1)

    assert rows["row"].tolist() == ["bdi", "Age (years)"]
