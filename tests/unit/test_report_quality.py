"""Quality of the participants, and planted effects against found clusters."""

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from restpain.report_quality import quality_table, strip_plots
from restpain.report_recovery import recovery_rows
from study import REGIONS

LABELS = np.zeros((60, 60, 60), np.uint8)
LABELS[0, 0, 0] = 1
SEEDS = pd.DataFrame({"seed": ["ALFF1"], "region": ["Temporal_Inf_L"]})


def affine(x, y, z):
    matrix = np.eye(4)
    matrix[:3, 3] = x, y, z
    return matrix


def recovered(change, place, measure="alff"):
    effect = {"measure": measure, "region": "Temporal_Inf_L", "change": change, "label": 1}
    return recovery_rows([effect], REGIONS, SEEDS, LABELS, affine(*place))[0]


def test_a_cluster_inside_the_region_with_the_right_sign_recovers_an_effect():
    row = recovered(-0.4, (-51, -30, -24))

    assert row["cluster"] == "ALFF1, Temporal_Inf_L"
    assert (row["distance"], row["sign"], row["verdict"]) == ("0", "same", "recovered")
    assert row["change"] == "−40 %"


@pytest.mark.parametrize(
    ("change", "place", "sign", "distance"),
    [(0.4, (-51, -30, -24), "opposite", "0"), (-0.4, (-51, -30, -4), "same", "20")],
)
def test_the_wrong_sign_or_a_far_peak_recovers_nothing(change, place, sign, distance):
    row = recovered(change, place)

    assert (row["sign"], row["distance"], row["verdict"]) == (sign, distance, "not found")


def test_clusters_where_nothing_was_planted_are_named_as_such():
    effect = {"measure": "alff", "region": "Temporal_Inf_L", "change": -0.4, "label": 1}

    rows = recovery_rows([effect], REGIONS, SEEDS, LABELS, affine(-51, -30, -24))

    others = [row["cluster"].split(",")[0] for row in rows if row["verdict"] == "not planted"]
    assert others == [name for name in REGIONS["cluster_id"] if name != "ALFF1"]


def test_a_measure_without_clusters_is_not_found():
    assert recovered(0.4, (0, 0, 0), measure="reho")["cluster"] == "none"


def test_the_seed_of_a_connectivity_cluster_is_named_with_its_place():
    row = recovered(-0.5, (42, -6, 45), measure="fc")

    assert row["cluster"] == "FC1, Precentral_R (seed ALFF1 in Temporal_Inf_L)"


INCLUDED = pd.DataFrame({"participant_id": ["<b>1", "2", "3"], "group": ["CP", "HC", "HC"]})
FUNC = [
    {"mean_fd_jenkinson_mm": fd, "tsnr_median": 60, "coverage_of_template": 0.9, "n_volumes": 60}
    for fd in (0.1, 0.2, 0.4)
]


def test_derivatives_without_anatomy_have_no_plot_of_it():
    table = quality_table(INCLUDED, FUNC, [])

    names = [plot["name"] for plot in strip_plots(table, patients="CP", controls="HC")]

    assert table["dice_gm"].isna().all()
    assert not any("Dice" in name for name in names)


def test_a_strip_has_a_dot_per_participant_whose_name_is_escaped():
    plot = strip_plots(quality_table(INCLUDED, FUNC, []), patients="CP", controls="HC")[0]

    drawing = ET.fromstring(plot["svg"])
    titles = [element.text for element in drawing.iter() if element.tag == "title"]

    assert titles == ["<b>1: 0.10", "2: 0.20", "3: 0.40"]
    assert plot["words"] == "patients 0.10, controls 0.30 mm"  # one patient, hence no test
