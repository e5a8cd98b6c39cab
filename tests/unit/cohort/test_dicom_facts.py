"""Facts of a series that its words and tags tell."""

import os

import pytest

from restpain.cohort.dicom_series import series_by_headers
from small_dicom import REST, rewrite, setting, write_mosaics, write_series


def facts(folder, **elements):
    rewrite(write_series(folder, (10, 10, 4), n_volumes=3, **REST), setting(**elements))
    (series,), _ = series_by_headers(folder)
    return series.facts


@pytest.mark.parametrize(
    "elements",
    [
        {"DiffusionBValue": 1000.0},
        {"DiffusionDirectionality": "DIRECTIONAL"},
        {"AcquisitionContrast": "PERFUSION"},
        {"ImageType": ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE"]},
        {"SequenceName": "*ep_b0"},
    ],
)
def test_diffusion_and_perfusion_are_recognised_by_any_of_their_marks(tmp_path, elements):
    assert facts(tmp_path, **elements)["prepared"]


def test_a_bold_run_has_none_of_these_marks(tmp_path):
    marks = {"DiffusionBValue": 0.0, "DiffusionDirectionality": "NONE", "SequenceName": "epfid2d1"}

    assert not facts(tmp_path, **marks)["prepared"]


@pytest.mark.parametrize(
    ("words", "derived", "processed"),
    [
        (["ORIGINAL", "PRIMARY", "M", "NORM"], False, False),
        (["DERIVED", "SECONDARY"], True, False),
        (["ORIGINAL", "PRIMARY", "M", "MOCO"], True, False),
        (["DERIVED", "PRIMARY", "MPR"], True, True),
        (["DERIVED", "PRIMARY", "M", "UNI"], False, False),
    ],
)
def test_derived_images_are_recognised_by_their_words(tmp_path, words, derived, processed):
    found = facts(tmp_path, ImageType=words)

    assert (found["derived"], found["processed"]) == (derived, processed)


def test_another_size_or_time_of_a_file_changes_the_digest_of_the_files(tmp_path):
    write_mosaics(tmp_path, n_volumes=3)
    (series,), _ = series_by_headers(tmp_path)
    path = series.paths[0]
    before = series.facts
    time = path.stat().st_mtime_ns

    path.write_bytes(path.read_bytes() + b"\0\0")
    os.utime(path, ns=(time, time))

    (series,), _ = series_by_headers(tmp_path)
    differing = {key for key in before if series.facts[key] != before[key]}
    assert differing == {"files_digest"}
