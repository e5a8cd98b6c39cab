"""Simulated effects: changes of a participant, balls about a region, errors of configuration."""

import numpy as np
import pandas as pd
import pytest

from restpain.atlas import Atlas
from restpain.simulation.effects import (
    check_effects,
    effect_balls,
    participant_effects,
    patient_scores,
)
from restpain.simulation.head import GM, WM

REGIONS = {"Precentral_R", "Temporal_Inf_L", "Temporal_Mid_R", "Precentral_L"}


def effect(measure="alff", **keys):
    return {"measure": measure, "region": "Here", "change": -0.5} | keys


def test_the_centre_is_a_voxel_in_grey_matter_though_the_region_is_bent():
    numbers = np.zeros((11, 11, 1), np.int32)
    numbers[0], numbers[10], numbers[:, 0] = 1, 1, 1  # a U: its centre of mass is outside
    labels = np.full(numbers.shape, GM, np.uint8)
    labels[5, 0] = WM

    ((centre, radius),) = effect_balls(
        [effect(size_mm=4.0)], Atlas(numbers, np.eye(4), {1: "Here"}), labels, np.eye(4)
    ).values()

    assert radius == 2
    assert labels[tuple(centre.astype(int))] == GM
    assert numbers[tuple(centre.astype(int))] == 1


def test_controls_have_no_change_and_patients_the_configured_one():
    effect = {"measure": "alff", "region": "Precentral_R", "change": -0.4}

    assert participant_effects([effect], is_patient=False, seed=0, place=0)[0]["change"] == 0
    assert participant_effects([effect], is_patient=True, seed=0, place=0)[0]["change"] == -0.4


def test_an_effect_follows_the_score_in_patients_only_if_it_says_so():
    effect = {"measure": "alff", "region": "Precentral_R", "change": -0.4}
    steep = effect | {"change_per_point": -0.1}
    scores = {"score": 5.0, "mean_score": 3.0}

    changes = [
        participant_effects([one], is_patient=is_patient, seed=0, place=0, **scores)[0]["change"]
        for one, is_patient in ((effect, True), (steep, True), (steep, False))
    ]

    np.testing.assert_allclose(changes, [-0.4, -0.6, 0])
    least = participant_effects(
        [steep], is_patient=True, seed=0, place=0, score=10.0, mean_score=3.0
    )
    assert least[0]["change"] == -1


def test_all_problems_of_the_effects_are_named_at_once():
    effects = [
        {"measure": "alff", "region": "Precentral_right", "change": 0.1},
        {"measure": "fc", "region": "Precentral_R", "change": 0.1},
        {"measure": "reho", "region": "Precentral_R", "seed": "Temporal_Inf_L", "change": 0.1},
        {"measure": "reho", "region": "Precentral_R", "change": 0.2},
        {"measure": "alff", "region": "Precentral_R", "change": 0.2, "change_per_point": 0.1},
    ]

    with pytest.raises(ValueError, match="simulation.effects") as caught:
        check_effects(effects, REGIONS, score="iq")

    problems = str(caught.value).splitlines()
    assert len(problems) == 5
    assert "effect 1 names Precentral_right, which is no AAL region (Precentral_R" in problems[0]
    assert "effect 2 needs a seed" in problems[1]
    assert "effect 3 needs a seed" in problems[2]
    assert "effect 5 has change_per_point, but cohort.score is iq" in problems[3]
    assert "2 effects on reho in Precentral_R" in problems[4]


@pytest.mark.parametrize(
    ("effects", "message"),
    [
        ([("Precentral_R", "Precentral_R")], "same region and seed"),
        (
            [("Precentral_R", "Temporal_Inf_L"), ("Temporal_Mid_R", "Precentral_R")],
            "Precentral_R is the region of one fc effect and the seed of another",
        ),
    ],
)
def test_chains_of_connections_are_refused(effects, message):
    effects = [
        {"measure": "fc", "region": region, "seed": seed, "change": -0.5}
        for region, seed in effects
    ]

    with pytest.raises(ValueError, match=message):
        check_effects(effects, REGIONS, score="nrs")


def test_effects_of_one_region_have_one_size():
    effects = [effect(size_mm=10.0), effect("reho", size_mm=20.0)]

    with pytest.raises(ValueError, match="the effects in Here differ in size_mm; expected one"):
        check_effects(effects, {"Here"}, score=None)


def test_the_mean_score_is_that_of_the_analysed_patients():
    table = pd.DataFrame(
        {"group": ["CP", "CP", "CP", "HC"], "exclude": [None, None, "claustrophobia", None]},
        index=["sub-1", "sub-2", "sub-3", "sub-4"],
    ).assign(nrs=[2.0, 4.0, 9.0, np.nan])

    assert patient_scores(table, "3", score="nrs", patients="CP") == {"score": 9, "mean_score": 3}
    assert patient_scores(table, "3", score=None, patients="CP") == {}


def test_the_spread_between_patients_has_its_mean_and_sd_and_no_patient_the_opposite_effect():
    effect = {"measure": "reho", "region": "Precentral_R", "change": 0.4, "spread": 0.3}

    def changes(**more):
        return np.array(
            [
                participant_effects([effect | more], is_patient=True, seed=1, place=place)[0][
                    "change"
                ]
                for place in range(4000)
            ]
        )

    drawn = changes()
    assert drawn.mean() == pytest.approx(0.4, abs=3 * 0.12 / np.sqrt(4000))
    assert drawn.std() == pytest.approx(0.12, rel=0.05)
    wide = changes(spread=2.0)
    assert wide.min() == 0.0
    assert np.mean(wide == 0.0) == pytest.approx(0.31, abs=0.03)  # P(z < -1/2)
    assert participant_effects([effect], is_patient=False, seed=1, place=3)[0]["change"] == 0
