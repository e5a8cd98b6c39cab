"""Index of a participant: facts of the series, and no word that identifies anybody."""

import json

import numpy as np

from cohort_inputs import write_image
from restpain.cohort.index import participant_index
from restpain.io.images import write_arrays
from small_dicom import write_participant


def index(folder, source):
    return participant_index(folder, participant_id="sub-01", source=source)


def test_a_participant_without_a_folder_has_no_series():
    assert index(None, "dicom") == {
        "participant_id": "sub-01",
        "source": "dicom",
        "found": False,
        "series": [],
    }


def test_dicom_files_give_series_with_kinds_and_a_count_of_persons(tmp_path):
    found = index(write_participant(tmp_path / "Smithson"), "simulated")

    assert [one["kind"] for one in found["series"]] == ["t1", "rest"]
    assert found["series"][1]["slice_timing"] is None
    assert (found["n_files"], found["n_patients"]) == (44 + 8 * 40, 1)
    assert "Smithson" not in json.dumps(found)


def test_a_name_that_is_not_of_bids_is_not_repeated(tmp_path):
    write_image(tmp_path / "Smithson.nii", (10, 10, 8, 40))

    found = index(tmp_path, "derivatives")

    assert [one["label"] for one in found["series"]] == ["the 4D image"]
    assert (found["n_masks"], found["n_confound_rows"]) == (0, [])
    assert found["size_bytes"] == (tmp_path / "Smithson.nii").stat().st_size


def test_confounds_are_counted_and_unreadable_ones_are_none(tmp_path):
    stem = "sub-01_task-rest_space-MNI152NLin2009aSym_desc-preproc_bold.nii.gz"
    write_image(tmp_path / stem, (10, 10, 8, 40))
    confounds = tmp_path / "sub-01_task-rest_desc-confounds_timeseries.tsv"
    confounds.write_text("csf\n" + "0.1\n" * 40)
    assert index(tmp_path, "derivatives")["n_confound_rows"] == [40]

    write_arrays(tmp_path / "x.npz", a=np.arange(3))
    (tmp_path / "x.npz").rename(confounds)
    assert index(tmp_path, "derivatives")["n_confound_rows"] == [None]


def test_a_sidecar_that_is_no_json_is_a_fact(tmp_path):
    bold = tmp_path / "sub-01" / "func" / "sub-01_task-rest_bold.nii.gz"
    write_image(bold, (10, 10, 8, 40))
    bold.with_name("sub-01_task-rest_bold.json").write_text("RepetitionTime: 2")

    (run,) = index(tmp_path / "sub-01", "bids")["series"]

    assert run["sidecar_readable"] is False
    assert run["label"] == bold.name
