"""Checks of bids and participant_index on datasets made on the spot."""

import gzip

import nibabel as nib
import numpy as np
import pytest

from restpain.cohort.bids import generating_programs, run_facts
from restpain.cohort.index import participant_index


def image(path, shape=(4, 4, 3, 5), tr=2.0):
    path.parent.mkdir(parents=True, exist_ok=True)
    made = nib.Nifti1Image(np.arange(np.prod(shape), dtype=np.int16).reshape(shape), np.eye(4))
    made.header.set_xyzt_units("mm", "sec")
    if len(shape) == 4:
        made.header.set_zooms((1, 1, 1, tr))
    nib.save(made, path)
    return path


def test_facts_of_a_run_come_from_image_and_sidecar(tmp_path):
    path = image(tmp_path / "x.nii.gz", tr=2.5)
    sidecar = {"RepetitionTime": 2.0, "SliceTiming": [0.0, 1.5, 0.5]}

    facts = run_facts(path, kind="rest", label="x", sidecar=sidecar)

    assert facts["matrix"] == [4, 4, 3]
    assert facts["n_volumes"] == 5
    assert facts["repetition_times_s"] == {"sidecar": 2.0, "image's header": 2.5}
    assert facts["slice_times_s"] == [0.0, 1.5, 0.5]
    assert facts["readable"]


def cut(content, n_bytes, packed):
    """First bytes of a file, compressed before it was cut or not."""
    return (gzip.compress(content) if packed else content)[:n_bytes]


@pytest.mark.parametrize(
    ("n_bytes", "packed"),
    [(353, False), (1001, False), (-1, False), (5, True), (80, True), (-9, True)],
)
def test_a_file_that_ends_early_is_said_to_wherever_it_ends(tmp_path, n_bytes, packed):
    values = np.random.default_rng(0).integers(0, 1000, (9, 9, 9)).astype(np.int16)
    whole = nib.Nifti1Image(values, np.eye(4)).to_bytes()
    path = tmp_path / ("x.nii.gz" if packed else "x.nii")
    path.write_bytes(cut(whole, n_bytes, packed))

    facts = run_facts(path, kind="t1", label="x", sidecar={})

    assert (facts["readable"], facts["damage"]) == (False, "ends early")


def test_a_damaged_file_that_is_whole_is_not_said_to_end_early(tmp_path):
    path = image(tmp_path / "x.nii.gz")
    content = bytearray(path.read_bytes())
    content[-6] ^= 255  # of the checksum
    path.write_bytes(content)

    assert run_facts(path, kind="t1", label="x", sidecar={})["damage"] == "cannot be read"


@pytest.mark.parametrize(
    ("sform_code", "qform_code", "mirrored", "expected"),
    [
        (0, 0, False, "unknown"),
        (1, 0, True, "known"),
        (0, 1, True, "known"),
        (2, 1, False, "known"),
        (1, 1, True, "contradictory"),
    ],
)
def test_what_a_header_says_of_left_and_right(
    tmp_path, sform_code, qform_code, mirrored, expected
):
    stored = nib.Nifti1Image(np.zeros((4, 4, 3), np.float32), np.eye(4))
    stored.set_sform(np.diag([-1.0, 1, 1, 1]) if mirrored else np.eye(4), code=sform_code)
    stored.set_qform(np.eye(4), code=qform_code)
    nib.save(stored, tmp_path / "x.nii")

    facts = run_facts(tmp_path / "x.nii", kind="t1", label="x", sidecar={})

    assert facts["sides"] == expected


@pytest.mark.parametrize("name", ["x.nii", "x.nii.gz"])
def test_an_image_that_ends_early_is_not_readable(tmp_path, name):
    path = image(tmp_path / name)
    path.write_bytes(path.read_bytes()[:-20])

    assert run_facts(path, kind="rest", label="x", sidecar={})["readable"] is False


def test_a_participant_without_folder_is_a_fact_and_no_error():
    index = participant_index(None, participant_id="sub-09", source="bids", select={})

    assert index == {
        "participant_id": "sub-09",
        "source": "bids",
        "found": False,
        "series": [],
        "problems": [],
    }


@pytest.mark.parametrize(
    ("description", "programs"),
    [
        (
            '{"GeneratedBy": [{"Name": "fMRIPrep", "Version": "23.2.1"}, {"Name": "own"}]}',
            "fMRIPrep 23.2.1; own",
        ),
        ('{"PipelineDescription": {"Name": "fMRIPrep", "Version": "1.5.0"}}', "fMRIPrep 1.5.0"),
        ('{"Name": "rest"}', None),
        ('{"GeneratedBy": ["fMRIPrep", {"Version": "1"}]}', None),
        ('{"GeneratedBy": {"Name": "fMRIPrep"}}', None),
        ("[1]", None),
        ("{", None),
    ],
)
def test_the_programs_behind_a_dataset_are_those_its_description_names(
    tmp_path, description, programs
):
    path = tmp_path / "dataset_description.json"
    path.write_text(description)

    assert generating_programs(path) == programs
