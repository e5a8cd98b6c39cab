"""Checks of fold_regions: regions and features depend on the training set alone."""

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from mapped_cohort import BLOB, SHAPE, STRICT, TARGET, cohort, search
from restpain.classification.fold_regions import (
    FEATURES,
    REGIONS,
    dice,
    feature_table,
    features_from_table,
    fold_regions,
    region_table,
    stored_connectivity,
)
from restpain.classification.folds import repeated_folds
from restpain.cohort.design import Design
from restpain.connectivity.correlation import correlation, fisher_z, seed_series, unit_series
from restpain.io.images import read_arrays, write_arrays


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    return cohort(tmp_path_factory.mktemp("people"), 10, 10, effect=3.0, seed=0)


@pytest.fixture(scope="module")
def folds(people):
    labels = people.labels
    ids = tuple(labels.index)
    return repeated_folds(ids, labels.to_numpy(), n_folds=5, n_repeats=1, seed=0)[1:3]


def regions_of(people, folds, *, local=None, design=None, series=None):
    designs = [people.design if design is None else design] * len(folds)
    connectivity = stored_connectivity(series or people.series)
    return fold_regions(local or people.local, connectivity, designs, folds, search())


@pytest.fixture(scope="module")
def found(people, folds):
    return regions_of(people, folds)


def test_simulated_regions_and_their_connectivity_are_found(people, folds, found):
    first = found[0]

    assert [row["cluster_id"] for row in first.regions[:1]] == ["ALFF1"]
    assert (first.voxels["alff"].reshape(SHAPE) & BLOB).sum() > 0.9 * BLOB.sum()
    assert (first.voxels["fc"].reshape(SHAPE) & TARGET).sum() > 0.9 * TARGET.sum()
    assert first.regions[0]["t"] < -3.4
    seeds = {row["seed"] for row in first.regions if row["measure"] == "fc"}
    assert seeds <= {row["cluster_id"] for row in first.regions if row["measure"] == "alff"}


def test_without_series_regions_are_those_of_the_maps_alone(people, folds, found):
    assert stored_connectivity([]) is None
    designs = [people.design] * len(folds)
    maps_only = fold_regions(people.local, None, designs, folds, search())

    assert [list(result.voxels) for result in maps_only] == [["alff"]] * len(folds)
    for result, whole in zip(maps_only, found, strict=True):
        assert result.regions == [row for row in whole.regions if row["measure"] == "alff"]


def test_features_are_means_over_the_regions_of_all_participants(people, folds, found):
    first = found[0]
    local = [row["cluster_id"] for row in first.regions if row["measure"] == "alff"]
    if len(local) == 1:
        inside = first.voxels["alff"]
        expected = people.local["alff"][:, inside].mean(axis=1)
        np.testing.assert_allclose(first.features["ALFF1"], expected, rtol=1e-5)
    assert list(first.features.index) == list(people.labels.index)
    assert list(first.features) == [row["cluster_id"] for row in first.regions]
    record = "fold 2: alff, t-test and correction was fitted on 16 participants: "
    assert first.records[0].startswith(record)


def test_maps_series_and_groups_of_the_test_participants_have_no_part(
    people, folds, found, tmp_path
):
    fold = folds[0]
    generator = np.random.default_rng(1)
    maps = people.local["alff"].copy()
    maps[fold.test] = 100 * generator.normal(size=maps[fold.test].shape)
    series = list(people.series)
    for row in np.flatnonzero(fold.test):
        units, norms = unit_series(generator.normal(size=(np.prod(SHAPE), 30)))
        series[row] = f"{tmp_path}/{row}.npz"
        write_arrays(series[row], units=units, norms=norms)
    matrix = people.design.matrix.copy()
    matrix[fold.test, 0] *= -1
    swapped = Design(matrix, people.design.columns, people.design.participants)

    (again,) = regions_of(people, [fold], local={"alff": maps}, design=swapped, series=series)

    assert again.regions == found[0].regions
    np.testing.assert_array_equal(again.voxels["fc"], found[0].voxels["fc"])
    pd.testing.assert_frame_equal(again.features[fold.training], found[0].features[fold.training])
    assert not np.allclose(again.features[fold.test], found[0].features[fold.test])


def test_a_test_participant_in_the_design_stops_the_run(people, folds, monkeypatch):
    monkeypatch.setattr(Design, "subset", lambda design, rows: design)

    with pytest.raises(ValueError, match="fold 2: alff, t-test and correction was fitted on sub-"):
        regions_of(people, folds)


