"""Digests of what lies in a participant's folder."""

import os
import time

import pytest

from cohort_inputs import write_image
from restpain.cohort.listing import listing, touched_since


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "data" / "sub-01"
    write_image(folder / "func" / "sub-01_task-rest_bold.nii.gz", (6, 6, 6, 3))
    return folder


def test_names_of_images_and_sidecars_count_and_their_contents_do_not(folder):
    before = listing(folder, "bids")

    write_image(folder / "func" / "sub-01_task-rest_bold.nii.gz", (6, 6, 6, 4))
    (folder / "func" / "sub-01_task-rest_events.tsv").touch()
    assert listing(folder, "bids") == before

    (folder.parent / "task-rest_bold.json").touch()
    assert listing(folder, "bids") != before


def test_of_dicom_size_and_time_count(folder):
    before, file = listing(folder, "dicom"), next((folder / "func").iterdir())

    os.utime(file, ns=(5, 5))

    assert listing(folder, "dicom") != before


def test_a_name_that_is_not_utf8_is_no_obstacle(folder):
    (folder / os.fsdecode(b"M\xfcller")).touch()

    assert len(listing(folder, "dicom")) == 16


@pytest.mark.parametrize("source", ["bids", "derivatives", "dicom"])
def test_a_folder_that_nobody_touched_is_not_looked_into(folder, source):
    index = {"series": [{"path": "func/sub-01_task-rest_bold.nii.gz"}]}
    later = time.time_ns() + 10**9

    assert not touched_since(folder, source, later, index)
    assert touched_since(folder, source, 0, index)


def test_loops_of_links_end(folder):
    (folder / "func" / "loop").symlink_to(folder)

    assert not touched_since(folder, "dicom", time.time_ns() + 10**9, {"series": []})
    assert len(listing(folder, "dicom")) == 16
