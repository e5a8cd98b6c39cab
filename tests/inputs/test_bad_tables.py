"""One fault at a time in the table of participants, and the exact sentence about it.

``bad_tables.yaml`` holds the sentences.
"""

import re
from pathlib import Path

import pytest
import yaml

from cohort_inputs import TABLE
from restpain.cohort.design import score_problems, two_sample_design
from restpain.cohort.participants import Comparison, included, read_participants

SENTENCES = yaml.safe_load(Path(__file__).with_name("bad_tables.yaml").read_text())
CASES = {}


def said_of_table(folder, content, *, covariates=("age", "sex"), score="nrs"):
    path = folder / "participants.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        table = included(read_participants(path, Comparison("patient", "control")))
        problems = score_problems(table[table["group"] == "patient"], score, [])
        if problems:
            return problems
        two_sample_design(table, Comparison("patient", "control", list(covariates)))
    except ValueError as error:
        return str(error).splitlines()
    return []


def of_table(name, change, **settings):
    CASES[name] = lambda folder: said_of_table(folder, change(TABLE), **settings)


of_table("table_without_an_id_column", lambda t: t.replace("participant_id", "id"))
of_table("table_without_a_group_column", lambda t: t.replace("group", "arm"))
of_table("table_with_an_id_twice", lambda t: t.replace("sub-02", "sub-01"))
of_table("table_with_an_unknown_group", lambda t: t.replace("sub-08\tcontrol", "sub-08\tControl"))
of_table("table_with_text_as_age", lambda t: t.replace("\t61\tM\t4", "\tsixty\tM\t4"))
of_table("table_with_a_decimal_comma", lambda t: t.replace("\t61\tM\t4", "\t61,5\tM\t4"))
of_table("table_with_a_missing_covariate", lambda t: t.replace("\t61\tM\t4", "\tn/a\tM\t4"))
of_table("table_not_in_utf8", lambda t: t.replace("sex", "geschlächt").encode("latin-1"))
of_table("table_with_a_ragged_row", lambda t: t.replace("\t61\tM\t4", "\t61\tM\t4\tx"))
of_table("table_with_decimal_commas", lambda t: re.sub(r"\t(\d\d)\t", r"\t\1,5\t", t))
of_table("table_with_an_infinite_age", lambda t: t.replace("\t61\tM\t4", "\tinf\tM\t4"))
of_table("table_with_a_column_twice", lambda t: t.replace("nrs", "age"), score=None)
of_table("table_in_utf_16", lambda t: t.encode("utf-16"))
of_table("table_separated_by_spaces", lambda t: t.replace("\t", " "))
of_table("table_with_an_open_quote", lambda t: t.replace("sub-02", '"sub-02'))
of_table("table_with_a_cell_beyond_all_bounds", lambda t: t.replace("sub-02", "x" * 200_000))
of_table("table_with_a_zero_byte", lambda t: t.replace("sub-02", "sub-0\0"))
of_table("table_without_rows", lambda t: t.splitlines()[0])
of_table("empty_table", lambda t: "")
of_table("table_with_a_path_as_id", lambda t: t.replace("sub-02", "../../etc"))
of_table("table_with_a_space_in_an_id", lambda t: t.replace("sub-02", "sub 02"))
of_table("table_with_a_quote_in_an_id", lambda t: t.replace("sub-02", "sub-0'2"))
of_table("table_with_a_shell_command_as_id", lambda t: t.replace("sub-02", "$(touch x)"))
of_table("table_with_a_line_break_in_an_id", lambda t: t.replace("sub-02", '"sub-0\n2"'))
of_table("table_with_html_as_id", lambda t: t.replace("sub-02", "<script>alert(1)</script>"))
of_table(
    "table_with_no_as_reason",
    lambda t: t.replace("nrs", "exclude").replace("\t4\n", "\tno\n"),
    score=None,
)
of_table("covariate_that_the_table_lacks", lambda t: t, covariates=("age", "iq"))
of_table("score_that_the_table_lacks", lambda t: t, score="vas")
of_table("score_with_text", lambda t: t.replace("\t61\tM\t4", "\t61\tM\tsevere"))
of_table("group_of_two", lambda t: "".join(t.splitlines(keepends=True)[:7]))
of_table(
    "covariate_that_separates_the_groups",
    lambda t: "".join(
        line.replace("\tF\t", "\tM\t") if "patient\t" in line else line.replace("\tM\t", "\tF\t")
        for line in t.splitlines(keepends=True)
    ),
)
of_table("covariate_that_is_constant", lambda t: t.replace("\tF", "\tM"))


def test_letters_beyond_ascii_pass(tmp_path):
    text = TABLE.replace("nrs", "schmerz_größe").replace("\tM\t", "\tmännlich\t")

    assert said_of_table(tmp_path, text, score="schmerz_größe") == []


@pytest.mark.parametrize("name", CASES)
def test_the_sentence_about(name, tmp_path):
    assert CASES[name](tmp_path) == SENTENCES[name]


def test_each_sentence_belongs_to_a_case():
    assert list(SENTENCES) == list(CASES)
