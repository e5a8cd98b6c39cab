"""Sidecar of the user's table of participants."""

import json

import pytest

from cohort_inputs import import_table
from restpain.cohort.described import read_described
from restpain.io.tables import read_json

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
    text = "participant_id\tgroup\tnrs\n01\tCP\t3\n02\tHC\tn/a\n"

    import_table(tmp_path, text, {"nrs": NRS} if given else None)

    assert read_json(tmp_path / "participants.json") == ({"nrs": NRS} if given else {})


def test_columns_of_other_names_keep_their_entries(tmp_path):
    text = "Subject\tdiagnosis\n01\tCP\n02\tHC\n"
    entry = {"LongName": "Diagnosis", "Levels": {"CP": "cancer pain"}}
    described = {"diagnosis": entry, "group": NRS}

    import_table(tmp_path, text, described, participant="Subject", group="diagnosis")

    assert read_json(tmp_path / "participants.json") == {"group": entry}
