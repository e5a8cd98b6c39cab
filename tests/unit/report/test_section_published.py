"""Section of the published tables: counts, examples and the summary sentence."""

from restpain.published.arithmetic import INCONSISTENT, UNCHECKED
from restpain.report.section_published import audit_content, audit_sentence
from study import COMPARED, FINDINGS


def test_the_section_counts_cells_and_shows_the_first_contradiction_of_each_rule():
    section = audit_content(FINDINGS, COMPARED)

    assert section["sentence"].startswith(
        "Of 3 printed cells, 1 cell is inconsistent with the others"
    )
    assert [row["numbers"] for row in section["tables"]] == [[1, 1, 0], [0, 0, 1]]
    by_checks = {row["rule"]: row for row in section["rules"]}
    assert len(by_checks) == 3
    p = by_checks["p follows from means, standard deviations and n"]
    assert (p["checks"], p["inconsistent"]) == (1, 1)
    assert p["example"] == "Age, p 0.067: t -0.61"
    assert [row["arithmetic"] for row in section["details"]] == ["t -0.61"]
    assert section["compared"][0]["numbers"] == [2, 0, 0, 0, 0]


def test_a_paper_without_contradiction_has_its_own_sentence():
    sentence = audit_sentence([{"table": 1, "cells": 9, INCONSISTENT: 0, UNCHECKED: 2}])

    assert sentence == "Of 9 printed cells, none is inconsistent; 2 cannot be checked."
