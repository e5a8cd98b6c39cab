"""Tables, sidecars and DICOM files of any content: a sentence or a fact, never another error."""

import json
import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohort_inputs import TABLE, write_image
from restpain.cohort.checks import cohort_problems, problem_table, sentences
from restpain.cohort.design import two_sample_design
from restpain.cohort.dicom_series import folder_series
from restpain.cohort.index import participant_index
from restpain.cohort.participants import Comparison, included, read_participants
from restpain.simulation.dicom_enhanced import write_enhanced_series
from restpain.simulation.protocol import FIRST_SESSION, rest_sequence, simulated_person
from small_dicom import REST, write_series

FEW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
CHECKS = {"drop_volumes": 5, "min_volumes": 30, "slice_order": None, "band_hz": (0.01, 0.1)}
CHECKS |= {"nuisance": [], "measures": ["alff", "reho"], "fwhm_mm": 6.0, "voxel_mm": 3.0}


def changed(content, edits):
    """``content`` with bytes put in place of others."""
    content = bytearray(content)
    for place, length, new in edits:
        start = int(place * len(content))
        content[start : start + length] = new
    return bytes(content)


edits = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=4
)


@FEW
@given(edits)
def test_a_table_gives_a_design_or_sentences(tmp_path, edits):
    path = tmp_path / "participants.tsv"
    path.write_bytes(changed(TABLE.encode(), edits))

    comparison = Comparison("patient", "control", ["age", "sex"])
    try:
        table = included(read_participants(path, comparison))
        two_sample_design(table, comparison)
    except ValueError as error:
        sentence, kind = str(error), type(error)
    else:
        return
    assert sentence.strip()
    assert kind is ValueError  # a UnicodeDecodeError is one, but no sentence


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@FEW
@given(repetition_time=values, slice_timing=values, other=values)
def test_a_sidecar_gives_facts_and_sentences(tmp_path, repetition_time, slice_timing, other):
    folder = tmp_path / "sub-01"
    bold = folder / "func" / "sub-01_task-rest_bold.nii.gz"
    if not bold.exists():
        write_image(bold, (6, 5, 4, 40))
        write_image(folder / "anat" / "sub-01_T1w.nii.gz", (44, 44, 44))
    sidecar = {"RepetitionTime": repetition_time, "SliceTiming": slice_timing, "EchoTime": other}
    bold.with_name("sub-01_task-rest_bold.json").write_text(json.dumps(sidecar))

    index = participant_index(folder, participant_id="sub-01", source="bids", select={})

    assert sentences(problem_table(cohort_problems([index], **CHECKS))) is not None


@pytest.fixture(scope="module")
def dicom_file(tmp_path_factory):
    path = write_series(tmp_path_factory.mktemp("one"), (10, 10, 1), **REST)[0]
    return path.read_bytes()


@FEW
@given(edits)
def test_dicom_files_are_read_or_counted(tmp_path, dicom_file, edits):
    (tmp_path / "image").write_bytes(changed(dicom_file, edits))
    (tmp_path / "whole").write_bytes(dicom_file)

    series, counts = folder_series(tmp_path)

    assert counts["n_files"] == 2
    assert len(series) <= 2


@pytest.fixture(scope="module")
def nifti(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nifti") / "sub-01"
    write_image(folder / "anat" / "sub-01_T1w.nii", (9, 9, 9))
    bold = folder / "func" / "sub-01_task-rest_bold.nii"
    write_image(bold, (9, 9, 9, 40))
    return shutil.copy(bold, folder.parent / "original.nii"), bold


HEADER_BYTES = 352
header_edits = st.lists(
    st.tuples(st.integers(0, HEADER_BYTES - 1), st.binary(min_size=1, max_size=8)),
    min_size=1,
    max_size=4,
)


@FEW
@given(header_edits)
def test_a_nifti_header_gives_facts_and_sentences(nifti, edits):
    original, bold = nifti
    edited = bytearray(original.read_bytes())
    for place, new in edits:
        edited[place : place + len(new)] = new
    bold.write_bytes(edited)

    index = participant_index(bold.parents[1], participant_id="sub-01", source="bids", select={})

    assert sentences(problem_table(cohort_problems([index], **CHECKS))) is not None


@pytest.fixture(scope="module")
def enhanced_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("enhanced")
    write_enhanced_series(
        folder,
        np.ones((6, 5, 4, 3)),
        np.eye(4),
        person=simulated_person("01", age=61, sex="F"),
        sequence=rest_sequence(FIRST_SESSION, repetition_time=2.0),
        seed=[1],
    )
    return next(folder.iterdir())


@settings(FEW, max_examples=30)  # each is converted
@given(edits)
def test_enhanced_dicom_files_are_read_or_counted(tmp_path, enhanced_file, edits):
    (tmp_path / "image").write_bytes(changed(enhanced_file.read_bytes(), edits))

    series, counts = folder_series(tmp_path)

    assert len(series) + counts["n_damaged_files"] + counts["n_other_files"] == 1
