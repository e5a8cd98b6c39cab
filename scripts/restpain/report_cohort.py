"""The section of the cohort: who took part, the flow of the work, and Table 1."""

import pandas as pd
from markupsafe import Markup

from restpain.formatting import integer, is_missing, number, p_value
from restpain.report_page import Section


def cohort_section(flow: list[dict], demographics: pd.DataFrame, workflow: bytes) -> Section:
    """Show recruitment and exclusions, Figure 1 (SVG) and Table 1."""
    return Section(
        "cohort",
        "Cohort and workflow",
        "Cohort and workflow",
        {
            "flow": flow,
            "workflow": Markup(workflow.decode("utf-8")),
            "demographics": demographic_rows(demographics),
        },
    )


def demographic_rows(table: pd.DataFrame) -> list[dict]:
    """Cells of Table 1."""
    marks = {"two-sample t": "a", "chi-square": "b"}
    return [
        {
            "row": row.row,
            "level": row.level,
            "patients": "" if is_missing(row.patients) else row.patients,
            "controls": "" if is_missing(row.controls) else row.controls,
            "p": "" if is_missing(row.p) else p_value(row.p),
            "mark": marks.get(row.test, ""),
            "alternative": "" if is_missing(row.p) else p_value(row.p_welch_or_fisher),
            "smd": "" if is_missing(row.smd) else number(row.smd, 2),
            "missing": integer(row.missing),
            "indent": "(NRS" in row.row,
        }
        for row in table.itertuples()
    ]
