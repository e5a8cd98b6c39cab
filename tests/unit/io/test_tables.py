"""Tables and JSON: nothing lost on the way, columns described."""

import numpy as np
import pandas as pd
import pytest

from restpain.io.tables import (
    read_json,
    read_printed,
    read_table,
    stacked,
    write_json,
    write_sidecar,
    write_table,
)


def test_a_table_comes_back_with_missing_values_and_all_digits(tmp_path):
    table = pd.DataFrame(
        {"participant_id": ["sub-01", "sub-02"], "value": [-12.346704483032227, np.nan]}
    )

    write_table(tmp_path / "t.tsv", table, {"value": "t"})

    assert (tmp_path / "t.tsv").read_text().splitlines()[2] == "sub-02\tn/a"
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.tsv"), table, check_exact=True)
    assert read_json(tmp_path / "t.json") == {"value": {"Description": "t"}}


def test_a_description_of_a_column_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(KeyError, match="no column"):
        write_table(tmp_path / "t.tsv", pd.DataFrame({"a": [1]}), {"b": "nothing"})


def test_json_takes_numpy_values(tmp_path):
    write_json(tmp_path / "a.json", {"a": np.float32(0.5), "b": np.arange(2)})

    assert read_json(tmp_path / "a.json") == {"a": 0.5, "b": [0, 1]}


def test_a_sidecar_says_that_its_data_are_simulated_only_if_they_are(tmp_path):
    about = {"columns": {"t": "t at the peak"}, "description": "Regions"}
    for source in ("simulated", "bids"):
        write_sidecar(tmp_path / f"{source}.json", **about, source=source)

    assert read_json(tmp_path / "simulated.json") == {
        "TableDescription": "SIMULATED DATA. Regions",
        "SimulatedData": True,
        "t": {"Description": "t at the peak"},
    }
    assert read_json(tmp_path / "bids.json") == {
        "TableDescription": "Regions",
        "SimulatedData": False,
        "t": {"Description": "t at the peak"},
    }


def test_a_sidecar_keeps_what_is_no_text_as_it_is(tmp_path):
    units = {"Description": "Time", "Units": "s"}

    write_sidecar(tmp_path / "a.json", {"Cells": [1, 2], "time": units})

    assert read_json(tmp_path / "a.json") == {"Cells": [1, 2], "time": units}


def test_stacked_tables_keep_their_types_where_one_has_no_rows(tmp_path):
    write_table(tmp_path / "none.tsv", pd.DataFrame({"n": []}))
    write_table(tmp_path / "some.tsv", pd.DataFrame({"n": [3, 4]}))

    table = stacked([tmp_path / "none.tsv", tmp_path / "some.tsv", tmp_path / "some.tsv"])

    assert table["n"].tolist() == [3, 4, 3, 4]
    assert table["n"].dtype == int
    assert stacked([tmp_path / "none.tsv"]).columns.tolist() == ["n"]


def test_printed_numbers_stay_text(tmp_path):
    (tmp_path / "printed.csv").write_text("p,t\n0.050,\n<0.001,-3.10\n")

    table = read_printed(tmp_path / "printed.csv")

    assert table["p"].tolist() == ["0.050", "<0.001"]
    assert table["t"].tolist() == ["", "-3.10"]


def test_labels_of_groups_that_are_numbers_are_read_as_text(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_text("participant_id\tgroup\tage\nsub-1\t1\t30\nsub-2\t02\t40\nsub-3\tn/a\tn/a\n")

    table = read_table(path, dtype={"age": float})

    assert table["group"].tolist()[:2] == ["1", "02"]
    assert table["group"].isna().tolist() == [False, False, True]
    assert table["age"].tolist()[:2] == [30.0, 40.0]
