"""T1 and rest run of a raw BIDS dataset under the names of the workflow."""

import json

import nibabel as nib
import numpy as np
import pytest

from cohort_inputs import write_image
from restpain.cohort.index import participant_index
from restpain.io.tables import write_json
from scripts.cohort.link_bids import link_bids


@pytest.fixture(name="folder")
def folder_of_participant(tmp_path):
    folder = tmp_path / "data" / "sub-01"
    write_image(folder / "anat" / "sub-01_acq-mprage_T1w.nii.gz", (8, 8, 8))
    return folder


def linked(folder, *, between=None, **select):
    """Index the participant, change something, link; returns the folder of the links."""
    out, index = folder.parents[1] / "out", folder.parents[1] / "index.json"
    found = participant_index(folder, participant_id="sub-01", source="bids", select=select)
    write_json(index, found)
    if between is not None:
        between()
    link_bids(
        folder=str(folder),
        index_path=index,
        t1w_path=out / "sub-01_T1w.nii.gz",
        t1w_sidecar_path=out / "sub-01_T1w.json",
        bold_path=out / "sub-01_task-rest_bold.nii.gz",
        bold_sidecar_path=out / "sub-01_task-rest_bold.json",
    )
    return out


@pytest.mark.parametrize(("task", "name"), [("resting", "rest"), ("eyesclosed", "eyesclosed")])
def test_linking_gives_the_names_of_the_workflow_and_sidecars_without_text(folder, task, name):
    write_image(folder / "func" / f"sub-01_task-{task}_run-1_bold.nii.gz", (8, 8, 8, 40))
    write_json(
        folder.parent / f"task-{task}_bold.json",
        {"RepetitionTime": 2.0, "InstitutionName": "Nowhere", "AcquisitionTime": "11:22:33"},
    )

    out = linked(folder, rest={"task": task})

    t1w = folder / "anat" / "sub-01_acq-mprage_T1w.nii.gz"
    assert (out / "sub-01_T1w.nii.gz").resolve() == t1w
    sidecar = json.loads((out / "sub-01_task-rest_bold.json").read_text())
    assert sidecar == {"TaskName": name, "RepetitionTime": 2.0}


def test_the_sidecar_is_what_was_indexed_not_what_lies_there_later(folder):
    write_image(folder / "func" / "sub-01_task-rest_bold.nii.gz", (8, 8, 8, 40))
    sidecar = folder.parent / "task-rest_bold.json"
    write_json(sidecar, {"RepetitionTime": 2.0})

    out = linked(folder, between=lambda: write_json(sidecar, {"RepetitionTime": 1.0}))

    written = json.loads((out / "sub-01_task-rest_bold.json").read_text())
    assert written["RepetitionTime"] == 2.0


def test_a_header_that_knows_no_repetition_time_gets_the_one_of_the_sidecar(folder):
    bold = folder / "func" / "sub-01_task-rest_bold.nii.gz"
    write_image(bold, (8, 8, 8, 40), tr=1.0)
    write_json(folder.parent / "task-rest_bold.json", {"RepetitionTime": 2.5})

    written = nib.load(linked(folder) / "sub-01_task-rest_bold.nii.gz")

    assert written.header.get_zooms()[3] == 2.5
    np.testing.assert_array_equal(written.dataobj, nib.load(bold).dataobj)


def test_an_image_replaced_after_the_check_is_refused(folder):
    bold = folder / "func" / "sub-01_task-rest_bold.nii.gz"
    write_image(bold, (8, 8, 8, 40))

    with pytest.raises(ValueError, match="sub-01_task-rest_bold.nii.gz has changed since"):
        linked(folder, between=lambda: write_image(bold, (8, 8, 8, 50)))


def test_nothing_is_written_into_the_dataset_which_may_be_read_only(folder):
    write_image(folder / "func" / "sub-01_task-rest_bold.nii", (8, 8, 8, 40), tr=0)  # is copied
    write_json(folder.parent / "task-rest_bold.json", {"RepetitionTime": 2.0})
    data = folder.parent

    def state():
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in data.rglob("*")}

    before = state() | {data: data.stat().st_mtime_ns}
    linked(folder)

    assert state() | {data: data.stat().st_mtime_ns} == before
