"""Checks of bids and participant_index on datasets made on the spot."""

import json

import nibabel as nib
import numpy as np
import pytest

from restpain.cohort.bids import (
    derivative_images,
    generating_programs,
    inherited_sidecar,
    raw_images,
    run_facts,
)
from restpain.cohort.index import participant_index
from restpain.io.tables import write_json
from scripts.cohort.link_bids import link_bids


def image(path, shape=(4, 4, 3, 5), tr=2.0):
    path.parent.mkdir(parents=True, exist_ok=True)
    made = nib.Nifti1Image(np.arange(np.prod(shape), dtype=np.int16).reshape(shape), np.eye(4))
    made.header.set_xyzt_units("mm", "sec")
    if len(shape) == 4:
        made.header.set_zooms((1, 1, 1, tr))
    nib.save(made, path)
    return path


def names(paths):
    return [path.name for path in paths]


def test_runs_are_found_over_sessions_and_nothing_else(tmp_path):
    folder = tmp_path / "sub-01"
    image(folder / "ses-1" / "anat" / "sub-01_ses-1_T1w.nii.gz", (4, 4, 4))
    image(folder / "ses-1" / "func" / "sub-01_ses-1_task-rest_bold.nii.gz")
    image(folder / "ses-1" / "func" / "sub-01_ses-1_task-rest_sbref.nii.gz")
    image(folder / "ses-1" / "func" / "sub-01_ses-1_task-rest_part-phase_bold.nii.gz")
    image(folder / "ses-1" / "func" / "sub-01_ses-1_task-faces_bold.nii.gz")
    image(folder / "ses-1" / "fmap" / "sub-01_ses-1_dir-AP_epi.nii.gz")

    images = raw_images(folder)

    assert names(images["t1"]) == ["sub-01_ses-1_T1w.nii.gz"]
    assert names(images["rest"]) == ["sub-01_ses-1_task-rest_bold.nii.gz"]


def test_the_t1_of_the_session_of_the_only_run_is_taken(tmp_path):
    folder = tmp_path / "sub-01"
    for session in "12":
        image(folder / f"ses-{session}" / "anat" / f"sub-01_ses-{session}_T1w.nii", (4, 4, 4))
    image(folder / "ses-2" / "func" / "sub-01_ses-2_task-rest_bold.nii")

    assert names(raw_images(folder)["t1"]) == ["sub-01_ses-2_T1w.nii"]


def test_nearer_sidecars_win_and_those_of_other_runs_do_not_apply(tmp_path):
    path = tmp_path / "sub-01" / "func" / "sub-01_task-rest_run-2_bold.nii.gz"
    write_json(tmp_path / "task-rest_bold.json", {"RepetitionTime": 1.0, "EchoTime": 0.03})
    write_json(tmp_path / "bold.json", {"RepetitionTime": 9.0, "FlipAngle": 80})
    write_json(tmp_path / "task-faces_bold.json", {"EchoTime": 9.0})
    write_json(path.with_name("sub-01_task-rest_run-1_bold.json"), {"EchoTime": 9.0})
    write_json(path.with_name("sub-01_task-rest_run-2_bold.json"), {"RepetitionTime": 2.0})

    assert inherited_sidecar(path, tmp_path) == {
        "RepetitionTime": 2.0,
        "FlipAngle": 80,
        "EchoTime": 0.03,
    }


def test_facts_of_a_run_come_from_image_and_sidecar(tmp_path):
    path = image(tmp_path / "x.nii.gz", tr=2.5)
    sidecar = {"RepetitionTime": 2.0, "SliceTiming": [0.0, 1.5, 0.5]}

    facts = run_facts(path, kind="rest", label="x", sidecar=sidecar)

    assert facts["matrix"] == [4, 4, 3]
    assert facts["n_volumes"] == 5
    assert facts["repetition_times_s"] == {"sidecar": 2.0, "image's header": 2.5}
    assert facts["slice_times_s"] == [0.0, 1.5, 0.5]
    assert facts["readable"]


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


