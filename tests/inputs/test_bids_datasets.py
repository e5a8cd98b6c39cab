"""Faults of whole BIDS datasets, as downloads and converters leave them, and their sentences."""

import json

import numpy as np
import pytest

from cohort_inputs import said_of_folders, write_image
from restpain.cohort.index import participant_index

SIDECAR = {"RepetitionTime": 2.0, "SliceTiming": [0.25 * number for number in range(8)]}


@pytest.fixture(name="data")
def dataset_of_three(tmp_path):
    return dataset(tmp_path / "data")


def dataset(data, task="rest", n=3):
    """Write ``n`` participants whose sidecars are inherited from that of the task."""
    data.mkdir()
    for number in range(1, n + 1):
        who = f"sub-0{number}"
        t1 = data / who / "anat" / f"{who}_T1w.nii.gz"
        write_image(t1, (44, 44, 44), affine=np.diag([3.0, 3, 3, 1]), seed=number)
        bold = data / who / "func" / f"{who}_task-{task}_bold.nii.gz"
        write_image(bold, (10, 10, 8, 40), seed=number)
    (data / f"task-{task}_bold.json").write_text(json.dumps(SIDECAR))
    return data


def said(data, **settings):
    return said_of_folders(data, "bids", slice_order=None, **settings)


def test_a_good_dataset_has_no_sentence(data):
    assert said(data) == []


def test_images_that_were_not_fetched_share_one_sentence(data):
    for path in data.glob("*/*/*.nii.gz"):
        path.unlink()
        path.symlink_to(f"../../.git/annex/objects/x/y/MD5E-s1--{path.name}")

    assert said(data) == [
        "sub-01, sub-02, sub-03: a link to a file that is not there; expected the image; "
        "fetch it (datalad get)"
    ]


def test_one_image_that_was_not_fetched_is_named(data):
    path = data / "sub-02/anat/sub-02_T1w.nii.gz"
    path.unlink()
    path.write_text("/annex/objects/MD5E-s7000000--0123456789abcdef.nii.gz\n")

    assert said(data) == [
        "sub-02, sub-02_T1w.nii.gz: a git-annex pointer in its place; expected the image; "
        "fetch it (datalad get)"
    ]


def test_links_that_lead_somewhere_are_images(data, tmp_path):
    for path in data.glob("*/*/*.nii.gz"):
        target = tmp_path / "annex" / path.name
        target.parent.mkdir(exist_ok=True)
        path.rename(target)
        path.symlink_to(target)

    assert said(data) == []


def test_an_inherited_sidecar_that_is_not_utf_8_is_named_once(data):
    text = json.dumps(SIDECAR | {"InstitutionName": "Universit\u00e9"}, ensure_ascii=False)
    (data / "task-rest_bold.json").write_bytes(text.encode("latin-1"))

    byte = text.index("\u00e9") + 1
    assert said(data) == [
        f"sub-01, sub-02, sub-03, task-rest_bold.json: not UTF-8 (byte {byte}); expected UTF-8; "
        "save it as UTF-8"
    ]

    (data / "task-rest_bold.json").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert said(data) == []


@pytest.mark.parametrize(
    ("value", "words"), [("2", 'the text "2"'), ([2], "a list with 2"), ("Smithson", "text")]
)
def test_a_value_of_the_wrong_type_is_named_once_with_file_and_key(data, value, words):
    (data / "task-rest_bold.json").write_text(json.dumps(SIDECAR | {"RepetitionTime": value}))

    assert said(data) == [
        f"sub-01, sub-02, sub-03: {words} as RepetitionTime in task-rest_bold.json; expected a "
        "number of seconds above 0; correct RepetitionTime in the sidecar, or set "
        "preprocessing.repetition_time_s in config.yaml"
    ]


@pytest.mark.parametrize("task", ["eyesclosed", "rsvp", "restricteddiet", "fixation"])
def test_a_task_that_does_not_say_rest_is_named_with_the_key_that_takes_it(tmp_path, task):
    data = dataset(tmp_path / "data", task, n=1)

    (sentence,) = said(data)

    assert sentence == (
        f"sub-01, participant's folder: no resting-state run among 2 series (task-{task}_bold: "
        f"task-{task} found, no rest); expected one; add it, name it in cohort.select.rest.task, "
        "or give the reason in the column exclude of participants.tsv"
    )
    assert said(data, select={"rest": {"task": task}}) == [
        f"sub-01, sub-01_task-{task}_bold.nii.gz: task-{task}, which does not say rest; expected "
        "a resting-state run; make sure that the participants rested; it is used, since "
        "cohort.select names it"
    ]


@pytest.mark.parametrize("entity", ["echo", "dir", "run"])
def test_one_of_several_runs_is_chosen_by_its_entity(tmp_path, entity):
    data = dataset(tmp_path / "data", n=1)
    path = data / "sub-01/func/sub-01_task-rest_bold.nii.gz"
    for label in "12":
        name = f"sub-01_task-rest_{entity}-{label}_bold.nii.gz"
        path.with_name(name).write_bytes(path.read_bytes())
    path.unlink()

    (sentence,) = said(data)
    assert sentence.startswith("sub-01, participant's folder: 2 series that may be the resting")
    assert said(data, select={"rest": {entity: 2}}) == []


def test_volumes_in_one_file_each_are_joined_or_counted(tmp_path):
    folder = tmp_path / "data" / "Sub001"
    for number in range(40):
        write_image(folder / f"wra{number:04d}.nii", (20, 24, 20), seed=number)
    settings = {"repetition_time_s": 2.0, "source": "derivatives", "select": {}}

    index = participant_index(folder, participant_id="sub-Sub001", **settings)

    assert [(one["chosen"], one["n_volumes"]) for one in index["series"]] == [(True, 40)]
    write_image(folder / "other0041.nii", (20, 24, 20))
    (sentence,) = said_of_folders(tmp_path / "data", "derivatives")
    assert "(41 3D images: no 4D image; merge them into one if they are its volumes)" in sentence
