"""Participants excluded by ratings and limits, and a comparison that finds no cluster.

Both are one run beside the shared one, since both compute the group level alone again.
"""

import json
from types import SimpleNamespace

import pytest
import yaml

from restpain.io.tables import read_table
from runs import FINAL_PRODUCTS, SMALL, copy_run, snakemake, write_config

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


@pytest.fixture(scope="module")
def strict_run(finished_run, tmp_path_factory):
    """A copy of the shared run without clusters, one participant rated, one beyond a limit."""
    directory = tmp_path_factory.mktemp("strict")
    copy_run(finished_run[0], directory)
    quality = read_table(directory / "results/quality/quality.tsv")
    fastest, second = quality["mean_fd_jenkinson_mm"].sort_values(ascending=False).index[:2]
    moved = quality.loc[fastest, "participant_id"]
    limit = float(quality.loc[[fastest, second], "mean_fd_jenkinson_mm"].mean())
    controls = quality[(quality["group"] == "control") & (quality["participant_id"] != moved)]
    rated = controls["participant_id"].iloc[-1]
    ratings = f"participant_id\trating\treason\n{rated}\texclude\t<b>ghosts</b> & noise\n"
    (directory / "qc_ratings.tsv").write_text(ratings)
    own = write_config(
        directory,
        quality={"ratings": "qc_ratings.tsv", "max_mean_fd_mm": limit},
        group={"voxel_p": 1e-12},
    )
    process = snakemake(directory=directory, configfiles=(SMALL, own))
    assert process.returncode == 0, process.stderr[-5000:]
    everybody = set(quality["participant_id"])
    return SimpleNamespace(directory=directory, moved=moved, rated=rated, everybody=everybody)


def test_no_cluster_at_all_still_gives_every_table_and_figure(strict_run):
    results = strict_run.directory / "results"

    assert len(read_table(results / "tables/table2_regions.tsv")) == 0
    assert len(read_table(results / "tables/table4_correlation.tsv")) == 0
    report = (results / "report.html").read_text()
    assert "no cluster" in report.lower()
    assert "There is no significant cluster, so none is false." in report
    recovery = read_table(results / "tables/recovery.tsv")
    assert set(recovery["verdict"]) == {"not found", "not tested"}
    for name in FINAL_PRODUCTS:
        assert (results / name).exists(), name


def test_who_is_rated_or_beyond_a_limit_does_not_enter_the_group_level(finished_run, strict_run):
    results = strict_run.directory / "results"
    out = {strict_run.moved, strict_run.rated}

    for measure in ("alff", "reho", "fc"):
        features = read_table(results / f"group/{measure}/features.tsv")
        assert set(features["participant_id"]) == strict_run.everybody - out
    predictions = read_table(results / "classification/nested_predictions.tsv")
    assert set(predictions["participant_id"]) == strict_run.everybody - out
    summary = json.loads(next((results / "group").glob("*group_mask.json")).read_text())
    assert summary["n_participants"] == len(strict_run.everybody) - 2
    for page in ("report.html", "quality.html"):
        text = (results / page).read_text()
        assert "quality: mean FD above" in text
        assert "&lt;b&gt;ghosts" in text
    figure = (results / "figures/figure1_workflow.svg").read_text()
    assert "<b>" not in figure
    # nothing of any participant but the lights of the pages was computed again
    first, now = (
        next((run / f"results/{strict_run.moved}/func").glob("*_desc-denoised_bold.nii.gz"))
        for run in (finished_run[0], strict_run.directory)
    )
    assert now.stat().st_mtime == first.stat().st_mtime


def test_a_rating_of_nobody_stops_before_anything_is_computed(strict_run, tmp_path):
    ratings = strict_run.directory / "of_nobody.tsv"
    ratings.write_text("participant_id\trating\treason\nsub-77\tpass\t\n")
    own = tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump({"quality": {"ratings": ratings.name}}))

    process = snakemake(directory=strict_run.directory, configfiles=(SMALL, own))

    assert process.returncode != 0
    assert "sub-77 in line 2; expected a participant of participants.tsv" in process.stderr
