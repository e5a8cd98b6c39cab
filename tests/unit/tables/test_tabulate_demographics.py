"""Table 1 from the table of analysed participants."""

import pandas as pd

from restpain.io.tables import read_table, write_json, write_table
from scripts.tables.tabulate_demographics import tabulate_demographics


def test_demographics_count_the_analysed_participants_only(tmp_path, made, sidecar):
    roster = pd.DataFrame(
        {
            "participant_id": [f"sub-{index}" for index in range(1, 6)],
            "group": ["CP", "CP", "CP", "HC", "HC"],
            "age": [60, 62, 99, 61, 65],
            "exclude": [None, None, "metastasis", None, None],
        }
    )
    write_table(tmp_path / "participants.tsv", roster)
    write_json(tmp_path / "participants.json", {})

    tabulate_demographics(
        participants_path=tmp_path / "participants.tsv",
        described_path=tmp_path / "participants.json",
        comparison={"patients": "CP", "controls": "HC", "covariates": ["age"]},
        score="nrs",
        source="bids",
        columns=None,
        skewed=[],
        seed=1,
        **made,
    )

    row = read_table(made["table_path"]).iloc[0]
    assert row["patients"] == "61.00±1.41 (60–62)"
    assert "patients: 2, controls: 2" in sidecar()["TableDescription"]
