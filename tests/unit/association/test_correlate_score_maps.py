"""Correlation of the maps of a small study with the score."""

import numpy as np
import pytest
from scipy import stats

from group_study import IDS, PATIENT, SHAPE
from restpain.association.features import spearman
from restpain.io.tables import read_table


def test_the_score_is_correlated_in_every_voxel_of_the_patients(study):
    study.write_scores([1, 5, 2, 8, np.nan, 4, 7, 3])

    found = study.score_maps("alff", [np.zeros(SHAPE)])

    values = study.maps("alff")[PATIENT][[0, 1, 2, 3, 5, 6, 7], 5, 6, 7]
    expected = stats.spearmanr(values, [1, 5, 2, 8, 4, 7, 3]).statistic
    assert found.rho[5, 6, 7] == pytest.approx(expected, abs=1e-6)
    assert found.rho.shape == SHAPE
    assert (found.correction["n"], found.correction["reason"]) == (7, None)
    assert found.correction["volumes"][0]["df"] == 5
    assert found.correction["volumes"][0]["n_clusters"] == len(found.table)


def test_score_maps_are_adjusted_for_covariates(study):
    study.write_scores()

    found = study.score_maps("alff", [np.zeros(SHAPE)], covariates=["age"])

    assert found.correction["covariates"] == ["age"]
    assert found.correction["volumes"][0]["df"] == 5
    values = study.maps("alff")[PATIENT][:, 5, 6, 7]
    age = read_table(study.participants).set_index("participant_id")["age"]
    age = age.loc[np.array(IDS)[PATIENT]].to_numpy(float)
    rho, _ = spearman(values, np.array([1, 5, 2, 8, 6, 4, 7, 3.0]), age[:, None])
    assert found.rho[5, 6, 7] == pytest.approx(rho, abs=1e-6)


def test_score_maps_of_seeds_corrected_together_share_one_level(study):
    study.write_scores()
    study.two_spheres()

    alone = study.score_maps("fc", [np.zeros(SHAPE)] * 2).correction["volumes"]
    pooled = study.score_maps("fc", [np.zeros(SHAPE)] * 2, across_seeds=True).correction["volumes"]

    assert [volume["n_maps"] for volume in pooled] == [2, 2]
    sizes = [volume["cluster_size_permutation"] for volume in alone]
    assert {volume["cluster_size_permutation"] for volume in pooled} >= {max(sizes)}
    for one, both in zip(alone, pooled, strict=True):
        assert both["cluster_size_threshold"] > one["cluster_size_threshold"]


def test_the_score_maps_of_connectivity_have_a_volume_per_seed_and_none_without_a_seed(study):
    study.write_scores()
    study.two_spheres()
    two = study.score_maps("fc", [np.zeros(SHAPE)] * 2)
    study.seeds("coordinates")
    none = study.score_maps("fc", [])

    assert two.rho.shape == two.labels.shape == (*SHAPE, 2)
    assert [volume["seed"] for volume in two.correction["volumes"]] == ["SPHERE1", "SPHERE2"]
    assert none.rho.shape == none.labels.shape == (*SHAPE, 0)
    assert none.correction["volumes"] == []
    assert len(none.table) == 0


def test_no_score_or_a_constant_one_leaves_empty_maps_with_the_reason(study):
    study.write_scores([4.0] * 8)
    constant = study.score_maps("alff", [np.zeros(SHAPE)])
    unset = study.score_maps("alff", [np.zeros(SHAPE)], score=None)

    assert constant.correction["reason"] == "the score is 4 in all 8 patients who have one"
    assert unset.correction["reason"] == "no score is set"
    for found in (constant, unset):
        assert found.rho.shape == found.labels.shape == (*SHAPE, 0)
        assert len(found.table) == 0
        assert "rho" in found.table
