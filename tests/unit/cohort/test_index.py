"""Index of a participant."""

from restpain.cohort.index import participant_index


def test_a_participant_without_a_folder_has_no_series():
    assert participant_index(None, participant_id="sub-01", source="dicom", select={}) == {
        "participant_id": "sub-01",
        "source": "dicom",
        "found": False,
        "series": [],
        "problems": [],
    }
