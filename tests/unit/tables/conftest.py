"""Outputs of a table's script, and its sidecar."""

import pytest

from restpain.io.tables import read_json


@pytest.fixture
def made(tmp_path):
    return {"table_path": tmp_path / "t.tsv", "columns_path": tmp_path / "t.json"}


@pytest.fixture
def sidecar(made):
    return lambda: read_json(made["columns_path"])
