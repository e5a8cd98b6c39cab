"""The other sources of data: real DICOM, BIDS, preprocessed images; and what is refused."""

import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
import pytest

from bids_validator import errors_and_warnings, validator_issues
from restpain.io.tables import read_json, read_table, write_table
from runs import (
    SMALL,
    SPACE,
    analysed,
    bids_of,
    dead_links,
    first_of_each_group,
    metric_map,
    snakemake,
    working_folder_of_dparsf,
    write_config,
)

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

FC_DIFFERENCE = "contrast-patientsVsControls_stat-t_statmap.nii.gz"
TABLE_2 = "results/tables/table2_regions.tsv"


def bids_errors(run, dataset=""):
    """Errors of a BIDS dataset in the results of a run, or of the results themselves."""
    issues = validator_issues(run / "results" / dataset, run / "deno")
    return errors_and_warnings(issues)[0]


@pytest.fixture(scope="module")
def entered_as_bids(finished_run, tmp_path_factory):
    """Study with the raw images of the finished run as a BIDS dataset, and its process."""
    study, run = tmp_path_factory.mktemp("bids"), finished_run[0]
    own = bids_of(analysed(run), run, study)
    process = snakemake(TABLE_2, "participants", directory=study, configfiles=(SMALL, own))
    assert process.returncode == 0, process.stderr[-5000:]
    return study, process


@pytest.fixture(scope="module")
def entered_as_derivatives(finished_run, tmp_path_factory):
    """Study with the denoised series of the finished run in the layout of fMRIPrep."""
    study, run = tmp_path_factory.mktemp("fmriprep"), finished_run[0]
    data, people = study / "derivatives", analysed(run)
    for participant in people["participant_id"]:
        source = run / "results" / participant / "func"
        target = data / participant / "func"
        target.mkdir(parents=True)
        prefix = f"{participant}_task-rest_{SPACE}"
        for suffix in (".nii.gz", ".json"):
            shutil.copy(
                source / f"{prefix}_desc-denoised_bold{suffix}",
                target / f"{prefix}_desc-preproc_bold{suffix}",
            )
        shutil.copy(source / f"{prefix}_desc-brain_mask.nii.gz", target)
    write_table(data / "participants.tsv", people)
    own = write_config(
        study,
        cohort={
            "source": "derivatives",
            "data": str(data),
            "participants": str(data / "participants.tsv"),
        },
        preprocessing={"nuisance": "done", "voxel_mm": "native"},
    )
    process = snakemake(TABLE_2, "participants", directory=study, configfiles=(SMALL, own))
    assert process.returncode == 0, process.stderr[-5000:]
    return study, process


@pytest.fixture(scope="module")
def entered_as_dparsf(finished_run, tmp_path_factory):
    """Study with the denoised series of the finished run as a working folder of DPARSF."""
    study = tmp_path_factory.mktemp("study")
    working = study / "dparsf"
    table = working_folder_of_dparsf(finished_run[0], working)
    own = write_config(
        study,
        cohort={"source": "derivatives", "data": str(working), "participants": str(table)},
        preprocessing={"nuisance": "done"},
    )
    process = snakemake(TABLE_2, directory=study, configfiles=(SMALL, own))
    assert process.returncode == 0, process.stderr[-5000:]
    return study, process


@pytest.mark.parametrize(
    ("source", "tolerance"),
    [("bids", 0), ("derivatives", 1e-5), ("dparsf", 1e-5), ("maps", 0), ("maps_with_series", 0)],
)
def test_every_source_gives_the_table_of_regions_that_dicom_gave(
    finished_run, request, source, tolerance
):
    study, _ = request.getfixturevalue(f"entered_as_{source}")

    ours, theirs = read_table(study / TABLE_2), read_table(finished_run[0] / TABLE_2)
    if source == "maps":  # there is no connectivity without series
        theirs = theirs[theirs["measure"] != "FC"].reset_index(drop=True)
    assert len(theirs) >= 2
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False, rtol=tolerance, atol=tolerance)


def test_series_beside_maps_give_the_connectivity_that_they_give_as_derivatives(
    entered_as_derivatives, entered_as_maps_with_series
):
    name = f"results/group/fc/space-MNI152_{FC_DIFFERENCE}"
    ours, theirs = (
        np.asarray(nib.load(study / name).dataobj)
        for study, _ in (entered_as_maps_with_series, entered_as_derivatives)
    )

    assert ours.shape[3] > 0
    assert np.abs(ours).max() > 3
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_a_bids_dataset_gives_the_maps_that_its_dicom_gave(finished_run, entered_as_bids):
    (study, process), run = entered_as_bids, finished_run[0]
    people = analysed(run)["participant_id"]

    assert not (study / "results/report.html").exists()
    assert len(list((study / "results").rglob("*.html"))) == 1 + len(people)  # overview
    assert dead_links(study / "results") == []
    assert bids_errors(study, "rawdata") == []
    summary = process.stdout.rpartition("Finished. In ")[2]
    assert any(line.startswith("  results/quality.html ") for line in summary.splitlines())
    for participant in people:
        for measure in ("alff", "reho"):
            np.testing.assert_array_equal(
                metric_map(study, participant, measure), metric_map(run, participant, measure)
            )


