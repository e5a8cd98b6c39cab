"""Index of a raw BIDS dataset: which image is chosen, and why."""

import json

import numpy as np
import pytest

from cohort_inputs import write_image
from restpain.cohort.bids_files import file_state
from restpain.cohort.bids_index import bids_index
from restpain.io.tables import write_json


@pytest.fixture(name="folder")
def folder_of_participant(tmp_path):
    return tmp_path / "sub-01"


def add(folder, *names, tr=2.0):
    """Write images by their names; the folder follows from session and suffix."""
    for name in names:
        session = name.split("_")[1] if "_ses-" in name else ""
        datatype = "anat" if "T1w" in name else "func"
        shape = (8, 8, 8) if "T1w" in name or "vol-" in name else (8, 8, 8, 40)
        write_image(folder / session / datatype / f"{name}.nii", shape, tr=tr)


def indexed(folder, **select):
    """Labels of the chosen T1 and rest run without ``sub-01_``, and the whole index."""
    index = bids_index(folder, select=select)
    names = {
        one["kind"]: one["label"].removeprefix("sub-01_").removesuffix(".nii")
        for one in index["series"]
        if one["chosen"]
    }
    return names.get("t1"), names.get("rest"), index


def facts(index, label):
    return next(one for one in index["series"] if one["label"] == f"sub-01_{label}.nii")


def test_chosen_images_carry_what_later_jobs_need(folder):
    add(folder, "sub-01_T1w", "sub-01_task-Resting_bold", "sub-01_task-nback_bold")
    write_json(folder.parent / "task-Resting_bold.json", {"RepetitionTime": 2.0, "Operator": "x"})

    t1, rest, index = indexed(folder)

    assert (t1, rest) == ("T1w", "task-Resting_bold")
    run, path = facts(index, "task-Resting_bold"), folder / "func/sub-01_task-Resting_bold.nii"
    assert run["path"] == "func/sub-01_task-Resting_bold.nii"
    assert (run["size"], run["mtime_ns"]) == (path.stat().st_size, path.stat().st_mtime_ns)
    assert run["sidecar"] == {"RepetitionTime": 2.0}
    assert run["sidecar_names"] == {"RepetitionTime": "task-Resting_bold.json"}
    inherited = folder.parent / "task-Resting_bold.json"
    assert run["sidecar_files"] == {"../../task-Resting_bold.json": file_state(inherited)}
    assert run["why"] == "the only one"
    assert index["problems"] == []


def test_what_is_not_used_has_a_reason(folder):
    add(
        folder,
        "sub-01_task-rest_bold",
        "sub-01_task-rest_sbref",
        "sub-01_task-rest_part-phase_bold",
        "sub-01_task-rest_space-MNI_bold",
        "sub-02_task-rest_bold",
        "sub-01_task-rsvp_bold",
        "sub-01_T1w",
        "sub-01_desc-defaced_T1w",
    )
    write_image(folder / "anat/sub-01_T2w.nii", (8, 8, 8))

    t1, rest, index = indexed(folder)

    assert (t1, rest) == ("T1w", "task-rest_bold")
    reasons = [one.get("not_rest", one.get("not_t1")) for one in index["series"]]
    assert [reason for reason in reasons if reason] == [
        "T2w, not T1w",
        "desc-defaced, a derivative",
        "part-phase, not the magnitude",
        "single-band reference",
        "space-MNI, a derivative",
        "task-rsvp found, no rest",
        "named after another participant than its folder, sub-01",
    ]


@pytest.mark.parametrize("task", ["eyesclosed", "rsvp", "restricteddiet", "restaurant"])
def test_a_task_that_does_not_say_rest_is_used_only_if_named(folder, task):
    add(folder, "sub-01_T1w", f"sub-01_task-{task}_bold")

    assert indexed(folder)[1] is None

    _, rest, index = indexed(folder, rest={"task": task})
    assert rest == f"task-{task}_bold"
    assert [row["found"] for row in index["problems"]] == [f"task-{task}, which does not say rest"]


def test_a_task_name_says_what_the_label_does_not(folder):
    add(folder, "sub-01_T1w", "sub-01_task-ec_bold")
    write_json(folder.parent / "task-ec_bold.json", {"TaskName": "Eyes closed"})

    _, rest, index = indexed(folder)

    assert rest == "task-ec_bold"
    assert index["problems"] == []


def test_a_long_repetition_time_and_another_task_name_are_doubted(folder):
    add(folder, "sub-01_T1w", "sub-01_task-rest_bold", tr=8.0)
    write_json(folder.parent / "bold.json", {"TaskName": "emo"})

    rows = indexed(folder)[2]["problems"]

    assert [(row["severity"], row["found"]) for row in rows] == [
        ("warning", "a TaskName that does not say rest in its sidecar"),
        ("warning", "a repetition time of 8 s"),
    ]


