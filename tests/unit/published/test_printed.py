"""Printed numbers: what they may stand for, and the cells they are printed in."""

from fractions import Fraction

import pytest

from restpain.published.printed import column_name, count_cell, mean_cell, printed


def test_a_printed_number_stands_for_all_that_round_to_it():
    number = printed("61.95")

    assert (number.low, number.high) == (Fraction("61.945"), Fraction("61.955"))
    assert number.width == Fraction("0.01")


def test_a_true_minus_is_a_minus():
    assert printed("−0.047").value == printed("-0.047").value == Fraction("-0.047")


def test_a_bound_stands_for_all_below_it():
    bound = printed("<0.001")

    assert (bound.low, bound.high) == (0, Fraction("0.001"))
    assert bound.holds(0.0, 1e-9)
    assert not bound.holds(0.002, 0.5)


@pytest.mark.parametrize("text", ["NA", "n/a", "", "two"])
def test_a_text_is_no_number(text):
    assert printed(text) is None


@pytest.mark.parametrize(
    "text", ["7.05±3.58 (0–16)", "7.05 ± 3.58 (0-16)", "7.05+/-3.58 [0 to 16]"]
)
def test_mean_sd_and_extremes_are_read_however_the_dash_is_printed(text):
    cell = mean_cell(text)

    assert [part.text for part in (cell.mean, cell.sd, cell.low, cell.high)] == [
        "7.05",
        "3.58",
        "0",
        "16",
    ]


def test_extremes_may_be_absent_and_negative():
    assert mean_cell("1.0±0.5").low is None
    assert mean_cell("-1.0±0.5 (-3--1)").high.value == -1


def test_counts_come_with_a_percentage_or_with_the_others():
    share = count_cell("13 (61.90%)")
    assert (share.count, share.percent.text, share.others) == (13, "61.90", None)
    assert count_cell("16/5").others == 5
    assert count_cell("7.05±3.58 (0–16)") is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cp_n21", "CP (n = 21)"),
        ("loocv_auc", "leave-one-out AUC"),
        ("sensitivity_percent", "sensitivity (%)"),
        ("p", "p"),
    ],
)
def test_columns_are_named_in_words(name, words):
    assert column_name(name) == words
