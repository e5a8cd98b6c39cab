"""The exact sentence about each fault of a configuration, and all of them at once."""

import copy
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from restpain.config.validation import (
    atlas_problems,
    configuration_problems,
    data_problems,
    published_problems,
    read_off,
)

REPOSITORY = Path(__file__).parents[3]
CONFIG = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
SCHEMA = yaml.safe_load((REPOSITORY / "schemas" / "config.schema.yaml").read_text())
PRESETS = sorted(REPOSITORY.glob("presets/**/*.yaml"))


def said(text):
    """Sentences about the repository's configuration with a user's file over it."""
    config = copy.deepcopy(CONFIG)
    update_config(config, yaml.safe_load(text))  # as Snakemake does with --configfile
    return configuration_problems(config, SCHEMA)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "metrics: {band: [0.01, 0.08]}",
            "configuration: metrics has the unknown key band; did you mean band_hz? Its keys "
            "are measures, band_hz, fwhm_mm, smoothing_kernel, reho_neighbours; correct or "
            "remove it",
        ),
        (
            "metricss: {band_hz: [0.01, 0.08]}",
            "configuration: the file has the unknown key metricss; did you mean metrics? Its "
            "keys are seed, cohort, table1, table2, published, simulation, preprocessing, "
            "quality, metrics, group, connectivity, association, classification, power, "
            "multiverse; correct or remove it",
        ),
        (
            "association: {zzz: 1}",
            "configuration: association has the unknown key zzz; its keys are covariates, "
            "n_bootstrap; correct or remove it",
        ),
        (
            "group: {n_permutations: many}",
            "configuration: group.n_permutations is 'many'; expected a whole number, at least "
            "0; correct it",
        ),
        (
            "preprocessing: {drop_volumes: -1}",
            "configuration: preprocessing.drop_volumes is -1; expected a whole number or null, at "
            "least 0; correct it",
        ),
        (
            "preprocessing: {drop_volumes: 2.5}",
            "configuration: preprocessing.drop_volumes is 2.5; expected a whole number or null, "
            "at least 0; correct it",
        ),
        (
            "group: {mask_coverage: '0,9'}",
            "configuration: group.mask_coverage is '0,9'; expected a number, above 0 and at "
            "most 1; correct it",
        ),
        (
            "metrics: {fwhm_mm: .nan}",
            "configuration: metrics.fwhm_mm is nan; expected a number, at least 0 and at most "
            "20; correct it",
        ),
        (
            "metrics: {band_hz: 0.1}",
            "configuration: metrics.band_hz is 0.1; expected a list, with 2 entries, each entry "
            "a number, at least 0; correct it",
        ),
        (
            "metrics: {band_hz: [low, 0.1]}",
            "configuration: metrics.band_hz, entry 1, is 'low'; expected a number, at least 0; "
            "correct it",
        ),
        (
            "metrics: {band_hz: [0.1, 0.01]}",
            "configuration: metrics.band_hz is [0.1, 0.01]; expected the lower edge first and "
            "the upper one above it; correct it",
        ),
        (
            "metrics: {measures: [alff, rheo]}",
            "configuration: metrics.measures, entry 2, is 'rheo'; expected one of alff, falff, "
            "reho; correct it",
        ),
        (
            "metrics: {measures: [alff, alff]}",
            "configuration: metrics.measures is ['alff', 'alff']; expected a list, with at "
            "least 1 entry, each entry one of alff, falff, reho, none of them twice; correct "
            "it",
        ),
        (
            "metrics: null",
            "configuration: metrics is null; expected a section with keys; correct it",
        ),
        (
            "cohort: {source: nifti}",
            "configuration: cohort.source is 'nifti'; expected one of simulated, dicom, bids, "
            "derivatives, maps; correct it",
        ),
        (
            "cohort: {covariates: age}",
            "configuration: cohort.covariates is 'age'; expected a list, each entry a text, "
            "none of them twice; correct it",
        ),
        (
            "cohort: {categories: {sex: category}}",
            "configuration: cohort.categories.sex is 'category'; expected true or false; correct "
            "it",
        ),
        (
            "cohort: {categories: [sex]}",
            "configuration: cohort.categories is ['sex']; expected a section with keys; correct "
            "it",
        ),
        (
            "multiverse: {alternatives: {group.tails: 1}}",
            "configuration: multiverse.alternatives.group.tails is 1; expected a list, none of "
            "them twice; correct it",
        ),
        (
            "cohort: {patients: 1}",
            "configuration: cohort.patients is 1; expected a text, not empty; correct it",
        ),
        (
            "cohort: {patients: same, controls: same}",
            "configuration: cohort.patients and cohort.controls are both 'same'; expected the "
            "labels of two groups; correct one of them",
        ),
        (
            "classification: {harmonise: true}",
            "configuration: classification.harmonise is true, but cohort.site is null; expected "
            "the column of participants.tsv with the sites; name it there, or set harmonise to "
            "false",
        ),
        (
            "group: {n_permutations: 0}",
            "configuration: group.n_permutations is 0, but group.inference is permutation and "
            "group.cluster_p 0.05; expected at least 20 permutations, since fewer cannot give a "
            "smaller p; correct it, or set group.inference to grf",
        ),
        (
            "cohort: {source: maps}",
            "configuration: cohort.maps is empty; expected a pattern of file names for each "
            "measure, since cohort.source is maps, such as {alff: "
            "ALFF/{participant_id}_alff.nii}; set it",
        ),
        (
            "cohort: {source: maps, maps: {fc: '{participant_id}.nii'}}",
            "configuration: cohort.maps has the measure 'fc'; expected lower-case letters and "
            "digits, and neither fc nor all nor mask nor series, which name other things; give it "
            "another name",
        ),
        (
            "cohort: {source: bids, series: '{FILE_ID}_bold.nii'}",
            "configuration: cohort.series is '{FILE_ID}_bold.nii', but cohort.source is bids; "
            "expected null, since it names series beside maps; correct it",
        ),
        (
            "{cohort: {source: maps, maps: {alff: '{ID}.nii'}, series: '{ID}_bold.nii'}, "
            "preprocessing: {drop_volumes: 5}}",
            "configuration: preprocessing.drop_volumes is 5, but cohort.source is maps; expected "
            "null or 0, since the series of cohort.series are taken whole; correct it",
        ),
        (
            "power: {measure: alf}",
            "configuration: power.measure is 'alf'; expected one of alff, falff, reho, fc; "
            "correct it",
        ),
        (
            "cohort: {maps: {alff: 3}}",
            "configuration: cohort.maps.alff is 3; expected a text, not empty or a section with "
            "keys; correct it",
        ),
        (
            "cohort: {source: maps, maps: {alff: '{FILE_ID}.nii'}, covariates: [mean_fd]}",
            "configuration: cohort.covariates names mean_fd, the motion of a series, but "
            "cohort.source is maps; expected columns of the table of participants, such as one "
            "with the motion under another name than mean_fd; correct it",
        ),
        (
            "{cohort: {source: maps, maps: {alff: '{FILE_ID}.nii'}}, quality: {min_dice_gm: 0.7}}",
            "configuration: quality.min_dice_gm is 0.7, a limit of what is not known of maps; "
            "expected null, since cohort.source is maps; exclude participants in the table "
            "instead",
        ),
        (
            "preprocessing: {slice_order: intereleaved}",
            "configuration: preprocessing.slice_order is 'intereleaved'; expected null or one "
            "of off, sequential, reverse, interleaved, interleaved_even or a list, with at "
            "least 2 entries, each entry a number, at least 0; correct it",
        ),
        (
            "connectivity: {correct_across_seeds: 1}",
            "configuration: connectivity.correct_across_seeds is 1; expected true or false; "
            "correct it",
        ),
        (
            "simulation: {effects: [{measure: alff, change: 0.1}]}",
            "configuration: simulation.effects, entry 1, lacks the key region; expected a text; "
            "add it",
        ),
    ],
)
def test_the_sentence_about(text, sentence):
    assert said(text) == [sentence]


