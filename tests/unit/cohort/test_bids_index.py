"""Index of a raw BIDS dataset."""

from cohort_inputs import write_image
from restpain.cohort.bids_index import bids_index


def test_a_sidecar_that_is_no_json_is_a_fact(tmp_path):
    bold = tmp_path / "sub-01" / "func" / "sub-01_task-rest_bold.nii.gz"
    write_image(bold, (10, 10, 8, 40))
    bold.with_name("sub-01_task-rest_bold.json").write_text("RepetitionTime: 2")

    (run,) = bids_index(tmp_path / "sub-01", select={})["series"]

    assert run["sidecar_readable"] is False
    assert run["label"] == bold.name
