"""Checks of dicom_headers against pydicom."""

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from restpain.cohort.dicom_headers import (
    FIRST_BYTES,
    TAGS,
    DamagedDicomError,
    _walked,
    read_header,
)
from small_dicom import REST, bare, dataset, write_series


def saved(path, image):
    image.save_as(path, enforce_file_format=True)
    return path


def rest_image(**elements):
    return dataset((10, 8, 4), slice_index=2, volume=1, n_volumes=3, **(REST | elements))


def nested():
    """A sequence in a sequence, both of undefined length, with a private tag inside."""
    inner, outer = Dataset(), Dataset()
    inner.add_new(0x20051404, "SS", 1)
    inner.RepetitionTime = 99
    outer.ReferencedImageSequence = Sequence([inner, inner])
    outer.is_undefined_length_sequence_item = True
    outer["ReferencedImageSequence"].is_undefined_length = True
    return Sequence([outer])


def test_a_header_holds_numbers_as_floats_and_lists_as_lists(tmp_path):
    header = read_header(saved(tmp_path / "x", rest_image()))

    assert header["RepetitionTime"] == 2000.0
    assert (header["Columns"], header["Rows"]) == (10.0, 8.0)
    assert header["ImagePositionPatient"] == [-60.0, -60.0, 8.0]
    assert header["ImageType"] == ["ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"]
    assert header["transfer_syntax"] == "1.2.840.10008.1.2.1"


def test_the_fast_way_and_pydicom_agree_on_every_tag(tmp_path):
    header = read_header(saved(tmp_path / "explicit", rest_image(DiffusionBValue=5.0)))
    by_pydicom = read_header(
        saved(tmp_path / "implicit", rest_image(DiffusionBValue=5.0, implicit=True))
    )

    differing = {"transfer_syntax", "size_bytes"}
    assert {key: header[key] for key in header.keys() - differing} == {
        key: by_pydicom[key] for key in by_pydicom.keys() - differing
    }
    assert len(header.keys() & TAGS.keys()) > 20


def test_sequences_of_undefined_length_are_passed_over(tmp_path):
    image = rest_image(ReferencedStudySequence=nested())
    image["ReferencedStudySequence"].is_undefined_length = True
    path = saved(tmp_path / "x", image)

    with path.open("rb") as file:
        _, found, _ = _walked(file.read(FIRST_BYTES), 132)

    assert found[0x00180080] == b"2000.0"


def test_a_header_longer_than_the_part_read_first_is_read_all_the_same(tmp_path):
    header = read_header(saved(tmp_path / "x", rest_image(PatientComments="c" * FIRST_BYTES)))

    assert header["RepetitionTime"] == 2000.0


def test_other_files_are_no_images(tmp_path):
    (tmp_path / "text").write_text("notes")
    report = rest_image()
    report.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.22"  # a structured report

    assert read_header(tmp_path / "text") is None
    assert read_header(saved(tmp_path / "report", report)) is None


@pytest.mark.parametrize("keep", [600, -1])
def test_a_file_that_ends_early_is_damaged(tmp_path, keep):
    (path,) = write_series(tmp_path, (10, 8, 1), **REST)
    path.write_bytes(path.read_bytes()[:keep])

    with pytest.raises(DamagedDicomError):
        read_header(path)


def test_bytes_behind_the_pixels_do_no_harm(tmp_path):
    image = rest_image()
    image.add_new(0xFFFCFFFC, "OB", b"\0" * 20)

    assert read_header(saved(tmp_path / "x", image))["Rows"] == 8.0


def without_sizes(header):
    return {key: header[key] for key in header.keys() - {"transfer_syntax", "size_bytes"}}


STARTS = {
    "implicit": lambda path: bare(path, implicit=True),
    "explicit": lambda path: bare(path, implicit=False),
    "with a prefix, without a meta header": lambda path: (
        bytes(128) + b"DICM" + bare(path, implicit=True)
    ),
    "without a preamble": lambda path: path.read_bytes()[128:],
    "with a preamble of 64 bytes": lambda path: path.read_bytes()[64:],
    "with the meta header first": lambda path: path.read_bytes()[132:],
}


@pytest.mark.parametrize("start", STARTS)
def test_files_of_another_start_are_read_and_seen_to_end_early(tmp_path, start):
    path = saved(tmp_path / "x", rest_image(PatientComments="c" * FIRST_BYTES))
    header = read_header(path)
    content = STARTS[start](path)

    path.write_bytes(content)
    assert without_sizes(read_header(path)) == without_sizes(header)

    path.write_bytes(content[:-9])
    with pytest.raises(DamagedDicomError, match="ends before its pixels do"):
        read_header(path)


def test_archives_of_images_are_no_images(tmp_path):
    path = saved(tmp_path / "x", rest_image())
    (tmp_path / "a.zip").write_bytes(b"PK\3\4 a name" + bytes(100) + path.read_bytes())
    (tmp_path / "a.tar").write_bytes(b"a name".ljust(512, b"\0") + path.read_bytes())
    (tmp_path / "a.bin").write_bytes(b"\x08\0\5\0" + b"CS\2\0" * 500)

    assert [read_header(tmp_path / f"a.{kind}") for kind in ("zip", "tar", "bin")] == [None] * 3


@pytest.mark.parametrize("implicit", [True, False])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2000,0", '"2000,0"'),
        ("Smith ", "no number"),
        ("inf   ", "no number"),
        ("1.e+99", '"1.e+99"'),
    ],
)
def test_a_number_that_is_none_is_told_unless_it_may_be_a_name(tmp_path, implicit, text, shown):
    path = saved(tmp_path / "x", rest_image(implicit=implicit))
    path.write_bytes(path.read_bytes().replace(b"2000.0", text.encode()))

    header = read_header(path)

    assert header["malformed"] == {"RepetitionTime": shown}
    assert "RepetitionTime" not in header
