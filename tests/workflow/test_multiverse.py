"""The target multiverse on the shared run: shared work, the main analysis, other analyses."""

import re

import numpy as np
import pytest

import outputs_page
from restpain.io.images import read_volume
from restpain.io.tables import read_json, read_table
from runs import SMALL, copy_run, snakemake, write_config

SETTINGS = {
    "multiverse": {
        "alternatives": {
            "preprocessing.nuisance": [[]],
            "cohort.covariates": [[]],
            "metrics.fwhm_mm": [8],
            "group.mask_coverage": [],
            "group.tails": [1],
            "group.connectivity": [],
            "group.inference": ["grf"],
            "group.smoothness": [],
        }
    }
}
SAME = ("x_mm", "y_mm", "z_mm", "t", "n_voxels", "p_grf", "p_permutation", "hedges_g")
STARTED = re.compile(r"^(?:local)?rule (\w+):$", re.MULTILINE)


def run_multiverse(finished_run, directory, *, cores):
    copy_run(finished_run[0], directory)
    own = write_config(directory, **SETTINGS)
    return snakemake("multiverse", directory=directory, configfiles=(SMALL, own), cores=cores)


@pytest.fixture(scope="module")
def study(finished_run, tmp_path_factory):
    directory = tmp_path_factory.mktemp("multiverse")
    process = run_multiverse(finished_run, directory, cores=2)
    assert process.returncode == 0, process.stderr[-5000:]
    return directory, process


def clusters_of(directory, measure, settings):
    """Clusters that survive in the universe with these values of the keys that vary."""
    folder = directory / "results" / "multiverse"
    universes = read_table(folder / "universes.tsv")
    chosen = universes
    for key, value in settings.items():
        chosen = chosen[chosen[key].astype(str) == value]
    (number,) = chosen[measure]
    tables = [read_table(path) for path in folder.glob(f"{measure}/alternative-*_clusters.tsv")]
    rows = [table[table["universe"] == number] for table in tables]
    (own,) = [table for table in rows if len(table)]
    return own[own[f"survives_{settings['group.inference']}"]]


@pytest.mark.workflow
def test_the_participants_are_not_preprocessed_again(study):
    started = STARTED.findall(study[1].stderr)

    assert started.count("compute_alternative_maps") == 16
    assert started.count("fit_universes") == 3 * 4  # two series, two widths
    assert not {"preprocess_func", "compute_metrics", "fit_group_model"} & set(started)


@pytest.mark.workflow
def test_the_cost_is_told_before_the_first_job(study):
    said = study[1].stderr.index(">>> multiverse: 32 universes of 5 choices")

    assert said < study[1].stderr.index("rule compute_alternative_maps:")


@pytest.mark.workflow
def test_simulated_effects_survive_in_nearly_all_universes(study):
    rows = {
        measure: read_table(study[0] / f"results/multiverse/{measure}/regions.tsv")
        for measure in ("alff", "reho")
    }

    for measure, region in (("alff", "Temporal_Inf_L"), ("reho", "Temporal_Mid_R")):
        own = rows[measure].iloc[0]
        assert own["region"] == region
        assert own["in_main"]
        assert own["n_surviving"] >= 0.9 * own["n_universes"]
        further = rows[measure].iloc[1:]
        assert (further["n_surviving"] < 0.5 * further["n_universes"]).all()
        tests = read_table(study[0] / f"results/multiverse/{measure}/tests.tsv")
        assert (tests["p"] <= 0.05).all()


@pytest.mark.workflow
def test_the_page_of_tables_has_every_table_and_column_of_the_multiverse(study):
    tables = outputs_page.tables_of_runs(study[0] / "results")

    own = {name: table for name, table in tables.items() if name.startswith("multiverse/")}
    del own["multiverse/universes.tsv"]  # with the keys that vary in this run
    assert len(own) > 9
    assert outputs_page.left_out(outputs_page.PAGE.read_text(), own) == [], (
        "run python benchmarks/outputs_page.py on a run of the demo"
    )