def test_preprocessed_images_keep_their_grid_and_give_the_same_maps(
    finished_run, entered_as_derivatives
):
    study, run = entered_as_derivatives[0], finished_run[0]

    assert "grid: 61x73x61 voxels of 3 mm, the first at -90, -126, -72 mm, that of the series" in (
        (study / "results/cohort/check_summary.txt").read_text()
    )
    assert not list((study / "results").rglob("*_desc-preproc_T1w.nii.gz"))
    assert not (study / "results/rawdata").exists()
    assert bids_errors(study) == []
    for participant in analysed(run)["participant_id"]:
        for measure in ("alff", "reho"):
            np.testing.assert_allclose(
                metric_map(study, participant, measure, space="MNI152"),
                metric_map(run, participant, measure),
                rtol=1e-4,
                atol=1e-4,
            )


def test_a_working_folder_of_dparsf_gives_its_timing_and_its_motion(
    finished_run, entered_as_dparsf
):
    (study, _), run = entered_as_dparsf, finished_run[0]

    # no transform leads from the space of SPM to that of the template
    images = list((study / "results").glob("sub-*/func/*_space-*.nii.gz"))
    assert {path.name.split("_space-")[1].split("_")[0] for path in images} == {"MNI152"}
    summary = (study / "results/cohort/check_summary.txt").read_text()
    assert "repetition time: 2 s (TRInfo.tsv)" in summary
    assert "10 volumes dropped before" in (study / "results/cohort/check.tsv").read_text()
    for participant, name in (("sub-01", "sub-Sub001"), ("sub-09", "sub-Sub009")):
        quality = [
            read_json(folder / "results" / who / "func" / f"{who}_task-rest_desc-qc_metrics.json")
            for folder, who in ((run, participant), (study, name))
        ]
        means = [one["mean_fd_power_mm"] for one in quality]
        assert means[0] == pytest.approx(means[1], rel=1e-9)


def test_the_group_level_of_two_participants_is_refused_before_any_computing(
    finished_run, tmp_path
):
    run = finished_run[0]
    own = bids_of(first_of_each_group(run), run, tmp_path)

    process = snakemake(directory=tmp_path, configfiles=(SMALL, own))

    assert process.returncode != 0
    assert "at least 3 participants" in process.stderr
    assert not list((tmp_path / "results").glob("sub-*"))
    summary = process.stderr.partition("Failed: ")[2]
    assert "check_design\n  the group patient has 1 participant" in summary
    assert "log: results/logs/check_design.log" in summary


def test_one_pilot_without_a_group_is_checked_and_processed(finished_run, tmp_path):
    two = first_of_each_group(finished_run[0])
    own = bids_of(two, finished_run[0], tmp_path)
    write_table(tmp_path / "bids/participants.tsv", two.head(1).drop(columns="group"))
    who = two["participant_id"].iloc[0]

    checked = snakemake("check", directory=tmp_path, configfiles=(SMALL, own))
    processed = snakemake("participants", directory=tmp_path, configfiles=(SMALL, own))
    refused = snakemake(directory=tmp_path, configfiles=(SMALL, own))

    assert checked.returncode == 0, checked.stderr[-5000:]
    assert (
        "participants.tsv: 1 participant without a group; expected at least 3 each of 'patient' "
        "and 'control' for the group level" in checked.stderr
    )
    assert "Next: the same command with the target participants" in checked.stdout
    assert processed.returncode == 0, processed.stderr[-5000:]
    for measure in ("alff", "reho"):
        np.testing.assert_array_equal(
            metric_map(tmp_path, who, measure), metric_map(finished_run[0], who, measure)
        )
    assert refused.returncode != 0
    assert "participants.tsv has no group for 1 of 1 participant; expected" in refused.stderr


def test_a_site_is_a_covariate_without_being_listed_as_one(tmp_path):
    own = write_config(tmp_path, cohort={"site": "sex"})  # any column with names will do

    process = snakemake(
        "results/cohort/design_check.tsv", directory=tmp_path, configfiles=(SMALL, own)
    )

    assert process.returncode == 0, process.stderr[-5000:]
    design = read_table(tmp_path / "results/cohort/design_check.tsv")
    assert design["column"].tolist() == ["group", "intercept", "age", "sex=M"]
    log = (tmp_path / "results/logs/check_design.log").read_text()
    assert "sex F: " in log


def real_cohort(data):
    return {
        "source": "dicom",
        "data": str(data),
        "participants": str(Path(data) / "participants.tsv"),
        "covariates": [],
        "score": None,
    }


def test_real_philips_dicom_without_a_slice_order_stops_and_says_what_to_set(real_dicom, tmp_path):
    own = write_config(tmp_path, cohort=real_cohort(real_dicom))

    process = snakemake("participants", directory=tmp_path, configfiles=(own,))

    assert process.returncode != 0
    assert "preprocessing.slice_order" in process.stderr
    assert not list((tmp_path / "results").glob("sub-*"))


def test_real_philips_dicom_runs_through_to_alff_and_reho(real_dicom, tmp_path):
    own = write_config(
        tmp_path, cohort=real_cohort(real_dicom), preprocessing={"slice_order": "interleaved"}
    )

    process = snakemake("participants", directory=tmp_path, configfiles=(own,))

    assert process.returncode == 0, process.stderr[-5000:]
    assert bids_errors(tmp_path, "rawdata") == []
    quality = tmp_path / "results/sub-01/func/sub-01_task-rest_desc-qc_metrics.json"
    assert "groups of 3 slices (multiband)" in read_json(quality)["slice_timing"]
    for measure in ("alff", "reho"):
        values = metric_map(tmp_path, "sub-01", measure)
        assert values.shape == (61, 73, 61)
        assert 0.9 < values[values > 0].mean() < 1.1

    refused = snakemake(directory=tmp_path, configfiles=(own,))
    assert refused.returncode != 0
    assert "at least 3 participants" in refused.stderr
