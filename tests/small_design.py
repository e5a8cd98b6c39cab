"""A table of eight participants, and its design."""

import pandas as pd

from restpain.cohort.design import two_sample_design
from restpain.cohort.participants import Comparison


def participants(**columns):
    """Four patients and four controls with ages and sexes as text, and more columns."""
    table = {
        "participant_id": [f"sub-{number}" for number in range(1, 9)],
        "group": ["patient"] * 4 + ["control"] * 4,
        "age": ["50", "61", "55", "70", "52", "66", "57", "63"],
        "sex": ["M", "F", "M", "F", "F", "M", "M", "F"],
    }
    return pd.DataFrame(table | columns)


def design_of(table, *covariates):
    """Two-sample design of a table with some of its columns."""
    return two_sample_design(table, Comparison("patient", "control", list(covariates)))
