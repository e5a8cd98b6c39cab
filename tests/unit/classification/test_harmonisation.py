"""Checks of harmonisation: planted effects of sites, and who they are estimated on."""

import numpy as np
import pandas as pd
import pytest
from combatlearn import ComBat

from restpain.classification.evaluation import auc
from restpain.classification.folds import Fold, repeated_folds
from restpain.classification.harmonisation import harmonised
from restpain.classification.logistic import logistic_fitter
from restpain.classification.nested import Arm, predict_folds

IDS = tuple(f"sub-{number:02d}" for number in range(1, 41))
INDEX = pd.Index(IDS, name="participant_id")
SITES = pd.Series(np.tile(["A", "A", "B", "A"], 10), index=INDEX, name="scanner")
LABELS = pd.Series(np.repeat([1, 0], 20), index=INDEX)
TRAINING, TESTED = INDEX[:32], INDEX[32:]
FOLDS = repeated_folds(IDS, LABELS.to_numpy(), n_folds=5, n_repeats=1, seed=0, sites=SITES)


def noise(n_features=2, seed=0):
    values = np.random.default_rng(seed).normal(size=(40, n_features))
    return pd.DataFrame(values, index=INDEX, columns=[f"ALFF{i}" for i in range(n_features)])


def at_sites(table):
    """The same participants where scanner B adds 5 and multiplies by 3."""
    return table.mask(SITES == "B", 5 + 3 * table)


def by_hand(training, tested):
    """The formula of the docstring, feature by feature and row by row."""
    adjusted = tested.copy()
    for name in training:
        within = sum(
            ((rows - rows.mean()) ** 2).sum()
            for _, rows in training[name].groupby(SITES[training.index])
        )
        for who in tested.index:
            of_site = training.loc[SITES[training.index] == SITES[who], name]
            z = (tested.loc[who, name] - of_site.mean()) / of_site.std(ddof=1)
            scale = np.sqrt(within / len(training))
            adjusted.loc[who, name] = z * scale + training[name].mean()
    return adjusted


@pytest.mark.parametrize("n_features", [1, 2, 7])
def test_features_follow_the_formula_whatever_their_number(n_features):
    table = at_sites(noise(n_features))
    training, tested = table.loc[TRAINING], table.loc[TESTED]

    seen, unseen = harmonised(training, tested, SITES)

    pd.testing.assert_frame_equal(seen, by_hand(training, training))
    pd.testing.assert_frame_equal(unseen, by_hand(training, tested))


def test_an_added_and_a_multiplied_effect_are_gone_from_the_held_out_as_from_the_training_set():
    def ranks(table):
        tables = harmonised(table.loc[TRAINING], table.loc[TESTED], SITES)
        return [np.argsort(np.argsort(rows, axis=0), axis=0) for rows in tables]

    plain, scanned = noise(), at_sites(noise())

    for without, having in zip(ranks(plain), ranks(scanned), strict=True):
        np.testing.assert_array_equal(without, having)
    seen, _ = harmonised(scanned.loc[TRAINING], scanned.loc[TESTED], SITES)
    groups = seen.groupby(SITES[TRAINING])
    np.testing.assert_allclose(groups.mean().loc["A"], groups.mean().loc["B"])
    np.testing.assert_allclose(groups.std().loc["A"], groups.std().loc["B"])


def test_combatlearns_prior_from_two_sites_would_leave_a_part_of_the_spread_they_multiplied():
    table = at_sites(noise(50))

    together = ComBat(SITES).fit_transform(table).groupby(SITES).std().mean(axis=1)
    each = harmonised(table, table, SITES)[0].groupby(SITES).std().mean(axis=1)

    assert 1.2 < together["B"] / together["A"] < 1.4  # of 3
    assert each["B"] / each["A"] == pytest.approx(1)


