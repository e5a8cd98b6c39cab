"""Titles, sentences and panels of the figure of the recovery."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from restpain.recovery.figure import (
    centre_mm,
    draw_errors,
    draw_region,
    draw_stages,
    effect_title,
    false_words,
)

EFFECT = {
    "effect": 2,
    "measure": "alff",
    "region": "Lingual_L",
    "seed": None,
    "change_percent": -40.0,
    "verdict": "found",
    "clusters": "ALFF1",
    "dice": 0.512,
    "peak_to_region_mm": 3.2,
}


@pytest.fixture
def axes():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_a_title_names_the_effect_and_what_was_found():
    head, tail = effect_title(pd.Series(EFFECT)).split("\n")

    assert head.startswith("2  ALFF \N{MINUS SIGN}40 %")
    assert head.endswith(", left")
    assert tail == "found (ALFF1): Dice 0.51, peak 3 mm from the region"


def test_a_title_names_the_seed_and_says_so_where_nothing_was_found():
    missed = EFFECT | {"measure": "fc", "seed": "Calcarine_L", "verdict": "not found"}
    head, tail = effect_title(pd.Series(missed)).split("\n")

    assert head.endswith("  Lingual_L with Calcarine_L")
    assert tail == "not found"


@pytest.mark.parametrize(
    ("effect", "reason"),
    [
        ({"measure": "fc", "seed": "Calcarine_L"}, "no seed in Calcarine_L"),
        ({"measure": "falff"}, "no map of the measure"),
    ],
)
def test_a_title_says_why_an_effect_was_not_tested(effect, reason):
    missed = EFFECT | effect | {"verdict": "not tested"}

    assert effect_title(pd.Series(missed)).split("\n")[1] == f"not tested: {reason}"


def test_slices_pass_through_the_part_that_was_found_or_else_through_the_region():
    simulated, found = np.zeros((2, 12, 12, 12), bool)
    simulated[2:9, 4, 4] = True
    affine = np.diag([3.0, 3.0, 3.0, 1.0])

    whole = centre_mm(simulated, found, affine)
    found[7:11, 4, 4] = True
    part = centre_mm(simulated, found, affine)

    np.testing.assert_allclose([whole, part], [[15, 12, 12], [22.5, 12, 12]])


def test_the_sentence_counts_false_clusters_and_names_five_of_them():
    names = [f"ALFF{number}" for number in range(1, 8)]
    clusters = pd.DataFrame(
        {"cluster_id": names, "region": "Lingual_L", "verdict": "false cluster"}
    )

    assert ": 7 of 7 (ALFF1 Lingual_L" in false_words(clusters)
    assert "2 more" in false_words(clusters)
    assert "ALFF6" not in false_words(clusters)
    assert false_words(clusters.assign(verdict="recovers")).endswith("0 of 7.")
    assert false_words(clusters[:0]).startswith("No significant cluster")


def test_the_simulated_change_of_reho_stands_apart_from_the_measured_ones(axes):
    stages = pd.DataFrame(
        {
            "effect": 1,
            "measure": "reho",
            "stage": ["simulated", "acquired", "normalised", "regressed", "smoothed"],
            "change_percent": [70, -20, 18, 15, 10],
        }
    )

    draw_stages(axes, stages, "change_percent", title="", label="")

    apart, line = axes.lines
    assert (apart.get_xdata(), apart.get_ydata()) == (0, 70)
    np.testing.assert_array_equal(line.get_ydata(), [20, 18, 15, 10])


def test_errors_have_a_dot_per_participant_and_the_median(axes):
    errors = ["motion_true", "motion", "coregistration", "normalisation", "total"]
    table = pd.DataFrame({f"{name}_rms_mm": [0.1, 0.2, 0.4] for name in errors})
    table["group"] = ["patient", "patient", "control"]

    draw_errors(axes, table, patients="patient")

    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in dots] == [2, 1] * 5
    assert [text.get_text() for text in axes.texts].count("0.20") == 5


def test_a_region_is_drawn_in_three_slices_with_the_sides_of_two(axes):
    template = np.zeros((12, 14, 12))
    template[2:10, 2:12, 2:10] = 1
    region = np.zeros(template.shape, bool)
    region[4:7, 5:8, 4:7] = True
    affine = np.diag([3.0, 3.0, 3.0, 1.0])

    draw_region(axes, template, region, region, affine, np.array([15.0, 18.0, 15.0]))

    assert len(axes.images) == 3
    assert [text.get_text() for text in axes.texts] == [
        "x = 15",
        "y = 18",
        "L",
        "R",
        "z = 15",
        "L",
        "R",
    ]
