"""The design of a small study."""

import numpy as np
import pandas as pd
import pytest

from group_study import GROUPS
from restpain.io.images import write_volume
from restpain.io.tables import read_table, write_json, write_table
from scripts.cohort.check_design import check_design

AGES = [61, 55, 47, 39, 58, 50, 44, 62, 35, 52, 66, 41]


@pytest.fixture
def checked(tmp_path):
    """Check a design; gives the columns."""

    def check(table, *covariates, site=None, score=None, score_covariates=(), **settings):
        if isinstance(table, pd.DataFrame):
            write_table(tmp_path / "participants.tsv", table)
        write_json(tmp_path / "participants.json", {})
        settings = {
            "harmonise": False,
            "n_folds": 5,
            "categories": {},
            "table1": {"columns": None, "skewed": []},
            "seed": 1,
            "seed_masks_paths": [],
            "atlas_images_paths": [],
            "atlas_labels_paths": [],
        } | settings
        check_design(
            participants_path=(
                tmp_path / "participants.tsv" if isinstance(table, pd.DataFrame) else table
            ),
            described_path=tmp_path / "participants.json",
            check_path=tmp_path / "check.tsv",
            columns_path=tmp_path / "check.json",
            comparison={**GROUPS, "covariates": covariates, "site": site},
            score=score,
            score_covariates=list(score_covariates),
            **settings,
        )
        return read_table(tmp_path / "check.tsv")["column"].tolist()

    return check


def people(n=12, **columns):
    return pd.DataFrame(
        {
            "participant_id": [f"sub-{number:02d}" for number in range(1, n + 1)],
            "group": ["patient"] * (n // 2) + ["control"] * (n - n // 2),
        }
        | columns
    )


def test_the_design_is_checked_with_all_problems_of_covariates_and_score(study, checked):
    def check(*covariates, **settings):
        return checked(study.participants, *covariates, **settings)

    columns = check("age", "mean_fd", score="nrs", score_covariates=["mean_fd"])
    assert columns == ["group", "intercept", "age"]

    labels = f"{study.folder}/labels.nii.gz"
    write_volume(labels, np.arange(8, dtype=np.uint8).reshape(2, 2, 2), np.eye(4))
    with pytest.raises(ValueError, match="no column") as error:
        check(
            "weight",
            score="pain",
            seed_masks_paths=[labels],
            atlas_images_paths=[labels],
            atlas_labels_paths=[study.participants],
        )
    assert [line[:20] for line in str(error.value).splitlines()] == [
        "the covariate weight",
        "the score pain is no",
        "seed mask labels.nii",
        "labels of the atlas,",
    ]
    with pytest.raises(ValueError, match="no column scanner, which cohort.site names"):
        check("scanner", site="scanner")


def test_codes_missing_values_and_spellings_are_told_at_once(checked):
    table = people(
        age=["-999", *map(str, AGES[1:])],
        sex=["0", "1"] * 6,
        gender=["F", "f", "M", "M"] * 3,
        hand=["1", "2", "3"] * 4,
        nrs=["4", "-9", "5", "6", "3", "7"] + [None] * 6,
    )

    with pytest.raises(ValueError, match="participants") as error:
        checked(table, "age", "sex", "gender", "hand", score="nrs", categories={"hand": False})

    first = [line[:64] for line in str(error.value).splitlines()]
    assert first == [
        "participants.tsv has -999 as age for sub-01, where all others ha",
        "participants.tsv has only the whole numbers 0, 1 in the column s",
        "participants.tsv has 'F' (3 times) and 'f' (3 times) in the colu",
        "participants.tsv has -9 as nrs for sub-02, where all others have",
    ]


def test_a_study_too_small_for_its_training_sets_is_refused_before_anything_is_computed(checked):
    generator = np.random.default_rng(0)
    names = [f"x{number}" for number in range(7)]
    table = people(**{name: generator.normal(size=12) for name in names})

    assert len(checked(table, *names[:6])) == 8
    with pytest.raises(ValueError, match="9 participants, which leave no degree of freedom for"):
        checked(table, *names)
    with pytest.raises(ValueError, match="no degree of freedom"):
        checked(table, *names[:6], "mean_fd")  # one more column, after preprocessing


def test_an_age_that_tells_the_groups_apart_is_a_warning_with_its_inflation(checked, caplog):
    generator = np.random.default_rng(0)
    ages = np.r_[generator.integers(20, 30, 12), generator.integers(60, 70, 12)]

    share = np.corrcoef(ages, np.repeat([1, -1], 12))[0, 1] ** 2
    inflation = 1 / (1 - share)

    checked(people(24, age=ages), "age")

    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [text.partition(":")[0] for text in warnings] == [
        "the groups differ in age",
        "the covariates inflate the variance of the group effect "
        f"{inflation:.1f} times, its standard error {inflation**0.5:.1f} times (age alone "
        f"explains {100 * share:.0f} % of the variance of the group)",
    ]
