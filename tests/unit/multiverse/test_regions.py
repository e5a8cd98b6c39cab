"""Clusters of universes matched to regions by their overlap."""

import numpy as np
import pandas as pd

from restpain.multiverse.regions import matched_regions, region_names, shares_of_universes


def clusters(*rows):
    table = pd.DataFrame(rows, columns=["universe", "volume", "sign", "t", "first", "last"])
    voxels = [np.arange(row[4], row[5]) for row in rows]
    return table, voxels


def test_a_cluster_with_half_of_the_smaller_in_common_is_the_same_region():
    table, voxels = clusters((0, 0, 1, 5, 0, 100), (1, 0, 1, 4, 50, 60), (2, 0, 1, 4, 95, 105))

    (region,) = matched_regions(table, voxels)

    assert region.clusters == {0: 0, 1: 1, 2: 2}
    np.testing.assert_array_equal(region.voxels, np.arange(100))


def test_less_in_common_another_sign_and_another_seed_are_other_regions():
    table, voxels = clusters(
        (0, 0, 1, 5, 0, 100), (1, 0, 1, 4, 96, 106), (1, 0, -1, -4, 0, 100), (1, 1, 1, 4, 0, 100)
    )

    regions = matched_regions(table, voxels)

    assert [region.clusters for region in regions] == [{0: 0}, {1: 1}, {1: 2}, {1: 3}]


def test_of_two_clusters_of_a_universe_the_region_has_that_with_more_in_common():
    table, voxels = clusters((0, 0, 1, 5, 0, 100), (1, 0, 1, 6, 0, 20), (1, 0, 1, 4, 40, 90))

    (region,) = matched_regions(table, voxels)

    assert region.clusters == {0: 0, 1: 2}


def test_a_cluster_goes_to_the_region_with_which_it_has_most_in_common():
    table, voxels = clusters((0, 0, 1, 5, 0, 50), (0, 0, 1, 4, 60, 160), (1, 0, 1, 6, 20, 150))

    first, second = matched_regions(table, voxels)

    assert first.clusters == {0: 0}
    assert second.clusters == {0: 1, 1: 2}


def test_regions_of_the_main_analysis_come_first_and_are_named_as_its_clusters():
    table, voxels = clusters(
        (3, 0, 1, 9, 300, 310), (0, 0, 1, 4, 0, 10), (0, 0, -1, -5, 20, 30), (1, 0, 1, 9, 90, 95)
    )

    regions = matched_regions(table, voxels)

    assert region_names(regions, "reho") == ["ReHo1", "ReHo2", "ReHo+1", "ReHo+2"]
    assert [region.sign for region in regions] == [-1, 1, 1, 1]


def test_no_cluster_gives_no_region():
    table, voxels = clusters()

    assert matched_regions(table, voxels) == []


def test_the_share_of_universes_counts_each_sign_and_volume():
    table, voxels = clusters((0, 0, 1, 5, 0, 3), (1, 0, 1, 5, 2, 4), (1, 1, -1, -5, 0, 1))

    shares = shares_of_universes(table, voxels, n_universes=4, n_voxels=5, n_volumes=2)

    np.testing.assert_allclose(shares[0, :, 0], [0.25, 0.25, 0.5, 0.25, 0])
    np.testing.assert_allclose(shares[1, :, 1], [0.25, 0, 0, 0, 0])
    assert shares.sum() == 1.5
