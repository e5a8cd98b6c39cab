"""Methods text of the report against the settings."""

import pytest

from restpain.report import section_methods
from study import settings

DESCRIBED = {"age": {"LongName": "Age"}, "nrs": {"LongName": "Numeric Rating Scale"}}
FACTS = {
    "kept": "60 kept",
    "timing": "interleaved",
    "spaces": "MNI152NLin6Asym",
    "programs": "fMRIPrep 23.2.1",
    "resampled": True,
    "grid": "61x73x61 voxels of 3 mm",
    "before": "",
    "df": 15,
    "n_voxels": 65321,
    "cross_validation": "leave-one-out",
}


def test_methods_cite_each_source_once_in_the_order_of_the_text():
    paragraphs, references = section_methods.methods_text(settings(), FACTS, DESCRIBED)
    text = " ".join(paragraphs)

    marks = [f"[{number}]" for number in range(1, len(references) + 1) if f"[{number}]" in text]
    assert [text.index(mark) for mark in marks] == sorted(text.index(mark) for mark in marks)
    assert len({doi for _, doi in references}) == len(references)
    assert "0.01–0.1 Hz" in text


@pytest.mark.parametrize(
    ("section", "key", "value", "phrase"),
    [
        ("preprocessing", "nuisance", [], "No nuisance signal was regressed out."),
        (
            "preprocessing",
            "filter",
            "simultaneous",
            "fitted at 0.01–0.1 Hz, data and regressors filtered alike",
        ),
        (
            "preprocessing",
            "motion_estimation",
            "before_slice_timing",
            "in two passes, the motion estimated before slice timing",
        ),
        ("cohort", "covariates", [], "without covariates"),
        (
            "cohort",
            "source",
            "derivatives",
            "Series preprocessed before (by: fMRIPrep 23.2.1; space: MNI152NLin6Asym) were taken.",
        ),
        (
            "preprocessing",
            "nuisance",
            "done",
            "Nuisance had been regressed out before, and nothing more was here.",
        ),
        (
            "group",
            "tails",
            1,
            "cluster p < 0.05, for each sign (one-tailed; both signs are searched, so that the "
            "two together have a voxel p < 0.002 and a cluster p < 0.1)",
        ),
        ("connectivity", "seeds", "coordinates", "spheres of 6 mm radius"),
        ("connectivity", "correct_across_seeds", True, "of all seeds were corrected together"),
        ("classification", "harmonise", True, "by ComBat [12, 13], location and scale of each"),
        ("association", "covariates", ["age"], "(partial Spearman, adjusted for age; 2"),
    ],
)
def test_methods_follow_the_settings(section, key, value, phrase):
    changed = settings()
    changed[section][key] = value

    before, _ = section_methods.methods_text(settings(), FACTS, DESCRIBED)
    after, _ = section_methods.methods_text(changed, FACTS, DESCRIBED)

    assert phrase in " ".join(after)
    assert phrase not in " ".join(before)


def test_steps_and_volumes_before_the_workflow_are_told():
    changed = settings()
    changed["cohort"]["source"] = "derivatives"
    metrics = {
        "n_volumes": 60,
        "preprocessed_by": "DPARSF, FunImgARW",
        "space_of_input": "MNI of SPM",
        "steps_before": ["realignment", "normalisation to MNI"],
        "dropped_before": 10,
    }

    section = section_methods.methods_section(
        changed,
        [metrics],
        DESCRIBED,
        df=15,
        n_voxels=65321,
        grid="",
        cross_validation="10-fold cross-validation",
    )

    assert (
        "(by: DPARSF, FunImgARW; space: MNI of SPM) were taken. By their names, they had "
        "undergone realignment and normalisation to MNI. Before, 10 volumes had been dropped."
    ) in section.content["methods"][0]
    assert "10-fold cross-validation in the training set." in section.content["methods"][3]


@pytest.mark.parametrize(
    ("resampled", "sentence"),
    [
        (True, "They were resampled to the grid of the maps, 3 mm. No transform led from"),
        (False, "They kept their own grid of 3 mm: nothing was resampled. No transform led"),
    ],
)
def test_methods_say_whether_preprocessed_series_were_resampled(resampled, sentence):
    changed = settings()
    changed["cohort"]["source"] = "derivatives"
    changed["preprocessing"]["drop_volumes"] = 0
    func_qc = [{"n_volumes": 60, "resampled": False}, {"n_volumes": 60, "resampled": resampled}]

    section = section_methods.methods_section(
        changed,
        func_qc,
        DESCRIBED,
        df=15,
        n_voxels=65321,
        grid="3 mm",
        cross_validation="leave-one-out",
    )

    assert sentence in section.content["methods"][0]
    assert "No volume was dropped (60 kept)." in section.content["methods"][0]
