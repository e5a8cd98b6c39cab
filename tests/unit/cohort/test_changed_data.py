"""Indices of data that have changed."""

import os

import pytest

from cohort_inputs import write_image
from restpain.cohort.bids_files import file_state
from restpain.cohort.changed_data import renew_indices
from restpain.cohort.index import participant_index
from restpain.io.tables import read_json, write_json


def study(tmp_path):
    """Index of a participant with one image, and the folder."""
    image = tmp_path / "sub-01" / "anat" / "sub-01_T1w.nii"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"1234")
    state = image.stat()
    facts = {"path": "anat/sub-01_T1w.nii", "chosen": True}
    sidecar = tmp_path / "T1w.json"
    sidecar.write_text("{}")
    facts["sidecar_files"] = {"../../T1w.json": file_state(sidecar)}
    series = [facts | {"size": state.st_size, "mtime_ns": state.st_mtime_ns}]
    index = tmp_path / "sub-01.json"
    write_json(index, {"series": [*series, {"path": "anat/other.nii", "chosen": False}]})
    return image, index, {str(index): str(tmp_path / "sub-01")}


def test_an_index_of_unchanged_images_keeps_its_time(tmp_path):
    _, index, folders = study(tmp_path)

    assert renew_indices(folders, "bids") == []
    assert index.stat().st_mtime > 1


def test_an_image_of_another_size_or_time_or_none_is_read_again(tmp_path):
    image, index, folders = study(tmp_path)
    sentence = ["changed since the cohort check, read again: sub-01_T1w.nii"]

    os.utime(image, (5, 5))
    assert renew_indices(folders, "bids") == sentence
    assert index.stat().st_mtime == 1

    image.unlink()
    assert renew_indices(folders, "bids") == sentence


def test_an_inherited_sidecar_that_was_edited_is_read_again(tmp_path):
    _, index, folders = study(tmp_path)

    (tmp_path / "T1w.json").write_text('{"EchoTime": 0.03}')

    assert renew_indices(folders, "bids") != []
    assert index.stat().st_mtime == 1


def test_an_index_without_a_listing_and_a_missing_one_are_left_to_their_times(tmp_path):
    write_json(tmp_path / "sub-01.json", {"series": [{"chosen": True, "number": 5}]})

    folders = {str(tmp_path / f"sub-0{n}.json"): str(tmp_path) for n in (1, 2)}
    assert renew_indices(folders, "dicom") == []


def test_a_changed_table_of_confounds_is_read_again(tmp_path):
    image, index, folders = study(tmp_path)
    table = image.with_name("sub-01_desc-confounds_timeseries.tsv")
    table.write_text("csf")
    facts = read_json(index)
    facts["series"][0]["companions"] = [
        {"path": f"anat/{table.name}", "size": 4, "mtime_ns": table.stat().st_mtime_ns}
    ]
    write_json(index, facts)

    assert renew_indices(folders, "bids") == [
        f"changed since the cohort check, read again: {table.name}"
    ]


def indexed(folder, source):
    """Path of the index of a folder's data, with the folder."""
    path = folder.parents[1] / f"{folder.name}.json"
    found = participant_index(folder, participant_id=folder.name, source=source, select={})
    write_json(path, found)
    return {str(path): str(folder)}


@pytest.fixture
def bids_folder(tmp_path):
    folder = tmp_path / "data" / "sub-01"
    write_image(folder / "anat" / "sub-01_T1w.nii.gz", (20, 20, 20))
    write_image(folder / "func" / "sub-01_task-rest_bold.nii.gz", (12, 12, 8, 40))
    return folder


@pytest.mark.parametrize(
    "name", ["../task-rest_bold.json", "func/sub-01_bold.json", "../acq-9_T1w.json", "notes.json"]
)
def test_a_sidecar_that_was_added_is_read_if_the_images_inherit_it(bids_folder, name):
    folders = indexed(bids_folder, "bids")
    assert renew_indices(folders, "bids") == []

    (bids_folder / name).write_text('{"RepetitionTime": 2}')

    sentence = (
        "changed since the cohort check, read again: images or sidecars of sub-01 that came, "
        "went or were replaced"
    )
    inherited = name.endswith("_bold.json")
    assert renew_indices(folders, "bids") == [sentence] * inherited


@pytest.mark.parametrize(
    "name", ["anat/sub-01_run-2_T1w.nii", "ses-2/func/sub-01_ses-2_task-rest_bold.nii.gz"]
)
def test_an_image_that_was_added_is_read(bids_folder, name):
    folders = indexed(bids_folder, "bids")

    write_image(bids_folder / name, (12, 12, 8, 40))

    assert len(renew_indices(folders, "bids")) == 1


def test_a_mask_that_was_added_to_preprocessed_images_is_read(tmp_path):
    folder = tmp_path / "data" / "sub-01"
    name = "sub-01_task-rest_space-MNI152NLin6Asym_desc-{}.nii.gz"
    write_image(folder / "func" / name.format("preproc_bold"), (12, 12, 8, 40))
    folders = indexed(folder, "derivatives")
    assert renew_indices(folders, "derivatives") == []

    write_image(folder / "func" / name.format("brain_mask"), (12, 12, 8))

    assert len(renew_indices(folders, "derivatives")) == 1


def replaced(file):
    other = file.with_name("other")
    other.write_bytes(b"9" * 300)
    os.utime(other, ns=(1, 1))  # as archives and rsync keep it
    other.rename(file)


CHANGES = {
    "added": lambda file: file.with_name("IM_0003").write_bytes(b"3"),
    "added in another folder": lambda file: file.parents[1].joinpath("IM_0003").write_bytes(b"3"),
    "written over": lambda file: file.write_bytes(b"22"),
    "removed": lambda file: file.unlink(),
    "replaced by an older one": replaced,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_dicom_file_that_came_went_or_was_replaced_is_noticed(tmp_path, change):
    folder = tmp_path / "data" / "sub-01"
    (folder / "a" / "b").mkdir(parents=True)
    for number in range(3):
        (folder / "a" / "b" / f"IM_{number:04d}").write_bytes(bytes(300))
    folders = indexed(folder, "dicom")
    assert renew_indices(folders, "dicom") == []

    change(folder / "a" / "b" / "IM_0002")

    assert renew_indices(folders, "dicom") == [
        "changed since the cohort check, read again: files of sub-01 that came, went or were "
        "replaced"
    ]


def test_other_permissions_and_hidden_files_are_no_change_of_dicom(tmp_path):
    folder = tmp_path / "data" / "sub-01"
    folder.mkdir(parents=True)
    (folder / "IM_0001").write_bytes(bytes(300))
    folders = indexed(folder, "dicom")

    (folder / "IM_0001").chmod(0o600)
    (folder / ".DS_Store").touch()

    assert renew_indices(folders, "dicom") == []
