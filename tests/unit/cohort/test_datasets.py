"""Content of the roots of the datasets, against what BIDS asks of a table of participants."""

import pandas as pd
import pytest

from restpain.cohort.datasets import (
    RAW,
    bidsignore,
    raw_description,
    raw_participants,
    raw_readme,
    results_description,
)
from restpain.io.tables import write_json


def table(**columns):
    """Three participants, the last one left out, with one more column."""
    ids = {"group": ["CP", "HC", "CP"], "participant_id": ["sub-02", "sub-01", "sub-03"]}
    return pd.DataFrame(ids | {"exclude": [None, None, "motion"]} | columns)


def test_the_raw_dataset_lists_who_has_raw_data_with_participant_id_in_front():
    kept, _ = raw_participants(table(), {})

    assert list(kept.columns) == ["participant_id", "group"]
    assert list(kept["participant_id"]) == ["sub-02", "sub-01"]


@pytest.mark.parametrize(
    ("column", "cells", "entry", "kept"),
    [
        ("age", ["41", "52.5"], {}, ["41", "52.5"]),
        ("age", ["41", None], {}, ["41", None]),
        ("age", ["95", "52"], {"Units": "years"}, ["89", "52"]),
        ("age", ["41 y", "52"], {}, None),
        ("age", ["640", "701"], {"Units": "months"}, None),
        ("sex", ["F", "male"], {}, ["F", "male"]),
        ("sex", ["1", "2"], {}, None),
        ("sex", ["1", "2"], {"Levels": {"1": "male", "2": "female"}}, ["1", "2"]),
        ("sex", ["1", "3"], {"Levels": {"1": "male", "2": "female"}}, None),
        ("handedness", ["+80", "-20"], {}, None),
        ("HED", ["Red", "Blue"], {}, None),
        ("site", ["A", "B"], {"LongName": "Site"}, ["A", "B"]),
    ],
)
def test_a_column_that_bids_defines_holds_what_bids_means_or_is_left_out(
    column, cells, entry, kept
):
    given = table(**{column: [*cells, None]})

    found, described = raw_participants(given, {column: entry})

    assert (list(found[column]) if column in found else None) == kept
    assert (described.get(column, {}) == entry) or kept is None


def test_levels_that_do_not_name_every_value_are_left_out_with_the_rest_of_the_entry_kept():
    entry = {"LongName": "Group", "Levels": {"CP": "patients"}}

    assert raw_participants(table(), {"group": entry})[1] == {"group": {"LongName": "Group"}}


@pytest.mark.parametrize("before", ["doi:", "https://doi.org/", ""])
def test_licence_and_doi_of_the_source_are_those_of_the_raw_dataset(before, tmp_path):
    path = tmp_path / "dataset_description.json"
    write_json(path, {"License": "CC0", "DatasetDOI": f"{before}10.18112/a.v1", "Name": "x"})

    assert raw_description(path) == RAW | {
        "License": "CC0",
        "SourceDatasets": [{"DOI": "doi:10.18112/a.v1"}],
    }


@pytest.mark.parametrize(
    "text", ["{}", '{"License": null, "DatasetDOI": "n/a"}', "[]", "{", "\xe9"]
)
def test_a_source_without_licence_and_doi_or_that_cannot_be_read_says_nothing(text, tmp_path):
    path = tmp_path / "dataset_description.json"
    path.write_bytes(text.encode("latin-1"))

    assert raw_description(path) == RAW == raw_description(None)


@pytest.mark.parametrize(
    ("source", "origin"),
    [("simulated", "no person was measured"), ("dicom", "dcm2niix"), ("bids", "linked or copied")],
)
def test_the_readme_says_where_the_raw_data_come_from(source, origin):
    assert origin in raw_readme(source)


def test_the_sources_of_the_results_lie_in_the_raw_dataset():
    results = results_description("bids")

    assert (RAW["DatasetType"], results["DatasetType"]) == ("raw", "derivative")
    assert results["DatasetLinks"] == {"raw": "rawdata"}
    assert "DatasetLinks" not in results_description("derivatives")  # there is no raw dataset


def test_every_ignored_name_stands_below_a_reason():
    for block in bidsignore().strip().split("\n\n"):
        reason, *names = block.splitlines()
        assert reason.startswith("# ")
        assert names
        assert not [name for name in names if name.startswith("#")]
