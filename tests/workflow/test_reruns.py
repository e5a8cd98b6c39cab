"""What runs again when something changes, and what does not; asked of the shared run, dry."""

import re

import pytest
import yaml

from runs import SMALL, copy_run, snakemake

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def copy_of_run(finished_run, tmp_path_factory):
    """A copy of the shared run, to touch; as far from the repository, whose files it names."""
    directory = tmp_path_factory.mktemp("copy")
    copy_run(finished_run[0], directory)
    return directory


def rules_to_run(directory, change=None, tmp_path=None):
    """Names of the rules that a dry run would run after a change of the settings."""
    configfiles = [SMALL]
    if change:
        configfiles.append(tmp_path / "change.yaml")
        configfiles[-1].write_text(yaml.safe_dump(change))
    process = snakemake(
        directory=directory, configfiles=configfiles, options=["--dry-run", "--quiet", "reason"]
    )
    assert process.returncode == 0, process.stderr[-3000:]
    stats = (process.stdout + process.stderr).partition("Job stats:")[2]
    return set(re.findall(r"^(\w+) +\d+$", stats, re.MULTILINE)) - {"total", "all"}


def test_touching_a_file_without_changing_it_reruns_nothing(copy_of_run):
    table = copy_of_run / "results/tables/table2_regions.tsv"
    table.touch()

    assert rules_to_run(copy_of_run) == set()


def test_a_threshold_of_clusters_reruns_nothing_of_one_participant_alone(copy_of_run, tmp_path):
    found = rules_to_run(copy_of_run, {"group": {"cluster_p": 0.04}}, tmp_path)

    assert {"correct_clusters", "tabulate_regions", "plot_regions", "build_report"} <= found
    untouched = {
        "simulate_participant", "convert_dicom", "preprocess_anat", "preprocess_func",
        "compute_metrics", "plot_participant", "tabulate_demographics", "audit_published",
    }  # fmt: skip
    assert found & untouched == set()


def test_the_bootstrap_of_the_association_reruns_exactly_what_shows_it(copy_of_run, tmp_path):
    found = rules_to_run(copy_of_run, {"association": {"n_bootstrap": 201}}, tmp_path)

    assert found == {
        "correlate_score",
        "tabulate_correlation",
        "export_tables",
        "trace_tables",
        "plot_workflow",
        "compare_published",
        "tabulate_run_times",
        "build_report",
    }


def test_a_band_is_new_for_the_maps_too_although_the_cohort_check_looks_at_it(
    copy_of_run, tmp_path
):
    change = tmp_path / "change.yaml"
    change.write_text(yaml.safe_dump({"metrics": {"band_hz": [0.01, 0.09]}}))
    target = (
        "results/sub-01/func/sub-01_task-rest_space-MNI152NLin2009aSym_stat-alff_boldmap.nii.gz"
    )

    process = snakemake(target, directory=copy_of_run, configfiles=[SMALL, change])

    assert process.returncode == 0, process.stderr[-3000:]
    ran = re.findall(r"^local(?:rule|checkpoint) (\w+):$", process.stderr, re.MULTILINE)
    assert ran == ["check_cohort", "compute_metrics"]
