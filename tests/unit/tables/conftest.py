"""Tables 1 to 4 of the made-up study, and the outputs of a table's script."""

import pandas as pd
import pytest

from restpain.cohort.participants import Comparison
from restpain.io.tables import read_json
from restpain.presentation.labels import PAPER_ROWS
from restpain.tables.demographics import demographics
from scripts.tables.tabulate_classification import classification_table
from study import ASSOCIATION, NESTED, PUBLISHED, REGIONS

PEOPLE = pd.DataFrame(
    {
        "group": ["CP"] * 3 + ["HC"] * 3,
        "age": ["60", "61", "62", "63", "64", "65"],
        "sex": ["M", "M", "F", "M", "F", "F"],
    }
)


@pytest.fixture
def tables():
    return {
        "table1_demographics": demographics(
            PEOPLE, Comparison("CP", "HC"), columns=list(PAPER_ROWS), seed=1
        ),
        "table2_regions": REGIONS,
        "table3_classification": classification_table(PUBLISHED, NESTED),
        "table4_correlation": ASSOCIATION,
    }


@pytest.fixture
def made(tmp_path):
    return {"table_path": tmp_path / "t.tsv", "columns_path": tmp_path / "t.json"}


@pytest.fixture
def sidecar(made):
    return lambda: read_json(made["columns_path"])
