"""Sizes of jobs from the index of a participant."""

import pytest

from restpain.job_sizes import series_megabytes

INDEX = {
    "series": [
        {"kind": "t1", "matrix": [256, 256, 192], "n_volumes": 1},
        {"kind": "rest", "matrix": [64, 54, 32], "n_volumes": 240},
        {"kind": "rest", "matrix": [64, 54, 32], "n_volumes": 2},
        {"kind": "rest", "readable": False},
        {"kind": "other", "matrix": [999, 999, 999], "n_volumes": 1},
    ]
}


def test_the_largest_series_of_a_kind_counts_as_float32():
    assert series_megabytes(INDEX, "t1") == pytest.approx(4 * 256 * 256 * 192 / 1e6)
    assert series_megabytes(INDEX, "rest") == pytest.approx(4 * 64 * 54 * 32 * 240 / 1e6)


def test_a_participant_without_series_has_no_size():
    assert series_megabytes({"series": []}, "rest") == 0
