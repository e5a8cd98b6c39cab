"""The default workflow on a small simulated cohort: values, idleness, resuming."""

import gzip
import json
import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

import outputs_page
from restpain.cohort.job_sizes import participant_jobs
from restpain.group.clusters import cluster_number
from restpain.io.tables import read_table
from runs import (
    FINAL_PRODUCTS,
    RUN_TIMES,
    SMALL,
    copy_run,
    first_of_each_group,
    snakemake,
    snakemake_killed_after,
)

pytestmark = pytest.mark.workflow


def distance_mm(directory, region, peak):
    """Distance of a peak to the nearest voxel of a planted region of the template."""
    truth = directory / "results" / "sourcedata" / "truth"
    labels = read_table(next(truth.glob("*_desc-effects_dseg.tsv")))
    image = nib.load(next(truth.glob("*_desc-effects_dseg.nii.gz")))
    label = labels.loc[labels["name"] == region, "index"].iloc[0]
    voxels = np.argwhere(np.asarray(image.dataobj) == label)
    points = voxels @ image.affine[:3, :3].T + image.affine[:3, 3]
    return np.sqrt(((points - peak) ** 2).sum(axis=1)).min()


def test_all_final_products_are_there(finished_run):
    directory, _ = finished_run

    for name in FINAL_PRODUCTS:
        assert (directory / "results" / name).stat().st_size > 0, name


def test_planted_differences_are_in_table_2_with_their_sign_and_place(finished_run):
    directory, _ = finished_run
    table = read_table(directory / "results/tables/table2_regions.tsv")
    truth = json.loads((directory / "results/sourcedata/truth/truth.json").read_text())

    for effect in truth["effects"]:
        rows = table[table["measure"].str.lower() == effect["measure"]]
        rows = rows[np.sign(rows["t"]) == np.sign(effect["change"])]
        distances = [
            distance_mm(directory, effect["region"], row[["x_mm", "y_mm", "z_mm"]].to_numpy(float))
            for _, row in rows.iterrows()
        ]
        assert min(distances, default=np.inf) < 10, (effect, table.to_string())


def test_the_planted_effects_are_recovered_and_stay_from_stage_to_stage(finished_run):
    tables = finished_run[0] / "results" / "tables"
    effects = read_table(tables / "recovery.tsv")
    stages = read_table(tables / "recovery_stages.tsv")
    clusters = read_table(tables / "recovery_clusters.tsv")

    assert effects["verdict"].tolist() == ["found"] * 3
    dice = effects.set_index("measure")["dice"]
    assert dice["fc"] > 0.3
    assert dice[["alff", "reho"]].min() > 0.4
    assert set(clusters["cluster_id"]) >= set(",".join(effects["clusters"]).split(","))
    assert len(clusters) == len(read_table(tables / "table2_regions.tsv"))
    for number, rows in stages.groupby("effect"):
        planted = effects.loc[effects["effect"] == number, "change_percent"].iloc[0]
        assert (np.sign(rows["change_percent"]) == np.sign(planted)).all(), rows.to_string()


def test_motion_and_registration_are_near_the_truth(finished_run):
    errors = read_table(finished_run[0] / "results/tables/recovery_participants.tsv")

    # voxels of 5.5 x 5.5 x 6 mm in this run; in the default run 0.02, 0.2 and 1.4 mm
    assert (errors["motion_rms_mm"] < 0.15).all()
    assert (errors["motion_rms_mm"] < errors["motion_true_rms_mm"]).all()
    assert (errors["coregistration_rms_mm"] < 1.5).all()
    assert (errors["normalisation_rms_mm"] < 3).all()
    assert (errors["total_rms_mm"] < 3.5).all()


def test_table_1_counts_the_analysed_and_not_the_excluded(finished_run):
    directory, _ = finished_run
    participants = read_table(directory / "results/cohort/participants.tsv")

    assert len(participants) == 17
    assert participants["exclude"].notna().sum() == 1
    table = read_table(directory / "results/tables/table1_demographics.tsv", dtype=str)
    sex = table[table["row"].str.startswith("Male")].iloc[0]
    assert sum(int(n) for n in sex["patients"].split("/")) == 8
    assert sum(int(n) for n in sex["controls"].split("/")) == 8


def test_cluster_ids_agree_between_map_tables_features_and_seeds(finished_run):
    group = finished_run[0] / "results" / "group"
    for measure in ("alff", "reho", "fc"):
        clusters = read_table(next((group / measure).glob("*_desc-clusters_table.tsv")))
        labels = np.asarray(
            nib.load(next((group / measure).glob("*_desc-clusters_dseg.nii.gz"))).dataobj
        )
        features = read_table(group / measure / "features.tsv")

        assert list(features.columns[1:]) == list(clusters["cluster_id"])
        for _, row in clusters.iterrows():
            number = cluster_number(row["cluster_id"])
            assert (labels == number).sum() == row["n_voxels"]
    local = [
        name
        for measure in ("alff", "reho")
        for name in read_table(group / measure / "features.tsv").columns[1:]
    ]
    assert list(read_table(group / "seeds.tsv")["seed"]) == local


def test_the_page_of_tables_has_every_table_and_column_of_the_run(finished_run):
    results = finished_run[0] / "results"
    tables = outputs_page.tables_of_runs(results)

    described = [path for path in results.rglob("*.tsv") if path.with_suffix(".json").exists()]
    page = outputs_page.page(tables)
    for path in described:
        assert all(f"\n| `{column}` | " in page for column in read_table(path).columns), path
    assert len(tables) > 50
    assert outputs_page.left_out(outputs_page.PAGE.read_text(), tables) == [], (
        "run python benchmarks/outputs_page.py on a run of the demo"
    )


