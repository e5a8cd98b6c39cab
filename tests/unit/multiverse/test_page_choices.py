"""Section Choices: values with their sources, counts of combinations, what is left out."""

import pandas as pd
import pytest

from restpain.multiverse.page_choices import choices_section, value_source

CONFIG = """
cohort:
  covariates: [age] # ours; paper: none
group:
  tails: 2 # DPABI
multiverse:
  alternatives:
    cohort.covariates: [[]] # the paper names none
    group.tails:
      [1]
  max_universes: 10
"""
DEFAULT = {
    "cohort": {"covariates": ["age"]},
    "group": {"tails": 2},
    "multiverse": {"alternatives": {"cohort.covariates": [[]], "group.tails": [1]}},
}
WHY = {"group.tails": "DPABI", "multiverse.alternatives.cohort.covariates": "the paper names none"}
NOTHING = pd.DataFrame(columns=["choices", "reason"])


def plan(values, n_combinations, n=4):
    universes = [{"universe": number} for number in range(n)]
    return {
        "n_combinations": n_combinations,
        "values": values,
        "measures": {"alff": {"universes": universes, "maps": [{}, {}]}},
    }


@pytest.mark.parametrize(
    ("key", "value", "source"),
    [
        ("group.tails", 2, "DPABI"),
        ("group.tails", 1, "default of multiverse.alternatives"),
        ("cohort.covariates", [], "the paper names none"),
        ("cohort.covariates", ["age", "sex"], "chosen for this study"),
        ("group.tails", 3, "chosen for this study"),
    ],
)
def test_each_value_has_the_source_of_itself_and_not_of_its_key(key, value, source):
    assert value_source(key, value, DEFAULT, WHY) == source


def test_a_key_has_its_values_and_their_sources_the_main_analysis_first():
    content = choices_section(
        plan({"cohort.covariates": [["age"], []], "group.tails": [2, 1]}, 4), 4, NOTHING, CONFIG
    ).content

    assert content["rows"][0] == {
        "name": "Covariates",
        "key": "cohort.covariates",
        "values": [
            {"text": "age", "source": "ours; paper: none"},
            {"text": "none", "source": "the paper names none"},
        ],
    }
    assert content["words"] == "All 4 combinations that make sense are analysed."
    assert content["measures"] == (
        "Universes with results of their own: ALFF 4 (from 2 maps of each participant)."
    )
    assert content["left_out"] == []


def test_a_draw_of_the_combinations_is_said_to_be_one():
    content = choices_section(plan({"group.tails": [2, 1]}, 864), 4, NOTHING, CONFIG).content

    assert content["words"].startswith("4 of the 864 combinations that make sense are analysed")
    assert "drawn at random" in content["words"]


def test_what_is_left_out_has_its_reason():
    left_out = pd.DataFrame({"choices": ["group.tails"], "reason": ["no sense"]})

    content = choices_section(plan({"group.tails": [2, 1]}, 4), 4, left_out, CONFIG).content

    assert content["left_out"] == [{"choices": "group.tails", "reason": "no sense"}]


def test_without_a_key_that_varies_there_is_one_universe():
    content = choices_section(plan({}, 1, n=1), 1, NOTHING, CONFIG).content

    assert content["rows"] == []
    assert content["words"].endswith("the only universe is the main analysis.")