def test_the_t1_of_the_session_of_the_only_run_is_chosen(folder):
    add(folder, "sub-01_ses-1_T1w", "sub-01_ses-2_T1w", "sub-01_ses-2_task-rest_bold")

    t1, _, index = indexed(folder)

    assert t1 == "ses-2_T1w"
    assert facts(index, t1)["why"] == "the only one in the session of the rest run"
    other = facts(index, "ses-1_T1w")
    assert other["not_t1"] == "another session than that of the rest run"


def test_a_t1_of_another_session_is_chosen_if_there_is_no_other(folder):
    add(folder, "sub-01_ses-1_T1w", "sub-01_ses-2_task-rest_bold")

    t1, _, index = indexed(folder)

    assert facts(index, t1)["why"] == "the only one, of another session than the rest run"


def test_wishes_choose_among_sessions_runs_and_echoes(folder):
    runs = [
        f"sub-01_ses-{session}_task-rest_run-0{run}_echo-{echo}_bold"
        for session in "ab"
        for run in "12"
        for echo in "12"
    ]
    add(folder, "sub-01_ses-a_T1w", "sub-01_ses-b_T1w", *runs)

    t1, rest, index = indexed(folder)
    assert (t1, rest) == (None, None)
    assert facts(index, "ses-a_task-rest_run-01_echo-1_bold")["n_volumes"] == 40
    assert {one["why_not"] for one in index["series"] if one["kind"] == "rest"} == {
        "several echoes of a run, which are not combined here"
    }

    t1, rest, index = indexed(folder, rest={"session": "b", "run": 1, "echo": 2})
    assert (t1, rest) == ("ses-b_T1w", "ses-b_task-rest_run-01_echo-2_bold")
    assert facts(index, rest)["why"] == "named in cohort.select"
    other = facts(index, "ses-a_task-rest_run-01_echo-2_bold")
    assert other["not_rest"] == "not what cohort.select.rest asks for"


def test_volumes_that_are_one_file_each_are_counted_and_not_ordered(folder):
    add(folder, "sub-01_T1w", *(f"sub-01_task-rest_vol-{n}_bold" for n in (2, 10, 11)))

    _, rest, index = indexed(folder)

    assert rest is None
    (entry,) = [one for one in index["series"] if one["label"] == "3 3D images"]
    assert entry["not_rest"] == "no 4D image; merge them into one if they are its volumes"


def test_an_image_that_is_there_compressed_too_is_used_once(folder):
    add(folder, "sub-01_T1w", "sub-01_task-rest_bold")
    write_image(folder / "func/sub-01_task-rest_bold.nii.gz", (8, 8, 8, 40))

    _, rest, index = indexed(folder)

    assert rest == "task-rest_bold.nii.gz"
    assert facts(index, "task-rest_bold")["not_rest"] == "also there as .nii.gz"


def test_images_beside_anat_and_func_are_listed_and_not_used(folder):
    write_image(folder / "sub-01_T1w.nii", (8, 8, 8))

    t1, _, index = indexed(folder)

    assert t1 is None
    assert facts(index, "T1w")["not_t1"] == "not in a folder anat or func"


def test_faults_of_images_that_are_not_used_are_not_told(folder):
    add(folder, "sub-01_T1w", "sub-01_task-rest_bold", "sub-01_task-nback_bold")
    path = folder / "func/sub-01_task-nback_bold.nii"
    path.unlink()
    path.symlink_to("nowhere")
    path.with_suffix(".json").symlink_to("nowhere")

    assert indexed(folder)[2]["problems"] == []


def test_a_sidecar_that_is_no_json_is_a_fact_and_the_image_is_read(folder):
    add(folder, "sub-01_T1w", "sub-01_task-rest_bold")
    (folder.parent / "bold.json").write_text("RepetitionTime: 2")

    _, rest, index = indexed(folder)

    assert facts(index, rest)["sidecar_readable"] is False
    assert [row["file"] for row in index["problems"]] == ["bold.json"]
    assert json.dumps(index)


def test_the_uniform_image_of_mp2rage_is_the_t1_where_there_is_no_other_or_by_name(folder):
    add(folder, "sub-01_task-rest_bold")
    for name in ("UNIT1", "inv-1_MP2RAGE"):
        write_image(folder / f"anat/sub-01_{name}.nii", (44, 44, 44), affine=np.eye(4))

    t1, _, index = indexed(folder)

    assert t1 == "UNIT1"
    assert facts(index, "inv-1_MP2RAGE")["not_t1"] == "MP2RAGE, not T1w"
    (row,) = index["problems"]
    assert (row["severity"], row["file"]) == ("warning", "sub-01_UNIT1.nii")
    assert row["found"] == (
        "a UNIT1 image of MP2RAGE, whose air is noise, as the T1-weighted image"
    )

    add(folder, "sub-01_T1w")
    t1, _, index = indexed(folder)
    assert (t1, index["problems"]) == ("T1w", [])
    assert facts(index, "UNIT1")["not_t1"] == "UNIT1, and there is a T1w"
    assert indexed(folder, t1={"suffix": "UNIT1"})[0] == "UNIT1"
