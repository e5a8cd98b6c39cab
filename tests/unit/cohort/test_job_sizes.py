"""Sizes of jobs from the index of a participant."""

import pytest

from cohort_inputs import cohort, participant
from restpain.cohort.job_sizes import predicted_resources, series_megabytes

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


def test_predicted_resources_grow_with_the_cohort():
    settings = {"drop_volumes": 10, "normalisation_mm": 2.0, "voxel_mm": 3.0, "n_permutations": 0}
    small, large = (predicted_resources(cohort(n), **settings) for n in (10, 100))

    def disk_gb(rows):
        return float(rows[0]["found"].split()[1])

    assert disk_gb(large) == pytest.approx(10 * disk_gb(small), rel=0.1)


def test_predicted_resources_follow_from_their_constants():
    measured = participant(1) | {"source": "simulated"}
    series = {run["kind"]: run for run in measured["series"]}
    series["t1"] |= {"matrix": [120, 120, 96], "n_volumes": 1}
    series["rest"] |= {"matrix": [48, 48, 30], "n_volumes": 70}

    rows = predicted_resources(
        [measured] * 20, drop_volumes=10, normalisation_mm=2.0, voxel_mm=3.0, n_permutations=19
    )

    # what was measured stands in docs/cohort_size.md
    # (1.2 + 2) x 1382400 + 1.2 x 4838400 + 27 x 271633 + 3.9 x 70831 x 60 bytes = 34.1 MB each
    # 4 x 70831 x 60 bytes = 17.0 MB each for a time
    # 0.4 GB + 12 x (4838400 + 60 x 271633) bytes = 0.65 GB
    # 20 s, and 8.7 + 5.3 + 0.063 x 60 + 0.2 x (1.3824 + 4.8384) = 19.0 s each: 401 s
    # 400 + 0.0063 x 19 x 20 x 20 = 448 s
    assert [row["found"] for row in rows] == [
        "about 0.7 GB of disk for 20 participants, and 0.3 GB more for a time",
        "about 0.7 GB of memory for the largest job of a participant",
        "about 7 minutes on one core for all participants, and 7 minutes for the group level with "
        "19 permutations of the classification",
        "162 jobs for the participants, before those of the group level",
        "about 2200 files (inodes), beside the raw data",
    ]


def test_one_participant_takes_what_any_number_takes_and_has_no_group_level():
    rows = predicted_resources(
        [participant(1)], drop_volumes=10, normalisation_mm=2.0, voxel_mm=3.0, n_permutations=19
    )

    # 256 x 256 x 170 and 64 x 64 x 32 x 240 voxels
    # 20 + 8.7 + 5.3 + 0.063 x 230 + 0.2 x (11.14 + 31.46) = 57 s
    assert [row["found"] for row in rows][::2] == [
        "about 0.1 GB of disk for 1 participant, and 65 MB more for a time",
        "about 60 seconds on one core for all participants",
        "about 190 files (inodes), beside the raw data",
    ]
