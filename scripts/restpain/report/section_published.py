"""Section Published vs recomputed: audit of the published tables, and comparison."""

import pandas as pd

from restpain.presentation.numbers import counted, is_missing, joined
from restpain.presentation.pages import Section
from restpain.published.arithmetic import CONSISTENT, INCONSISTENT, UNCHECKED
from restpain.published.audit import RULES, counts_by_table
from restpain.published.comparison import RECOVERY_MM, VERDICTS, counts
from restpain.published.printed import column_name


def published_section(published: tuple[pd.DataFrame, pd.DataFrame] | None) -> Section:
    """Audit of the published tables and their comparison with ours, or a note that none is given.

    ``published`` has the tables of ``audit`` and of ``comparison``.
    """
    return Section(
        "published",
        "Published vs recomputed",
        "Published vs recomputed",
        {
            "audit": None if published is None else audit_content(*published),
            "recovery_mm": RECOVERY_MM,
        },
    )


def audit_content(findings: pd.DataFrame, compared: pd.DataFrame) -> dict:
    """Content of the section from the audit and the comparison.

    Parameters
    ----------
    findings : DataFrame
        The table of ``audit``.
    compared : DataFrame
        The table of ``comparison``.

    Returns
    -------
    dict
        ``sentence``; ``tables``, cells by verdict for each table; ``rules``, one row per rule with
        its first inconsistent finding as an example; ``details``, the inconsistent findings;
        ``compared`` and ``verdicts``, cells by verdict of the comparison.
    """
    tables = counts_by_table(findings)
    inconsistent = findings[findings["verdict"] == INCONSISTENT]
    return {
        "sentence": audit_sentence(tables),
        "tables": [
            {
                "table": row["table"],
                "cells": row["cells"],
                "numbers": [row[verdict] for verdict in (CONSISTENT, INCONSISTENT, UNCHECKED)],
            }
            for row in tables
        ],
        "rules": rule_rows(findings),
        "details": [_shown(row) for row in inconsistent.to_dict("records")],
        "verdicts": VERDICTS,
        "compared": [
            {
                "table": row["table"],
                "cells": row["cells"],
                "numbers": [row[verdict] for verdict in VERDICTS],
            }
            for row in counts(compared)
        ],
    }


def audit_sentence(tables: list[dict]) -> str:
    """Count the inconsistent cells by table, in a sentence."""
    cells = sum(row["cells"] for row in tables)
    wrong = {row["table"]: row[INCONSISTENT] for row in tables if row[INCONSISTENT]}
    unchecked = sum(row[UNCHECKED] for row in tables)
    if not wrong:
        return f"Of {cells} printed cells, none is inconsistent; {unchecked} cannot be checked."
    where = joined([f"{count} in Table {table}" for table, count in wrong.items()])
    total = sum(wrong.values())
    return (
        f"Of {cells} printed cells, {counted(total, 'cell is', 'cells are')} inconsistent with "
        f"the others within rounding ({where}); {unchecked} cannot be checked."
    )


def rule_rows(findings: pd.DataFrame) -> list[dict]:
    """Count the checks of each rule, in the order of ``RULES``, with the first one that failed."""
    rows = []
    for rule, words in RULES.items():
        checks = findings[findings["rule"] == rule]
        if rule == "none" or checks.empty:
            continue
        failed = checks[checks["verdict"] == INCONSISTENT]
        rows.append(
            {
                "rule": words,
                "tables": joined([str(table) for table in sorted(checks["table"].unique())]),
                "checks": len(checks),
                "inconsistent": len(failed),
                "example": _example(failed.iloc[0]) if len(failed) else "",
            }
        )
    return rows


def _example(row: pd.Series) -> str:
    return f"{row['row']}, {column_name(row['column'])} {row['published']}: {row['arithmetic']}"


def _shown(row: dict) -> dict:
    row = {key: "" if is_missing(value) else str(value) for key, value in row.items()}
    return row | {"column": column_name(row["column"]), "rule": RULES[row["rule"]]}
