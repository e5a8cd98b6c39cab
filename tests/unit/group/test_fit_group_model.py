"""Group models of a small study."""

import numpy as np
import pytest
from scipy import stats

from group_study import IDS, PATIENT, Study, two_touching
from restpain.io.tables import read_json


def test_the_model_says_what_was_fitted(study):
    found = study.compare("reho", [two_touching()])

    assert found.model["df"] == 13
    assert found.model["columns"] == ["group", "intercept", "age"]
    assert (found.model["n_patients"], found.model["n_controls"]) == (8, 8)
    assert found.model["seeds"] == [None]
    (volume,) = found.correction["volumes"]
    assert volume["dlh"] == found.model["volumes"][0]["dlh"]
    assert volume["z_threshold"] == pytest.approx(3.2905, abs=1e-4)
    assert volume["n_clusters"] == len(found.table)
    # patients against 1: the mean outside the simulated effects
    inside = found.maps[PATIENT][:, 3, 10, 5]
    t = (inside.mean() - 1) / (inside.std(ddof=1) / np.sqrt(8))
    assert found.patients[3, 10, 5] == pytest.approx(t, rel=1e-4)


def test_groups_of_three_are_compared_from_maps_to_tables(tmp_path):
    study = Study(tmp_path, ids=IDS[:6])
    study.write_scores()

    found = study.compare("alff", [two_touching(60.0)], covariates=[])

    assert (found.model["n_patients"], found.model["n_controls"], found.model["df"]) == (3, 3, 4)
    patients = np.isin(study.ids, np.array(IDS)[PATIENT])
    expected = stats.ttest_ind(found.maps[patients], found.maps[~patients], axis=0).statistic
    mask = study.in_mask()
    np.testing.assert_allclose(found.t[mask], expected[mask], rtol=1e-4, atol=1e-5)
    # of the 20 ways to deal six into two groups two have the observed |t|, so p is never small
    assert (found.table["p_permutation"] > 0.05).all()
    assert len(found.table) == 2
    assert np.isfinite(found.table[["t", "p_grf", "p_tfce", "hedges_g"]].to_numpy()).all()
    assert len(study.normality(["alff"])) == 4
    association = study.associations(["alff"])
    assert association["n"].tolist() == [3, 3]
    assert association["p"].notna().all()


def test_the_map_of_normality_is_of_the_group_that_is_the_less_normal(study):
    found = study.compare("alff", [two_touching()])

    p = [stats.jarque_bera(found.maps[group], axis=0).pvalue for group in (PATIENT, ~PATIENT)]
    mask = study.in_mask()
    np.testing.assert_allclose(
        found.normality[mask], -np.log10(np.minimum(*p))[mask], rtol=1e-4, atol=1e-5
    )
    assert not found.normality[~mask].any()
    (volume,) = found.model["volumes"]
    assert volume["jarque_bera_share"] == np.mean(found.normality[mask] > -np.log10(0.05))
    assert 0.001 < found.model["jarque_bera_share_if_normal"] < 0.02  # groups of 8
    assert "-log10 p" in read_json(f"{study.folder}/alff_normality.json")["Units"]
