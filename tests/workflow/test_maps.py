"""The maps of a finished run, entered as maps alone and with its series, against that run."""

import nibabel as nib
import numpy as np
import pytest

from given_maps import write_cohort
from restpain.io.tables import read_table
from runs import SMALL, snakemake, write_config

pytestmark = pytest.mark.workflow

CONTRAST = "contrast-patientsVsControls"
STATISTICS = (f"{CONTRAST}_stat-t_statmap", "contrast-patients_stat-t_statmap")


def test_the_check_says_what_was_given_and_what_is_left_out(entered_as_maps):
    study, process = entered_as_maps

    n = len(list(study.glob("Results/ALFF_FunImgARCW/*.nii")))
    assert f"map ALFF: {n} files, divided by their mean before" in process.stdout
    assert "grid: 61x73x61 voxels of 3 mm, the first at 90, -126, -72 mm" in process.stdout
    assert process.stdout.count("left out, since maps are given and no series") == 1
    assert not (study / "results/group/fc").exists()


@pytest.mark.parametrize("measure", ["alff", "reho"])
@pytest.mark.parametrize("name", STATISTICS)
def test_t_maps_are_the_same_to_the_bit(finished_run, entered_as_maps, measure, name):
    folders = [finished_run[0], entered_as_maps[0]]
    spaces = ["space-MNI152NLin2009aSym", "space-MNI152"]
    own, given = (
        nib.load(folder / f"results/group/{measure}/{space}_{name}.nii.gz")
        for folder, space in zip(folders, spaces, strict=True)
    )

    np.testing.assert_array_equal(given.affine, own.affine)
    assert np.asarray(own.dataobj).any()
    np.testing.assert_array_equal(np.asarray(given.dataobj), np.asarray(own.dataobj))


def test_table_2_has_the_same_rows_but_for_those_of_connectivity(finished_run, entered_as_maps):
    own, given = (
        read_table(folder / "results/tables/table2_regions.tsv", dtype=str)
        for folder in (finished_run[0], entered_as_maps[0])
    )

    own = own[own["measure"] != "FC"].reset_index(drop=True)
    assert {"ALFF", "ReHo"} <= set(own["measure"])
    assert given.equals(own), given.compare(own)


def test_the_check_says_that_series_are_given_and_what_is_left_out(entered_as_maps_with_series):
    study, process = entered_as_maps_with_series

    n = len(list(study.glob("results/sub-*")))
    assert f"series: {n} files, cleaned before, for seed connectivity" in process.stdout
    assert process.stdout.count("left out, since the motion of given series is not known") == 1
    assert "maps are given and no series" not in process.stdout
    doubt = "a series whose name does not say that nuisance was regressed"
    assert doubt not in process.stdout + process.stderr  # its name says desc-denoised


@pytest.mark.parametrize("name", STATISTICS)
def test_series_beside_maps_give_the_connectivity_of_the_run_to_the_bit(
    finished_run, entered_as_maps_with_series, name
):
    folders = [finished_run[0], entered_as_maps_with_series[0]]
    spaces = ["space-MNI152NLin2009aSym", "space-MNI152"]
    own, given = (
        np.asarray(nib.load(folder / f"results/group/fc/{space}_{name}.nii.gz").dataobj)
        for folder, space in zip(folders, spaces, strict=True)
    )

    assert own.shape[3] > 0
    assert own.any()
    np.testing.assert_array_equal(given, own)


def test_with_series_table_2_and_the_features_of_the_folds_are_whole_and_no_series_is_copied(
    finished_run, entered_as_maps_with_series
):
    study = entered_as_maps_with_series[0]
    for name in ("tables/table2_regions.tsv", "classification/repeat-1/fold_features.tsv"):
        own, given = (folder / "results" / name for folder in (finished_run[0], study))
        assert given.read_bytes() == own.read_bytes(), name
    assert not list(study.glob("results/sub-*/func/*_bold.nii.gz"))


def test_table_1_and_the_correlations_with_the_score_are_the_same(finished_run, entered_as_maps):
    tables = [folder / "results/tables" for folder in (finished_run[0], entered_as_maps[0])]
    own, given = ((table / "table1_demographics.tsv").read_bytes() for table in tables)
    assert given == own

    own, given = (
        read_table(folder / "results/group/association.tsv", dtype=str)
        for folder in (finished_run[0], entered_as_maps[0])
    )
    own = own[own["measure"] != "fc"]
    columns = ["cluster_id", "rho", "p", "n"]
    assert given[columns].values.tolist() == own[columns].values.tolist()


def test_a_participant_without_a_map_is_left_out_and_has_no_images(tmp_path):
    cells = write_cohort(tmp_path / "maps", 4)
    (tmp_path / "maps" / "Pitt_0000001_reho.nii.gz").unlink()
    rows = [f"{who}\t{values['FILE_ID']}\tpatient" for who, values in cells.items()]
    table = "\n".join(["participant_id\tFILE_ID\tgroup", *rows]) + "\n"
    (tmp_path / "participants.tsv").write_text(table)
    patterns = {name: f"{{FILE_ID}}_{name}.nii.gz" for name in ("alff", "reho")}
    cohort = {"source": "maps", "data": "maps", "participants": "participants.tsv"}
    cohort |= {"maps": patterns, "incomplete": "exclude", "covariates": []}
    own = write_config(tmp_path, cohort=cohort)
    target = "results/sub-2/func/sub-2_task-rest_space-MNI152_stat-alff_desc-standardised_boldmap"

    process = snakemake(f"{target}.nii.gz", directory=tmp_path, configfiles=(SMALL, own))

    assert process.returncode == 0, process.stderr[-5000:]
    assert (tmp_path / f"{target}.nii.gz").exists()
    assert not (tmp_path / "results" / "sub-1").exists()
