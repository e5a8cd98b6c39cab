"""Warnings about the analysed participants, on files."""

import pandas as pd

from restpain.io.tables import read_json, read_table, write_json, write_table
from scripts.quality.tabulate_balance import tabulate_balance

IDS = [f"sub-{number}" for number in range(1, 12)]
FD = [0.30, 0.32, 0.31, 0.33, 0.29, 0.10, 0.12, 0.11, 0.13, 0.09, 9.0]


def test_motion_of_the_analysed_is_compared_and_the_excluded_do_not_count(tmp_path):
    table = pd.DataFrame(
        {
            "participant_id": IDS,
            "group": ["CP"] * 5 + ["HC"] * 6,
            "exclude": [None] * 10 + ["quality: mean FD above 1 mm"],
            "bdi": ["3", "9", "14", "500", "0", "22", "8", "1", "5", "11", "4"],
        }
    )
    write_table(tmp_path / "analysed.tsv", table)
    write_json(tmp_path / "participants.json", {})
    write_table(
        tmp_path / "quality.tsv",
        pd.DataFrame({"participant_id": IDS, "mean_fd_jenkinson_mm": FD}),
    )

    tabulate_balance(
        participants_path=tmp_path / "analysed.tsv",
        described_path=tmp_path / "participants.json",
        quality_path=tmp_path / "quality.tsv",
        warnings_path=tmp_path / "warnings.tsv",
        columns_path=tmp_path / "warnings.json",
        comparison={"patients": "CP", "controls": "HC", "covariates": ["mean_fd"]},
        harmonise=False,
        n_folds=5,
        score="bdi",
        shown=None,
        seed=1,
    )

    differ, inflated, far = read_table(tmp_path / "warnings.tsv")["warning"]
    assert differ == (
        "the groups differ in Mean framewise displacement: 0.31 in patients and 0.11 in controls "
        "on average (p < 0.001, Welch's t-test)"
    )
    # between the groups 10 x 0.1^2, within them 0.002: inflation 0.102 / 0.002
    assert "inflate the variance of the group effect 51.0 times" in inflated
    assert far == (
        "the bdi of sub-4 is 500, far from all others (0 to 22): look whether it is right"
    )
    assert list(read_json(tmp_path / "warnings.json")) == ["warning"]
