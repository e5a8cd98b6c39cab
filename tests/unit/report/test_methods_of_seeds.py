"""Sentence of Methods about seed connectivity."""

import pytest

from restpain.report.methods_of_seeds import seeds_text
from study import settings


@pytest.mark.parametrize(
    ("changes", "phrase"),
    [
        ({}, "a seed's mean series (each significant cluster of these measures) with every voxel"),
        ({"seeds": "coordinates"}, "(spheres of 6 mm radius at given coordinates)"),
        (
            {},
            "at 0.01\N{EN DASH}0.1 Hz and smoothed with 6 mm [fc]; a seed and the voxels within",
        ),
        ({"search_seed": True}, "; a seed was searched for clusters of its own map, too."),
    ],
)
def test_seeds_filter_and_smoothing_are_those_of_the_configuration(changes, phrase):
    chosen = settings()
    chosen["connectivity"] |= changes

    assert phrase in seeds_text(chosen, lambda key: f"[{key}]")
