"""Indices of data that have changed."""

import os

from restpain.cohort.bids_files import file_state
from restpain.cohort.changed_data import renew_indices
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

    assert renew_indices(folders) == []
    assert index.stat().st_mtime > 1


def test_an_image_of_another_size_or_time_or_none_is_read_again(tmp_path):
    image, index, folders = study(tmp_path)
    sentence = ["changed since the cohort check, read again: sub-01_T1w.nii"]

    os.utime(image, (5, 5))
    assert renew_indices(folders) == sentence
    assert index.stat().st_mtime == 1

    image.unlink()
    assert renew_indices(folders) == sentence


def test_an_inherited_sidecar_that_was_edited_is_read_again(tmp_path):
    _, index, folders = study(tmp_path)

    (tmp_path / "T1w.json").write_text('{"EchoTime": 0.03}')

    assert renew_indices(folders) != []
    assert index.stat().st_mtime == 1


def test_dicom_series_have_no_path_and_a_missing_index_is_made_anyway(tmp_path):
    write_json(tmp_path / "sub-01.json", {"series": [{"chosen": True, "number": 5}]})

    folders = {str(tmp_path / f"sub-0{n}.json"): str(tmp_path) for n in (1, 2)}
    assert renew_indices(folders) == []


def test_a_changed_table_of_confounds_is_read_again(tmp_path):
    image, index, folders = study(tmp_path)
    table = image.with_name("sub-01_desc-confounds_timeseries.tsv")
    table.write_text("csf")
    facts = read_json(index)
    facts["series"][0]["companions"] = [
        {"path": f"anat/{table.name}", "size": 4, "mtime_ns": table.stat().st_mtime_ns}
    ]
    write_json(index, facts)

    assert renew_indices(folders) == [f"changed since the cohort check, read again: {table.name}"]
