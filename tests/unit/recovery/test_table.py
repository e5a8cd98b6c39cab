"""Simulated effects against clusters: found, false, and the share kept by a stage."""

import numpy as np
import pandas as pd
import pytest

from restpain.recovery.table import (
    CLUSTERS,
    EFFECTS,
    STAGES,
    dice,
    distance_to,
    recovered_effects,
    stage_table,
    with_observed,
)

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
SHAPE = (20, 12, 12)
MEASURES = ["alff", "reho", "fc"]


def block(first, size=4):
    voxels = np.zeros(SHAPE, bool)
    voxels[first : first + size, 2:6, 2:6] = True
    return voxels


def cluster(name, voxels, t, seed=None):
    x_mm, y_mm, z_mm = 3.0 * np.argwhere(voxels)[0]
    return {
        "cluster_id": name,
        "measure": name.rstrip("0123456789").lower(),
        "region": "Lingual_L",
        "seed": seed,
        "x_mm": x_mm,
        "y_mm": y_mm,
        "z_mm": z_mm,
        "t": t,
        "n_voxels": int(voxels.sum()),
        "voxels": voxels,
    }


def effect(measure="alff", change=-0.5, voxels=None, **more):
    place = block(2) if voxels is None else voxels
    return {"measure": measure, "region": "Lingual_L", "change": change, "voxels": place} | more


def matched(effects, clusters, seeds=None, tested=MEASURES):
    labels = {measure: np.zeros(SHAPE, np.int16) for measure in MEASURES}
    names = list(seeds or {})
    labels["fc"] = np.zeros((*SHAPE, len(names)), np.int16)
    for one in clusters:
        image = labels[one["measure"]]
        image = image[..., names.index(one["seed"])] if one["seed"] else image
        image[one["voxels"]] = int(one["cluster_id"][-1])
    columns = [name for name in CLUSTERS if name not in ("verdict", "effects")]
    table = pd.DataFrame(clusters, columns=columns)
    return recovered_effects(effects, table, labels, seeds or {}, AFFINE, tested=tested)


def test_a_cluster_of_the_right_sign_over_the_place_recovers_the_effect():
    effects, clusters = matched([effect()], [cluster("ALFF1", block(3), -5.0)])

    row = effects.iloc[0]
    assert (row["verdict"], row["clusters"]) == ("found", "ALFF1")
    assert row["dice"] == pytest.approx(0.75)
    assert row["share_found"] == pytest.approx(0.75)
    assert row["peak_to_region_mm"] == 0
    assert row["peak_to_centre_mm"] == pytest.approx(np.linalg.norm([1.5, 4.5, 4.5]))
    assert clusters["verdict"].tolist() == ["recovers"]


def test_two_pieces_recover_an_effect_together():
    pieces = [cluster("ALFF1", block(2, 2), -5.0), cluster("ALFF2", block(5, 1), -6.0)]

    effects, _ = matched([effect()], pieces)

    row = effects.iloc[0]
    assert (row["clusters"], row["t"]) == ("ALFF1,ALFF2", -6.0)
    assert row["dice"] == pytest.approx(2 * 3 / (3 + 4))


def test_the_wrong_sign_touches_and_does_not_recover():
    effects, clusters = matched([effect()], [cluster("ALFF1", block(3), 5.0)])

    row = effects.iloc[0]
    assert (row["verdict"], row["dice"]) == ("not found", 0.0)
    assert (row["nearest_cluster"], row["nearest_sign"]) == ("ALFF1", "opposite")
    assert clusters["verdict"].tolist() == ["touches"]


def test_a_cluster_that_overlaps_no_effect_is_false():
    effects, clusters = matched([effect()], [cluster("ALFF1", block(10), -5.0)])

    assert effects["verdict"].tolist() == ["not found"]
    assert effects["nearest_mm"].iloc[0] == pytest.approx(15.0)
    assert clusters["verdict"].tolist() == ["false cluster"]
    assert clusters["effects"].isna().all()


def test_a_cluster_of_another_measure_over_the_place_touches():
    _, clusters = matched([effect()], [cluster("ReHo1", block(3), -5.0)])

    assert clusters[["verdict", "effects"]].to_numpy().tolist() == [["touches", "1"]]


