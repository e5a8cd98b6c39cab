"""Printed peaks against the atlas: region, side and reach."""

import numpy as np

from restpain.atlas import Atlas
from restpain.published import coordinates
from restpain.published.arithmetic import CONSISTENT, INCONSISTENT, UNCHECKED

AFFINE = np.diag([5.0, 5.0, 5.0, 1.0])
AFFINE[:3, 3] = (-90, -125, -75)


def test_a_region_has_one_key_however_it_is_written():
    assert coordinates.region_key("Cerebellum_Crus2_L") == coordinates.region_key(
        "Cerebelum_Crus2"
    )
    assert coordinates.region_key("Frontal_Mid_2_R") == coordinates.region_key(
        "Middle frontal gyrus"
    )
    assert coordinates.region_key("Temporal_Inf_L") != coordinates.region_key("Temporal_Mid_L")


def test_a_label_counts_within_reach_and_an_unknown_name_is_not_judged():
    labels = np.zeros((10, 1, 1), int)
    labels[2], labels[6] = 1, 2
    atlas = Atlas(labels=labels, affine=np.eye(4), names={1: "Cuneus_L", 2: "Lingual_R"})

    def verdict(name, x):
        return coordinates.label_at_peak(name, (x, 0, 0), atlas, reach_mm=2).verdict

    assert verdict("Cuneus", 4) == CONSISTENT
    assert verdict("Cuneus", 5) == INCONSISTENT
    assert verdict("Nowhere", 5) == UNCHECKED
    assert verdict("Nowhere", 9) == INCONSISTENT  # nothing of the atlas is within reach


def test_the_midline_has_no_other_side():
    assert coordinates.side_of_peak("midline", 0).verdict == CONSISTENT
    assert coordinates.side_of_peak("left", -1).verdict == CONSISTENT
    assert coordinates.side_of_peak("midline", -1).verdict == CONSISTENT
    assert coordinates.side_of_peak("right", -1).verdict == INCONSISTENT
    assert coordinates.side_of_peak("midline", -9).verdict == INCONSISTENT
    assert coordinates.side_of_peak("both", -9).verdict == UNCHECKED
