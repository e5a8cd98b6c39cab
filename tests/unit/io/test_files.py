"""Files are replaced in one step."""

import gzip
import hashlib
import random

import pytest

from restpain.io.files import gzipped, opened, replacing, write_bytes_of_folder, write_text


def test_an_error_while_writing_leaves_the_old_file_and_no_rubbish(tmp_path):
    path = tmp_path / "table.tsv"
    write_text(path, "old")

    def write_half():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()

    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["table.tsv"]


def test_compressed_bytes_hold_no_time():
    content = b"series " * 99

    assert gzipped(content) == gzipped(content)
    assert gzipped(content)[4:8] == bytes(4)  # MTIME of RFC 1952


def test_compressed_bytes_are_the_same_on_every_machine():
    numbers = random.Random(1).randbytes(300_000)  # several blocks of deflate
    content = numbers[:100_000] + bytes(number & 7 for number in numbers) + bytes(100_000)

    assert gzip.decompress(gzipped(content)) == content
    digest = hashlib.sha256(gzipped(content)).hexdigest()
    # another libdeflate: its bytes belong into the changelog
    assert digest == "8f91abbf9b5df8ee73a3b0cad133763ac01861ebb2d771732d9a6110269b8a69"


def test_a_file_of_a_folder_holds_its_bytes_and_replaces_the_one_of_a_killed_job(tmp_path):
    path = tmp_path / "IM_00001"
    path.write_bytes(b"longer, of a killed job")

    write_bytes_of_folder(path, bytearray(b"DICM"))

    assert path.read_bytes() == b"DICM"


def test_a_compressed_file_is_opened_as_its_content(tmp_path):
    for name, stored in (("a.nii", b"voxels"), ("a.nii.gz", gzipped(b"voxels"))):
        (tmp_path / name).write_bytes(stored)
        with opened(tmp_path / name) as file:
            assert file.read() == b"voxels"
