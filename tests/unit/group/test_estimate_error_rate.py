"""Empirical family-wise error in a small study."""

import numpy as np

from group_study import SHAPE


def test_the_error_rate_is_that_of_permuted_groups_at_the_threshold_in_force(study):
    compared = study.compare("alff", [np.zeros(SHAPE)], parts=((0, 200),))

    found = study.error_rate("alff")

    (volume,) = compared.correction["volumes"]
    assert found["cluster_size_threshold"] == volume["cluster_size_threshold"]
    assert found["smoothness"] == "residuals of the observed groups"
    assert found["aimed"] == 0.05
    # some but not many: within 4 standard errors of 5 %
    assert 0 < found["n_with_cluster"] < 200 * (0.05 + 4 * np.sqrt(0.05 * 0.95 / 200))
    assert found["error_rate_low"] < found["error_rate"] < found["error_rate_high"]


def test_without_permutations_no_error_rate_is_claimed(study):
    study.compare("alff", [np.zeros(SHAPE)], parts=())

    assert study.error_rate("alff")["error_rate"] is None
