"""Files that cannot be read are counted and told, never an error."""

import errno

from restpain.cohort import dicom_folder, dicom_headers
from restpain.cohort.dicom_folder import file_problems, folder_headers
from small_dicom import REST, write_series


def told(folder):
    headers, counts = folder_headers(folder)
    sentences = [f"{row['severity']}: {row['found']}" for row in file_problems(counts)]
    return len(headers), counts["n_files"], sentences


def test_what_is_not_there_is_counted_apart_from_the_images(tmp_path):
    write_series(tmp_path / "a", (4, 4, 3), **REST)
    (tmp_path / "dead").symlink_to(tmp_path / "nowhere")
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    (tmp_path / "empty").touch()
    (tmp_path / "pointer").write_text("/annex/objects/MD5E-s34--4711.dcm\n")
    (tmp_path / "large").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:4711")
    (tmp_path / "text").write_text("notes")

    assert told(tmp_path) == (
        3,
        4,
        [
            "error: 2 links to files that are not there",
            "error: 2 pointers of git-annex or Git LFS",
            "warning: 1 empty file",
        ],
    )


def test_links_to_folders_are_followed_once(tmp_path):
    write_series(tmp_path / "elsewhere", (4, 4, 3), **REST)
    folder = tmp_path / "sub-01"
    folder.mkdir()
    (folder / "rest").symlink_to(tmp_path / "elsewhere")
    (folder / "loop").symlink_to(folder)

    assert told(folder) == (3, 3, [])


def test_what_may_not_be_read_is_told(tmp_path, monkeypatch):
    forbidden = write_series(tmp_path / "a", (4, 4, 3), **REST)[0]

    def read_header(path):
        if path == forbidden:
            raise PermissionError(errno.EACCES, "not allowed")
        return dicom_headers.read_header(path)

    monkeypatch.setattr(dicom_folder, "read_header", read_header)

    assert told(tmp_path)[::2] == (2, ["error: 1 file or folder that may not be read"])
