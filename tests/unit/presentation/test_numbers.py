"""Numbers and names for readers."""

import pytest

from restpain.presentation import numbers as formatting


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0004, "<0.001"), (0.001, "0.001"), (0.0495, "0.050"), (1.0, "1.000"), (None, "n/a")],
)
def test_a_p_value_has_three_decimals_and_is_never_zero(value, text):
    assert formatting.p_value(value) == text


def test_a_negative_number_has_a_true_minus_and_zero_has_none():
    assert formatting.number(-3.914, 2) == "\u22123.91"
    assert formatting.number(-0.001, 2) == "0.00"
    assert formatting.number(float("nan"), 2) == "n/a"


def test_a_cell_of_table_1_is_written_as_in_the_paper():
    assert formatting.mean_sd_range(61.952, 7.949, 52, 80) == "61.95±7.95 (52–80)"
    assert formatting.count_percent(13, 21) == "13 (61.90%)"
    assert formatting.count_percent(0, 0) == "0"


def test_a_range_keeps_a_half_and_drops_trailing_zeros():
    assert [formatting.shortest(x) for x in (2.0, 2.5, -0.001)] == ["2", "2.5", "0"]


def test_an_aal_label_becomes_the_name_of_the_region_without_its_side():
    assert formatting.region_name("Temporal_Inf_L") == "Inferior temporal gyrus"
    assert formatting.region_name("Frontal_Mid_2_R") == "Middle frontal gyrus"
    assert formatting.region_name("Vermis_1_2") == "Vermis 1 2"
    assert formatting.region_name("Cerebelum_Crus2_L") == "Cerebellum Crus2"
    assert formatting.region_name(float("nan")) == "no label"


def test_lists_and_counts_read_as_in_a_sentence():
    assert formatting.joined(["a", "b", "c"]) == "a, b and c"
    assert formatting.joined([]) == ""
    assert [formatting.counted(n, "cluster") for n in (0, 1, 2)] == [
        "no clusters",
        "1 cluster",
        "2 clusters",
    ]


def test_an_arm_has_its_letter_and_its_words_and_an_unknown_one_stays():
    assert formatting.arm_name("A") == "A, published protocol"
    assert formatting.arm_name("B nested") == "B, nested cross-validation"
    assert formatting.arm_name("E other") == "E other"


@pytest.mark.parametrize(
    ("p", "n", "cell", "clause"),
    [
        (1 / 20, 19, "≤1/20, smallest possible", "p ≤ 1/20, smallest possible"),
        (2 / 20, 19, "0.100", "p = 0.100"),
        (1 / 10_000, 9999, "≤1/10000, smallest possible", "p ≤ 1/10000, smallest possible"),
        (2 / 10_000, 9999, "<0.001", "p < 0.001"),
        (1.0, 0, "1.000", "p = 1.000"),
        (float("nan"), 19, "n/a", "p not available"),
    ],
)
def test_the_smallest_p_of_permutations_is_said_to_be_the_smallest(p, n, cell, clause):
    assert formatting.permutation_p(p, n) == cell
    assert formatting.permutation_clause(p, n) == clause
