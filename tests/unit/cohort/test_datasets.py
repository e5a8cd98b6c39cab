"""Content of the roots of the datasets, against what BIDS asks of a table of participants."""

import pandas as pd
import pytest

from restpain.cohort.datasets import RAW, RESULTS, raw_participants, raw_readme

TABLE = pd.DataFrame(
    {
        "group": ["CP", "HC", "CP"],
        "exclude": [None, None, "motion"],
        "participant_id": ["sub-02", "sub-01", "sub-03"],
    }
)


def test_the_raw_dataset_lists_who_has_raw_data_with_participant_id_in_front():
    table = raw_participants(TABLE)

    assert list(table.columns) == ["participant_id", "group"]
    assert list(table["participant_id"]) == ["sub-02", "sub-01"]


@pytest.mark.parametrize(
    ("source", "origin"),
    [("simulated", "no person was measured"), ("dicom", "dcm2niix"), ("bids", "linked or copied")],
)
def test_the_readme_says_where_the_raw_data_come_from(source, origin):
    assert origin in raw_readme(source)


def test_the_sources_of_the_results_lie_in_the_raw_dataset():
    assert (RAW["DatasetType"], RESULTS["DatasetType"]) == ("raw", "derivative")
    assert RESULTS["DatasetLinks"] == {"raw": "rawdata"}