def test_nothing_that_identifies_a_person_leaves_the_dicom(finished_run):
    results = finished_run[0] / "results"
    dicom = results / "sourcedata" / "dicom"
    identifiers = (
        b"Simulated^",
        b"SIM-",
        b"Simulated Hospital",
        b"Simulated Street",
        b"pain study",
    )
    headers = next(path for path in dicom.rglob("IM_*")).read_bytes()
    assert all(identifier in headers for identifier in identifiers)

    records = (finished_run[0] / ".snakemake").rglob("*")  # logs and metadata of Snakemake
    for path in [*results.rglob("*"), *records]:
        if dicom not in path.parents:
            assert not [name for name in identifiers if name in str(path).encode()], path
        if path.is_file() and dicom not in path.parents:
            content = path.read_bytes()
            if path.suffix == ".gz":
                content = gzip.decompress(content)
            assert not [name for name in identifiers if name in content], path


def test_a_second_call_has_nothing_to_do(finished_run):
    process = snakemake(directory=finished_run[0], options=["--dry-run"])

    assert "Nothing to be done" in process.stdout + process.stderr


@pytest.mark.slow
def test_a_run_killed_ten_times_ends_with_the_same_bytes(finished_run, tmp_path):
    directory, _ = finished_run
    again = tmp_path / "again"
    left_to_do = ["classification", "figures", "group", "quality", "recovery", "tables"]
    # one participant of each group from the first file on, and everything after the participants
    again_from_dicom = [f"*{name}*" for name in first_of_each_group(directory)["participant_id"]]
    copy_run(
        directory,
        again,
        ignore=shutil.ignore_patterns(*left_to_do, *again_from_dicom, "*.html"),
    )
    rng = np.random.default_rng(10)

    for number in range(10):
        unlocked = ["--nolock"] if number < 9 else []  # all but the last, which saves unlocking
        assert snakemake_killed_after(rng.uniform(4, 12), directory=again, options=unlocked)
    snakemake(directory=again, options=["--unlock"])
    process = snakemake(directory=again)

    assert process.returncode == 0, process.stderr[-5000:]
    for name in FINAL_PRODUCTS:
        resumed, whole = (
            RUN_TIMES.sub(b"", (run / "results" / name).read_bytes()) for run in (again, directory)
        )
        assert resumed == whole, name


def test_without_published_tables_there_is_neither_audit_nor_comparison(tmp_path):
    none = tmp_path / "none.yaml"
    none.write_text("published: null\n")

    process = snakemake(directory=tmp_path, configfiles=(SMALL, none), options=["--dry-run"])

    assert process.returncode == 0, process.stderr[-5000:]
    assert "build_report" in process.stdout
    assert "audit_published" not in process.stdout
    assert "compare_published" not in process.stdout


@pytest.mark.parametrize(("n_permutations", "n_jobs"), [(0, 0), (500, 3), (1200, 9)])
def test_permutations_are_jobs_of_500_for_each_measure(tmp_path, n_permutations, n_jobs):
    many = tmp_path / "many.yaml"
    many.write_text(f"group: {{inference: grf, n_permutations: {n_permutations}}}\n")

    process = snakemake(directory=tmp_path, configfiles=(SMALL, many), options=["--dry-run"])

    assert process.returncode == 0, process.stderr[-5000:]
    assert process.stdout.count("rule permute_group:") == n_jobs


def test_the_audit_needs_no_participant(tmp_path):
    process = snakemake("audit", directory=tmp_path, options=["--dry-run"])

    assert process.returncode == 0, process.stderr[-5000:]
    assert "audit_published" in process.stdout
    assert "simulate_participant" not in process.stdout


def test_the_linter_finds_nothing(tmp_path):
    process = snakemake(directory=tmp_path, options=["--lint"])

    assert "Congratulations" in process.stdout + process.stderr, process.stdout + process.stderr


def test_an_unknown_key_stops_the_run_by_name(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("metrics: {band: [0.01, 0.08]}\n")

    process = snakemake(directory=tmp_path, configfiles=(wrong,), options=["--dry-run"])

    assert process.returncode != 0
    assert process.stderr.splitlines()[-1] == (
        "configuration: metrics has the unknown key band; did you mean band_hz? Its keys are "
        "measures, band_hz, fwhm_mm, smoothing_kernel, reho_neighbours; correct or remove it"
    )
    assert "Error" not in process.stderr
    assert "File" not in process.stderr


def test_every_rule_names_an_environment_that_exists():
    repository = Path(__file__).parents[2]
    for path in repository.glob("rules/*.smk"):
        for line in path.read_text().splitlines():
            if '"../envs/' in line:
                assert (path.parent / line.strip().strip('",')).resolve().exists()


def test_the_cohort_check_predicts_the_number_of_jobs_of_the_participants(tmp_path):
    process = snakemake(directory=tmp_path, options=["--dry-run"])

    assert process.returncode == 0, process.stderr[-5000:]
    planned = process.stdout.count("    wildcards: subject=")
    planned += process.stdout.count("\nrule index_participants_")  # each for ten participants
    assert planned == participant_jobs([{"source": "simulated"}] * 16)
