"""Sidecar of the user's table of participants."""

import json

import pytest

from restpain.cohort.described import read_described
from restpain.io.tables import read_json
from scripts.cohort.import_participants import import_participants

NRS = {"LongName": "Numeric Rating Scale", "Units": "points"}


def test_entries_of_the_columns_of_the_table_are_kept_and_others_are_not(tmp_path):
    path = tmp_path / "participants.json"
    path.write_text(json.dumps({"nrs": NRS | {"TermURL": "file:///home/x"}, "name": NRS}))

    assert read_described(path, ["nrs", "age"]) == {"nrs": NRS}
    assert read_described(None, ["nrs"]) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON .*; mend it or remove it"),
        ("[]", "holds no JSON object; expected one entry per column"),
        ('{"nrs": "pain"}', r"has \['pain'\] for nrs; expected an object"),
        ('{"nrs": {"Units": 3}}', r"has \['', 3\] for nrs; expected an object"),
    ],
)
def test_a_sidecar_that_cannot_be_used_is_named_with_what_was_found(tmp_path, text, message):
    path = tmp_path / "participants.json"
    path.write_text(text)

    with pytest.raises(ValueError, match=f"^participants.json {message}"):
        read_described(path, ["nrs"])


@pytest.mark.parametrize("given", [True, False])
def test_the_import_carries_the_sidecar_or_an_empty_one(tmp_path, given):
    (tmp_path / "user.tsv").write_text("participant_id\tgroup\tnrs\n01\tCP\t3\n02\tHC\tn/a\n")
    (tmp_path / "user.json").write_text(json.dumps({"nrs": NRS}))

    import_participants(
        table_path=tmp_path / "user.tsv",
        columns_path=tmp_path / "user.json" if given else None,
        participants_path=tmp_path / "participants.tsv",
        described_path=tmp_path / "participants.json",
        comparison={"patients": "CP", "controls": "HC"},
        columns={"participant": "participant_id", "group": "group", "exclude": "exclude"},
        categories={},
    )

    assert read_json(tmp_path / "participants.json") == ({"nrs": NRS} if given else {})


def test_columns_of_other_names_keep_their_entries(tmp_path):
    (tmp_path / "user.tsv").write_text("Subject\tdiagnosis\n01\tCP\n02\tHC\n")
    entry = {"LongName": "Diagnosis", "Levels": {"CP": "cancer pain"}}
    (tmp_path / "user.json").write_text(json.dumps({"diagnosis": entry, "group": NRS}))

    import_participants(
        table_path=tmp_path / "user.tsv",
        columns_path=tmp_path / "user.json",
        participants_path=tmp_path / "participants.tsv",
        described_path=tmp_path / "participants.json",
        comparison={"patients": "CP", "controls": "HC"},
        columns={"participant": "Subject", "group": "diagnosis", "exclude": "exclude"},
        categories={},
    )

    assert read_json(tmp_path / "participants.json") == {"group": entry}
