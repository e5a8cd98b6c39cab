"""Exclusions by quality control, on files."""

import numpy as np
import pandas as pd
import pytest

from restpain.io.tables import read_json, read_table, write_json, write_table
from restpain.quality.limits import CRITERIA
from scripts.quality.select_participants import select_participants
from scripts.quality.tabulate_quality import FD, tabulate_quality

OFF = {criterion.limit: None for criterion in CRITERIA if criterion.limit}
GROUPS = {"patients": "CP", "controls": "HC"}
IDS = [f"sub-{number:02d}" for number in range(1, 12)]


@pytest.fixture
def cohort(tmp_path):
    """Five patients, the last excluded by the table, and six controls, whose motion grows."""
    table = pd.DataFrame(
        {
            "participant_id": IDS,
            "group": ["CP"] * 5 + ["HC"] * 6,
            "exclude": [None] * 4 + ["metastasis"] + [None] * 6,
            "age": [50, 61, 55, 70, 66, 52, 63, 58, 49, 60, 57],
            "site": ["A", "B", "A", "A", "A", "A", "B", "A", "A", "A", "A"],
        }
    )
    write_table(tmp_path / "participants.tsv", table)
    for number, who in enumerate(IDS):
        fd = 0.05 * (1 + number % 10)
        write_json(
            tmp_path / f"{who}_func.json",
            {"mean_fd_jenkinson_mm": fd, "n_volumes": 4, "coverage_of_template": 1.0},
        )
        write_json(tmp_path / f"{who}_anat.json", {"dice_gm": 0.9})
        write_table(tmp_path / f"{who}_confounds.tsv", pd.DataFrame({FD: [np.nan, fd, fd, fd]}))
    return tmp_path


def gated(folder, ratings=None, covariates=("age",), site=None, **limits):
    """Quality table and analysed table of the cohort."""
    included = [who for who in IDS if who != "sub-05"]
    if ratings is not None:
        (folder / "qc_ratings.tsv").write_text("participant_id\trating\treason\n" + ratings)
    tabulate_quality(
        participants_path=folder / "participants.tsv",
        ratings_path=None if ratings is None else folder / "qc_ratings.tsv",
        # the order of the files means nothing
        func_qc_paths=[folder / f"{who}_func.json" for who in reversed(included)],
        anat_qc_paths=[folder / f"{who}_anat.json" for who in included],
        confounds_paths=[folder / f"{who}_confounds.tsv" for who in sorted(included, key=hash)],
        quality_path=folder / "quality.tsv",
        columns_path=folder / "quality.json",
        motion_path=folder / "motion.tsv",
        template_path=folder / "template.tsv",
        limits=OFF | limits,
        comparison=GROUPS,
    )
    write_json(folder / "participants.json", {"age": {"LongName": "Age"}})
    select_participants(
        participants_path=folder / "participants.tsv",
        described_path=folder / "participants.json",
        quality_path=folder / "quality.tsv",
        analysed_path=folder / "analysed.tsv",
        columns_path=folder / "analysed.json",
        comparison={**GROUPS, "covariates": list(covariates), "site": site},
        harmonise=site is not None,
        n_folds=4 if site is None else 2,
    )
    return read_table(folder / "quality.tsv"), read_table(folder / "analysed.tsv")


def test_without_ratings_and_limits_the_table_stays_as_it_was(cohort):
    _, analysed = gated(cohort)

    assert list(read_json(cohort / "analysed.json")) == ["age", "exclude"]
    pd.testing.assert_frame_equal(analysed, read_table(cohort / "participants.tsv"))


def test_the_rated_and_those_beyond_a_limit_are_excluded_with_their_reasons(cohort):
    quality, analysed = gated(
        cohort, "06\texclude\tartefact\n01\tdoubtful\tx\n", max_mean_fd_mm=0.46
    )

    reasons = analysed.set_index("participant_id")["exclude"].dropna().to_dict()
    assert reasons == {
        "sub-05": "metastasis",
        "sub-06": "quality: rated exclude: artefact",
        "sub-10": "quality: mean FD above 0.46 mm",
    }
    assert quality["participant_id"].tolist() == [who for who in IDS if who != "sub-05"]
    # each number is that of its participant, whatever the order of the files
    np.testing.assert_allclose(
        quality["mean_fd_jenkinson_mm"], [0.05, 0.1, 0.15, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.05]
    )
    assert quality["n_flagged"].tolist() == [0, 0, 0, 0, 3, 3, 3, 3, 3, 0]


def test_a_group_that_quality_control_makes_too_small_is_refused_with_names(cohort):
    with pytest.raises(ValueError, match="at least 3 participants") as error:
        gated(cohort, "06\texclude\tartefact\n", max_mean_fd_mm=0.37)

    assert "after quality control, which excludes 4 participants (sub-06: quality: rated" in str(
        error.value
    )


def test_a_design_that_the_remaining_cannot_estimate_is_refused(cohort):
    gated(cohort, covariates=["site"])
    with pytest.raises(ValueError, match="site is A for all participants"):
        gated(cohort, "02\texclude\tx\n07\texclude\tx\n", covariates=["site"])


def test_a_site_that_quality_control_makes_too_small_for_combat_is_refused(cohort):
    with pytest.raises(ValueError, match="has 2 participants of the site B, but ComBat in 2 fol"):
        gated(cohort, covariates=["site"], site="site")


def test_the_template_of_ratings_is_read_as_ratings_of_all_participants(cohort):
    gated(cohort, "06\tdoubtful\tartefact\n")
    text = (cohort / "template.tsv").read_text().split("\n", 1)[1]

    quality, _ = gated(cohort, text)

    assert quality.set_index("participant_id")["rating"].dropna().to_dict() == {
        "sub-06": "doubtful"
    }
