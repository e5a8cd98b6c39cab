"""Checks of single images; tests/inputs holds the sentence about each fault."""

import pytest

from cohort_inputs import cohort, found
from restpain.cohort.image_checks import COLUMNS, problem


@pytest.mark.parametrize(("n_volumes", "n_sentences"), [(39, 1), (40, 0)])
def test_thirty_volumes_must_remain_after_the_drop(n_volumes, n_sentences):
    indices = cohort(1)
    indices[0]["series"][1]["n_volumes"] = n_volumes

    texts = found(indices)

    assert len(texts) == n_sentences
    assert all("39 volumes, 29 after dropping 10; expected at least 30" in text for text in texts)


def test_a_row_has_all_columns_and_a_note_expects_nothing():
    note = problem("sub-01", "series 5", "info", "enhanced DICOM")

    assert list(note) == COLUMNS
    assert (note["found"], note["expected"], note["action"]) == ("enhanced DICOM", "n/a", "n/a")
