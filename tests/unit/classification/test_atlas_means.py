"""Means over the regions of the atlas."""

import numpy as np

from restpain.classification.atlas_means import atlas_means


def test_atlas_features_are_means_over_the_regions_that_the_mask_reaches():
    maps = np.array([[1.0, 3.0, 10.0, 7.0], [2.0, 4.0, 20.0, 7.0]])

    features = atlas_means({"alff": maps}, np.array([2, 2, 5, 0]), {2: "A", 5: "B", 9: "C"})

    assert list(features) == ["ALFF A", "ALFF B"]
    assert features["ALFF A"].tolist() == [2.0, 3.0]


def test_voxels_that_somebody_does_not_cover_are_left_out_for_all():
    local = np.array([[1, np.nan, 5, 9], [3, 4, 5, 9]], np.float32)

    table = atlas_means({"alff": local}, np.array([1, 1, 1, 0]), {1: "Insula_L"})

    assert table["ALFF Insula_L"].tolist() == [3, 4]
