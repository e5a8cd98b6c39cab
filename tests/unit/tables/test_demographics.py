"""Table 1 against textbook examples, published counts and numbers made by hand."""

import numpy as np
import pandas as pd
import pytest

from restpain.cohort.participants import Comparison
from restpain.tables.demographics import COLUMNS, compare_counts, compare_means, demographics

# Student (1908), extra hours of sleep under two drugs; R's t.test gives these p values
SLEEP = (
    np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]),
    np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]),
)


def of(n, total):
    return np.arange(total) < n


def table(**columns):
    n = len(next(iter(columns.values())))
    half = n // 2
    return pd.DataFrame({"group": ["CP"] * half + ["HC"] * (n - half)} | columns)


def compared(participants, **options):
    return demographics(participants, Comparison("CP", "HC"), columns=[], **options)


def test_means_of_the_sleep_data_have_the_textbook_t_and_both_p():
    result = compare_means(*SLEEP)

    assert result["statistic"] == pytest.approx(-1.8608, abs=5e-5)
    assert result["df"] == 18
    assert result["p"] == pytest.approx(0.07919, abs=5e-6)
    assert result["p_welch_or_fisher"] == pytest.approx(0.07939, abs=5e-6)


def test_the_standardised_difference_divides_by_the_mean_variance():
    result = compare_means(np.array([1.0, 3.0]), np.array([0.0, 0.0, 0.0]))

    assert result["smd"] == pytest.approx(2 / np.sqrt((2 + 0) / 2))


def test_chi_square_without_yates_gives_the_published_p_of_16_5_against_15_10():
    assert compare_counts(of(16, 21), of(15, 25))["p"] == pytest.approx(0.243, abs=5e-4)


def test_fisher_gives_the_p_of_the_lady_tasting_tea():
    result = compare_counts(of(3, 4), of(1, 4))

    assert result["p_welch_or_fisher"] == pytest.approx(34 / 70)
    assert result["statistic"] == pytest.approx(2.0)  # 8 (3 * 3 - 1 * 1)^2 / 4^4
    assert result["smd"] == pytest.approx(0.5 / np.sqrt(0.1875))


@pytest.mark.parametrize("patients", [0, 4])
def test_counts_without_a_second_level_have_no_test(patients):
    assert compare_counts(of(patients, 4), of(patients, 4)) == {}


def test_values_without_variance_and_groups_of_one_have_no_test():
    assert compare_means(np.ones(3), np.ones(4)) == {}
    assert compare_means(np.ones(1), np.arange(4.0)) == {}


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


def test_sex_is_one_row_and_another_category_has_a_row_per_level():
    people = table(sex=["M", "M", "F", "M", "F", "F"], site=["a", "a", "b", "a", "b", "b"])

    rows = demographics(people, Comparison("CP", "HC"), columns=["site", "mean_fd"])

    assert rows["row"].tolist() == ["Male/Female", "site: a", "site: b"]
    assert rows[["patients", "controls"]].iloc[0].tolist() == ["2/1", "1/2"]


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

    rows = demographics(people, Comparison("CP", "HC"), columns=columns, described=described)

    assert rows["row"].tolist() == [
        *("Age (years)", "Beck Depression Inventory", "Weight (kg)", "hand"),
    ]
