"""Section Published regions: marks of the audit, universes in words, chance."""

import pandas as pd
import pytest

from restpain.multiverse.page_published import (
    best_readings,
    chance_sentence,
    published_regions_section,
    universe_words,
)

UNIVERSES = pd.DataFrame(
    {
        "universe": ["0", "1", "2", "3"],
        "cohort.covariates": ["age, sex", "age, sex", "none", "none"],
        "group.tails": ["2", "1", "2", "1"],
        "alff": ["0", "1", "2", "3"],
    }
)
ROW = {"measure": "ALFF", "region": "Insula", "hemisphere": "left", "x_mm": -20, "y_mm": 4}
ROW |= {"z_mm": -24, "t": -3.914, "n_inconsistent": 2, "in_main": False, "n_universes": 4}
ROW |= {"n_matching": 3, "n_same_label": 1, "closest_t": -3.5, "closest_universe": 3}
MISSED = ROW | {"n_inconsistent": 0, "n_matching": 0, "n_same_label": 0, "hemisphere": None}
MISSED |= {"closest_t": None, "closest_universe": None}
UNAUDITED = MISSED | {"n_inconsistent": None}
CHANCE = pd.DataFrame(
    {
        "statistic": ["main analysis", "best universe"],
        "observed": [1.0, 3.0],
        "mean_permuted": [0.2, 1.25],
        "q95_permuted": [1.0, 2.0],
        "p": [0.21, 0.004],
    }
)


def readings(rows):
    return pd.DataFrame(rows, columns=["universe", "n_rows", "mean_t_difference"])


def section(*rows):
    best = readings([(3, 2, 0.4), (0, 1, 0.1)])
    table = pd.DataFrame(rows, columns=list(ROW))
    return published_regions_section(table, best, CHANCE, UNIVERSES, match_mm=8.0).content


def test_a_row_has_the_mark_of_the_audit_and_the_closest_universe_in_words():
    row, missed, unaudited = section(ROW, MISSED, UNAUDITED)["published"]

    assert row == {
        "measure": "ALFF",
        "name": "Insula, left",
        "peak": "\N{MINUS SIGN}20, 4, \N{MINUS SIGN}24",
        "t": "\N{MINUS SIGN}3.91",
        "audit": "2 cells inconsistent",
        "doubtful": True,
        "matching": "3 of 4",
        "same": "1 of 3",
        "in_main": False,
        "closest": "\N{MINUS SIGN}3.50",
        "reading": "universe 3 (Covariates: none; Tails: 1)",
    }
    assert (missed["audit"], missed["doubtful"]) == ("consistent", False)
    assert (missed["matching"], missed["same"], missed["closest"]) == ("0 of 4", "", "")
    assert missed["reading"] == ""
    assert missed["name"] == "Insula"
    assert (unaudited["audit"], unaudited["doubtful"]) == ("not audited", False)


@pytest.mark.parametrize(
    ("universe", "words"),
    [
        (0, "the main analysis"),
        (1, "universe 1 (Tails: 1)"),
        (2, "universe 2 (Covariates: none)"),
    ],
)
def test_a_universe_is_named_by_what_differs_from_the_main_analysis(universe, words):
    assert universe_words(universe, UNIVERSES) == words


def test_the_best_reading_is_named_with_its_rows_and_the_difference_of_t():
    best = readings([(1, 2, 0.45), (2, 2, 0.8), (0, 1, 0.1), (3, 0, None)])

    sentence = best_readings(best, UNIVERSES, n_rows=10)

    assert sentence.startswith(
        "Best reading of the paper among these universes: universe 1 (Tails: 1); 2 of the 10 "
        "published rows, whose t differ by 0.45 on average."
    )


def test_readings_that_fare_the_same_are_all_counted():
    sentence = best_readings(readings([(n, 2, 0.45) for n in range(4)]), UNIVERSES, n_rows=10)

    assert sentence.startswith("Best readings of the paper among these universes: the main anal")
    assert "universe 2 (Covariates: none) and 1 more that fare the same" in sentence
    assert "universe 3" not in sentence


def test_where_no_universe_has_a_row_no_reading_is_called_the_best():
    sentence = best_readings(readings([(n, 0, None) for n in range(4)]), UNIVERSES, n_rows=10)

    assert sentence.startswith("No universe has a significant cluster near any of the 10 rows")
    assert "Best" not in sentence


def test_chance_is_said_for_the_main_analysis_and_for_the_best_universe():
    sentence = chance_sentence(CHANCE, n_rows=10, n=4)

    assert sentence.startswith(
        "The main analysis has 1 of 10 rows, and with permuted groups 0.20 on average (at most 1 "
        "in 95 % of the permutations), p = 0.210; the best of the 4 universes has 3 of 10 rows, "
        "and with permuted groups 1.25 on average (at most 2 in 95 % of the permutations), "
        "p = 0.004,"
    )


def test_without_a_row_of_a_measure_there_is_nothing_to_list():
    assert section()["published"] == []
