"""The target check over the life of a study: faults, missing images, a replaced file."""

import shutil

import numpy as np
import pytest

from cohort_inputs import TABLE, write_image
from restpain.io.tables import read_json, read_table
from runs import snakemake, write_config

pytestmark = pytest.mark.workflow


@pytest.fixture
def study(tmp_path):
    """Folder of a study with nine participants of noise; sub-03 has no rest run."""
    for number in range(1, 10):
        name = f"sub-{number:02d}"
        affine = np.diag([3.0, 3.0, 4.0, 1.0])
        affine[0, 3] = number  # the noise is the same, the files are not
        t1 = tmp_path / f"data/{name}/anat/{name}_T1w.nii.gz"
        write_image(t1, (44, 44, 44), affine=affine)
        rest = tmp_path / f"data/{name}/func/{name}_task-rest_bold.nii.gz"
        write_image(rest, (10, 10, 8, 45 + number // 8), affine=affine)
    (tmp_path / "data/sub-03/func").rename(tmp_path / "later")
    (tmp_path / "participants.tsv").write_text(f"{TABLE}sub-09\tpatient\t52\tF\t3\n")
    return tmp_path


def check(study, *options, target="check", **cohort):
    """Run a target on the study; returns the finished process."""
    own = write_config(
        study,
        cohort={
            "source": "bids",
            "data": str(study / "data"),
            "participants": str(study / "participants.tsv"),
            "covariates": ["age"],
            **cohort,
        },
        preprocessing={"slice_order": "off"},
    )
    return snakemake(target, directory=study, configfiles=(own,), options=options)


def test_what_was_missing_is_found_when_it_is_there_and_a_replaced_image_is_read_again(study):
    process = check(study)

    assert process.returncode == 1
    assert "sub-03, participant's folder: no resting-state run among 1 series" in process.stderr
    index = study / "results/cohort/index/sub-03.json"
    assert [one["kind"] for one in read_json(index)["series"]] == ["t1"]

    (study / "later").rename(study / "data/sub-03/func")
    process = check(study)

    assert process.returncode == 0, process.stderr[-3000:]
    assert "participants: 5 patient, 4 control" in process.stdout
    assert "volumes: 45 in 7, 46 in 2; " in process.stdout

    bold = study / "data/sub-05/func/sub-05_task-rest_bold.nii.gz"
    shutil.copy(study / "data/sub-08/func/sub-08_task-rest_bold.nii.gz", bold)
    process = check(study)

    said = f"changed since the cohort check, read again: {bold.name}"
    assert said in process.stderr
    assert "sub-08, sub-08_task-rest_bold.nii.gz: the same resting-state run as sub-05" in (
        process.stderr
    )


def test_who_has_no_rest_run_is_left_out_with_the_reason_if_asked_for(study):
    process = check(study, incomplete="exclude")

    assert process.returncode == 0, process.stderr[-3000:]
    line = "participants: 4 patient, 4 control; 1 participant left out: 1 no resting-state run"
    assert line in process.stdout
    complete = read_table(study / "results/cohort/complete.tsv").set_index("participant_id")
    assert complete["exclude"].dropna().to_dict() == {"sub-03": "no resting-state run"}

    planned = check(study, "--dry-run", target="participants", incomplete="exclude").stdout
    assert planned.count("rule link_bids:") == 8
    assert "subject=03" not in planned
