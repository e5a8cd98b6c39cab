"""Checks of atlas: a small atlas whose labels can be counted, and known places."""

import numpy as np
import pytest

from restpain.atlas import Atlas, aal, brodmann_area, composition_text, hemisphere

# 2 mm voxels stored from right to left, x from 4 to -4 mm; label 1 at x = 4, label 2 at x = -4
SMALL = Atlas(
    labels=np.array([1, 0, 0, 0, 2]).reshape(5, 1, 1),
    affine=np.array([[-2.0, 0, 0, 4], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1]]),
    names={1: "A", 2: "B"},
)


def test_a_place_in_a_label_has_its_name_and_no_distance():
    assert SMALL.nearest((4.9, 0.4, -0.9)) == ("A", 0.0)
    assert SMALL.nearest((-3.1, 0, 0)) == ("B", 0.0)


def test_a_place_outside_has_the_nearest_label_and_its_distance():
    assert SMALL.nearest((1.0, 0, 0)) == ("A", 3.0)
    assert SMALL.nearest((-4.0, 3, 4)) == ("B", 5.0)


def test_the_composition_is_in_shares_with_no_label_last():
    places = np.array([[4.0, 0, 0], [-4, 0, 0], [-4.5, 0, 0], [-3.5, 0, 0], [0, 0, 0], [90, 0, 0]])

    shares = SMALL.composition(places)

    assert shares == [("B", 3 / 6), ("A", 1 / 6), ("no label", 2 / 6)]
    assert composition_text(shares) == "B 50 %; A 17 %; no label 33 %"


@pytest.mark.parametrize(
    ("place", "region"),
    [
        ((-20, -42, -24), "Cerebelum_4_5_L"),  # published as inferior temporal gyrus
        ((38, -54, -16), "Fusiform_R"),
        ((-46, -42, 34), "SupraMarginal_L"),
        ((26, 50, 24), "Frontal_Sup_2_R"),
    ],
)
def test_aal_names_the_published_peaks(place, region):
    assert aal().nearest(place) == (region, 0.0)


def test_a_place_outside_the_brain_keeps_its_distance_to_the_nearest_region():
    region, distance = aal().nearest((-80, 30, -20))

    assert region == "Temporal_Pole_Sup_L"
    assert distance == pytest.approx(np.hypot(26, 10), abs=0.01)


def test_brodmann_areas_at_a_place_near_it_and_none_in_a_nucleus_or_far_away():
    assert brodmann_area((26, 50, 24)) == "10"  # inside
    assert brodmann_area((-48, -4, 44)) == "4"  # 2 mm away
    assert brodmann_area((26, 2, 2)) is None  # putamen
    assert brodmann_area((-80, 30, -20)) is None


@pytest.mark.parametrize(
    ("x_mm", "side"), [(-1.5, "left"), (-1.4, "midline"), (0, "midline"), (1.5, "right")]
)
def test_the_hemisphere_is_the_sign_of_x_beyond_half_a_voxel(x_mm, side):
    assert hemisphere(x_mm, voxel_mm=3.0) == side
