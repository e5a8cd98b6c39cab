"""Checks of dicom_headers against pydicom."""

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from restpain.cohort.dicom_headers import (
    FIRST_BYTES,
    TAGS,
    DamagedDicomError,
    _walked_header,
    read_header,
)
from small_dicom import REST, dataset, write_series


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
        walked = _walked_header(file.read(FIRST_BYTES))

    assert walked["RepetitionTime"] == 2000.0


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
