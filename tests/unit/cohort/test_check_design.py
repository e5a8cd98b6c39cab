"""The design of a small study."""

import numpy as np
import pytest

from group_study import GROUPS
from restpain.io.images import write_volume
from restpain.io.tables import read_table
from scripts.cohort.check_design import check_design


def test_the_design_is_checked_with_all_problems_of_covariates_and_score(study):
    labels = f"{study.folder}/labels.nii.gz"
    write_volume(labels, np.arange(8, dtype=np.uint8).reshape(2, 2, 2), np.eye(4))
    settings = {
        "participants_path": study.participants,
        "check_path": f"{study.folder}/check.tsv",
        "columns_path": f"{study.folder}/check.json",
        "harmonise": False,
        "n_folds": 5,
    }

    def check(*covariates, site=None, score=None, score_covariates=(), masks=()):
        check_design(
            seed_masks_paths=list(masks),
            comparison={**GROUPS, "covariates": covariates, "site": site},
            score=score,
            score_covariates=list(score_covariates),
            **settings,
        )

    check("age", "mean_fd", score="nrs", score_covariates=["mean_fd"])
    columns = read_table(f"{study.folder}/check.tsv")["column"].tolist()
    assert columns == ["group", "intercept", "age"]

    with pytest.raises(ValueError, match="no column") as error:
        check("weight", score="pain", masks=[labels])
    assert [line[:20] for line in str(error.value).splitlines()] == [
        "the covariate weight",
        "the score pain is no",
        "seed mask labels.nii",
    ]
    with pytest.raises(ValueError, match="no column scanner, which cohort.site names"):
        check("scanner", site="scanner")
