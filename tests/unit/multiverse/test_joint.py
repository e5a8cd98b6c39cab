"""Joint test over universes: exact under permuted groups."""

import numpy as np

from restpain.multiverse.joint import joint_test, share_tests


def test_p_counts_the_permutations_that_are_as_large():
    found = joint_test(np.array([0.5, *[0.0] * 16, 0.5, 0.7, 0.2]))

    assert found == {
        "observed": 0.5,
        "mean_permuted": 1.4 / 19,
        "q95_permuted": 0.7,
        "p": 3 / 20,
    }


def test_shares_are_tested_by_volume_and_inference():
    significant = np.zeros((4, 2, 1 + 9, 2), bool)
    significant[:3, 1, 0, 0] = True  # of GRF, three universes of the second volume
    significant[0, 1, 5, 0] = True

    tests = share_tests(significant, ["grf", "permutation"])

    assert tests["volume"].tolist() == [0, 0, 1, 1]
    assert tests["observed"].tolist() == [0, 0, 0.75, 0]
    assert tests["p"].tolist() == [1, 1, 0.1, 1]
    np.testing.assert_allclose(tests["mean_permuted"], [0, 0, 0.25 / 9, 0])


def test_under_the_null_p_is_uniform():
    rng = np.random.default_rng(4)
    p = [joint_test(rng.binomial(20, 0.2, 100) / 20)["p"] for _ in range(2000)]

    below = np.mean(np.array(p) <= 0.05)
    assert 0.02 < below <= 0.06  # ties make it smaller