def linked(seed_of_cluster, *, place=3, seed_at=14, sign=-1):
    """A connectivity effect between two places, and one cluster of one seed."""
    link = effect("fc", seed="Calcarine_L", seed_voxels=block(14))
    seeds = {seed_of_cluster: block(seed_at)}
    return matched([link], [cluster("FC1", block(place), sign * 5.0, seed_of_cluster)], seeds)


def test_connectivity_is_found_with_a_seed_at_that_of_the_effect_only():
    effects, clusters = linked("ALFF1")
    assert (effects["verdict"].iloc[0], clusters["verdict"].iloc[0]) == ("found", "recovers")

    effects, clusters = linked("ALFF1", seed_at=8)
    assert (effects["verdict"].iloc[0], clusters["verdict"].iloc[0]) == ("not tested", "touches")


def test_connectivity_elsewhere_of_the_seed_of_an_effect_follows_from_it_and_else_is_false():
    _, clusters = linked("ALFF1", place=8)
    assert clusters["verdict"].tolist() == ["simulated seed"]

    _, clusters = linked("ALFF1", place=7, seed_at=9)
    assert clusters["verdict"].tolist() == ["false cluster"]


def test_a_measure_without_maps_was_not_tested():
    effects, _ = matched([effect("reho", 1.0)], [], tested=["alff"])

    assert effects["verdict"].tolist() == ["not tested"]
    assert np.isnan(effects["dice"].iloc[0])


def test_no_effect_and_no_cluster_are_tables_without_rows():
    effects, clusters = matched([], [])

    assert list(effects.columns) == list(EFFECTS)
    assert list(clusters.columns) == list(CLUSTERS)
    assert len(effects) == len(clusters) == 0
    assert stage_table([], {}, np.array([True, False])).empty


def test_overlap_and_distance_of_masks():
    assert dice(block(2), block(2)) == 1
    assert dice(block(2), block(10)) == 0
    assert dice(block(2) & False, block(2) & False) == 0
    places = np.array([[6.0, 6.0, 6.0], [0.0, 6.0, 6.0]])
    assert distance_to(block(2), AFFINE, places).tolist() == [0.0, 6.0]
    assert np.isinf(distance_to(block(2) & False, AFFINE, places)).all()


def test_a_stage_keeps_its_share_of_the_difference_before():
    patients = np.arange(8) < 4
    noise = np.tile([-0.1, 0.1], 4)
    changes = {"acquired": -0.4, "normalised": -0.3, "regressed": -0.3, "smoothed": -0.15}
    values = {
        stage: (2 * (1 + change * patients) + noise)[:, None] for stage, change in changes.items()
    }

    table = stage_table([effect()], values, patients).set_index("stage")

    assert list(table.index) == list(STAGES)
    np.testing.assert_allclose(table["change_percent"], [-50, -40, -30, -30, -15])
    np.testing.assert_allclose(table["kept_percent"][1:], [80, 75, 100, 50])
    assert table.loc["acquired", "hedges_g"] < table.loc["smoothed", "hedges_g"] < 0


def test_the_simulated_change_of_reho_is_not_compared_with_the_measured_one():
    values = {"acquired": np.array([[1.5], [1.6], [1.0], [1.1], [np.nan]])}
    patients = np.array([True, True, False, False, False])

    table = stage_table([effect("reho", 1.0)], values, patients).set_index("stage")

    assert np.isnan(table.loc["acquired", "kept_percent"])
    assert table.loc["acquired", "change_percent"] == pytest.approx(100 * 0.5 / 1.05)


def test_the_observed_change_of_an_effect_is_that_of_its_last_stage():
    patients = np.arange(8) < 4
    noise = np.tile([-0.1, 0.1], 4)
    values = {stage: (2 - patients * share + noise)[:, None] for stage, share in
              (("regressed", 1.0), ("smoothed", 0.5))}  # fmt: skip
    effects, _ = matched([effect()], [])

    table = with_observed(effects, stage_table([effect()], values, patients))

    assert list(table.columns) == list(EFFECTS)
    assert table["observed_change_percent"].iloc[0] == pytest.approx(-25)
    assert with_observed(*matched([], [])[:1], stage_table([], {}, patients)).empty