def test_no_difference_gives_no_region_and_no_feature(people, folds):
    planted = people.labels.to_numpy()[:, None] * BLOB.ravel()
    (nothing, _) = regions_of(people, folds, local={"alff": people.local["alff"] + 3 * planted})

    assert nothing.regions == []
    assert nothing.features.shape == (20, 0)
    assert not nothing.voxels["fc"].any()
    assert list(region_table([nothing])) == list(REGIONS)
    assert list(feature_table([nothing])) == list(FEATURES)
    assert features_from_table(feature_table([nothing]), folds)[2].shape == (20, 0)


def test_one_correction_for_all_seeds_requires_larger_clusters(people, folds):
    fold, maps = folds[0], people.local["alff"]
    p = [
        search(STRICT | {"across_seeds": across})
        .clusters(maps, people.design, fold, name="fc of 4 seeds", n_seeds=4)[1]["p_grf"]
        .iloc[0]
        for across in (False, True)
    ]

    assert p[1] == pytest.approx(4 * p[0])


def test_features_survive_their_table(folds, found):
    again = features_from_table(feature_table(found), folds)

    for result in found:
        pd.testing.assert_frame_equal(
            again[result.fold.number], result.features, check_names=False
        )


def test_connectivity_of_stored_series_is_that_of_the_series(tmp_path):
    series = np.random.default_rng(2).normal(3.0, 1.0, size=(200, 25)).astype(np.float32)
    series[7] = 4.0  # no signal
    seeds = np.zeros((2, 200), dtype=bool)
    seeds[0, 5:9] = seeds[1, 100] = True
    units, norms = unit_series(series)
    write_arrays(tmp_path / "s.npz", units=units, norms=norms)
    # a constant voxel has no part in a stored seed; there its constant moves nothing either
    expected = fisher_z(correlation(series, seed_series(series, seeds.T)))

    maps = [maps[0] for maps in stored_connectivity([str(tmp_path / "s.npz")])(seeds)]

    np.testing.assert_allclose(np.tanh(maps), np.tanh(expected.T), atol=2e-6)
    assert read_arrays(tmp_path / "s.npz")["norms"][7] == 0


def test_two_writes_of_the_same_arrays_are_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_arrays(tmp_path / f"{name}.npz", units=np.arange(6.0), norms=np.ones(2))

    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_dice_of_half_overlapping_sets_is_a_half_and_of_nothing_undefined():
    one, two = np.array([1, 1, 0, 0], bool), np.array([0, 1, 1, 0], bool)

    assert dice(one, two) == 0.5
    assert dice(one, one) == 1.0
    assert dice(one, ~one) == dice(one, np.zeros(4, bool)) == 0.0
    assert np.isnan(dice(np.zeros(4, bool), np.zeros(4, bool)))


def test_the_seed_of_a_fold_is_left_out_of_its_own_search(people, folds):
    fold, seed = folds[0], BLOB.ravel()
    maps = people.local["alff"]  # differs in the blob, which is taken for the seed here
    near = ndimage.distance_transform_edt(~BLOB, sampling=3.0).ravel() <= 6.0

    def labels(**settings):
        found = search(STRICT | settings).clusters(maps, people.design, fold, name="fc", seed=seed)
        return found[0]

    assert (labels() > 0)[seed].mean() > 0.9
    assert (labels(seed_distance_mm=None) > 0)[seed].mean() > 0.9
    assert not (labels(seed_distance_mm=6.0) > 0)[near].any()


def test_features_and_seeds_of_a_fold_are_of_voxels_that_all_cover(people, folds):
    gaps = {"alff": people.local["alff"].copy()}
    slab = np.zeros(SHAPE, bool)
    slab[:6] = True
    gaps["alff"][:2, slab.ravel()] = np.nan  # two patients

    found = regions_of(people, folds[:1], local=gaps)[0]

    inside = found.voxels["alff"]
    assert (inside & slab.ravel()).sum() > 10
    expected = gaps["alff"][:, inside & ~slab.ravel()].mean(axis=1)
    np.testing.assert_allclose(found.features["ALFF1"], expected, rtol=1e-5)

    gaps["alff"][0, inside] = np.nan
    without = regions_of(people, folds[:1], local=gaps)[0]
    assert "ALFF1" not in without.features
    assert "without a voxel that all cover, left out: 1 clusters" in without.records[0]


def test_stored_connectivity_leaves_out_what_is_missing(people):
    missing = np.zeros((20, BLOB.size), bool)
    missing[3, :5] = True
    (maps,) = stored_connectivity(people.series, missing)(BLOB.reshape(1, -1))
    np.testing.assert_array_equal(np.isnan(maps), missing)