def test_a_learner_that_needs_pytorch_is_refused_where_pytorch_is_not_installed(monkeypatch):
    found = {"torch": object()}
    monkeypatch.setattr("restpain.config.validation.find_spec", found.get)
    text = "classification: {learners: [KNN, NN_TORCH]}"

    assert said(text) == []
    found.clear()
    assert said(text) == [
        "configuration: classification.learners is [KNN, NN_TORCH], but NN_TORCH needs PyTorch, "
        "which is not installed; run make environment EXTRAS=torch, or name MLP, the neural "
        "network of scikit-learn, instead"
    ]


def test_nuisance_is_done_only_in_series_that_were_preprocessed_before():
    done = "preprocessing: {nuisance: done}\n"

    assert said(done + "cohort: {source: derivatives}") == []
    assert said(done + "cohort: {source: bids}") == [
        "configuration: preprocessing.nuisance is done, but cohort.source is bids; expected a "
        "list of regressors, since only preprocessed series may be without nuisance; correct it"
    ]


def test_the_grid_of_the_input_is_kept_only_of_series_that_were_preprocessed_before():
    native = "preprocessing: {voxel_mm: native}\n"

    assert said(native + "cohort: {source: derivatives}") == []
    assert said(native + "cohort: {source: dicom}") == [
        "configuration: preprocessing.voxel_mm is native, but cohort.source is dicom; expected a "
        "number of mm, since raw series have no grid in MNI space; correct it"
    ]
    assert said("preprocessing: {voxel_mm: 7}") == [
        "configuration: preprocessing.voxel_mm is 7; expected a number, at least 1 and at most 6 "
        "or one of native; correct it"
    ]


