"""Remarks behind the keys of a configuration file."""

from restpain.presentation.remarks import remarks


def test_remarks_stand_behind_the_keys_of_nested_mappings():
    text = "seed: 1 # ours\ngroup: # both\n  tails: 2 # DPABI; # is text\n  name: a#b\nlast: 3\n"

    assert remarks(text) == {
        "seed": "ours",
        "group": "both",
        "group.tails": "DPABI; # is text",
    }


def test_remarks_stand_behind_keys_with_a_dot():
    text = "multiverse: # others\n  alternatives: # by key\n    group.tails: [1] # both signs\n"

    assert remarks(text)["multiverse.alternatives.group.tails"] == "both signs"


def test_remarks_belong_to_the_keys_above_them():
    text = (
        "seed: 1 # ours\n\ncohort:\n  columns: # of the table\n    group: group # BIDS\n"
        '  score: nrs\nlist:\n  - {a: 1}\n  rest: "#1" # with a sign\n'
    )

    assert remarks(text) == {
        "seed": "ours",
        "cohort.columns": "of the table",
        "cohort.columns.group": "BIDS",
        "list.rest": "with a sign",
    }
