"""Section Cohort and workflow: recruitment, Figure 1 and Table 1."""

import pandas as pd

from restpain.presentation.labels import TEST_MARKS
from restpain.presentation.numbers import (
    EN_DASH,
    counted,
    integer,
    is_missing,
    number,
    p_value,
)
from restpain.presentation.pages import Section, embedded_figure


def cohort_section(
    flow: list[dict],
    demographics: pd.DataFrame,
    workflow: bytes,
    sites: pd.DataFrame,
    warnings: pd.DataFrame,
    measured: list[str],
    *,
    seeded: bool = True,
) -> Section:
    """Recruitment and exclusions, sites if any, Figure 1 (PNG) and Table 1.

    ``sites`` has the patients and controls of each site (``restpain.cohort.sites.site_counts``),
    ``warnings`` the sentences about values, covariates and training sets of the analysed
    (``design_warnings.tsv``), ``measured`` those about given series
    (``measured_steps.step_sentences``). Figure 1 shows seeds if ``seeded``.
    """
    return Section(
        "cohort",
        "Cohort and workflow",
        "Cohort and workflow",
        {
            "flow": flow,
            "seeded": seeded,
            "sites": sites.to_dict("records"),
            "measured": measured,
            "site_warnings": site_warnings(sites),
            "warnings": [text[:1].upper() + text[1:] for text in warnings["warning"]],
            "figure_1": embedded_figure(workflow),
            "demographics": demographic_rows(demographics),
        },
    )


def site_warnings(sites: pd.DataFrame) -> list[str]:
    """Sites with participants of one group only, a sentence each."""
    return [
        f"The {row.covariate} {row.level} has {counted(row.n_patients, 'patient')} and "
        f"{counted(row.n_controls, 'control')}: its effect cannot be separated from that of the "
        "group, and its participants do not contribute to the group difference."
        for row in sites.itertuples()
        if not (row.n_patients and row.n_controls)
    ]


def demographic_rows(table: pd.DataFrame) -> list[dict]:
    """Cells of Table 1; levels are indented below the row with the test of all."""
    tested = set(table["row"])
    return [
        {
            "row": row.row,
            "level": row.level,
            "patients": "" if is_missing(row.patients) else row.patients,
            "controls": "" if is_missing(row.controls) else row.controls,
            "p": "" if is_missing(row.p) else p_value(row.p),
            "mark": TEST_MARKS.get(row.test, ""),
            "alternative": "" if is_missing(row.p) else p_value(row.p_welch_or_fisher),
            "smd": "" if is_missing(row.smd) else number(row.smd, 2),
            "missing": integer(row.missing),
            "skewness": _skewness(row),
            "indent": "(NRS" in row.row or row.row.rpartition(": ")[0] in tested,
        }
        for row in table.itertuples()
    ]


def _skewness(row) -> str:
    """Skewness of patients and of controls; empty in rows of counts."""
    values = row.patients_skewness, row.controls_skewness
    if all(map(is_missing, values)):
        return ""
    return " / ".join(EN_DASH if is_missing(value) else number(value, 1) for value in values)
