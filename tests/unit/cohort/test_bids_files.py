"""Images of a participant in a raw BIDS dataset, and files without the content of their name."""

import os
from pathlib import Path

import pytest

from cohort_inputs import write_image
from restpain.cohort.bids_files import (
    check_unchanged,
    compression_fault,
    file_fault,
    listed_images,
)


def touched(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_images_of_all_sessions_are_listed_with_their_entities(tmp_path):
    touched(
        tmp_path,
        "anat/sub-01_T1w.nii",
        "ses-2/func/sub-01_ses-2_task-rest_run-01_bold.nii.gz",
        "ses-2/func/sub-01_ses-2_task-rest_run-01_bold.json",
        "ses-2/fmap/sub-01_ses-2_dir-AP_epi.nii.gz",
        "ses-3/anat/sub-01_T1w.nii.gz",
    )

    series, faults = listed_images(tmp_path)

    assert [one["path"] for one in series] == [
        "anat/sub-01_T1w.nii",
        "ses-2/func/sub-01_ses-2_task-rest_run-01_bold.nii.gz",
        "ses-3/anat/sub-01_T1w.nii.gz",
    ]
    run = {"sub": "01", "ses": "2", "task": "rest", "run": "01", "suffix": "bold"}
    assert series[1]["entities"] == run
    assert series[2]["entities"] == {"sub": "01", "ses": "3", "suffix": "T1w"}
    assert faults == {}


def test_names_that_are_not_of_bids_are_counted_and_not_repeated(tmp_path):
    touched(tmp_path, "anat/Smithson_T1w.nii.gz", "anat/sub-01_Smithson_T1w.nii", "func/rest.nii")

    ((series,), _) = listed_images(tmp_path)

    assert (series["label"], series["path"]) == ("3 images", None)


def test_images_of_other_formats_are_counted_with_what_to_do(tmp_path):
    names = ("sub-01_task-rest_bold.img", "sub-01_task-rest_bold.hdr", "sub-01_T1w.NII.GZ")
    touched(tmp_path, *(f"func/{name}" for name in names), "func/notes.txt")

    ((series,), _) = listed_images(tmp_path)

    assert (series["label"], series["path"]) == ("3 images", None)
    assert series["reason"] == "neither .nii nor .nii.gz; convert what belongs to the dataset"


def test_a_folder_that_is_a_dead_link_is_a_fault_and_no_error(tmp_path):
    (tmp_path / "func").symlink_to("../elsewhere")

    assert listed_images(tmp_path) == (
        [],
        {"func": ("a link to a folder that is not there", "the folder", "fetch it (datalad get)")},
    )


def test_a_folder_that_may_not_be_listed_is_a_fault_and_hides_no_other(tmp_path, monkeypatch):
    touched(tmp_path, "anat/sub-01_T1w.nii", "func/sub-01_task-rest_bold.nii")
    listdir = os.listdir

    def closed(folder):
        if Path(folder).name == "func":
            raise PermissionError(13, "Permission denied")
        return listdir(folder)

    monkeypatch.setattr(os, "listdir", closed)
    series, faults = listed_images(tmp_path)

    assert [one["label"] for one in series] == ["sub-01_T1w.nii"]
    assert faults["func"][0] == "a folder that you may not read"


FETCH = "fetch it (datalad get)"
AGAIN = "copy it again from its source"


@pytest.mark.parametrize(
    ("content", "found", "action"),
    [
        (b"", "an empty file", AGAIN),
        (b"/annex/objects/MD5E-s12--0a.nii.gz\n", "a git-annex pointer in its place", FETCH),
        (b"../../.git/annex/objects/k/z/MD5E-s12", "a git-annex pointer in its place", FETCH),
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            "a Git LFS pointer in its place",
            "fetch it (git lfs pull)",
        ),
    ],
)
def test_a_file_with_other_content_says_how_to_get_it(tmp_path, content, found, action):
    path = tmp_path / "x.nii.gz"
    path.write_bytes(content)

    assert file_fault(path, "the image") == (found, "the image", action)


def test_what_is_no_file_is_named(tmp_path):
    paths = [tmp_path / name for name in ("folder", "dead", "circle", "pipe")]
    paths[0].mkdir()
    paths[1].symlink_to("nowhere")
    paths[2].symlink_to("circle")
    os.mkfifo(paths[3])

    assert [file_fault(path, "the image")[0] for path in paths] == [
        "a folder",
        "a link to a file that is not there",
        "a link to a file that is not there",
        "no regular file",
    ]


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    def closed(self, mode):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "x.nii").write_bytes(b"x")
    monkeypatch.setattr(Path, "open", closed)

    assert file_fault(tmp_path / "x.nii", "the image") == (
        "a file that you may not read",
        "read permission",
        "ask the owner of the data for it",
    )


def test_a_compression_that_is_not_that_of_the_name_is_a_fault(tmp_path):
    good, plain, text = (tmp_path / name for name in ("a.nii.gz", "b.nii", "c.nii.gz"))
    write_image(good, (8, 8, 8))
    write_image(plain, (8, 8, 8))
    text.write_text("<html>not found</html>")
    assert [compression_fault(path) for path in (good, plain)] == [None, None]

    (tmp_path / "d.nii").write_bytes(good.read_bytes())
    (tmp_path / "e.nii.gz").write_bytes(plain.read_bytes())

    actions = [compression_fault(tmp_path / name)[2] for name in ("c.nii.gz", "d.nii", "e.nii.gz")]
    assert actions == [AGAIN, "name it .nii.gz", "compress it with gzip, or name it .nii"]


def test_a_replaced_image_is_refused_with_both_states(tmp_path):
    path = tmp_path / "sub-01_T1w.nii"
    path.write_bytes(b"12345")
    os.utime(path, ns=(0, 86_400_000_000_000))
    check_unchanged(path, {"size": 5, "mtime_ns": 86_400_000_000_000})

    with pytest.raises(ValueError, match="changed since") as caught:
        check_unchanged(path, {"size": 4, "mtime_ns": 1_000_000_000})

    assert str(caught.value) == (
        "sub-01_T1w.nii has changed since the cohort check: 5 bytes of 1970-01-02 00:00:00 UTC "
        "now, 4 bytes of 1970-01-01 00:00:01 UTC then; make sure that it is the right file and "
        "start again, so that it is read and checked again"
    )
    path.unlink()
    with pytest.raises(ValueError, match="not there now, 5 bytes"):
        check_unchanged(path, {"size": 5, "mtime_ns": 1})
