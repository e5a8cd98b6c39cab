"""The script that describes the raw dataset."""

from restpain.io.tables import read_json, read_table, write_json
from scripts.cohort.describe_rawdata import describe_rawdata


def test_only_columns_of_the_table_are_described(tmp_path):
    table = tmp_path / "participants.tsv"
    table.write_text("participant_id\tgroup\texclude\nsub-01\tCP\tn/a\nsub-02\tCP\tmotion\n")
    described = {"group": {"LongName": "Group"}, "exclude": {"LongName": "Exclusion"}}
    write_json(tmp_path / "described.json", described)
    raw = tmp_path / "rawdata"

    describe_rawdata(
        table_path=str(table),
        described_path=str(tmp_path / "described.json"),
        origin_path=None,
        description_path=str(raw / "dataset_description.json"),
        readme_path=str(raw / "README.md"),
        participants_path=str(raw / "participants.tsv"),
        columns_path=str(raw / "participants.json"),
        source="simulated",
    )

    assert list(read_table(raw / "participants.tsv")["participant_id"]) == ["sub-01"]
    assert read_json(raw / "participants.json") == {"group": {"LongName": "Group"}}
    assert "simulated" in (raw / "README.md").read_text()
