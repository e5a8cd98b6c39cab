"""Checks of restpain.foldregions: what the training participants show, and of nobody else."""

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from restpain.design import Design, two_sample_design
from restpain.foldregions import fold_connectivity, fold_regions
from restpain.folds import deal_folds

SHAPE = (16, 16, 16)
AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
MASK = np.ones(SHAPE, dtype=bool)
BLOB = np.zeros(SHAPE, dtype=bool)
BLOB[5:10, 5:10, 5:10] = True
SETTINGS = {
    "voxel_p": 0.001,
    "cluster_p": 0.05,
    "tails": 2,
    "connectivity": 26,
    "smoothness": "residuals",
}
IDS = [f"sub-{number:02d}" for number in range(1, 21)]
LABELS = np.repeat([1, 0], 10)


def design_of(labels):
    table = pd.DataFrame({"participant_id": IDS, "group": np.where(labels == 1, "p", "c")})
    return two_sample_design(table, patients="p", controls="c", covariates=[])


@pytest.fixture(scope="module")
def maps():
    generator = np.random.default_rng(0)
    noise = np.stack([gaussian_filter(generator.normal(size=SHAPE), 1.0) for _ in IDS])
    noise /= noise.std()
    return (noise - 3.0 * LABELS[:, None, None, None] * BLOB).reshape(20, -1)


@pytest.fixture(scope="module")
def fold():
    return deal_folds(tuple(IDS), LABELS, n_folds=5, n_repeats=1, seed=0)[1]


def regions_of(maps, fold, labels=LABELS):
    return fold_regions(
        maps, design_of(labels), fold, MASK, AFFINE, name="alff", settings=SETTINGS
    )


def test_a_planted_difference_is_found_and_its_mean_taken_of_everybody(maps, fold):
    labels, clusters, means, record = regions_of(maps, fold)

    found = labels == 1
    assert (found & BLOB).sum() > 0.9 * BLOB.sum()
    assert clusters["t"].iloc[0] < -3.4
    assert list(means.index) == IDS
    np.testing.assert_allclose(means[1], maps[:, found.ravel()].mean(axis=1))
    assert record.startswith("fold 2: alff, t-test and correction saw 16 participants: ")


def test_the_maps_of_the_test_participants_have_no_part_in_choosing(maps, fold):
    labels, clusters, means, _ = regions_of(maps, fold)
    others = maps.copy()
    others[fold.test] = 100 * np.random.default_rng(1).normal(size=others[fold.test].shape)
    labels_again, clusters_again, means_again, _ = regions_of(others, fold)

    np.testing.assert_array_equal(labels, labels_again)
    pd.testing.assert_frame_equal(clusters, clusters_again)
    pd.testing.assert_frame_equal(means[fold.training], means_again[fold.training])


def test_the_groups_of_the_test_participants_have_no_part_in_choosing(maps, fold):
    swapped = np.where(fold.test, 1 - LABELS, LABELS)

    labels, *_ = regions_of(maps, fold)
    labels_again, *_ = regions_of(maps, fold, swapped)

    np.testing.assert_array_equal(labels, labels_again)


def test_a_test_participant_in_the_design_stops_the_run(maps, fold, monkeypatch):
    monkeypatch.setattr(Design, "subset", lambda design, rows: design)

    with pytest.raises(ValueError, match="fold 2: alff, t-test and correction saw sub-"):
        regions_of(maps, fold)


def test_no_difference_gives_no_region_and_no_feature(maps, fold):
    planted = LABELS[:, None] * BLOB.ravel()
    labels, clusters, means, _ = regions_of(maps + 3.0 * planted, fold)

    assert not labels.any()
    assert len(clusters) == 0
    assert means.shape == (20, 0)


def test_connectivity_clusters_of_all_seeds_are_numbered_by_their_peaks(fold):
    def found(seed, peaks):
        clusters = pd.DataFrame(
            {"label": range(1, len(peaks) + 1), "t": peaks, "n_voxels": 30}
        ).assign(x_mm=0.0, y_mm=0.0, z_mm=0.0)
        columns = {
            label: np.full(20, peak) for label, peak in zip(clusters.label, peaks, strict=True)
        }
        return seed, clusters, pd.DataFrame(columns, index=IDS)

    regions, means = fold_connectivity([found("ALFF1", [-5.0, 4.0]), found("REHO1", [6.0])], fold)

    assert list(regions["cluster_id"]) == ["FC1", "FC2", "FC3"]
    assert list(regions["seed"]) == ["REHO1", "ALFF1", "ALFF1"]
    assert list(means.iloc[0]) == [6.0, -5.0, 4.0]


def test_a_fold_without_seeds_has_no_connectivity_feature(fold):
    regions, means = fold_connectivity([], fold)

    assert regions.shape == (0, 8)
    assert means.shape == (20, 0)
