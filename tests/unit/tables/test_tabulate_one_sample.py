"""Regions of each group from the cluster tables of all measures."""

import pandas as pd

from restpain.group.one_sample import COLUMNS as CLUSTERS
from restpain.io.tables import read_table, write_table
from scripts.tables.tabulate_one_sample import COLUMNS, tabulate_one_sample


def clusters(path, measure, sizes, seeds=None):
    """Table of the clusters of one measure and group; returns its path."""
    rows = pd.DataFrame(index=range(len(sizes)), columns=list(CLUSTERS))
    rows["cluster_id"] = [f"{measure}{k}" for k in range(1, len(sizes) + 1)]
    rows["measure"], rows["n_voxels"], rows["seed"] = measure, sizes, seeds
    write_table(path, rows)
    return path


def test_measures_groups_and_seeds_follow_with_the_largest_cluster_first(tmp_path, made, sidecar):
    patients = [
        clusters(tmp_path / "a.tsv", "alff", [7, 30]),
        clusters(tmp_path / "c.tsv", "fc", [5, 6, 9], ["ReHo1", "ALFF1", "ReHo1"]),
    ]
    controls = [
        clusters(tmp_path / "b.tsv", "alff", [8]),
        clusters(tmp_path / "d.tsv", "fc", []),
    ]

    tabulate_one_sample(
        patients_paths=patients, controls_paths=controls, source="simulated", **made
    )

    table = read_table(made["table_path"])
    assert table[["measure", "group", "n_voxels"]].to_numpy().tolist() == [
        ["ALFF", "patients", 30],
        ["ALFF", "patients", 7],
        ["ALFF", "controls", 8],
        ["FC", "patients", 9],
        ["FC", "patients", 5],
        ["FC", "patients", 6],
    ]
    assert table["seed"].tolist()[3:] == ["ReHo1", "ReHo1", "ALFF1"]
    assert set(COLUMNS) < set(sidecar())
    assert sidecar()["SimulatedData"] is True


def test_no_cluster_is_a_table_with_its_columns_and_no_row(tmp_path, made):
    empty = [clusters(tmp_path / "e.tsv", "alff", [])]

    tabulate_one_sample(patients_paths=empty, controls_paths=empty, source="bids", **made)

    assert made["table_path"].read_text() == "\t".join(COLUMNS) + "\n"
