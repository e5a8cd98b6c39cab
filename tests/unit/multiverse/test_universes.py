"""Enumeration of universes: the main analysis first, what makes no sense named and left out."""

import copy

import pytest
import yaml

from restpain.config.validation import configuration_problems, contradictions
from restpain.multiverse.universes import (
    GROUP_KEYS,
    MAP_KEYS,
    alternative_problems,
    measure_plan,
    multiverse_of,
    shown_value,
)

with open("config.yaml", encoding="utf-8") as file:
    CONFIG = yaml.safe_load(file)
with open("schemas/config.schema.yaml", encoding="utf-8") as file:
    SCHEMA = yaml.safe_load(file)


def configured(**changes):
    config = copy.deepcopy(CONFIG)
    for key, value in changes.items():
        section, name = key.split("__")
        config[section][name] = value
    return config


def multiverse(alternatives, config=CONFIG, *, most=1000, seed=1):
    return multiverse_of(
        config, alternatives, max_universes=most, contradictions=contradictions, seed=seed
    )


def test_all_combinations_are_listed_once_and_the_configured_one_is_first():
    found = multiverse({"group.tails": [1, 2], "metrics.fwhm_mm": [4, 6.0, 8]})

    assert found.values == {"metrics.fwhm_mm": [6.0, 4, 8], "group.tails": [2, 1]}
    assert found.universes[0] == (0, 0)
    assert len(found.universes) == len(set(found.universes)) == found.n_combinations == 6
    assert found.settings(found.universes[0]) == {"metrics.fwhm_mm": 6.0, "group.tails": 2}


def test_every_key_that_may_vary_is_a_key_of_the_configuration_and_of_the_schema():
    allowed = SCHEMA["properties"]["multiverse"]["properties"]["alternatives"]["properties"]

    assert set(allowed) == {*MAP_KEYS, *GROUP_KEYS}
    for key in allowed:
        section, name = key.split(".")
        assert name in CONFIG[section]


def test_a_combination_that_makes_no_sense_is_named_and_left_out():
    alternatives = {
        "preprocessing.nuisance": [[]],
        "preprocessing.filter": ["simultaneous"],
        "group.tails": [1],
    }

    found = multiverse(alternatives)

    assert len(found.universes) == 6
    (left_out,) = found.left_out
    assert left_out["choices"] == (
        "preprocessing.nuisance none; preprocessing.filter simultaneous"
    )
    assert "order of filter and regression" in left_out["reason"]


def test_a_contradiction_of_two_alternatives_leaves_out_their_combination_alone():
    alternatives = {"group.cluster_p": [0.001], "group.inference": ["grf"]}

    found = multiverse(alternatives, configured(group__n_permutations=500))

    kept = [found.settings(one) for one in found.universes]
    assert {"group.cluster_p": 0.001, "group.inference": "permutation"} not in kept
    assert {"group.cluster_p": 0.001, "group.inference": "grf"} in kept
    assert len(kept) == 3
    assert "n_permutations" in found.left_out[0]["reason"]


def test_choices_that_given_maps_do_not_have_are_left_out_by_themselves():
    config = configured(cohort__source="maps", cohort__maps={"alff": "{participant_id}.nii"})

    found = multiverse({"metrics.fwhm_mm": [8], "group.tails": [1]}, config)

    assert list(found.values) == ["group.tails"]
    assert found.left_out[0]["choices"] == "metrics.fwhm_mm"


def test_more_combinations_than_allowed_are_drawn_by_seed_with_the_main_analysis():
    alternatives = {"group.tails": [1], "metrics.fwhm_mm": [4, 8], "group.connectivity": [6]}

    first, again, other = (multiverse(alternatives, most=5, seed=seed) for seed in (1, 1, 2))

    assert first.n_combinations == 12
    assert len(set(first.universes)) == 5
    assert first.universes[0] == (0, 0, 0)
    assert first.universes == again.universes != other.universes


def test_an_alternative_is_held_to_what_its_key_allows():
    alternatives = {"group.tails": [2, 3], "metrics.band_hz": [[0.1, 0.01]]}

    problems = alternative_problems(
        CONFIG, alternatives, lambda one: configuration_problems(one, SCHEMA)
    )

    assert problems == [
        "configuration: group.tails is 3; expected one of 1, 2; correct it (entry 2 of "
        "group.tails in multiverse.alternatives)",
        "configuration: metrics.band_hz is [0.1, 0.01]; expected the lower edge first and the "
        "upper one above it; correct it (entry 1 of metrics.band_hz in multiverse.alternatives)",
    ]


def test_universes_that_are_one_for_a_measure_are_planned_once_for_it():
    found = multiverse({"metrics.reho_neighbours": [7, 19], "metrics.fwhm_mm": [8]})

    alff, reho = (measure_plan(found, CONFIG, measure) for measure in ("alff", "reho"))

    assert len(found.universes) == len(reho["universes"]) == len(reho["maps"]) == 6
    assert alff["keys"] == ["metrics.fwhm_mm"]
    assert [one["map"] for one in alff["universes"]] == [0, 1]
    assert alff["maps"][1]["metrics.fwhm_mm"] == 8
    assert alff["universes"][0]["settings"]["group.tails"] == CONFIG["group"]["tails"]


def test_universes_of_the_group_level_share_their_maps():
    plan = measure_plan(multiverse({"group.tails": [1], "cohort.covariates": [[]]}), CONFIG, "fc")

    assert len(plan["maps"]) == 1
    assert [one["map"] for one in plan["universes"]] == [0] * 4


@pytest.mark.parametrize(
    ("value", "shown"),
    [([], "none"), (["trend", "wm"], "trend, wm"), (0.001, "0.001"), (6.0, "6"), ("grf", "grf")],
)
def test_values_are_written_for_readers(value, shown):
    assert shown_value(value) == shown