@pytest.mark.workflow
def test_the_share_map_is_the_share_of_the_universes(study):
    folder = study[0] / "results/multiverse/alff"
    (path,) = folder.glob("*_desc-negativeShare_statmap.nii.gz")
    share, _ = read_volume(path)
    plan = read_json(folder.parent / "plan.json")["measures"]["alff"]

    n = len(plan["universes"])
    first = read_table(folder / "regions.tsv").iloc[0]
    assert first["n_surviving"] / n == pytest.approx(share.max(), abs=1e-6)
    np.testing.assert_allclose(share * n, np.round(share * n), atol=1e-4)


@pytest.mark.workflow
def test_the_published_rows_are_looked_for_in_every_universe(study):
    rows = read_table(study[0] / "results/multiverse/published_rows.tsv")

    assert len(rows) == 10
    assert (rows["n_universes"] == 32).all()
    assert (rows["n_inconsistent"] > 0).any()
    chance = read_table(study[0] / "results/multiverse/chance.tsv")
    assert chance["statistic"].tolist() == ["main analysis", "best universe"]


@pytest.mark.slow
def test_a_universe_is_the_analysis_with_its_choices(finished_run, study, tmp_path):
    # as deep as the shared run, whose files of the repository are named relatively
    copy_run(finished_run[0], tmp_path)
    own = write_config(
        tmp_path,
        preprocessing={"nuisance": []},
        cohort={"covariates": []},
        metrics={"fwhm_mm": 8.0},
        group={"inference": "grf", "tails": 1},
    )
    tables = [
        f"results/group/{measure}/space-MNI152NLin2009aSym_contrast-patientsVsControls_"
        "desc-clusters_table.tsv"
        for measure in ("alff", "reho")
    ]

    process = snakemake(*tables, directory=tmp_path, configfiles=(SMALL, own))

    assert process.returncode == 0, process.stderr[-5000:]
    choices = {
        "preprocessing.nuisance": "none",
        "cohort.covariates": "none",
        "metrics.fwhm_mm": "8",
        "group.tails": "1",
        "group.inference": "grf",
    }
    for measure, table in zip(("alff", "reho"), tables, strict=True):
        expected = read_table(tmp_path / table)
        found = clusters_of(study[0], measure, choices)
        assert len(expected) == len(found) > 0
        for column in SAME:
            np.testing.assert_array_equal(
                np.sort(found[column].astype(float)), np.sort(expected[column].astype(float))
            )


@pytest.mark.slow
def test_one_core_gives_the_same_bytes_and_a_second_call_has_nothing_to_do(
    finished_run, study, tmp_path
):
    process = run_multiverse(finished_run, tmp_path, cores=1)

    assert process.returncode == 0, process.stderr[-5000:]
    files = sorted(
        path.relative_to(study[0])
        for path in study[0].glob("results/multiverse/**/*")
        if path.is_file()
    )
    assert len(files) > 50
    for path in files:
        assert (tmp_path / path).read_bytes() == (study[0] / path).read_bytes(), path
    again = write_config(tmp_path, **SETTINGS)
    second = snakemake("multiverse", directory=tmp_path, configfiles=(SMALL, again))
    assert "Nothing to be done" in second.stdout + second.stderr


@pytest.mark.slow
def test_given_maps_have_the_choices_of_the_group_level_alone(entered_as_maps):
    study, _ = entered_as_maps

    process = snakemake("multiverse", directory=study, configfiles=(SMALL, study / "own.yaml"))

    assert process.returncode == 0, process.stderr[-5000:]
    left_out = read_table(study / "results/multiverse/left_out.tsv")
    assert left_out.iloc[0]["choices"] == "preprocessing.nuisance"
    assert "the maps are given" in left_out.iloc[0]["reason"]
    regions = read_table(study / "results/multiverse/alff/regions.tsv")
    assert regions["in_main"].any()
