"""Checks of single images; tests/inputs holds the sentence about each fault."""

import pytest

from cohort_inputs import cohort, found
from restpain.cohort.image_checks import COLUMNS, problem


@pytest.mark.parametrize("min_volumes", [30, 12])
def test_as_many_volumes_as_configured_must_remain_after_the_drop(min_volumes):
    indices = cohort(1)
    run = indices[0]["series"][1]

    run["n_volumes"] = 10 + min_volumes
    assert found(indices, min_volumes=min_volumes) == []

    run["n_volumes"] -= 1
    assert found(indices, min_volumes=min_volumes) == [
        f"sub-01, series 5: {9 + min_volumes} volumes, {min_volumes - 1} after dropping 10; "
        f"expected at least {min_volumes} after the drop; lower preprocessing.drop_volumes or "
        "preprocessing.min_volumes, or give the reason in the column exclude of participants.tsv"
    ]


def test_an_image_of_one_value_is_none():
    indices = cohort(1)
    indices[0]["series"][0] |= {"smallest": 7.0, "largest": 7.0}

    assert found(indices) == [
        "sub-01, series 3: 7 in every voxel; expected an image; copy it again from its source"
    ]


def test_a_row_has_all_columns_and_a_note_expects_nothing():
    note = problem("sub-01", "series 5", "info", "enhanced DICOM")

    assert list(note) == COLUMNS
    assert (note["found"], note["expected"], note["action"]) == ("enhanced DICOM", "n/a", "n/a")
