"""Index of DICOM series, without a word that identifies anybody."""

import json

from restpain.cohort.dicom_index import dicom_index
from small_dicom import write_participant


def test_dicom_files_give_series_with_kinds_and_a_count_of_persons(tmp_path):
    found = dicom_index(write_participant(tmp_path / "Smithson"), select={})

    assert [one["kind"] for one in found["series"]] == ["t1", "rest"]
    assert found["series"][1]["slice_times_s"] is None
    assert found["series"][1]["repetition_times_s"] == {"RepetitionTime": 2.0, "dcm2niix": 2.0}
    assert (found["n_files"], found["n_patients"]) == (44 + 8 * 40, 1)
    assert "Smithson" not in json.dumps(found)
