"""Normality of the features of a small study."""

import pytest
from scipy import stats

from group_study import PATIENT, two_touching


def test_features_have_a_row_of_normality_per_group(study):
    found = study.compare("alff", [two_touching()])

    table = study.normality(["alff"])

    assert table["cluster_id"].tolist() == ["ALFF1"] * 2 + ["ALFF2"] * 2
    assert table["group"].tolist() == ["patient", "control"] * 2
    values = found.features["ALFF2"].to_numpy()
    expected = stats.jarque_bera(values[~PATIENT])
    assert table.loc[3, ["jarque_bera", "p"]].tolist() == pytest.approx(list(expected))
    assert table.loc[3, "t_welch"] == pytest.approx(
        stats.ttest_ind(values[PATIENT], values[~PATIENT], equal_var=False).statistic
    )
    assert (table["p_permutation"] == 1 / 51).all()
    assert study.normality(["alff"], n_permutations=0)["p_permutation"].isna().all()
