"""Tables in the forms in which spreadsheets save them."""

import pytest

from restpain.cohort.table_cells import read_cells

TEXT = 'participant_id\tgroup\tnote\nsub-01\tpatient\t"a, b; c"\n\nsub-02\tcontrol\t\n'
CELLS = (
    ["participant_id", "group", "note"],
    [(2, ["sub-01", "patient", "a, b; c"]), (4, ["sub-02", "control", ""])],
)


@pytest.mark.parametrize("separator", ["\t", ",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
def test_a_table_reads_the_same_in_every_form(tmp_path, separator, end, mark):
    path = tmp_path / "participants.csv"
    text = mark + TEXT.replace("\t", separator).replace("\n", end)
    path.write_bytes(text.encode("utf-8"))

    assert read_cells(path) == CELLS


def test_a_comma_in_the_header_of_a_table_with_tabs_separates_nothing(tmp_path):
    path = tmp_path / "participants.tsv"
    path.write_text("participant_id\tpain, today\nsub-01\t3,5\n")

    assert read_cells(path) == (["participant_id", "pain, today"], [(2, ["sub-01", "3,5"])])
