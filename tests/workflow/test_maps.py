"""The maps of a finished run, entered as maps in DPARSF's layout, against that run."""

import nibabel as nib
import numpy as np
import pytest

from restpain.io.tables import read_table
from runs import SMALL, snakemake, write_config

pytestmark = pytest.mark.workflow

COHORT = {
    "source": "maps",
    "data": "Results",
    "participants": "participants.tsv",
    "maps": {
        "alff": "ALFF_FunImgARCW/mALFFMap_{participant_id}.nii",
        "reho": "ReHo_FunImgARCWF/smReHoMap_{participant_id}.nii",
    },
    "covariates": ["age"],
}
CONTRAST = "contrast-patientsVsControls"
STATISTICS = (f"{CONTRAST}_stat-t_statmap", "contrast-patients_stat-t_statmap")


@pytest.fixture(scope="module")
def entered(finished_run, tmp_path_factory):
    """Study with the maps of the finished run, x from right to left as DPABI has it."""
    study = tmp_path_factory.mktemp("maps")
    results = finished_run[0] / "results"
    for measure, pattern in COHORT["maps"].items():
        for path in results.glob(f"sub-*/func/*_stat-{measure}_desc-standardised_boldmap.nii.gz"):
            who = path.name.split("_")[0]
            image = nib.load(path)
            flipped = image.affine @ np.diag([-1.0, 1, 1, 1])
            flipped[:3, 3] += image.affine[:3, 0] * (image.shape[0] - 1)
            target = study / "Results" / pattern.format(participant_id=who)
            target.parent.mkdir(parents=True, exist_ok=True)
            values = np.asarray(image.dataobj, dtype=np.float32)[::-1]
            nib.Nifti1Image(values, flipped).to_filename(target)
    for name in ("participants.tsv", "participants.json"):
        (study / name).write_bytes((results / "cohort" / name).read_bytes())
    own = write_config(study, cohort=COHORT)
    process = snakemake(
        "results/tables/table2_regions.tsv",
        "results/tables/table1_demographics.tsv",
        "results/group/association.tsv",
        "check",
        directory=study,
        configfiles=(SMALL, own),
    )
    assert process.returncode == 0, process.stderr[-5000:]
    return study, process


def test_the_check_says_what_was_given_and_what_is_left_out(entered):
    study, process = entered

    n = len(list(study.glob("Results/ALFF_FunImgARCW/*.nii")))
    assert f"map ALFF: {n} files, divided by their mean before" in process.stdout
    assert "grid: 61x73x61 voxels of 3 mm, the first at 90, -126, -72 mm" in process.stdout
    assert process.stdout.count("left out, since maps are given and no series") == 1


@pytest.mark.parametrize("measure", ["alff", "reho"])
@pytest.mark.parametrize("name", STATISTICS)
def test_t_maps_are_the_same_to_the_bit(finished_run, entered, measure, name):
    folders = [finished_run[0], entered[0]]
    spaces = ["space-MNI152NLin2009aSym", "space-MNI152"]
    own, given = (
        nib.load(folder / f"results/group/{measure}/{space}_{name}.nii.gz")
        for folder, space in zip(folders, spaces, strict=True)
    )

    np.testing.assert_array_equal(given.affine, own.affine)
    assert np.asarray(own.dataobj).any()
    np.testing.assert_array_equal(np.asarray(given.dataobj), np.asarray(own.dataobj))


def test_table_2_has_the_same_rows_but_for_those_of_connectivity(finished_run, entered):
    own, given = (
        read_table(folder / "results/tables/table2_regions.tsv", dtype=str)
        for folder in (finished_run[0], entered[0])
    )

    own = own[own["measure"] != "FC"].reset_index(drop=True)
    assert {"ALFF", "ReHo"} <= set(own["measure"])
    assert given.equals(own), given.compare(own)


def test_table_1_and_the_correlations_with_the_score_are_the_same(finished_run, entered):
    tables = [folder / "results/tables" for folder in (finished_run[0], entered[0])]
    own, given = ((table / "table1_demographics.tsv").read_bytes() for table in tables)
    assert given == own

    own, given = (
        read_table(folder / "results/group/association.tsv", dtype=str)
        for folder in (finished_run[0], entered[0])
    )
    own = own[own["measure"] != "fc"]
    columns = ["cluster_id", "rho", "p", "n"]
    assert given[columns].values.tolist() == own[columns].values.tolist()
