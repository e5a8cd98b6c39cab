"""Specification curves: T of each region in every universe."""

import numpy as np
import pandas as pd
import statsmodels.api as sm

from restpain.cohort.design import Design
from restpain.multiverse.regions import Region
from restpain.multiverse.specification import (
    choices_table,
    region_means,
    region_t,
    specification_table,
)

N = 12
RNG = np.random.default_rng(1)
AGE = RNG.normal(60, 5, N)
GROUP = np.where(np.arange(N) % 2, 1.0, -1)
DESIGNS = {
    (): Design(np.column_stack([GROUP, np.ones(N)]), ("group", "intercept"), ("x",) * N),
    ("age",): Design(
        np.column_stack([GROUP, np.ones(N), AGE]), ("group", "intercept", "age"), ("x",) * N
    ),
}
UNIVERSES = [
    {"universe": number, "map": number % 2, "choices": [number % 2, number // 2]}
    | {"settings": {"cohort.covariates": [[], ["age"]][number // 2]}}
    for number in range(4)
]
REGIONS = [
    Region(0, 1, np.array([1, 2, 3]), {0: 0, 2: 3}),
    Region(1, -1, np.array([4]), {1: 2}),
]
NAMES = ["ALFF1", "ALFF+1"]
CLUSTERS = pd.DataFrame(
    {
        "t": [4.0, 9, -5, 3.5],
        "n_voxels": [30, 1, 20, 10],
        "p_grf": [0.01, 1, 0.02, 0.03],
        "p_permutation": [0.02, 1, 0.04, 0.05],
    }
)


def test_means_leave_out_voxels_that_somebody_does_not_cover():
    maps = RNG.normal(size=(N, 6, 2)).astype(np.float32)
    covered = np.ones((N, 6), bool)
    covered[3, 2] = False

    means = region_means(maps, REGIONS, covered)

    np.testing.assert_allclose(means[:, 0], maps[:, [1, 3], 0].mean(axis=1), rtol=1e-6)
    np.testing.assert_allclose(means[:, 1], maps[:, 4, 1])


def test_a_region_that_nobody_covers_whole_has_no_mean():
    covered = np.ones((N, 6), bool)
    covered[0, 4] = False

    means = region_means(np.ones((N, 6, 2), np.float32), REGIONS, covered)

    assert np.isnan(means[:, 1]).all()


def test_t_is_that_of_another_least_squares_with_and_without_each_participant():
    means = [RNG.normal(size=(N, 2)) for _ in range(2)]

    t, left_out = region_t(means, DESIGNS, UNIVERSES)

    for place, one in enumerate(UNIVERSES):
        matrix = DESIGNS[tuple(one["settings"]["cohort.covariates"])].matrix
        for region in range(2):
            values = means[one["map"]][:, region]
            fit = sm.OLS(values, matrix).fit()
            np.testing.assert_allclose(t[place, region], fit.tvalues[0])
            without = [
                sm.OLS(np.delete(values, k), np.delete(matrix, k, axis=0)).fit().tvalues[0]
                for k in range(N)
            ]
            np.testing.assert_allclose(left_out[place, region], without)


def test_a_group_of_three_cannot_do_without_one():
    rows = [0, 1, 2, 3, 4, 5]
    small = Design(DESIGNS[()].matrix[rows], DESIGNS[()].columns, ("x",) * 6)

    _, left_out = region_t([RNG.normal(size=(6, 1))], {(): small}, UNIVERSES[:1])

    assert np.isnan(left_out).all()


def test_every_region_has_a_row_in_every_universe():
    t = np.arange(8.0).reshape(4, 2)

    table = specification_table(REGIONS, NAMES, CLUSTERS, t, UNIVERSES)

    assert len(table) == 8
    first = table[table["region_id"] == "ALFF1"].set_index("universe")
    assert first["survives"].tolist() == [True, False, True, False]
    assert first["t"].tolist() == [0, 2, 4, 6]
    assert first.loc[2, ["peak_t", "n_voxels", "p_grf"]].tolist() == [3.5, 10, 0.03]
    assert first.loc[[1, 3], "n_voxels"].isna().all()


def test_choices_say_what_explains_t_and_what_changes_the_verdict():
    t = np.array([[1.0, 0], [1, 0], [3, 0], [3, 0]])  # the second key alone
    left_out = np.repeat(t[:, :, None], N, axis=2)

    table = choices_table(
        REGIONS, NAMES, ["metrics.fwhm_mm", "cohort.covariates"], *[UNIVERSES, t, left_out]
    )

    first = table[table["region_id"] == "ALFF1"].set_index("key")
    np.testing.assert_allclose(first["explained"], [0, 1], atol=1e-12)
    np.testing.assert_allclose(first["explained_low"], [0, 1], atol=1e-12)
    assert first["n_changed"].tolist() == [2, 0]
    assert first["n_pairs"].tolist() == [2, 2]


def test_a_jackknife_that_cannot_be_done_leaves_no_interval():
    t = np.array([[1.0], [1], [3], [3]])
    left_out = np.full((4, 1, N), np.nan)

    table = choices_table(REGIONS[:1], NAMES[:1], ["a", "b"], UNIVERSES, t, left_out)

    assert table[["explained_low", "explained_high"]].isna().all(axis=None)
    np.testing.assert_allclose(table["explained"], [0, 1], atol=1e-12)


def test_a_region_without_t_has_no_shares_and_others_keep_theirs():
    t = np.array([[1.0, np.nan], [1, np.nan], [3, np.nan], [3, np.nan]])
    left_out = np.repeat(t[:, :, None], N, axis=2)

    table = choices_table(REGIONS, NAMES, ["a", "b"], UNIVERSES, t, left_out)

    assert table.loc[table["region_id"] == "ALFF+1", "explained"].isna().all()
    assert table.loc[table["region_id"] == "ALFF1", "explained"].notna().all()
