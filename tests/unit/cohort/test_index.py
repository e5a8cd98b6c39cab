"""Index of a participant."""

from restpain.cohort.index import READERS, participant_index


def test_a_participant_without_a_folder_has_no_series():
    assert participant_index(None, participant_id="sub-01", source="dicom", select={}) == {
        "participant_id": "sub-01",
        "source": "dicom",
        "found": False,
        "series": [],
        "problems": [],
    }


def test_data_that_nobody_foresaw_are_told_and_do_not_stop_the_index(tmp_path, monkeypatch):
    def stops(folder, *, select):
        raise RecursionError("too deep")

    monkeypatch.setitem(READERS, "bids", stops)

    index = participant_index(tmp_path, participant_id="sub-01", source="bids", select={})

    (row,) = index["problems"]
    assert (row["participant_id"], row["severity"]) == ("sub-01", "error")
    assert row["found"] == "data that stop the index (RecursionError)"
    assert index["series"] == []
