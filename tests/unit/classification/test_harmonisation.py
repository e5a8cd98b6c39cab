"""Checks of harmonisation: planted effects of sites, and who they are estimated on."""

import numpy as np
import pandas as pd
import pytest

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
# at_sites(noise()) by combatlearn 2.3.0: ComBat(SITES, eps=0.0) fitted on TRAINING, each feature
# by itself; the first four participants of TRAINING, and TESTED
COMBATLEARN_SEEN = [
    [0.96768787218896, 0.95945851594941],
    [1.678313220618, 1.3066255716988],
    [0.912508576859, 1.9562291393452],
    [2.5945010066023, 2.5402597516978],
]
COMBATLEARN_UNSEEN = [
    [1.2482963815614, 0.77420750228513],
    [2.9803634527538, 3.0870437333793],
    [2.9907178580291, -2.4572623226584],
    [0.86593006262322, 2.1544366882076],
    [2.1802440064572, 0.24785105233091],
    [3.3097086772294, -0.78121239724156],
    [0.68876547138571, 2.9429094175902],
    [0.86182342378487, 4.0860898330144],
]


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


def test_values_are_those_of_combatlearn():
    table = at_sites(noise())

    seen, unseen = harmonised(table.loc[TRAINING], table.loc[TESTED], SITES)

    np.testing.assert_allclose(seen.iloc[:4], COMBATLEARN_SEEN, rtol=1e-10)
    np.testing.assert_allclose(unseen, COMBATLEARN_UNSEEN, rtol=1e-10)


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