def test_the_unit_of_a_feature_does_not_matter():
    table = at_sites(noise())

    _, large = harmonised(table.loc[TRAINING], table.loc[TESTED], SITES)
    _, small = harmonised(1e-5 * table.loc[TRAINING], 1e-5 * table.loc[TESTED], SITES)

    np.testing.assert_allclose(small, 1e-5 * large, rtol=1e-9)


def test_the_held_out_change_neither_the_training_set_nor_each_other():
    table = at_sites(noise())
    moved = table.copy()
    moved.loc[TESTED[0]] += 100.0

    seen, unseen = harmonised(table.loc[TRAINING], table.loc[TESTED], SITES)
    seen_again, other = harmonised(table.loc[TRAINING], moved.loc[TESTED], SITES)
    _, alone = harmonised(table.loc[TRAINING], table.loc[TESTED[3:4]], SITES)

    pd.testing.assert_frame_equal(seen, seen_again)
    pd.testing.assert_frame_equal(unseen.iloc[1:], other.iloc[1:])
    pd.testing.assert_frame_equal(alone, unseen.iloc[3:4])


def test_a_feature_that_is_constant_in_one_site_is_left_out_and_none_at_all_stays_none():
    table = noise().assign(floor=np.where(SITES == "B", 0.0, np.arange(40.0)), flat=1.0)

    seen, unseen = harmonised(table.loc[TRAINING], table.loc[TESTED], SITES)
    nothing = harmonised(table.loc[TRAINING, []], table.loc[TESTED, []], SITES)

    assert list(seen) == list(unseen) == ["ALFF0", "ALFF1"]
    assert [rows.shape for rows in nothing] == [(32, 0), (8, 0)]


@pytest.mark.parametrize(("n_kept", "found"), [(0, "0 participants"), (2, "2 participants")])
def test_a_site_with_fewer_than_three_to_train_on_is_refused(n_kept, found):
    table, elsewhere = noise(), TRAINING[SITES[TRAINING] == "B"][n_kept:]

    with pytest.raises(ValueError, match=f"the scanner B has {found} in a training set, but "):
        harmonised(table.loc[TRAINING.difference(elsewhere)], table.loc[TESTED], SITES)


def predictions_of(table, sites, folds=FOLDS):
    features = {fold.number: table for fold in FOLDS}
    arm = Arm("B nested", "", features, logistic_fitter(5), sites)
    return predict_folds(arm, LABELS, folds, seed=0)


def test_test_participants_do_not_move_cutoff_or_each_other_through_the_harmonisation():
    table, fold = at_sites(noise()), FOLDS[0]
    moved = table.copy()
    first_tested = INDEX[fold.test][0]
    moved.loc[first_tested] += 100.0

    first, _, records = predictions_of(table, SITES, [fold])
    second, *_ = predictions_of(moved, SITES, [fold])

    same = first["participant_id"] != first_tested
    assert same.sum() == len(first) - 1
    pd.testing.assert_frame_equal(first[same], second[same])
    assert (first["cutoff"] == second["cutoff"]).all()
    assert records[0].startswith("fold 1: ComBat of B nested was fitted on 32 participants: sub-")
    assert records[0].split(": ")[-1] == records[1].split(": ")[-1]  # those of the model


def test_combat_that_is_given_a_test_participant_stops_the_run(monkeypatch):
    monkeypatch.setattr(Fold, "training", np.ones(40, dtype=bool))

    with pytest.raises(ValueError, match="fold 1: ComBat of B nested was fitted on sub-"):
        predictions_of(noise(), SITES)


def test_with_noise_of_the_sites_groups_are_told_apart_better_after_harmonisation():
    def mean_auc(sites):
        found = []
        for seed in range(4):
            table = at_sites(noise(seed=seed) + 1.2 * LABELS.to_numpy()[:, None])
            predictions, *_ = predictions_of(table, sites)
            truth = predictions["participant_id"].map(LABELS)
            found.append(auc(truth, predictions["probability"]))
        return np.mean(found)

    assert mean_auc(SITES) > 0.82 > 0.73 > mean_auc(None)