def test_the_learners_of_the_configuration_need_no_pytorch():
    assert "NN_TORCH" not in CONFIG["classification"]["learners"]


def test_all_faults_are_reported_at_once():
    text = "seed: x\ncohort: {source: nifti}\nmetrics: {band_hz: [1], fwhm: 4}"

    assert [sentence.split(";")[0] for sentence in said(text)] == [
        "configuration: cohort.source is 'nifti'",
        "configuration: metrics has the unknown key fwhm",
        "configuration: metrics.band_hz is [1]",
        "configuration: seed is 'x'",
    ]


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_the_configurations_of_the_repository_have_no_fault(path):
    assert said(path.read_text()) == []


def test_data_that_are_not_named_or_not_there_are_reported(tmp_path):
    cohort = {"source": "bids", "data": None, "participants": str(tmp_path)}

    assert data_problems(cohort) == [
        "configuration: cohort.data is null; expected a folder, since cohort.source is bids; "
        "set it",
        f"configuration: cohort.participants is {str(tmp_path)!r}; expected a file that exists; "
        "correct it",
    ]
    assert data_problems({"source": "bids", "data": tmp_path, "participants": __file__}) == []


def test_each_key_that_a_section_lacks_is_told_once():
    config = copy.deepcopy(CONFIG)
    for key in ("fwhm_mm", "band_hz", "measures"):
        del config["metrics"][key]

    sentences = configuration_problems(config, SCHEMA)

    assert [sentence.split(";")[0] for sentence in sentences] == [
        "configuration: metrics lacks the key measures",
        "configuration: metrics lacks the key band_hz",
        "configuration: metrics lacks the key fwhm_mm",
    ]


def test_a_relative_path_that_is_not_there_is_told_with_the_folder_it_starts_from(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "participants.tsv").touch()
    cohort = {"source": "dicom", "data": "dicom", "participants": "participants.tsv"}

    assert data_problems(cohort) == [
        "configuration: cohort.data is 'dicom'; expected a folder that exists, relative to the "
        f"study folder {tmp_path}; correct it"
    ]
    assert published_problems("paper", ["paper", "../clone/paper"]) == [
        "configuration: published is 'paper'; expected a folder that exists, relative to the "
        f"study folder {tmp_path}; correct it, or set it to null for no audit and no comparison"
    ]
    (tmp_path / "paper").mkdir()
    assert published_problems("paper", ["paper", "../clone/paper"]) == []


@pytest.mark.parametrize("text", ["slice_order: off", 'slice_order: "off"'])
def test_off_is_no_truth_value_with_or_without_quotes(text):
    config = {"preprocessing": yaml.safe_load(text)}

    read_off(config)

    assert config == {"preprocessing": {"slice_order": "off"}}


@pytest.mark.parametrize("config", [{}, {"preprocessing": None}, {"preprocessing": {}}])
def test_a_configuration_without_the_key_is_left_to_the_checks(config):
    before = copy.deepcopy(config)

    read_off(config)

    assert config == before


def test_atlases_need_names_of_their_own_and_files_that_exist(tmp_path):
    for name in ("a.nii.gz", "a.tsv"):
        (tmp_path / name).touch()
    files = {"image": str(tmp_path / "a.nii.gz"), "labels": str(tmp_path / "a.tsv")}

    assert atlas_problems([]) == []
    assert atlas_problems([files | {"name": "AAL3"}, files | {"name": "Harvard-Oxford"}]) == []
    found = atlas_problems(
        [files | {"name": "aal2"}, files | {"name": "a/b", "labels": "/no/b.xml"}]
    )
    assert [text.partition(";")[0] for text in found] == [
        "configuration: table2.atlases, entry 1, has the name 'aal2'",
        "configuration: table2.atlases, entry 2, has the name 'a/b'",
        "configuration: table2.atlases, entry 2, labels is '/no/b.xml'",
    ]
    assert atlas_problems(["harvard_oxford", files | {"name": "AAL3"}]) == []
    assert atlas_problems(["Harvard-Oxford"]) == [
        "configuration: table2.atlases, entry 1, is 'Harvard-Oxford'; expected harvard_oxford, or "
        "name, image and labels of an atlas of yours; correct it (docs/atlases.md)"
    ]
    assert atlas_problems([files | {"name": "Harvard-Oxford"}, "harvard_oxford"])[0].startswith(
        "configuration: table2.atlases, entry 1, has the name 'Harvard-Oxford'; expected letters"
    )
    assert said("table2: {atlases: [harvard_oxford, 3]}") == [
        "configuration: table2.atlases, entry 2, is 3; expected a section with keys or a text; "
        "correct it"
    ]
    assert said("table2: {atlases: [{name: AAL3, image: a.nii}]}")[0].startswith(
        "configuration: table2.atlases, entry 1, lacks the key labels"
    )
