"""Correlation of the features of a small study with the score."""

import numpy as np
import pytest
from scipy import stats

from group_study import IDS, PATIENT, two_touching
from restpain.io.tables import read_table


def test_the_score_is_correlated_in_analysed_patients_alone(study):
    found = study.compare("alff", [two_touching()])

    table = study.associations(["alff"])

    assert table["cluster_id"].tolist() == found.table["cluster_id"].tolist()
    assert table["n"].tolist() == [8, 8]
    assert table["p_method"].tolist() == ["exact", "exact"]
    assert len(study.associations(["alff"], score=None)) == 0


def test_the_score_is_adjusted_for_covariates(study):
    study.write_scores()
    found = study.compare("alff", [two_touching()])

    table = study.associations(["alff"], covariates=["age"])

    participants = read_table(study.participants).set_index("participant_id")
    patients = participants.loc[np.array(IDS)[PATIENT]]
    values = found.features.set_index("participant_id").loc[patients.index, "ALFF1"]
    ranks = np.corrcoef(stats.rankdata([values, patients["nrs"], patients["age"]], axis=1))
    precision = np.linalg.inv(ranks)
    rho = -precision[0, 1] / np.sqrt(precision[0, 0] * precision[1, 1])
    assert table["rho"][0] == pytest.approx(rho)
    assert table["covariates"].tolist() == ["age", "age"]
    assert table["p_method"].tolist() == ["orders", "orders"]
    assert study.associations(["alff"])["covariates"].isna().all()