def test_preprocessed_runs_in_mni_space_come_with_mask_and_confounds(tmp_path):
    func = tmp_path / "sub-01" / "func"
    stem = "sub-01_task-rest_space-MNI152NLin2009cAsym_res-2"
    image(func / f"{stem}_desc-preproc_bold.nii.gz")
    image(func / f"{stem}_desc-brain_mask.nii.gz", (4, 4, 3))
    image(func / "sub-01_task-rest_space-T1w_desc-preproc_bold.nii.gz")
    (func / "sub-01_task-rest_desc-confounds_timeseries.tsv").write_text("csf\n" + "1\n" * 5)

    images = derivative_images(tmp_path / "sub-01")
    index = participant_index(
        tmp_path / "sub-01", participant_id="sub-01", source="derivatives", select={}
    )

    assert names(images["bold"]) == [f"{stem}_desc-preproc_bold.nii.gz"]
    assert names(images["mask"]) == [f"{stem}_desc-brain_mask.nii.gz"]
    assert index["n_confound_rows"] == [5]
    assert index["series"][0]["n_volumes"] == 5


def test_a_folder_with_one_4d_image_of_any_name_is_a_run_and_its_name_is_not_repeated(tmp_path):
    image(tmp_path / "sub-01" / "Smithson_4DVolume.nii")
    image(tmp_path / "sub-01" / "mean.nii", (4, 4, 3))

    index = participant_index(
        tmp_path / "sub-01", participant_id="sub-01", source="derivatives", select={}
    )

    assert [one["label"] for one in index["series"]] == ["the 4D image"]
    assert "Smithson" not in json.dumps(index)


def test_a_participant_without_folder_is_a_fact_and_no_error():
    index = participant_index(None, participant_id="sub-09", source="bids", select={})

    assert index == {
        "participant_id": "sub-09",
        "source": "bids",
        "found": False,
        "series": [],
        "problems": [],
    }


def test_a_sidecar_that_is_no_json_or_holds_nonsense_is_a_fact_and_no_error(tmp_path):
    for number, text in enumerate(("{", '{"SliceTiming": "x", "RepetitionTime": [2, 3]}')):
        folder = tmp_path / f"sub-0{number}"
        path = image(folder / "func" / f"sub-0{number}_task-rest_bold.nii.gz", tr=2.5)
        path.with_name(f"sub-0{number}_task-rest_bold.json").write_text(text)

    indices = [
        participant_index(tmp_path / name, participant_id=name, source="bids", select={})
        for name in ("sub-00", "sub-01")
    ]

    assert [index["series"][0]["sidecar_readable"] for index in indices] == [False, True]
    assert [index["series"][0]["repetition_time_s"] for index in indices] == [2.5, 2.5]
    assert indices[1]["series"][0]["slice_times_s"] is None


def test_linking_gives_the_names_of_the_workflow_and_sidecars_without_text(tmp_path):
    folder = tmp_path / "data" / "sub-01"
    t1w = image(folder / "anat" / "sub-01_acq-mprage_T1w.nii.gz", (4, 4, 4))
    bold = image(folder / "func" / "sub-01_task-resting_run-1_bold.nii.gz", tr=1.0)
    write_json(
        tmp_path / "data" / "task-resting_bold.json",
        {"RepetitionTime": 2.0, "InstitutionName": "Nowhere", "AcquisitionTime": "11:22:33"},
    )
    index = participant_index(folder, participant_id="sub-01", source="bids", select={})
    write_json(tmp_path / "index.json", index)

    link_bids(
        folder=str(folder),
        index_path=tmp_path / "index.json",
        t1w_path=tmp_path / "out" / "sub-01_T1w.nii.gz",
        t1w_sidecar_path=tmp_path / "out" / "sub-01_T1w.json",
        bold_path=tmp_path / "out" / "sub-01_task-rest_bold.nii.gz",
        bold_sidecar_path=tmp_path / "out" / "sub-01_task-rest_bold.json",
    )

    assert (tmp_path / "out" / "sub-01_T1w.nii.gz").resolve() == t1w
    assert json.loads((tmp_path / "out" / "sub-01_task-rest_bold.json").read_text()) == {
        "TaskName": "rest",
        "RepetitionTime": 2.0,
    }
    # the header, which knew none, says it too
    written = nib.load(tmp_path / "out" / "sub-01_task-rest_bold.nii.gz")
    assert written.header.get_zooms()[3] == 2.0
    np.testing.assert_array_equal(written.dataobj, nib.load(bold).dataobj)


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
