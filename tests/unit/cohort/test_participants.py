"""Checks of participants on tables as people save them."""

import pytest

from restpain.cohort.participants import Comparison, read_participants


def read(folder, content, **labels):
    path = folder / "participants.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_participants(
        path, Comparison(**({"patients": "patient", "controls": "control"} | labels))
    )


def problems(folder, content):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the lines are compared)
        read(folder, content)
    return str(caught.value).splitlines()


def test_rows_keep_their_order_and_cells_their_text(tmp_path):
    table = read(
        tmp_path, "participant_id\tgroup\tage\nsub-02\tcontrol\t40.50\nsub-01\tpatient\tn/a\n"
    )

    assert table["participant_id"].tolist() == ["sub-02", "sub-01"]
    assert table["age"].tolist() == ["40.50", None]
    assert table["exclude"].tolist() == ["", ""]


def test_ids_without_prefix_get_it_and_keep_their_zeros(tmp_path):
    table = read(tmp_path, "participant_id\tgroup\n007\tpatient\nsub-8\tcontrol\n")

    assert table["participant_id"].tolist() == ["sub-007", "sub-8"]


def test_a_file_saved_by_a_spreadsheet_reads_the_same(tmp_path):
    plain = "participant_id\tgroup\texclude\nsub-01\tpatient\tmoved\nsub-02\tcontrol\tn/a\n"
    saved = b"\xef\xbb\xbf" + plain.replace("\n", " \r\n").encode() + b"\t\t\r\n"

    assert read(tmp_path, saved).equals(read(tmp_path, plain))


def test_all_problems_are_reported_at_once(tmp_path):
    found = problems(
        tmp_path,
        "participant_id\tgroup\texclude\n"
        "sub-01\tpatient\t\n"
        "01\tcontrol\t\n"
        "../x\tpatient\t\n"
        "sub-0_4\tKontrolle\tno\n"
        "sub-05\thealthy\t\n",
    )

    assert len(found) == 5
    assert "participant_id '../x' in line 4" in found[0]
    assert "participant_id '0_4' in line 5" in found[1]
    assert found[2] == (
        "participants.tsv has sub-01 more than once; expected one row per participant"
    )
    assert "the group 'healthy', but config.yaml expects 'control' and 'patient'" in found[3]
    assert "'no' in the column exclude" in found[4]


def test_a_group_outside_the_study_needs_a_reason_only(tmp_path):
    table = read(tmp_path, "participant_id\tgroup\texclude\n1\tpatient\t\n2\tother\tthird group\n")

    assert table["exclude"].tolist() == ["", "third group"]


@pytest.mark.parametrize(("separator", "word"), [(",", "commas"), (";", "semicolons")])
def test_another_separator_is_named(tmp_path, separator, word):
    content = f"participant_id{separator}group\nsub-01{separator}patient\n"

    assert problems(tmp_path, content) == [
        f"participants.tsv is separated by {word}; separate it by tabs"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "participants.tsv is empty"),
        ("id\tgroup\n1\tpatient\n", "has no column participant_id; its columns are id, group"),
        ("participant_id\tage\n1\t3\n", "has no column group"),
        ("participant_id\tgroup\tgroup\n1\tpatient\tx\n", "has the column group more than once"),
        ("participant_id\tgroup\n1\tpatient\tx\n", "has 3 cells in line 2, but 2 columns"),
        ("participant_id\tgroup\n", "leaves no participant to analyse"),
        ("participant_id\tgroup\n\tpatient\n", "has the participant_id '' in line 2"),
        (b"participant_id\tgroup\n1\tpati\xebnt\n", "is not UTF-8 text (byte 27); save it as"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path, content, message):
    assert message in problems(tmp_path, content)[0]


def test_a_missing_file_is_named_with_the_key_that_gives_it(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere.tsv does not exist.*cohort.participants"):
        read_participants(tmp_path / "nowhere.tsv", Comparison("patient", "control"))
